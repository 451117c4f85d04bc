//! Errors as clients see them: RFC 9457 problem details with a code of a closed list (I-03 to I-09).
//!
//! The one place where an error of `app` becomes a status and a code. The correlation id is put in by
//! [`super::envelope`], which knows the request.

use app::authenticate::Unauthenticated;
use app::permit::Refusal;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::access::reason::Reason;
use serde::Serialize;
use utoipa::ToSchema;

/// What went wrong, for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Code {
    Unauthenticated,
    InsufficientPermissions,
    InvalidRequest,
    NotFound,
    Conflict,
    RateLimited,
    ServiceUnavailable,
    InternalError,
}

impl Code {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Unauthenticated => "unauthenticated",
            Self::InsufficientPermissions => "insufficient_permissions",
            Self::InvalidRequest => "invalid_request",
            Self::NotFound => "not_found",
            Self::Conflict => "conflict",
            Self::RateLimited => "rate_limited",
            Self::ServiceUnavailable => "service_unavailable",
            Self::InternalError => "internal_error",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Unauthenticated => "Not signed in",
            Self::InsufficientPermissions => "Not allowed",
            Self::InvalidRequest => "The request can't be used",
            Self::NotFound => "Not found",
            Self::Conflict => "It contradicts what is there",
            Self::RateLimited => "Too many attempts",
            Self::ServiceUnavailable => "Not available now",
            Self::InternalError => "Something went wrong",
        }
    }

    fn status(self) -> StatusCode {
        match self {
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::InsufficientPermissions => StatusCode::FORBIDDEN,
            Self::InvalidRequest => StatusCode::BAD_REQUEST,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Conflict => StatusCode::CONFLICT,
            Self::RateLimited => StatusCode::TOO_MANY_REQUESTS,
            Self::ServiceUnavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::InternalError => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

/// An error of the API, as `application/problem+json`.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct Problem {
    pub(super) title: &'static str,
    pub(super) status: u16,
    pub(super) code: Code,
    /// What happened, for people.
    pub(super) detail: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) remedy: Option<String>,
    /// By which the request is found in logs and audit.
    pub(super) correlation_id: String,
    /// W3C trace id, 32 hexadecimal digits.
    pub(super) trace_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) actor_user_id: Option<String>,
}

/// What a handler returns when it fails; [`super::envelope`] makes the answer of it.
#[derive(Clone, Debug)]
pub(super) struct ApiError {
    pub(super) code: Code,
    pub(super) detail: String,
    pub(super) remedy: Option<String>,
    /// Allowed methods, of a 405.
    pub(super) status: StatusCode,
}

impl ApiError {
    pub(super) fn new(code: Code, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
            remedy: None,
            status: code.status(),
        }
    }

    pub(super) fn invalid(detail: impl Into<String>) -> Self {
        Self::new(Code::InvalidRequest, detail)
    }

    /// The same words for what does not exist and for what this caller may not know of.
    pub(super) fn not_found() -> Self {
        Self::new(
            Code::NotFound,
            "there is nothing here by that name that you may see",
        )
    }

    pub(super) fn problem(self, ids: &super::envelope::Ids) -> Problem {
        Problem {
            title: self.code.title(),
            status: self.status.as_u16(),
            code: self.code,
            detail: self.detail,
            remedy: self.remedy,
            correlation_id: ids.correlation_id.to_string(),
            trace_id: ids.trace_id.clone(),
            actor_user_id: None,
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<app::Error> for ApiError {
    fn from(error: app::Error) -> Self {
        use app::Error;
        let text = error.to_string();
        match &error {
            Error::Invalid { .. } | Error::TokenDenied(_) => Self::invalid(text),
            Error::NotFound { .. } => Self::not_found(),
            Error::Unauthenticated(why) => unauthenticated(why),
            Error::Refused(refusal) => refused(refusal),
            Error::GrantDenied(_) | Error::EndDenied(_) => {
                Self::new(Code::InsufficientPermissions, text)
            }
            Error::Conflict(_)
            | Error::MoveDenied(_)
            | Error::RulesMissing(_)
            | Error::Overtaken { .. }
            | Error::Busy { .. }
            | Error::LeaseLost => Self::new(Code::Conflict, text),
            Error::SparingDenied(_) | Error::SnapshotRejected(_) => Self::invalid(text),
            Error::MappingUnusable(_) => Self::new(Code::Conflict, text),
            Error::Provider(_) => {
                tracing::error!(error = %text, "the identity provider is not available");
                Self::new(
                    Code::ServiceUnavailable,
                    "the identity provider does not answer as it should; nothing was changed",
                )
            }
            Error::Store(store) if store.is_unavailable() => {
                tracing::error!(error = %text, "the database is not available");
                Self {
                    remedy: Some("try again in a moment".to_owned()),
                    ..Self::new(
                        Code::ServiceUnavailable,
                        "the database does not answer; nothing was changed",
                    )
                }
            }
            // What the cause says is for whoever runs this, and in the log.
            Error::Store(_) | Error::Io(_) => {
                tracing::error!(error = %text, "an operation failed");
                Self::new(
                    Code::InternalError,
                    "the operation failed and changed nothing; the log has the cause under the \
                     correlation id",
                )
            }
        }
    }
}

fn unauthenticated(why: &Unauthenticated) -> ApiError {
    if let Unauthenticated::Token(cause) = why {
        tracing::info!(%cause, "a token was refused");
    }
    ApiError::new(Code::Unauthenticated, why.to_string())
}

fn refused(refusal: &Refusal) -> ApiError {
    match refusal.finding.reason {
        // Another organization's things look exactly like missing ones.
        Reason::NotAMember | Reason::ScopeMismatch => ApiError::not_found(),
        Reason::UnknownIdentity | Reason::IdentityNotActive { .. } | Reason::SessionRevoked => {
            ApiError::new(Code::Unauthenticated, refusal.to_string())
        }
        Reason::NotAsked
        | Reason::Passed
        | Reason::BreakGlass
        | Reason::Owner
        | Reason::Exempted
        | Reason::GrantedByEntitlement
        | Reason::NotEnforced
        | Reason::PermissionNotHeld { .. }
        | Reason::OutsideTokenScopes { .. }
        | Reason::GovernanceIncomplete { .. }
        | Reason::NotEligible { .. }
        | Reason::NotEntitled { .. }
        | Reason::ObservationStale => {
            ApiError::new(Code::InsufficientPermissions, refusal.to_string())
        }
    }
}

/// The answer to a path that no route has.
pub(super) async fn no_such_route() -> ApiError {
    ApiError::not_found()
}

/// The answer to a method that the path does not know.
pub(super) async fn no_such_method() -> ApiError {
    ApiError {
        status: StatusCode::METHOD_NOT_ALLOWED,
        ..ApiError::invalid("this path has no such method; `Allow` names those that it has")
    }
}
