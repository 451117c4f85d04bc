//! Who has which role, in two families: the platform's, and organizations' with their projects (I-11).

use app::Caller;
use app::role::{Given, Place, Wanted, give, revoke};
use axum::Json;
use axum::extract::State as Extract;
use domain::id::{AssignmentId, UserId};
use domain::tenancy::organization::Slug;
use serde::{Deserialize, Serialize};
use store::assignment::{Filter, Page};
use utoipa::{IntoParams, ToSchema};

use crate::http::State;
use crate::http::answers::Problems;
use crate::http::extract::{Asked, Authenticated, Body, Named, page_size};
use crate::http::problem::ApiError;

/// Which assignments to list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct Listing {
    /// Only this person's.
    #[param(value_type = Option<String>)]
    user_id: Option<UserId>,
    /// Only of the role of this name.
    role: Option<String>,
    /// Where the page before ended.
    #[param(value_type = Option<String>)]
    cursor: Option<AssignmentId>,
    /// At most so many, 1 to 200; 50 if left out.
    limit: Option<u16>,
}

/// Which role to take from whom.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct Taking {
    /// Id or e-mail address.
    identity: String,
    /// The role's name.
    role: String,
}

/// What was taken.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct TakenRole {
    /// How many assignments, from whatever source; 0 if there was none.
    taken: usize,
}

fn of(organization: Slug) -> Place {
    Place {
        organization: Some(organization),
        project: None,
    }
}

fn inside((organization, project): (Slug, Slug)) -> Place {
    Place {
        organization: Some(organization),
        project: Some(project),
    }
}

async fn list(
    state: &State,
    caller: &Caller,
    place: &Place,
    listing: Listing,
) -> Result<Json<Page>, ApiError> {
    let filter = Filter {
        user_id: listing.user_id,
        role: listing.role,
        after: listing.cursor,
        limit: page_size(listing.limit)?,
    };
    let page = app::assignment::list(&state.reeve, caller, place, &filter).await?;
    Ok(Json(page))
}

async fn take(
    state: &State,
    caller: &Caller,
    place: &Place,
    taking: &Taking,
) -> Result<Json<TakenRole>, ApiError> {
    let Taking { identity, role } = taking;
    let taken = revoke(&state.reeve, caller, identity, role, place).await?;
    Ok(Json(TakenRole { taken }))
}

/// A page of the platform's assignments, with where each came from.
#[utoipa::path(get, path = "/v1/platform/assignments", tag = "assignments", params(Listing),
    responses((status = 200, body = Page), Problems))]
pub(in crate::http) async fn list_platform_assignments(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Asked(listing): Asked<Listing>,
) -> Result<Json<Page>, ApiError> {
    list(&state, &caller, &Place::default(), listing).await
}

/// Gives a platform role. For platform admins.
#[utoipa::path(post, path = "/v1/platform/assignments", tag = "assignments", request_body = Wanted,
    responses((status = 200, body = Given), Problems))]
pub(in crate::http) async fn give_platform_role(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Body(wanted): Body<Wanted>,
) -> Result<Json<Given>, ApiError> {
    let given = give(&state.reeve, &caller, &wanted, &Place::default()).await?;
    Ok(Json(given))
}

/// Takes a platform role, from whatever source it came. For platform admins.
#[utoipa::path(delete, path = "/v1/platform/assignments", tag = "assignments", params(Taking),
    responses((status = 200, body = TakenRole), Problems))]
pub(in crate::http) async fn take_platform_role(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Asked(taking): Asked<Taking>,
) -> Result<Json<TakenRole>, ApiError> {
    take(&state, &caller, &Place::default(), &taking).await
}

/// A page of an organization's assignments, those in its projects left out.
#[utoipa::path(get, path = "/v1/orgs/{org}/assignments", tag = "assignments",
    params(("org" = String, Path), Listing),
    responses((status = 200, body = Page), Problems))]
pub(in crate::http) async fn list_organization_assignments(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Named(org): Named<Slug>,
    Asked(listing): Asked<Listing>,
) -> Result<Json<Page>, ApiError> {
    list(&state, &caller, &of(org), listing).await
}

/// Gives a role in an organization, up to the caller's ceiling there.
#[utoipa::path(post, path = "/v1/orgs/{org}/assignments", tag = "assignments",
    params(("org" = String, Path)), request_body = Wanted,
    responses((status = 200, body = Given), Problems))]
pub(in crate::http) async fn give_organization_role(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Named(org): Named<Slug>,
    Body(wanted): Body<Wanted>,
) -> Result<Json<Given>, ApiError> {
    let given = give(&state.reeve, &caller, &wanted, &of(org)).await?;
    Ok(Json(given))
}

/// Takes a role in an organization, from whatever source it came.
#[utoipa::path(delete, path = "/v1/orgs/{org}/assignments", tag = "assignments",
    params(("org" = String, Path), Taking),
    responses((status = 200, body = TakenRole), Problems))]
pub(in crate::http) async fn take_organization_role(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Named(org): Named<Slug>,
    Asked(taking): Asked<Taking>,
) -> Result<Json<TakenRole>, ApiError> {
    take(&state, &caller, &of(org), &taking).await
}

/// A page of a project's assignments.
#[utoipa::path(get, path = "/v1/orgs/{org}/projects/{project}/assignments", tag = "assignments",
    params(("org" = String, Path), ("project" = String, Path), Listing),
    responses((status = 200, body = Page), Problems))]
pub(in crate::http) async fn list_project_assignments(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Named(place): Named<(Slug, Slug)>,
    Asked(listing): Asked<Listing>,
) -> Result<Json<Page>, ApiError> {
    list(&state, &caller, &inside(place), listing).await
}

/// Gives a role in a project, up to the caller's ceiling there.
#[utoipa::path(post, path = "/v1/orgs/{org}/projects/{project}/assignments", tag = "assignments",
    params(("org" = String, Path), ("project" = String, Path)), request_body = Wanted,
    responses((status = 200, body = Given), Problems))]
pub(in crate::http) async fn give_project_role(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Named(place): Named<(Slug, Slug)>,
    Body(wanted): Body<Wanted>,
) -> Result<Json<Given>, ApiError> {
    let given = give(&state.reeve, &caller, &wanted, &inside(place)).await?;
    Ok(Json(given))
}

/// Takes a role in a project, from whatever source it came.
#[utoipa::path(delete, path = "/v1/orgs/{org}/projects/{project}/assignments", tag = "assignments",
    params(("org" = String, Path), ("project" = String, Path), Taking),
    responses((status = 200, body = TakenRole), Problems))]
pub(in crate::http) async fn take_project_role(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Named(place): Named<(Slug, Slug)>,
    Asked(taking): Asked<Taking>,
) -> Result<Json<TakenRole>, ApiError> {
    take(&state, &caller, &inside(place), &taking).await
}
