//! Whether the caller may do what an operation does, asked before it does anything.
//!
//! Every operation begins here: [`change`] and [`look`] open the transaction of whoever may do something
//! on the platform; [`Rights`] answers in an organization or a project, and is the input of `can_grant`.
//! The rules are `domain`'s. Operators at the command line and jobs are trusted and ask nothing.

use domain::access::ceiling::{Authority, GrantDenied, can_grant, grantable};
use domain::access::decide::{Finding, Request as Question, decide_administration, path};
use domain::access::facts::Facts as _;
use domain::access::over::{Act, ActDenied, may_act_on};
use domain::access::permission::Permission;
use domain::access::reason::{Gate, Reason};
use domain::access::role::{ADMIN_ROLE_NAME, RoleDefinition, Scope, ScopeKind};
use domain::actor::Actor;
use domain::audit::{Action, Outcome};
use domain::governance::privileged::Privilege;
use domain::id::{OrganizationId, UserId};
use serde::Serialize;
use store::Tx;
use store::audit::Entry;
use store::facts::asker::Asker;
use store::request::Request;
use store::role::{self, Roles};

use crate::{Caller, Error, Reeve};

/// A "no": what was asked for, and the first gate that failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("this needs the permission `{permission}`: {}", .finding.reason.describe())]
pub struct Refusal {
    pub permission: Permission,
    pub finding: Finding,
    /// Every gate that was asked, up to the one that said no.
    #[serde(skip)]
    pub path: Vec<Finding>,
}

impl Refusal {
    pub(crate) fn of(permission: Permission, path: Vec<Finding>, finding: Finding) -> Self {
        Self {
            permission,
            finding,
            path,
        }
    }
}

impl Refusal {
    /// Whether the caller may not even know that there is something to be refused.
    pub fn hides(&self) -> bool {
        matches!(
            self.finding.reason,
            Reason::NotAMember | Reason::ScopeMismatch
        )
    }
}

/// A role that was not given or taken, with the way out (I-22).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Denial {
    pub denied: GrantDenied,
    /// The highest rank that the caller may give there; `None` if they give nothing.
    pub ceiling: Option<i16>,
    /// The names of the roles that they may give there, highest first.
    pub grantable: Vec<String>,
}

impl std::error::Error for Denial {}

impl std::fmt::Display for Denial {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.denied)?;
        match self.grantable[..] {
            [] => f.write_str("; there is no role that you may give here"),
            _ => write!(f, "; you may give here: {}", self.grantable.join(", ")),
        }
    }
}

/// What a caller may do, by the facts of one transaction.
pub(crate) struct Rights<'a> {
    caller: &'a Caller,
    standing: Standing,
    enforced: bool,
}

enum Standing {
    Trusted(Authority),
    Asked(Box<Asker>),
    /// The caller's identity is gone.
    Nobody,
}

impl<'a> Rights<'a> {
    /// Reads what the caller holds, and the tenant of the project that is asked about.
    pub(crate) async fn load(
        reeve: &Reeve,
        tx: &mut Tx,
        caller: &'a Caller,
        roles: &Roles,
        scope: Scope,
    ) -> Result<Self, Error> {
        let live = reeve.live.get();
        let standing = match &caller.actor {
            Actor::Operator => Standing::Trusted(Authority::Administrator),
            Actor::Job { .. } => Standing::Trusted(Authority::Job),
            Actor::Person { user_id }
            | Actor::Token { user_id, .. }
            | Actor::BreakGlass { user_id } => {
                // By its address the list counts for sign-ins alone that proved it (D18).
                let list = match &caller.actor {
                    Actor::BreakGlass { .. } => live.break_glass.clone(),
                    _ => live.break_glass.without_emails(),
                };
                Asker::load(tx, roles, &list, *user_id, scope.project_id())
                    .await?
                    .map_or(Standing::Nobody, |asker| Standing::Asked(Box::new(asker)))
            }
        };
        Ok(Self {
            caller,
            standing,
            enforced: live.flags.enforce,
        })
    }

    /// The organizations in which the caller holds a role.
    fn scopes(&self) -> Vec<Scope> {
        match &self.standing {
            Standing::Trusted(_) | Standing::Nobody => Vec::new(),
            Standing::Asked(asker) => asker
                .held()
                .filter_map(|(_, scope)| scope.tenant_id())
                .map(|tenant_id| Scope::Tenant { tenant_id })
                .collect(),
        }
    }

    /// What the caller may lean on when giving and taking roles at a scope.
    pub(crate) fn authority(&self, scope: Scope) -> Authority {
        let nothing = Authority::of([], false, None, scope);
        match &self.standing {
            Standing::Trusted(authority) => *authority,
            Standing::Nobody => nothing,
            Standing::Asked(asker) => {
                let identity = asker.identity(asker.user_id);
                let passes = |i: &domain::access::facts::IdentityFacts| {
                    Reason::of_identity(i.status, i.privilege).passes()
                };
                if !identity.as_ref().is_some_and(passes) {
                    return nothing;
                }
                let break_glass = asker.privilege == Some(Privilege::BreakGlass);
                Authority::of(asker.held(), break_glass, self.caller.scopes(), scope)
            }
        }
    }

    /// Whether the caller may give a role at a scope, or take it; if not, what they could give.
    pub(crate) fn grant(
        &self,
        roles: &Roles,
        role: &RoleDefinition,
        scope: Scope,
    ) -> Result<(), Error> {
        let authority = self.authority(scope);
        can_grant(&authority, role, scope)
            .map_err(|denied| denial(&authority, roles, scope, denied).into())
    }

    /// Whether the caller may do this to somebody who has these roles.
    pub(crate) fn act_on<'r>(
        &self,
        act: Act,
        held: impl IntoIterator<Item = (&'r RoleDefinition, Scope)>,
    ) -> Result<(), ActDenied> {
        may_act_on(act, |scope| self.authority(scope), held)
    }

    /// Whether the caller may do what `permission` names at a scope.
    pub(crate) fn ask(&self, permission: Permission, scope: Scope) -> Result<(), Refusal> {
        let asker = match &self.standing {
            Standing::Trusted(_) => return Ok(()),
            Standing::Nobody => {
                let (gate, reason) = (Gate::Identity, Reason::UnknownIdentity);
                let finding = Finding { gate, reason };
                return Err(Refusal::of(permission, vec![finding.clone()], finding));
            }
            Standing::Asked(asker) => asker,
        };
        let request = Question {
            user_id: asker.user_id,
            permission,
            scope,
            owner_id: None,
            credential: self.caller.credential,
            enforced: self.enforced,
        };
        let decision = decide_administration(asker.as_ref(), &request, asker.now);
        match decision.denied_by().cloned() {
            None => Ok(()),
            Some(finding) => Err(Refusal::of(permission, decision.findings, finding)),
        }
    }
}

/// A denial with the roles that could be given instead.
pub(crate) fn denial(
    authority: &Authority,
    roles: &Roles,
    scope: Scope,
    denied: GrantDenied,
) -> Box<Denial> {
    let names = grantable(authority, roles.0.values(), scope);
    Box::new(Denial {
        denied,
        ceiling: authority.ceiling(scope),
        grantable: names.into_iter().map(|role| role.name.clone()).collect(),
    })
}

/// Begins a change on the platform that needs `permission`; a refusal is audited, with whom it was
/// about.
pub(crate) async fn change(
    reeve: &Reeve,
    caller: &Caller,
    action: Action,
    permission: Permission,
    about: Option<UserId>,
) -> Result<Tx, Error> {
    let context = caller.context(action);
    let mut tx = reeve.database.system(action.as_str(), &context).await?;
    if caller.is_trusted() {
        return Ok(tx);
    }
    let entry = Entry {
        target: about,
        ..caller.entry(action, "permission", permission.name().to_owned())
    };
    require(reeve, &mut tx, caller, permission, Scope::Platform, &entry).await?;
    Ok(tx)
}

/// Whether the caller may see what `permission` names of their own: no role is asked, but their
/// credential must be made for it.
pub(crate) fn own(reeve: &Reeve, caller: &Caller, permission: Permission) -> Result<(), Error> {
    limited(caller, permission)
        .map_err(|refusal| refuse_to_show(reeve, caller, Scope::Platform, refusal))
}

/// Whether the caller may change what `permission` names of their own. A refusal is put on record as
/// `entry`.
pub(crate) async fn own_change(
    reeve: &Reeve,
    caller: &Caller,
    permission: Permission,
    entry: &Entry<'_>,
) -> Result<(), Error> {
    match limited(caller, permission) {
        Ok(()) => Ok(()),
        Err(refusal) => refuse(reeve, caller, entry, refusal.into()).await,
    }
}

/// Whether the caller's credential is made for what `permission` names.
pub(crate) fn limited(caller: &Caller, permission: Permission) -> Result<(), Refusal> {
    if caller
        .credential
        .is_none_or(|credential| credential.is_for(permission))
    {
        return Ok(());
    }
    let reason = Reason::OutsideTokenScopes { permission };
    let finding = Finding {
        gate: Gate::Permission,
        reason,
    };
    Err(Refusal::of(permission, vec![finding.clone()], finding))
}

/// Whether the caller may change what `permission` names at a scope. A refusal is put on record as
/// `entry`, in a transaction of its own.
pub(crate) async fn require(
    reeve: &Reeve,
    tx: &mut Tx,
    caller: &Caller,
    permission: Permission,
    scope: Scope,
    entry: &Entry<'_>,
) -> Result<(), Error> {
    if caller.is_trusted() {
        return Ok(());
    }
    let roles = role::load(tx).await?;
    let rights = Rights::load(reeve, tx, caller, &roles, scope).await?;
    match rights.ask(permission, scope) {
        Ok(()) => Ok(()),
        Err(refusal) => refuse(reeve, caller, entry, refusal.into()).await,
    }
}

/// Whether the caller may do this to somebody, who has or is to have this address. A refusal is put on
/// record as `entry`.
pub(crate) async fn act_on(
    reeve: &Reeve,
    tx: &mut Tx,
    caller: &Caller,
    act: Act,
    (who, email): (UserId, &str),
    entry: &Entry<'_>,
) -> Result<(), Error> {
    if caller.is_trusted() {
        return Ok(());
    }
    let roles = role::load(tx).await?;
    let held = has(reeve, tx, &roles, who, email).await?;
    let rights = Rights::load(reeve, tx, caller, &roles, Scope::Platform).await?;
    match rights.act_on(act, held) {
        Ok(()) => Ok(()),
        Err(denied) => refuse(reeve, caller, entry, denied.into()).await,
    }
}

/// What somebody has, with what begins later and what reconcile took and may give back: whoever has the
/// account then has all of it. And what the break-glass list gives to this id or address.
pub(crate) async fn has<'r>(
    reeve: &Reeve,
    tx: &mut Tx,
    roles: &'r Roles,
    who: UserId,
    email: &str,
) -> Result<Vec<(&'r RoleDefinition, Scope)>, Error> {
    let held = store::assignment::ahead(tx, who).await?;
    let mut held: Vec<_> = held
        .into_iter()
        .filter_map(|(role_id, scope)| Some((roles.get(role_id)?, scope)))
        .collect();
    if crate::break_glass::spared(reeve, tx)
        .await?
        .lists(who, email)
    {
        let admin = roles.named(ADMIN_ROLE_NAME, ScopeKind::Platform, None);
        held.extend(admin.map(|role| (role, Scope::Platform)));
    }
    Ok(held)
}

/// Which of these permissions the caller has on the platform: what of a whole they see.
pub(crate) async fn among<const N: usize>(
    reeve: &Reeve,
    tx: &mut Tx,
    caller: &Caller,
    permissions: [Permission; N],
) -> Result<[bool; N], Error> {
    if caller.is_trusted() {
        return Ok([true; N]);
    }
    let roles = role::load(tx).await?;
    let rights = Rights::load(reeve, tx, caller, &roles, Scope::Platform).await?;
    Ok(permissions.map(|of| rights.ask(of, Scope::Platform).is_ok()))
}

/// Records, in a transaction of its own, that a rule said no, and gives the error back. Nothing else
/// changes: the transaction that was refused keeps nothing.
pub(crate) async fn refuse<T>(
    reeve: &Reeve,
    caller: &Caller,
    entry: &Entry<'_>,
    denied: Error,
) -> Result<T, Error> {
    let context = caller.context(entry.action);
    if let Some(request) = Request::current() {
        request.is_about(entry.target, entry.tenant_id, entry.project_id);
    }
    let path = match &denied {
        Error::Refused(refusal) => path(&refusal.path),
        // A ceiling, or a rule of the operation's own: the text of the denial is all of it.
        _ => String::new(),
    };
    tracing::info!(
        operation = entry.action.as_str(),
        target_user_id = entry.target.map(tracing::field::display),
        tenant_id = entry.tenant_id.map(tracing::field::display),
        project_id = entry.project_id.map(tracing::field::display),
        decision_path = path,
        "refused: {denied}"
    );
    let mut tx = reeve.database.apart("record a denial", &context).await?;
    let entry = Entry {
        outcome: Outcome::Denied,
        reason: Some(denied.to_string()),
        ..entry.clone()
    };
    store::audit::record(&mut tx, &entry).await?;
    tx.commit().await?;
    Err(denied)
}

/// Begins to read, in one snapshot, what needs `permission` on the platform.
pub(crate) async fn look(
    reeve: &Reeve,
    caller: &Caller,
    why: &'static str,
    permission: Permission,
) -> Result<Tx, Error> {
    let mut tx = reeve.database.snapshot(why).await?;
    may_look(reeve, &mut tx, caller, permission, Scope::Platform).await?;
    Ok(tx)
}

/// Begins to read, in one snapshot, what needs `permission` in an organization.
pub(crate) async fn look_in(
    reeve: &Reeve,
    caller: &Caller,
    why: &'static str,
    permission: Permission,
    slug: &domain::tenancy::organization::Slug,
) -> Result<(Tx, OrganizationId), Error> {
    let mut tx = reeve.database.snapshot(why).await?;
    let tenant_id = crate::organization::find(&mut tx, slug).await?;
    let scope = Scope::Tenant { tenant_id };
    may_look(reeve, &mut tx, caller, permission, scope).await?;
    Ok((tx, tenant_id))
}

/// Whether the caller may see what `permission` names at a scope.
pub(crate) async fn may_look(
    reeve: &Reeve,
    tx: &mut Tx,
    caller: &Caller,
    permission: Permission,
    scope: Scope,
) -> Result<(), Error> {
    if caller.is_trusted() {
        return Ok(());
    }
    let roles = role::load(tx).await?;
    let rights = Rights::load(reeve, tx, caller, &roles, scope).await?;
    rights
        .ask(permission, scope)
        .map_err(|refusal| refuse_to_show(reeve, caller, scope, refusal))
}

/// Puts a refused read into the decision log, which nobody waits for (decision 0027), and gives the
/// error back.
pub(crate) fn refuse_to_show(
    reeve: &Reeve,
    caller: &Caller,
    scope: Scope,
    refusal: Refusal,
) -> Error {
    tracing::info!(
        permission = %refusal.permission,
        tenant_id = scope.tenant_id().map(tracing::field::display),
        project_id = scope.project_id().map(tracing::field::display),
        decision_path = path(&refusal.path),
        "refused to show: {refusal}"
    );
    reeve.records.refused(caller, scope.tenant_id(), &refusal);
    refusal.into()
}

/// Begins to read, in one snapshot, what anybody may see who holds `permission` at any scope: it is the
/// same everywhere.
pub(crate) async fn look_anywhere(
    reeve: &Reeve,
    caller: &Caller,
    why: &'static str,
    permission: Permission,
) -> Result<Tx, Error> {
    let mut tx = reeve.database.snapshot(why).await?;
    if caller.is_trusted() {
        return Ok(tx);
    }
    let roles = role::load(&mut tx).await?;
    let rights = Rights::load(reeve, &mut tx, caller, &roles, Scope::Platform).await?;
    let mut refusal = match rights.ask(permission, Scope::Platform) {
        Ok(()) => return Ok(tx),
        Err(refusal) => refusal,
    };
    for scope in rights.scopes() {
        match rights.ask(permission, scope) {
            Ok(()) => return Ok(tx),
            Err(other) => refusal = other,
        }
    }
    Err(refuse_to_show(reeve, caller, Scope::Platform, refusal))
}
