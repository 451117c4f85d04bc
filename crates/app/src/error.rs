//! The one error of all operations: what the user is told, apart from the cause.

use connect::oidc;
use domain::access::ceiling::GrantDenied;
use domain::access::definition::DefineDenied;
use domain::access::over::ActDenied;
use domain::credential::{passkey, token};
use domain::governance::assess::RulesMissing;
use domain::governance::exemption;
use domain::identity::lifecycle::MoveDenied;
use domain::quota::Exceeded;
use domain::reconcile::snapshot::Rejection;
use domain::tenancy::membership::{CrossTenant, EndDenied, NoMoreNewcomers};
use domain::tenancy::rehome::RehomeDenied;
use jiff::Timestamp;
use store::StoreError;
use store::tenancy::Violation;

use crate::authenticate::Unauthenticated;
use crate::mapping::Unusable;
use crate::permit::{Denial, Refusal};

/// Why an operation did not happen. Nothing was changed, unless a variant says otherwise.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// What was given can't be used; names the field and what to do.
    #[error("{field}: {problem}")]
    Invalid {
        field: &'static str,
        problem: String,
    },
    #[error("there is no {what} `{name}`")]
    NotFound { what: &'static str, name: String },
    /// It contradicts what is there.
    #[error("{0}")]
    Conflict(String),
    #[error(transparent)]
    GrantDenied(#[from] GrantDenied),
    /// The same, with the ceiling and what could be given instead.
    #[error(transparent)]
    Ceiling(#[from] Box<Denial>),
    /// A role is not defined as asked.
    #[error(transparent)]
    DefineDenied(#[from] DefineDenied),
    /// The project is another organization's, and the caller may see both.
    #[error(
        "scope mismatch: the project `{project}` belongs to another organization; correct the \
         organization or the project"
    )]
    ScopeMismatch { project: String },
    /// Strict mode: the person belongs to another organization.
    #[error(transparent)]
    CrossTenant(#[from] CrossTenant),
    /// Strict mode can't begin while somebody belongs to several organizations.
    #[error("{total} people belong to several organizations: {}", describe(.first))]
    StrictViolations { total: i64, first: Vec<Violation> },
    /// Bulk changes wait; single ones still work.
    #[error(
        "bulk changes of roles and memberships are paused since {since}: {reason}; single changes still work"
    )]
    Paused { since: Timestamp, reason: String },
    /// Nobody is moved so.
    #[error(transparent)]
    RehomeDenied(#[from] RehomeDenied),
    /// A status may not be moved so.
    #[error(transparent)]
    MoveDenied(#[from] MoveDenied),
    /// A hold or an exemption may not be granted as asked.
    #[error(transparent)]
    SparingDenied(#[from] exemption::Denied),
    /// The request is nobody's.
    #[error(transparent)]
    Unauthenticated(#[from] Unauthenticated),
    /// The caller may not do this, or may not do it here.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// A review does not go as asked.
    #[error(transparent)]
    ReviewDenied(#[from] domain::review::Denied),
    /// A token is not made as asked.
    #[error(transparent)]
    TokenDenied(#[from] token::Denied),
    /// A passkey is not registered as asked.
    #[error(transparent)]
    PasskeyDenied(#[from] passkey::Denied),
    /// Somebody has as many of something as they may.
    #[error(transparent)]
    QuotaExceeded(#[from] Exceeded),
    /// An organization brought in as many people as it may.
    #[error("identity: {0}")]
    NoMoreNewcomers(#[from] NoMoreNewcomers),
    /// The person has a role that the caller could not give.
    #[error(transparent)]
    ActDenied(#[from] ActDenied),
    #[error("the membership does not end: {0}")]
    EndDenied(#[from] EndDenied),
    /// Governance is not set up far enough.
    #[error(transparent)]
    RulesMissing(#[from] RulesMissing),
    /// An observation may not become current; the current one stays.
    #[error("snapshot rejected: {0}")]
    SnapshotRejected(#[from] Rejection),
    /// Somebody else does the same now.
    #[error("{holder} is at it, with a lease until {until}; try again later")]
    Busy { holder: String, until: Timestamp },
    /// This runner lost its lease to another while it worked; what it had applied stays.
    #[error("another runner took over; this one stopped without changing anything more")]
    LeaseLost,
    /// The inputs of a plan are no longer what they were.
    #[error(
        "plan {plan} was made from other inputs (mode, policy, mapping or observation changed since); \
         make a new one with `reeve reconcile plan`"
    )]
    Overtaken { plan: String },
    /// What the mapping of groups names can't be given.
    #[error("{0}")]
    MappingUnusable(Box<Unusable>),
    /// The identity provider can't be asked.
    #[error(transparent)]
    Provider(oidc::Failure),
    #[error("{0}")]
    Io(#[from] std::io::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Unusable> for Error {
    fn from(unusable: Unusable) -> Self {
        Self::MappingUnusable(Box::new(unusable))
    }
}

impl From<oidc::Failure> for Error {
    fn from(failure: oidc::Failure) -> Self {
        match failure {
            oidc::Failure::Rejected(why) => Unauthenticated::Token(why).into(),
            unavailable @ oidc::Failure::Unavailable(_) => Self::Provider(unavailable),
        }
    }
}

impl Error {
    pub(crate) fn invalid(field: &'static str, problem: impl ToString) -> Self {
        Self::Invalid {
            field,
            problem: problem.to_string(),
        }
    }

    pub(crate) fn not_found(what: &'static str, name: impl ToString) -> Self {
        Self::NotFound {
            what,
            name: name.to_string(),
        }
    }
}

fn describe(violations: &[Violation]) -> String {
    let each = violations
        .iter()
        .map(|one| format!("{} ({})", one.email, one.organizations.join(", ")));
    each.collect::<Vec<_>>().join("; ")
}
