//! Errors as clients see them: RFC 9457 problem details with a code of a closed list.

use axum::Json;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use app::Caller;
use domain::actor::Actor;

#[derive(Serialize)]
struct Problem {
    title: &'static str,
    status: u16,
    code: &'static str,
    detail: String,
    correlation_id: String,
}

/// The answer to a path that no route has.
pub(super) async fn not_found(uri: Uri) -> Response {
    let correlation_id = Caller::new(Actor::Job { name: "http" })
        .correlation_id
        .to_string();
    let problem = Problem {
        title: "Not found",
        status: StatusCode::NOT_FOUND.as_u16(),
        code: "not_found",
        detail: format!("there is nothing at {}", uri.path()),
        correlation_id: correlation_id.clone(),
    };
    let headers = [
        (
            header::CONTENT_TYPE.as_str(),
            "application/problem+json".to_owned(),
        ),
        ("x-correlation-id", correlation_id),
    ];
    (StatusCode::NOT_FOUND, headers, Json(problem)).into_response()
}
