//! Errors as clients see them: RFC 9457 problem details with a code of a closed list (I-03 to I-09).
//!
//! The one place where an error of `app` becomes a status and a code. The correlation id is put in by
//! [`super::envelope`], which knows the request.

use app::authenticate::Unauthenticated;
use app::permit::Refusal;
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use domain::access::definition::DefineDenied;
use domain::access::reason::Reason;
use domain::credential::{passkey, token};
use domain::id::{OrganizationId, ProjectId, UserId};
use domain::review::Denied;
use domain::tenancy::rehome::RehomeDenied;
use serde::Serialize;
use store::StoreError;
use store::request::Told;
use utoipa::ToSchema;

use super::envelope::Ids;

/// What went wrong, for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Code {
    Unauthenticated,
    InsufficientPermissions,
    InvalidRequest,
    NotFound,
    Conflict,
    CrossTenantConflict,
    ScopeMismatch,
    OperationPaused,
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
            Self::CrossTenantConflict => "cross_tenant_conflict",
            Self::ScopeMismatch => "scope_mismatch",
            Self::OperationPaused => "operation_paused",
            Self::RateLimited => "rate_limited",
            Self::ServiceUnavailable => "service_unavailable",
            Self::InternalError => "internal_error",
        }
    }

    /// How a mutation ended that failed with this: what a rule said no to is no failure (I-32).
    pub(super) fn outcome(self) -> &'static str {
        if matches!(self, Self::ServiceUnavailable | Self::InternalError) {
            "failed"
        } else {
            "denied"
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Unauthenticated => "Not signed in",
            Self::InsufficientPermissions => "Not allowed",
            Self::InvalidRequest => "The request can't be used",
            Self::NotFound => "Not found",
            Self::Conflict => "It contradicts what is there",
            Self::CrossTenantConflict => "They belong to another organization",
            Self::ScopeMismatch => "Organization and project do not belong together",
            Self::OperationPaused => "Paused",
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
            Self::Conflict | Self::CrossTenantConflict | Self::ScopeMismatch => {
                StatusCode::CONFLICT
            }
            Self::OperationPaused | Self::ServiceUnavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::RateLimited => StatusCode::TOO_MANY_REQUESTS,
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
    /// Who asked, if that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) actor_user_id: Option<UserId>,
    /// Whom and what a refusal was about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) target_user_id: Option<UserId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) tenant_id: Option<OrganizationId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) project_id: Option<ProjectId>,
    /// Of a role that was refused: the highest rank that the caller may give there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) ceiling: Option<i16>,
    /// Of a role that was refused: those that the caller may give there, highest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) grantable_roles: Option<Vec<String>>,
}

/// What a handler returns when it fails; [`super::envelope`] makes the answer of it.
#[derive(Clone, Debug)]
pub(super) struct ApiError {
    pub(super) code: Code,
    pub(super) detail: String,
    pub(super) remedy: Option<String>,
    /// Allowed methods, of a 405.
    pub(super) status: StatusCode,
    /// The way out of a role that was refused.
    pub(super) way_out: Option<WayOut>,
    /// In how many seconds to come back, of who came too often.
    pub(super) retry_after: Option<u64>,
}

/// What the caller may give where a role was refused.
#[derive(Clone, Debug)]
pub(super) struct WayOut {
    ceiling: Option<i16>,
    grantable: Vec<String>,
}

impl ApiError {
    pub(super) fn new(code: Code, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
            remedy: None,
            status: code.status(),
            way_out: None,
            retry_after: None,
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

    pub(super) fn problem(self, ids: &Ids, told: &Told) -> Problem {
        let ceiling = self.way_out.as_ref().and_then(|out| out.ceiling);
        // What looks missing must not be told by its id.
        let apt = !matches!(self.code, Code::NotFound | Code::Unauthenticated);
        Problem {
            ceiling,
            grantable_roles: self.way_out.map(|out| out.grantable),
            title: self.code.title(),
            status: self.status.as_u16(),
            code: self.code,
            detail: self.detail,
            remedy: self.remedy,
            correlation_id: ids.correlation_id.to_string(),
            trace_id: ids.trace_id.clone(),
            actor_user_id: ids.actor.get().copied(),
            target_user_id: told.target.filter(|_| apt),
            tenant_id: told.tenant_id.filter(|_| apt),
            project_id: told.project_id.filter(|_| apt),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        if let Some(seconds) = self.retry_after {
            let headers = response.headers_mut();
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(self);
        response
    }
}

impl From<app::Error> for ApiError {
    fn from(error: app::Error) -> Self {
        use app::Error;
        let text = error.to_string();
        match &error {
            Error::Invalid { .. } => Self::invalid(text),
            Error::TokenDenied(denied) => Self::new(of_token(denied), text),
            Error::ReviewDenied(denied) => of_review(denied, text),
            Error::PasskeyDenied(denied) => Self::new(of_passkey(*denied), text),
            // Named in the body, and seen by whoever got as far as this.
            Error::NotFound {
                what: "platform role" | "tenant role" | "project role",
                ..
            } => Self::invalid(format!("role: {text}")),
            Error::NotFound { .. } => Self::not_found(),
            Error::Unauthenticated(why) => unauthenticated(why),
            Error::Refused(refusal) => refused(refusal),
            Error::GrantDenied(_) | Error::EndDenied(_) | Error::ActDenied(_) => {
                Self::new(Code::InsufficientPermissions, text)
            }
            Error::Ceiling(_)
            | Error::DefineDenied(_)
            | Error::RehomeDenied(_)
            | Error::ScopeMismatch { .. }
            | Error::CrossTenant(_)
            | Error::StrictViolations { .. }
            | Error::Paused { .. } => of_tenancy(&error, text),
            Error::Conflict(_)
            | Error::QuotaExceeded(_)
            | Error::NoMoreNewcomers(_)
            | Error::MoveDenied(_)
            | Error::RulesMissing(_)
            | Error::Overtaken { .. }
            | Error::Busy { .. }
            | Error::LeaseLost
            | Error::MappingUnusable(_)
            | Error::Store(StoreError::Repeated) => Self::new(Code::Conflict, text),
            Error::SparingDenied(_)
            | Error::SnapshotRejected(_)
            | Error::Store(StoreError::Nul) => Self::invalid(text),
            Error::Provider(_) | Error::Store(_) | Error::Io(_) => of_failure(&error, &text),
        }
    }
}

/// What the cause says is for whoever runs this, and in the log.
fn of_failure(error: &app::Error, text: &str) -> ApiError {
    use app::Error;
    match error {
        Error::Provider(_) => {
            tracing::error!(error = %text, "the identity provider is not available");
            ApiError::new(
                Code::ServiceUnavailable,
                "the identity provider does not answer as it should; nothing was changed",
            )
        }
        Error::Store(store) if store.is_unavailable() => {
            tracing::error!(error = %text, "the database is not available");
            ApiError {
                remedy: Some("try again in a moment".to_owned()),
                ..ApiError::new(
                    Code::ServiceUnavailable,
                    "the database does not answer; nothing was changed",
                )
            }
        }
        _ => {
            tracing::error!(error = %text, "an operation failed");
            ApiError::new(
                Code::InternalError,
                "the operation failed and changed nothing; the log has the cause under the \
                 correlation id",
            )
        }
    }
}

/// Errors about who belongs where and may give what.
fn of_tenancy(error: &app::Error, text: String) -> ApiError {
    use app::Error;
    let with_remedy = |code, remedy: &str| ApiError {
        remedy: Some(remedy.to_owned()),
        ..ApiError::new(code, text.clone())
    };
    match error {
        Error::Ceiling(denial) => ApiError {
            way_out: Some(WayOut {
                ceiling: denial.ceiling,
                grantable: denial.grantable.clone(),
            }),
            ..ApiError::new(Code::InsufficientPermissions, text)
        },
        Error::DefineDenied(denied) => ApiError::new(defined(denied), text),
        Error::RehomeDenied(denied) => ApiError::new(rehomed(*denied), text),
        Error::CrossTenant(_) => ApiError::new(Code::CrossTenantConflict, text),
        Error::StrictViolations { .. } => with_remedy(
            Code::Conflict,
            "end or move those memberships, and try again",
        ),
        Error::Paused { .. } => with_remedy(
            Code::OperationPaused,
            "wait until it is resumed, or change one at a time",
        ),
        _ => with_remedy(
            Code::ScopeMismatch,
            "correct the organization or the project and try again",
        ),
    }
}

fn defined(denied: &DefineDenied) -> Code {
    match denied {
        DefineDenied::Ceiling(_) | DefineDenied::BuiltIn { .. } => Code::InsufficientPermissions,
        DefineDenied::Reserved { .. } => Code::Conflict,
        DefineDenied::Name | DefineDenied::Rank | DefineDenied::PlatformScope => {
            Code::InvalidRequest
        }
    }
}

fn of_token(denied: &token::Denied) -> Code {
    match denied {
        token::Denied::BeyondOwner { .. } | token::Denied::ByToken => Code::InsufficientPermissions,
        token::Denied::Name | token::Denied::Expiry => Code::InvalidRequest,
    }
}

fn rehomed(denied: RehomeDenied) -> Code {
    match denied {
        RehomeDenied::SamePlace | RehomeDenied::ToDefault | RehomeDenied::FromDefault => {
            Code::InvalidRequest
        }
        RehomeDenied::OwnRequest => Code::InsufficientPermissions,
        RehomeDenied::Decided(_) => Code::Conflict,
    }
}

fn of_passkey(denied: passkey::Denied) -> Code {
    match denied {
        passkey::Denied::Name | passkey::Denied::Id | passkey::Denied::NotKept => {
            Code::InvalidRequest
        }
        passkey::Denied::NotSignedIn => Code::InsufficientPermissions,
        passkey::Denied::TooMany => Code::Conflict,
    }
}

fn of_review(denied: &Denied, text: String) -> ApiError {
    match denied {
        Denied::Due(_) | Denied::Reviewers => ApiError::invalid(text),
        Denied::NotAReviewer | Denied::Oneself => {
            ApiError::new(Code::InsufficientPermissions, text)
        }
        Denied::SignedOff | Denied::Undecided { .. } => ApiError::new(Code::Conflict, text),
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
pub(super) async fn no_such_route(uri: Uri) -> ApiError {
    ApiError::new(
        Code::NotFound,
        format!("there is nothing at {}", uri.path()),
    )
}

/// The answer to a method that the path does not know.
pub(super) async fn no_such_method() -> ApiError {
    ApiError {
        status: StatusCode::METHOD_NOT_ALLOWED,
        ..ApiError::invalid("this path has no such method; `Allow` names those that it has")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, OnceLock};

    use store::request::Request;

    use super::*;

    #[test]
    fn whom_and_what_a_refusal_was_about_is_told_and_never_of_what_looks_missing() {
        let new = store::id::new_id;
        let (actor, target) = (UserId(new()), UserId(new()));
        let (tenant, project) = (OrganizationId(new()), ProjectId(new()));
        let ids = Ids {
            correlation_id: new().into(),
            trace_id: String::new(),
            actor: Arc::new(OnceLock::from(actor)),
        };
        let request = Request::default();
        request.is_about(Some(target), Some(tenant), None);
        request.is_about(None, None, Some(project));
        let told = |code| ApiError::new(code, "x").problem(&ids, &request.told());
        let all = (Some(target), Some(tenant), Some(project));
        for (code, expected) in [
            (Code::InsufficientPermissions, all),
            (Code::Conflict, all),
            (Code::NotFound, (None, None, None)),
            (Code::Unauthenticated, (None, None, None)),
        ] {
            let problem = told(code);
            let about = (
                problem.target_user_id,
                problem.tenant_id,
                problem.project_id,
            );
            assert_eq!(about, expected, "{code:?}");
            assert_eq!(problem.actor_user_id, Some(actor));
        }
    }
}
