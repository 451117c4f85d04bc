//! What is set for all organizations: strict mode (I-20), approval of moves, the pause (I-12).

use axum::Json;
use axum::extract::State as Extract;
use serde::{Deserialize, Serialize};
use store::tenancy::{Pause, Setting};
use utoipa::ToSchema;

use crate::http::State;
use crate::http::answers::Problems;
use crate::http::extract::{Authenticated, Body};
use crate::http::problem::ApiError;

/// On or off.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Switch {
    on: bool,
}

/// Whether something was different before.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct Switched {
    changed: bool,
}

/// Why bulk changes are to be paused.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct NewPause {
    reason: String,
}

/// Whether bulk changes are paused.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct PauseState {
    paused: Option<Pause>,
}

/// Strict mode, approval of moves, and the pause of bulk changes.
#[utoipa::path(get, path = "/v1/admin/governance/tenancy", tag = "tenancy",
    responses((status = 200, body = Setting), Problems))]
pub(in crate::http) async fn get_tenancy(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
) -> Result<Json<Setting>, ApiError> {
    let setting = app::tenancy::show(&state.reeve, &caller).await?;
    Ok(Json(setting))
}

/// Switches strict mode: an active membership in one organization only, the default one aside. It does
/// not begin while somebody belongs to several; the conflict names them.
#[utoipa::path(patch, path = "/v1/admin/governance/strict-membership", tag = "tenancy",
    request_body = Switch,
    responses((status = 200, body = Switched), Problems))]
pub(in crate::http) async fn set_strict_membership(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Body(Switch { on }): Body<Switch>,
) -> Result<Json<Switched>, ApiError> {
    let changed = app::tenancy::set_strict(&state.reeve, &caller, on).await?;
    Ok(Json(Switched { changed }))
}

/// Sets whether a move to another organization waits for somebody else's approval.
#[utoipa::path(patch, path = "/v1/admin/governance/rehome-needs-approval", tag = "tenancy",
    request_body = Switch,
    responses((status = 200, body = Switched), Problems))]
pub(in crate::http) async fn set_rehome_approval(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Body(Switch { on }): Body<Switch>,
) -> Result<Json<Switched>, ApiError> {
    let changed = app::tenancy::set_rehome_approval(&state.reeve, &caller, on).await?;
    Ok(Json(Switched { changed }))
}

/// Whether bulk changes of roles and memberships are paused, since when and why.
#[utoipa::path(get, path = "/v1/admin/iam/pause", tag = "tenancy",
    responses((status = 200, body = PauseState), Problems))]
pub(in crate::http) async fn get_pause(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
) -> Result<Json<PauseState>, ApiError> {
    let paused = app::iam::show(&state.reeve, &caller).await?;
    Ok(Json(PauseState { paused }))
}

/// Pauses bulk changes: they answer `operation_paused`, single ones still work.
#[utoipa::path(post, path = "/v1/admin/iam/pause", tag = "tenancy", request_body = NewPause,
    responses((status = 200, body = Switched), Problems))]
pub(in crate::http) async fn pause_bulk_changes(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Body(NewPause { reason }): Body<NewPause>,
) -> Result<Json<Switched>, ApiError> {
    let changed = app::iam::pause(&state.reeve, &caller, &reason).await?;
    Ok(Json(Switched { changed }))
}

/// Lets bulk changes through again.
#[utoipa::path(delete, path = "/v1/admin/iam/pause", tag = "tenancy",
    responses((status = 200, body = Switched), Problems))]
pub(in crate::http) async fn resume_bulk_changes(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
) -> Result<Json<Switched>, ApiError> {
    let changed = app::iam::resume(&state.reeve, &caller).await?;
    Ok(Json(Switched { changed }))
}
