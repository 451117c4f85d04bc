//! Bringing somebody's roles in line with their groups (U-24).

use app::provision::Synced;
use axum::Json;
use axum::extract::State as Extract;
use domain::id::UserId;

use crate::http::State;
use crate::http::answers::Problems;
use crate::http::extract::{Authenticated, Named};
use crate::http::problem::ApiError;

/// Gives and takes what the mapping says for the groups that the identity provider named last.
#[utoipa::path(post, path = "/v1/admin/users/{user_id}/provisioning-sync", tag = "users",
    params(("user_id" = UserId, Path)),
    responses((status = 200, body = Synced), Problems))]
pub(in crate::http) async fn sync_user(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Named(user_id): Named<UserId>,
) -> Result<Json<Synced>, ApiError> {
    let who = user_id.to_string();
    Ok(Json(
        app::provision::sync(&state.reeve, &caller, &who).await?,
    ))
}
