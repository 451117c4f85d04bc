//! Links of a person to external accounts (P-01). What they are is in the person's detail.

use app::link::{self, Bound, New};
use axum::Json;
use axum::extract::State as Extract;
use axum::http::StatusCode;
use domain::id::UserId;

use crate::http::State;
use crate::http::answers::Problems;
use crate::http::extract::{Authenticated, Body, Named};
use crate::http::problem::ApiError;

/// Binds a Discord account to a person, by its id. One that is somebody else's is a conflict.
#[utoipa::path(post, path = "/v1/admin/users/{user_id}/links", tag = "users", request_body = New,
    params(("user_id" = UserId, Path)),
    responses((status = 201, body = Bound), (status = 200, description = "It was bound before.", body = Bound), Problems))]
pub(in crate::http) async fn link_user(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Named(user_id): Named<UserId>,
    Body(new): Body<New>,
) -> Result<(StatusCode, Json<Bound>), ApiError> {
    let bound = link::link(&state.reeve, &caller, &user_id.to_string(), &new).await?;
    let status = match bound.new {
        true => StatusCode::CREATED,
        false => StatusCode::OK,
    };
    Ok((status, Json(bound)))
}

/// Takes an external account from a person. `provider` is `discord`, or an issuer's URL, escaped.
#[utoipa::path(delete, path = "/v1/admin/users/{user_id}/links/{provider}/{external_id}", tag = "users",
    params(("user_id" = UserId, Path), ("provider" = String, Path), ("external_id" = String, Path)),
    responses((status = 204), Problems))]
pub(in crate::http) async fn unlink_user(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Named((user_id, provider, external_id)): Named<(UserId, String, String)>,
) -> Result<StatusCode, ApiError> {
    let who = user_id.to_string();
    link::unlink(&state.reeve, &caller, &who, &provider, &external_id).await?;
    Ok(StatusCode::NO_CONTENT)
}
