//! Moving a person's status by hand (R-23, R-39, D3).

use app::lifecycle::{self, Erasure, Moved, Restored};
use axum::Json;
use axum::extract::State as Extract;
use domain::id::UserId;
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::ToSchema;

use super::end::end;
use crate::http::State;
use crate::http::answers::Problems;
use crate::http::extract::{Authenticated, Body, Named};
use crate::http::problem::ApiError;

/// Why a status is moved.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = StatusReason)]
pub(in crate::http) struct Why {
    /// It stands in the audit log for ever, so name nobody; 1 to 500 characters.
    reason: String,
}

/// Why somebody is restored, and how long automation leaves them alone: a day, if nothing is said.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RestoreWanted)]
pub(in crate::http) struct Restore {
    /// It stands in the audit log for ever, so name nobody; 1 to 500 characters.
    reason: String,
    /// Until then; or say `for_seconds`.
    until: Option<Timestamp>,
    /// For so long from now; or say `until`.
    for_seconds: Option<u32>,
}

/// Why somebody is erased.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EraseWanted)]
pub(in crate::http) struct Erase {
    /// It stands in the audit log for ever, so name nobody; 1 to 500 characters.
    reason: String,
    /// The person's e-mail address, once more.
    confirm: String,
}

/// Suspends somebody: no access, sessions revoked. Reconcile brings back who is owed access.
#[utoipa::path(post, path = "/v1/admin/users/{user_id}/suspend", tag = "users", request_body = Why,
    params(("user_id" = UserId, Path)),
    responses((status = 200, body = Moved), Problems))]
pub(in crate::http) async fn suspend_user(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Named(user_id): Named<UserId>,
    Body(why): Body<Why>,
) -> Result<Json<Moved>, ApiError> {
    let who = user_id.to_string();
    let moved = lifecycle::suspend(&state.reeve, &caller, &who, &why.reason).await?;
    Ok(Json(moved))
}

/// Disables somebody: no access, and no automation ever reverses that.
#[utoipa::path(post, path = "/v1/admin/users/{user_id}/disable", tag = "users", request_body = Why,
    params(("user_id" = UserId, Path)),
    responses((status = 200, body = Moved), Problems))]
pub(in crate::http) async fn disable_user(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Named(user_id): Named<UserId>,
    Body(why): Body<Why>,
) -> Result<Json<Moved>, ApiError> {
    let who = user_id.to_string();
    let moved = lifecycle::disable(&state.reeve, &caller, &who, &why.reason).await?;
    Ok(Json(moved))
}

/// Undoes a disable: the status is again what it was before.
#[utoipa::path(post, path = "/v1/admin/users/{user_id}/enable", tag = "users", request_body = Why,
    params(("user_id" = UserId, Path)),
    responses((status = 200, body = Moved), Problems))]
pub(in crate::http) async fn enable_user(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Named(user_id): Named<UserId>,
    Body(why): Body<Why>,
) -> Result<Json<Moved>, ApiError> {
    let who = user_id.to_string();
    let moved = lifecycle::enable(&state.reeve, &caller, &who, &why.reason).await?;
    Ok(Json(moved))
}

/// Restores somebody at once: active, stripped roles given back where they can be, and a hold.
#[utoipa::path(post, path = "/v1/admin/users/{user_id}/restore", tag = "users",
    request_body = Restore, params(("user_id" = UserId, Path)),
    responses((status = 200, body = Restored), Problems))]
pub(in crate::http) async fn restore_user(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Named(user_id): Named<UserId>,
    Body(wanted): Body<Restore>,
) -> Result<Json<Restored>, ApiError> {
    let who = user_id.to_string();
    let until = end(wanted.until, wanted.for_seconds)?;
    let why = &wanted.reason;
    let restored = lifecycle::restore(&state.reeve, &caller, &who, until, why).await?;
    Ok(Json(restored))
}

/// Erases a person: pseudonymised, unlinked, disabled, without roles. It can't be undone.
#[utoipa::path(post, path = "/v1/admin/users/{user_id}/erase", tag = "users", request_body = Erase,
    params(("user_id" = UserId, Path)),
    responses((status = 200, body = Erasure), Problems))]
pub(in crate::http) async fn erase_user(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Named(user_id): Named<UserId>,
    Body(erase): Body<Erase>,
) -> Result<Json<Erasure>, ApiError> {
    let who = user_id.to_string();
    let (confirm, why) = (&erase.confirm, &erase.reason);
    let erased = lifecycle::erase(&state.reeve, &caller, &who, confirm, why).await?;
    Ok(Json(erased))
}
