//! The answers that every route may give beside its own, for the OpenAPI document.

use std::collections::BTreeMap;

use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{IntoResponses, ToSchema};

use super::problem::Problem;

/// Errors, each a [`Problem`].
pub(super) struct Problems;

const ERRORS: [(&str, &str); 8] = [
    ("400", "The request can't be used (`invalid_request`)."),
    ("401", "Nobody, or nobody any more (`unauthenticated`)."),
    (
        "403",
        "The caller may not do this (`insufficient_permissions`).",
    ),
    (
        "404",
        "Nothing of that name that the caller may see (`not_found`).",
    ),
    (
        "409",
        "It contradicts what is there (`conflict` and its kin).",
    ),
    (
        "429",
        "Too many requests (`rate_limited`); `Retry-After` says when.",
    ),
    ("500", "A failure of Reeve's own (`internal_error`)."),
    (
        "503",
        "Not now (`service_unavailable`, `operation_paused`).",
    ),
];

impl IntoResponses for Problems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let schema = Ref::from_schema_name(Problem::name());
        let body = ContentBuilder::new().schema(Some(schema)).build();
        let answer = |text: &str| {
            let answer = ResponseBuilder::new()
                .description(text)
                .content("application/problem+json", body.clone());
            RefOr::T(answer.build())
        };
        ERRORS
            .iter()
            .map(|(status, text)| ((*status).to_owned(), answer(text)))
            .collect()
    }
}
