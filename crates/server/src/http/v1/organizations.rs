//! Organizations (U-19, U-44).

use app::organization::Changes;
use axum::Json;
use axum::extract::State as Extract;
use axum::http::StatusCode;
use domain::tenancy::organization::Slug;
use serde::{Deserialize, Serialize};
use store::organization::{Filter, Holdings, Mine, Organization, Page};
use utoipa::{IntoParams, ToSchema};

use crate::http::State;
use crate::http::answers::Problems;
use crate::http::extract::{Asked, Authenticated, Body, Named, page_size};
use crate::http::problem::ApiError;

/// Which organizations to list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct Wanted {
    /// Contained in slug or name, in any case.
    search: Option<String>,
    /// Where the page before ended.
    cursor: Option<String>,
    /// At most so many, 1 to 200; 50 if left out.
    limit: Option<u16>,
}

/// Organizations of the caller.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct MyOrganizations {
    organizations: Vec<Mine>,
}

/// An organization to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct NewOrganization {
    #[schema(value_type = String)]
    slug: Slug,
    /// 1 to 200 characters; the slug if left out.
    name: Option<String>,
    /// At most 2000 characters.
    description: Option<String>,
}

/// What confirms a deletion.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct Confirmation {
    /// The organization's slug, repeated.
    confirm: Option<String>,
}

/// The organizations that the caller belongs to, with the roles held there.
#[utoipa::path(get, path = "/v1/me/organizations", tag = "me",
    responses((status = 200, body = MyOrganizations), Problems))]
pub(in crate::http) async fn list_my_organizations(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
) -> Result<Json<MyOrganizations>, ApiError> {
    let organizations = app::organization::mine(&state.reeve, &caller).await?;
    Ok(Json(MyOrganizations { organizations }))
}

/// A page of organizations with their numbers of members, by slug.
#[utoipa::path(get, path = "/v1/admin/orgs", tag = "organizations", params(Wanted),
    responses((status = 200, body = Page), Problems))]
pub(in crate::http) async fn list_organizations(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Json<Page>, ApiError> {
    let filter = Filter {
        search: wanted.search,
        after: wanted.cursor,
        limit: page_size(wanted.limit)?,
    };
    let page = app::organization::page(&state.reeve, &caller, &filter).await?;
    Ok(Json(page))
}

/// Creates an organization. Slug and name are each unique.
#[utoipa::path(post, path = "/v1/admin/orgs", tag = "organizations", request_body = NewOrganization,
    responses((status = 201, body = Organization), Problems))]
pub(in crate::http) async fn create_organization(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Body(new): Body<NewOrganization>,
) -> Result<(StatusCode, Json<Organization>), ApiError> {
    let name = new.name.as_deref().unwrap_or(new.slug.as_str());
    let description = new.description.as_deref();
    app::organization::create(&state.reeve, &caller, &new.slug, name, description).await?;
    let made = app::organization::get(&state.reeve, &caller, &new.slug).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// One organization, by slug or id.
#[utoipa::path(get, path = "/v1/admin/orgs/{org}", tag = "organizations",
    params(("org" = String, Path)),
    responses((status = 200, body = Organization), Problems))]
pub(in crate::http) async fn get_organization(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Named(org): Named<Slug>,
) -> Result<Json<Organization>, ApiError> {
    let found = app::organization::get(&state.reeve, &caller, &org).await?;
    Ok(Json(found))
}

/// Changes slug, name or description.
#[utoipa::path(patch, path = "/v1/admin/orgs/{org}", tag = "organizations",
    params(("org" = String, Path)), request_body = Changes,
    responses((status = 200, body = Organization), Problems))]
pub(in crate::http) async fn update_organization(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Named(org): Named<Slug>,
    Body(changes): Body<Changes>,
) -> Result<Json<Organization>, ApiError> {
    let after = app::organization::update(&state.reeve, &caller, &org, &changes).await?;
    Ok(Json(after))
}

/// Deletes an organization with everything inside, never the default one. Without `confirm` the answer
/// is a conflict that says what would be lost.
#[utoipa::path(delete, path = "/v1/admin/orgs/{org}", tag = "organizations",
    params(("org" = String, Path), Confirmation),
    responses((status = 200, body = Holdings, description = "What went with it"), Problems))]
pub(in crate::http) async fn delete_organization(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Named(org): Named<Slug>,
    Asked(Confirmation { confirm }): Asked<Confirmation>,
) -> Result<Json<Holdings>, ApiError> {
    let confirm = confirm.as_deref();
    let lost = app::organization::delete(&state.reeve, &caller, &org, confirm).await?;
    Ok(Json(lost))
}
