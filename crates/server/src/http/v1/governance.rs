//! Mode, mapping, numbers and policy: what decides access. Each change says what reconcile would make
//! of it; with `?dry_run=true` it is shown and not kept.

use std::collections::BTreeSet;

use app::governance::{Effect, Number, Shown};
use axum::Json;
use axum::extract::State as Extract;
use domain::governance::mode::Mode;
use domain::id::{DiscordRoleId, GuildId};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::http::State;
use crate::http::answers::Problems;
use crate::http::extract::{Asked, Authenticated, Body, Named};
use crate::http::problem::ApiError;

/// How a change is made.
#[derive(Clone, Copy, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct How {
    /// Show what it would change, keep nothing.
    #[serde(default)]
    dry_run: bool,
}

/// A mode.
#[derive(Deserialize, ToSchema)]
#[schema(as = NewMode)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct NewMode {
    mode: Mode,
}

/// The roles of a guild that stand for `hauling.member`; none takes the guild out.
#[derive(Deserialize, ToSchema)]
#[schema(as = NewMapping)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct NewMapping {
    roles: BTreeSet<DiscordRoleId>,
}

/// A number.
#[derive(Deserialize, ToSchema)]
#[schema(as = NewNumber)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct NewNumber {
    value: u32,
}

/// A policy.
#[derive(Deserialize, ToSchema)]
#[schema(as = NewPolicy)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct NewPolicy {
    /// `access.login`, as TOML.
    policy: String,
}

/// What decides access, and how fresh the observations are.
#[utoipa::path(get, path = "/v1/admin/governance", tag = "governance",
    responses((status = 200, body = Shown), Problems))]
pub(in crate::http) async fn get_governance(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
) -> Result<Json<Shown>, ApiError> {
    let overview = app::governance::show(&state.reeve, &caller).await?;
    Ok(Json(overview.shown()))
}

/// Sets where entitlement comes from.
#[utoipa::path(put, path = "/v1/admin/governance/mode", tag = "governance", params(How),
    request_body = NewMode, responses((status = 200, body = Effect), Problems))]
pub(in crate::http) async fn set_mode(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Asked(how): Asked<How>,
    Body(new): Body<NewMode>,
) -> Result<Json<Effect>, ApiError> {
    let effect = app::governance::set_mode(&state.reeve, &caller, new.mode, how.dry_run).await?;
    Ok(Json(effect))
}

/// Sets which roles of a guild entitle.
#[utoipa::path(put, path = "/v1/admin/governance/mapping/{guild_id}", tag = "governance",
    params(("guild_id" = GuildId, Path), How), request_body = NewMapping,
    responses((status = 200, body = Effect), Problems))]
pub(in crate::http) async fn set_mapping(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Named(guild): Named<GuildId>,
    Asked(how): Asked<How>,
    Body(new): Body<NewMapping>,
) -> Result<Json<Effect>, ApiError> {
    let (reeve, dry) = (&state.reeve, how.dry_run);
    let effect = app::governance::map_role(reeve, &caller, guild, &new.roles, dry).await?;
    Ok(Json(effect))
}

/// Sets one of the numbers: `snapshot-max-age-seconds`, `guard-share-percent`, `guard-few`,
/// `guard-count`, `role-restore-days`, `reconcile-every-seconds`, `audit-retention-months`.
#[utoipa::path(put, path = "/v1/admin/governance/numbers/{name}", tag = "governance",
    params(("name" = String, Path), How), request_body = NewNumber,
    responses((status = 200, body = Effect), Problems))]
pub(in crate::http) async fn set_number(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Named(name): Named<String>,
    Asked(how): Asked<How>,
    Body(new): Body<NewNumber>,
) -> Result<Json<Effect>, ApiError> {
    let number = Number::ALL.into_iter().find(|number| number.name() == name);
    let number = number.ok_or_else(ApiError::not_found)?;
    let (reeve, dry) = (&state.reeve, how.dry_run);
    let effect = app::governance::set_number(reeve, &caller, number, new.value, dry).await?;
    Ok(Json(effect))
}

/// Sets the access policy `access.login`.
#[utoipa::path(put, path = "/v1/admin/governance/policy", tag = "governance", params(How),
    request_body = NewPolicy, responses((status = 200, body = Effect), Problems))]
pub(in crate::http) async fn set_policy(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Asked(how): Asked<How>,
    Body(new): Body<NewPolicy>,
) -> Result<Json<Effect>, ApiError> {
    let effect = app::policy::set(&state.reeve, &caller, &new.policy, how.dry_run).await?;
    Ok(Json(effect))
}
