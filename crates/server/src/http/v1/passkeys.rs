//! Passkeys, by which people sign in.

use app::passkey::{Started, Wanted};
use axum::Json;
use axum::extract::State as Extract;
use axum::http::StatusCode;
use domain::id::{PasskeyId, UserId};
use serde::Serialize;
use store::passkey::Passkey;
use utoipa::ToSchema;

use crate::http::State;
use crate::http::answers::Problems;
use crate::http::extract::{Authenticated, Body, Named};
use crate::http::problem::ApiError;

/// Passkeys of one person.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct Passkeys {
    passkeys: Vec<Passkey>,
}

/// The caller's own passkeys, newest first.
#[utoipa::path(get, path = "/v1/me/passkeys", tag = "me",
    responses((status = 200, body = Passkeys), Problems))]
pub(in crate::http) async fn list_my_passkeys(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
) -> Result<Json<Passkeys>, ApiError> {
    let me = caller.actor.user_id().to_string();
    let passkeys = app::passkey::list(&state.reeve, &caller, &me).await?;
    Ok(Json(Passkeys { passkeys }))
}

/// Begins to register a passkey, in a browser in which the caller is signed in; tokens register none.
/// The answer says what to ask the authenticator for.
#[utoipa::path(post, path = "/v1/me/passkeys/ceremonies", tag = "me",
    responses((status = 201, body = Started), Problems))]
pub(in crate::http) async fn begin_my_passkey(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
) -> Result<(StatusCode, Json<Started>), ApiError> {
    let started = app::passkey::start(&state.reeve, &caller).await?;
    Ok((StatusCode::CREATED, Json(started)))
}

/// Ends a registration with what the authenticator made: the caller may sign in by it from now on.
#[utoipa::path(post, path = "/v1/me/passkeys", tag = "me", request_body = Wanted,
    responses((status = 201, body = Passkey), Problems))]
pub(in crate::http) async fn create_my_passkey(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Body(wanted): Body<Wanted>,
) -> Result<(StatusCode, Json<Passkey>), ApiError> {
    let passkey = app::passkey::register(&state.reeve, &caller, &wanted).await?;
    Ok((StatusCode::CREATED, Json(passkey)))
}

/// Removes one of the caller's passkeys: it signs nobody in any more. Sessions that it began go on.
#[utoipa::path(delete, path = "/v1/me/passkeys/{passkey_id}", tag = "me",
    params(("passkey_id" = PasskeyId, Path)),
    responses((status = 204), Problems))]
pub(in crate::http) async fn remove_my_passkey(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Named(passkey_id): Named<PasskeyId>,
) -> Result<StatusCode, ApiError> {
    let me = Some(caller.actor.user_id());
    app::passkey::remove(&state.reeve, &caller, passkey_id, me).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A person's passkeys, newest first.
#[utoipa::path(get, path = "/v1/admin/users/{user_id}/passkeys", tag = "users",
    params(("user_id" = UserId, Path)),
    responses((status = 200, body = Passkeys), Problems))]
pub(in crate::http) async fn list_user_passkeys(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Named(user_id): Named<UserId>,
) -> Result<Json<Passkeys>, ApiError> {
    let passkeys = app::passkey::list(&state.reeve, &caller, &user_id.to_string()).await?;
    Ok(Json(Passkeys { passkeys }))
}

/// Removes a person's passkey: it signs nobody in any more. To end the sessions that it began, end the
/// person's sessions.
#[utoipa::path(delete, path = "/v1/admin/users/{user_id}/passkeys/{passkey_id}", tag = "users",
    params(("user_id" = UserId, Path), ("passkey_id" = PasskeyId, Path)),
    responses((status = 204), Problems))]
pub(in crate::http) async fn remove_user_passkey(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Named((user_id, passkey_id)): Named<(UserId, PasskeyId)>,
) -> Result<StatusCode, ApiError> {
    app::passkey::remove(&state.reeve, &caller, passkey_id, Some(user_id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
