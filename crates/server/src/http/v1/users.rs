//! People (U-16, U-41).

use app::identity::Detail;
use axum::Json;
use axum::extract::State as Extract;
use domain::id::UserId;
use domain::identity::Status;
use domain::tenancy::organization::Slug;
use serde::Deserialize;
use store::person::{Filter, Page};
use utoipa::IntoParams;

use crate::http::State;
use crate::http::answers::Problems;
use crate::http::extract::{Asked, Authenticated, Named};
use crate::http::problem::ApiError;

/// Most people a page.
const MOST: u16 = 200;

/// Whom to list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct Wanted {
    /// `active`, `suspended` or `disabled`.
    #[param(value_type = Option<String>)]
    status: Option<Status>,
    /// Assigned this role, anywhere.
    role: Option<String>,
    /// Active member of the organization of this slug.
    organization: Option<String>,
    /// Contained in address or name, in any case.
    search: Option<String>,
    /// Where the page before ended.
    cursor: Option<String>,
    /// At most so many, 1 to 200; 50 if left out.
    limit: Option<u16>,
}

/// Whoever calls.
#[utoipa::path(get, path = "/v1/me", tag = "me",
    responses((status = 200, body = Detail), Problems))]
pub(in crate::http) async fn get_me(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
) -> Result<Json<Detail>, ApiError> {
    Ok(Json(app::identity::me(&state.reeve, &caller).await?))
}

/// A page of people, by e-mail address.
#[utoipa::path(get, path = "/v1/admin/users", tag = "users", params(Wanted),
    responses((status = 200, body = Page), Problems))]
pub(in crate::http) async fn list_users(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Json<Page>, ApiError> {
    let limit = wanted.limit.unwrap_or(50);
    if limit == 0 || limit > MOST {
        return Err(ApiError::invalid(format!("limit: expected 1 to {MOST}")));
    }
    let slug = |text: String| {
        let slug: Result<Slug, _> = text.parse();
        slug.map_err(|problem| ApiError::invalid(format!("organization: {problem}")))
    };
    let filter = Filter {
        status: wanted.status,
        role: wanted.role,
        organization: wanted.organization.map(slug).transpose()?,
        search: wanted.search,
        after: wanted.cursor,
        limit: limit.into(),
    };
    Ok(Json(
        app::identity::list(&state.reeve, &caller, &filter).await?,
    ))
}

/// A person, with roles and their provenance, memberships, links, holds, exemptions and latest changes.
#[utoipa::path(get, path = "/v1/admin/users/{user_id}", tag = "users",
    params(("user_id" = UserId, Path)),
    responses((status = 200, body = Detail), Problems))]
pub(in crate::http) async fn get_user(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Named(user_id): Named<UserId>,
) -> Result<Json<Detail>, ApiError> {
    let detail = app::identity::show(&state.reeve, &caller, &user_id.to_string()).await?;
    Ok(Json(detail))
}
