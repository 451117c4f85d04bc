//! Trying out the mapping of groups to roles (U-11 to U-14).

use app::mapping::{Test, Tested};
use axum::Json;
use axum::extract::State as Extract;

use crate::http::State;
use crate::http::answers::Problems;
use crate::http::extract::{Authenticated, Body};
use crate::http::problem::ApiError;

/// Says, step by step, which roles a sign-in with these claims would give and take. Changes nothing.
#[utoipa::path(post, path = "/v1/admin/mapping/test", tag = "mapping", request_body = Test,
    responses((status = 200, body = Tested), Problems))]
pub(in crate::http) async fn test_mapping(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Body(test): Body<Test>,
) -> Result<Json<Tested>, ApiError> {
    Ok(Json(
        app::mapping::test(&state.reeve, &caller, &test).await?,
    ))
}
