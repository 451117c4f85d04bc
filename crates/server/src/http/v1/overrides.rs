//! Role overrides (U-18, U-39).

use app::overrides::{self, How, Shown, Wanted};
use axum::Json;
use axum::extract::State as Extract;
use axum::http::StatusCode;
use domain::id::UserId;

use crate::http::State;
use crate::http::answers::Problems;
use crate::http::extract::{Authenticated, Body, Named};
use crate::http::problem::ApiError;

/// A person's role overrides, over or not.
#[utoipa::path(get, path = "/v1/admin/users/{user_id}/role-overrides", tag = "users",
    params(("user_id" = UserId, Path)),
    responses((status = 200, body = Shown), Problems))]
pub(in crate::http) async fn get_user_role_overrides(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Named(user_id): Named<UserId>,
) -> Result<Json<Shown>, ApiError> {
    let shown = overrides::show(&state.reeve, &caller, &user_id.to_string()).await?;
    Ok(Json(shown))
}

/// Sets a person's role overrides: what is left out is gone. Nothing set removes them.
#[utoipa::path(put, path = "/v1/admin/users/{user_id}/role-overrides", tag = "users",
    request_body = Wanted, params(("user_id" = UserId, Path)),
    responses((status = 200, body = Shown), Problems))]
pub(in crate::http) async fn set_user_role_overrides(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Named(user_id): Named<UserId>,
    Body(wanted): Body<Wanted>,
) -> Result<Json<Shown>, ApiError> {
    let who = user_id.to_string();
    let shown = overrides::set(&state.reeve, &caller, &who, &wanted, How::Replace).await?;
    Ok(Json(shown))
}

/// Changes a person's role overrides: what is left out stays. Nothing left removes them.
#[utoipa::path(patch, path = "/v1/admin/users/{user_id}/role-overrides", tag = "users",
    request_body = Wanted, params(("user_id" = UserId, Path)),
    responses((status = 200, body = Shown), Problems))]
pub(in crate::http) async fn update_user_role_overrides(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Named(user_id): Named<UserId>,
    Body(wanted): Body<Wanted>,
) -> Result<Json<Shown>, ApiError> {
    let who = user_id.to_string();
    let shown = overrides::set(&state.reeve, &caller, &who, &wanted, How::Merge).await?;
    Ok(Json(shown))
}

/// Removes a person's role overrides. Harmless to repeat.
#[utoipa::path(delete, path = "/v1/admin/users/{user_id}/role-overrides", tag = "users",
    params(("user_id" = UserId, Path)),
    responses((status = 204), Problems))]
pub(in crate::http) async fn clear_user_role_overrides(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Named(user_id): Named<UserId>,
) -> Result<StatusCode, ApiError> {
    overrides::clear(&state.reeve, &caller, &user_id.to_string()).await?;
    Ok(StatusCode::NO_CONTENT)
}
