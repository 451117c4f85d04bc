//! Routes that a switch hides (U-01, U-79): while it is off they are not there.

use axum::extract::{MatchedPath, Request, State as Extract};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::State;
use super::problem::ApiError;

/// What `USER_MGMT_CORE` hides, each with everything under it.
const CORE: [&str; 5] = [
    "/v1/admin/users",
    "/v1/admin/audit",
    "/v1/admin/orgs",
    "/v1/orgs",
    "/v1/platform",
];

/// Answers 404 for what is hidden now, whoever asks. The settings are live: the next request sees a
/// change.
pub(super) async fn hide(Extract(state): Extract<State>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>();
    let hidden = route.is_some_and(|route| {
        let under = |prefix: &&str| {
            let rest = route.as_str().strip_prefix(prefix);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        CORE.iter().any(under) && !state.reeve.live.get().flags.core
    });
    if hidden {
        return ApiError::not_found().into_response();
    }
    next.run(request).await
}
