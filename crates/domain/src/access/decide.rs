//! The decision: may this identity do this, here, now, and why?
//!
//! [`decide`] is the only judge. The gates are one array; `decide` stops at the first that fails,
//! [`explain`] runs them all, so that an explanation can never differ from the decision.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::facts::{Facts, IdentityFacts};
use super::permission::Permission;
use super::reason::{Gate, Reason};
use super::role::Scope;
use crate::credential::Credential;
use crate::governance::privileged::Privilege;
use crate::id::UserId;

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub struct Request {
    pub user_id: UserId,
    pub permission: Permission,
    /// Where: platform-wide, in a tenant, or in a project of that tenant.
    pub scope: Scope,
    /// Whom the thing asked about belongs to, if it is somebody's.
    pub owner_id: Option<UserId>,
    /// What the request carries; `None` if it carries none (an application asks about a person).
    pub credential: Option<Credential>,
    /// Whether roles are asked at all (U-03). Without, everybody active may do everything where they belong,
    /// but for what [`super::ceiling`] guards (D14).
    pub enforced: bool,
}

/// One gate and what it found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = GateFinding)]
pub struct Finding {
    pub gate: Gate,
    #[serde(flatten)]
    pub reason: Reason,
}

/// Allow or deny, with the findings in the order of the gates.
///
/// From [`decide`] the last finding is the reason of a denial; from [`explain`] all gates are there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Decision {
    pub allowed: bool,
    pub findings: Vec<Finding>,
}

impl Decision {
    /// The first gate that failed, which is why the answer is no.
    pub fn denied_by(&self) -> Option<&Finding> {
        self.findings
            .iter()
            .find(|finding| !finding.reason.passes())
    }
}

/// Gate by gate what was found, in one line for logs: `identity=passed session=passed ..`.
pub fn path(findings: &[Finding]) -> String {
    let words: Vec<_> = findings
        .iter()
        .map(|finding| format!("{}={}", finding.gate.as_str(), finding.reason.code()))
        .collect();
    words.join(" ")
}

type Check<F> = fn(&F, &Request, Timestamp) -> Reason;

/// The gates in their order. The first that fails is the reason.
fn gates<F: Facts>() -> [(Gate, Check<F>); 5] {
    [
        (Gate::Identity, identity),
        (Gate::Session, session),
        (Gate::Membership, membership),
        (Gate::Permission, permission),
        (Gate::Governance, governance),
    ]
}

/// Decides a request at `now` (the database's clock). Stops at the first gate that fails.
pub fn decide<F: Facts>(facts: &F, request: &Request, now: Timestamp) -> Decision {
    let mut findings = Vec::with_capacity(5);
    for (gate, check) in gates() {
        let reason = check(facts, request, now);
        let passes = reason.passes();
        findings.push(Finding { gate, reason });
        if !passes {
            return Decision {
                allowed: false,
                findings,
            };
        }
    }
    Decision {
        allowed: true,
        findings,
    }
}

/// The same decision with every gate's finding, also of those after the first failure.
pub fn explain<F: Facts>(facts: &F, request: &Request, now: Timestamp) -> Decision {
    let findings: Vec<_> = gates()
        .into_iter()
        .map(|(gate, check)| Finding {
            gate,
            reason: check(facts, request, now),
        })
        .collect();
    Decision {
        allowed: findings.iter().all(|finding| finding.reason.passes()),
        findings,
    }
}

/// Decides whether somebody may administer something: whoever may on the platform may in every
/// organization, a member or not; anybody else is asked as [`decide`] does, membership and all.
pub fn decide_administration<F: Facts>(facts: &F, request: &Request, now: Timestamp) -> Decision {
    if request.scope == Scope::Platform {
        return decide(facts, request, now);
    }
    // Enforced always: not asking for roles must not let one tenant's people into another (D14).
    let on_the_platform = Request {
        scope: Scope::Platform,
        enforced: true,
        ..*request
    };
    let decision = decide(facts, &on_the_platform, now);
    if decision.allowed {
        return decision;
    }
    decide(facts, request, now)
}

/// The gates that a credential itself must pass, whatever is asked with it: its owner may be here, and
/// it was issued after their sessions were last revoked.
pub fn admit(identity: &IdentityFacts, credential: &Credential) -> Result<(), Finding> {
    let of_identity = Reason::of_identity(identity.status, identity.privilege);
    let of_session = Reason::of_credential(credential.issued_at, identity.session_epoch);
    [(Gate::Identity, of_identity), (Gate::Session, of_session)]
        .into_iter()
        .find(|(_, reason)| !reason.passes())
        .map_or(Ok(()), |(gate, reason)| Err(Finding { gate, reason }))
}

fn identity<F: Facts>(facts: &F, request: &Request, _: Timestamp) -> Reason {
    let Some(identity) = facts.identity(request.user_id) else {
        return Reason::UnknownIdentity;
    };
    Reason::of_identity(identity.status, identity.privilege)
}

fn session<F: Facts>(facts: &F, request: &Request, _: Timestamp) -> Reason {
    let Some(Credential { issued_at, .. }) = request.credential else {
        return Reason::NotAsked;
    };
    match facts.identity(request.user_id) {
        Some(identity) => Reason::of_credential(issued_at, identity.session_epoch),
        None => Reason::UnknownIdentity,
    }
}

fn membership<F: Facts>(facts: &F, request: &Request, _: Timestamp) -> Reason {
    let Some(tenant_id) = request.scope.tenant_id() else {
        return Reason::NotAsked;
    };
    if let Some(project_id) = request.scope.project_id()
        && facts.tenant_of(project_id) != Some(tenant_id)
    {
        return Reason::ScopeMismatch;
    }
    if facts.is_active_member(request.user_id, tenant_id) {
        Reason::Passed
    } else {
        Reason::NotAMember
    }
}

fn permission<F: Facts>(facts: &F, request: &Request, now: Timestamp) -> Reason {
    let (user_id, wanted) = (request.user_id, request.permission);
    // Before all that would grant it: a token narrows whatever its owner has.
    let is_for_it = |credential: Credential| credential.is_for(wanted);
    if !request.credential.is_none_or(is_for_it) {
        return Reason::OutsideTokenScopes { permission: wanted };
    }
    if wanted.granted_by_entitlement() {
        return Reason::GrantedByEntitlement;
    }
    if request.owner_id == Some(user_id) {
        return Reason::Owner;
    }
    // Break-glass grants what the role `admin` would, on the platform and so everywhere.
    let break_glass = facts
        .identity(user_id)
        .is_some_and(|identity| identity.privilege == Some(Privilege::BreakGlass));
    if break_glass {
        return Reason::BreakGlass;
    }
    if !request.enforced && may_be_relaxed(request) {
        return Reason::NotEnforced;
    }
    if scopes_above(request.scope)
        .any(|scope| facts.permissions(user_id, scope, now).contains(wanted))
    {
        Reason::Passed
    } else {
        Reason::PermissionNotHeld { permission: wanted }
    }
}

/// Whether no role need be asked where roles are not enforced: inside an organization, which the gate of
/// membership keeps to its own people, and for what no organization has. The platform's other permissions
/// reach into every organization (decision 0062).
fn may_be_relaxed(request: &Request) -> bool {
    request.scope != Scope::Platform || request.permission.is_of_a_global_resource()
}

/// The scope asked about and those around it: what is held on the platform holds in every tenant,
/// and what is held in a tenant holds in its projects.
fn scopes_above(scope: Scope) -> impl Iterator<Item = Scope> {
    let tenant = scope
        .tenant_id()
        .map(|tenant_id| Scope::Tenant { tenant_id });
    [
        Some(Scope::Platform),
        tenant,
        scope.project_id().map(|_| scope),
    ]
    .into_iter()
    .flatten()
}

fn governance<F: Facts>(facts: &F, request: &Request, now: Timestamp) -> Reason {
    if request.permission.governed_by().is_none() {
        return Reason::NotAsked;
    }
    let rules = match facts.rules() {
        Ok(rules) => rules,
        Err(missing) => return Reason::GovernanceIncomplete { missing },
    };
    let evidence = facts.evidence(request.user_id, now);
    Reason::of_governance(&rules.assess(&evidence, now))
}
