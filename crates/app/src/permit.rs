//! Whether the caller may do what an operation does, asked before it does anything.
//!
//! Every operation begins here: [`change`] and [`look`] open the transaction of whoever may do something
//! on the platform; [`Rights`] answers in an organization or a project, and is the input of `can_grant`.
//! The rules are `domain`'s. Operators at the command line and jobs are trusted and ask nothing.

use domain::access::ceiling::Authority;
use domain::access::decide::{Finding, Request, decide_administration};
use domain::access::facts::Facts as _;
use domain::access::permission::Permission;
use domain::access::reason::{Gate, Reason};
use domain::access::role::Scope;
use domain::actor::Actor;
use domain::audit::{Action, Outcome};
use domain::governance::privileged::Privilege;
use domain::id::{OrganizationId, UserId};
use serde::Serialize;
use store::Tx;
use store::audit::Entry;
use store::facts::asker::Asker;
use store::role::{self, Roles};

use crate::{Caller, Error, Reeve};

/// A "no": what was asked for, and the first gate that failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("this needs the permission `{permission}`: {}", .finding.reason.describe())]
pub struct Refusal {
    pub permission: Permission,
    pub finding: Finding,
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

    /// Whether the caller may do what `permission` names at a scope.
    pub(crate) fn ask(&self, permission: Permission, scope: Scope) -> Result<(), Refusal> {
        let asker = match &self.standing {
            Standing::Trusted(_) => return Ok(()),
            Standing::Nobody => {
                let (gate, reason) = (Gate::Identity, Reason::UnknownIdentity);
                let finding = Finding { gate, reason };
                return Err(Refusal {
                    permission,
                    finding,
                });
            }
            Standing::Asked(asker) => asker,
        };
        let request = Request {
            user_id: asker.user_id,
            permission,
            scope,
            owner_id: None,
            credential: self.caller.credential,
            enforced: self.enforced,
        };
        let decision = decide_administration(asker.as_ref(), &request, asker.now);
        match decision.denied_by() {
            None => Ok(()),
            Some(finding) => Err(Refusal {
                permission,
                finding: finding.clone(),
            }),
        }
    }
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

/// Records, in a transaction of its own, that a rule said no, and gives the error back. Nothing else
/// changes: the transaction that was refused keeps nothing.
pub(crate) async fn refuse<T>(
    reeve: &Reeve,
    caller: &Caller,
    entry: &Entry<'_>,
    denied: Error,
) -> Result<T, Error> {
    let context = caller.context(entry.action);
    let mut tx = reeve.database.system("record a denial", &context).await?;
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
    if let Err(refusal) = rights.ask(permission, scope) {
        tracing::info!(permission = %permission, gate = refusal.finding.gate.as_str(), "refused to show");
        return Err(refusal.into());
    }
    Ok(())
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
    Err(refusal.into())
}
