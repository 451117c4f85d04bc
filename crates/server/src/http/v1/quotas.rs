//! Quotas of a person (U-42).

use app::quota::{self, Shown};
use axum::Json;
use axum::extract::State as Extract;
use domain::id::UserId;
use domain::quota::Quota;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::http::State;
use crate::http::answers::Problems;
use crate::http::extract::{Authenticated, Body, Named};
use crate::http::problem::ApiError;

/// Every quota of a person.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct UserQuotas {
    quotas: Vec<Shown>,
}

/// A limit of somebody's own.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewQuota)]
pub(in crate::http) struct Limit {
    /// 0 to 1000.
    limit: u32,
}

/// A person's quotas: how many of what they have, and may have.
#[utoipa::path(get, path = "/v1/admin/users/{user_id}/quotas", tag = "users",
    params(("user_id" = UserId, Path)),
    responses((status = 200, body = UserQuotas), Problems))]
pub(in crate::http) async fn list_user_quotas(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Named(user_id): Named<UserId>,
) -> Result<Json<UserQuotas>, ApiError> {
    let quotas = quota::list(&state.reeve, &caller, &user_id.to_string()).await?;
    Ok(Json(UserQuotas { quotas }))
}

/// Gives a person a limit of their own. What they have above it stays.
#[utoipa::path(put, path = "/v1/admin/users/{user_id}/quotas/{quota}", tag = "users",
    request_body = Limit, params(("user_id" = UserId, Path), ("quota" = Quota, Path)),
    responses((status = 200, body = Shown), Problems))]
pub(in crate::http) async fn set_user_quota(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Named((user_id, quota)): Named<(UserId, Quota)>,
    Body(wanted): Body<Limit>,
) -> Result<Json<Shown>, ApiError> {
    let (who, limit) = (user_id.to_string(), Some(wanted.limit));
    let shown = quota::set(&state.reeve, &caller, &who, quota, limit).await?;
    Ok(Json(shown))
}

/// Gives a person the usual limit again. Harmless to repeat.
#[utoipa::path(delete, path = "/v1/admin/users/{user_id}/quotas/{quota}", tag = "users",
    params(("user_id" = UserId, Path), ("quota" = Quota, Path)),
    responses((status = 200, body = Shown), Problems))]
pub(in crate::http) async fn clear_user_quota(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Named((user_id, quota)): Named<(UserId, Quota)>,
) -> Result<Json<Shown>, ApiError> {
    let who = user_id.to_string();
    let shown = quota::set(&state.reeve, &caller, &who, quota, None).await?;
    Ok(Json(shown))
}
