//! Moving somebody's status by hand: suspend, disable, enable, restore, erase.

use domain::access::ceiling::can_grant;
use domain::access::over::Act;
use domain::access::permission::IDENTITIES_MANAGE;
use domain::access::role::{Administrative, Scope};
use domain::audit::Action;
use domain::governance::exemption::{USUAL_HOLD, reason};
use domain::id::UserId;
use domain::identity::Status;
use domain::identity::lifecycle::{Hand, MoveDenied, enabled, may_move, may_restore, may_return};
use domain::reconcile::restore::restorable;
use domain::time::End;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;
use store::audit::Entry;
use store::lifecycle::{self, Account};
use store::{Tx, governance, role};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::identity::named_id;
use crate::permit::Rights;
use crate::warning::Warning;
use crate::{Caller, Error, Reeve, hold, permit};

/// How a status was moved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = StatusMove)]
pub struct Moved {
    pub user_id: UserId,
    pub email: String,
    pub before: Status,
    pub after: Status,
    #[schema(value_type = Vec<String>)]
    pub warnings: Vec<Warning>,
}

/// Suspends somebody: they lose access at once and their sessions are revoked. Roles stay; reconcile
/// brings back who is owed access, so put them under a hold, or disable them, if that is not wanted.
pub async fn suspend(reeve: &Reeve, caller: &Caller, who: &str, why: &str) -> Result<Moved, Error> {
    let to = |account: &Account| by_hand(account, Status::Suspended);
    set(reeve, caller, Action::IdentitySuspend, who, why, to).await
}

/// Disables somebody: no automation ever reverses that.
pub async fn disable(reeve: &Reeve, caller: &Caller, who: &str, why: &str) -> Result<Moved, Error> {
    let to = |account: &Account| by_hand(account, Status::Disabled);
    set(reeve, caller, Action::IdentityDisable, who, why, to).await
}

/// Undoes a disable: the status is again what it was before.
pub async fn enable(reeve: &Reeve, caller: &Caller, who: &str, why: &str) -> Result<Moved, Error> {
    let to = |account: &Account| {
        may_return(account.erased)?;
        enabled(
            account.status,
            account.status_before_disabled,
            account.administrative,
        )
    };
    set(reeve, caller, Action::IdentityEnable, who, why, to).await
}

fn by_hand(account: &Account, to: Status) -> Result<Status, MoveDenied> {
    may_move(account.status, to, account.administrative, Hand::Person)?;
    Ok(to)
}

async fn set(
    reeve: &Reeve,
    caller: &Caller,
    action: Action,
    who: &str,
    why: &str,
    to: impl Fn(&Account) -> Result<Status, MoveDenied>,
) -> Result<Moved, Error> {
    let why = reason(why)?;
    let about = named_id(who);
    let mut tx = permit::change(reeve, caller, action, IDENTITIES_MANAGE, about).await?;
    let mut account = lock(&mut tx, who).await?;
    let listed = crate::break_glass::spared(reeve, &mut tx).await?;
    if listed.lists(account.user_id, &account.email) {
        // The list makes an administrator, whom self-heal brings back like any other.
        account.administrative = account.administrative.max(Some(Administrative::Admin));
    }
    may_act(reeve, &mut tx, caller, action, &account).await?;
    let after = match to(&account) {
        Ok(after) => after,
        Err(denied) => {
            drop(tx);
            let entry = of(caller, action, &account);
            return permit::refuse(reeve, caller, &entry, denied.into()).await;
        }
    };
    if after != account.status {
        let revoke = after != Status::Active;
        lifecycle::set_status(&mut tx, account.user_id, after, why, revoke).await?;
        let entry = Entry {
            reason: Some(why.to_owned()),
            before: Some(json!({ "status": account.status })),
            after: Some(json!({ "status": after })),
            ..of(caller, action, &account)
        };
        store::audit::record(&mut tx, &entry).await?;
    }
    let nobody_left = after != account.status
        && account.administrative == Some(Administrative::Admin)
        && store::health::admins(&mut tx).await? == 0;
    tx.commit().await?;
    Ok(Moved {
        user_id: account.user_id,
        email: account.email,
        before: account.status,
        after,
        warnings: nobody_left
            .then_some(Warning::NoAdmin)
            .into_iter()
            .collect(),
    })
}

/// The account of that id or address, locked until the transaction ends; the system's own is none.
pub(crate) async fn lock(tx: &mut Tx, who: &str) -> Result<Account, Error> {
    lifecycle::lock(tx, who)
        .await?
        .filter(|account| account.user_id != domain::actor::SYSTEM_USER)
        .ok_or_else(|| Error::not_found("identity", who))
}

/// Refuses to give anything to somebody who was erased.
pub(crate) async fn not_erased(tx: &mut Tx, user_id: UserId) -> Result<(), Error> {
    Ok(may_return(lifecycle::is_erased(tx, user_id).await?)?)
}

/// Whether the caller may do this to whoever holds what they hold.
async fn may_act(
    reeve: &Reeve,
    tx: &mut Tx,
    caller: &Caller,
    action: Action,
    account: &Account,
) -> Result<(), Error> {
    let entry = of(caller, action, account);
    // To shut somebody out leaves them what they have; the rest is as much as giving or taking it.
    let act = match action {
        Action::IdentitySuspend | Action::IdentityDisable => Act::ShutOut,
        _ => Act::Power,
    };
    permit::act_on(
        reeve,
        tx,
        caller,
        act,
        (account.user_id, &account.email),
        &entry,
    )
    .await
}

/// An audit row about an account, to be completed.
pub(crate) fn of<'a>(caller: &'a Caller, action: Action, account: &Account) -> Entry<'a> {
    Entry {
        target: Some(account.user_id),
        ..caller.entry(action, "app_user", account.user_id.to_string())
    }
}

/// What a restore did.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Restore)]
pub struct Restored {
    #[serde(flatten)]
    pub moved: Moved,
    pub given_back: Vec<RoleKept>,
    /// What could not be given back, and why.
    pub lost: Vec<RoleKept>,
    /// Automation leaves them alone until then.
    pub hold_until: Timestamp,
    /// Sessions that were revoked stay refused.
    pub sign_in_again: bool,
}

/// A stripped assignment in a restore.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = RestoredRole)]
pub struct RoleKept {
    pub role: String,
    #[schema(value_type = Object)]
    pub at: Scope,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why_not: Option<String>,
}

/// Restores somebody at once: active, with those stripped roles that can be given back, and a
/// hold, since the next reconcile might undo it. `until` is the hold's end; a day by default.
pub async fn restore(
    reeve: &Reeve,
    caller: &Caller,
    who: &str,
    until: Option<End>,
    why: &str,
) -> Result<Restored, Error> {
    let action = Action::IdentityRestore;
    let why = reason(why)?;
    let about = named_id(who);
    let mut tx = permit::change(reeve, caller, action, IDENTITIES_MANAGE, about).await?;
    let account = lock(&mut tx, who).await?;
    may_act(reeve, &mut tx, caller, action, &account).await?;
    if let Err(denied) = may_return(account.erased).and_then(|()| may_restore(account.status)) {
        drop(tx);
        let entry = of(caller, action, &account);
        return permit::refuse(reeve, caller, &entry, denied.into()).await;
    }
    let now = tx.now().await?;
    let user_id = account.user_id;
    lifecycle::set_status(&mut tx, user_id, Status::Active, why, false).await?;
    let Judged {
        given_back,
        lost,
        ids,
        gone,
    } = judge_kept(reeve, &mut tx, caller, user_id, now).await?;
    lifecycle::give_back(&mut tx, &ids).await?;
    lifecycle::forget_kept(&mut tx, &gone).await?;
    let until = until.unwrap_or(End::After(USUAL_HOLD));
    let (_, hold_until) = hold::open(&mut tx, caller, user_id, until, why).await?;
    let entry = Entry {
        reason: Some(why.to_owned()),
        before: Some(json!({ "status": account.status })),
        after: Some(json!({
            "status": "active", "roles_restored": ids, "roles_lost": lost, "hold_until": hold_until,
        })),
        ..of(caller, action, &account)
    };
    store::audit::record(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok(Restored {
        moved: Moved {
            user_id,
            email: account.email,
            before: account.status,
            after: Status::Active,
            warnings: Vec::new(),
        },
        given_back,
        lost,
        hold_until,
        sign_in_again: account.status != Status::Active || account.session_revoked_at.is_some(),
    })
}

/// What was stripped from somebody, judged: by the rule of reconcile's own restores, and the caller's
/// ceiling.
#[derive(Default)]
struct Judged {
    given_back: Vec<RoleKept>,
    lost: Vec<RoleKept>,
    /// Of what can be given back.
    ids: Vec<Uuid>,
    /// Of what nobody can give back, which is named once. What only this caller can't is kept.
    gone: Vec<Uuid>,
}

async fn judge_kept(
    reeve: &Reeve,
    tx: &mut Tx,
    caller: &Caller,
    user_id: UserId,
    now: Timestamp,
) -> Result<Judged, Error> {
    let roles = role::load(tx).await?;
    let window = governance::load(tx).await?.restore_window;
    let rights = Rights::load(reeve, tx, caller, &roles, Scope::Platform).await?;
    let mut judged = Judged::default();
    for kept in lifecycle::kept(tx, user_id).await? {
        let role = roles.get(kept.role_id);
        let id = kept.assignment_id.0;
        let verdict = restorable(
            role,
            kept.scope,
            kept.stripped_at,
            kept.valid_until,
            now,
            window,
        );
        let why_not = match verdict {
            Err(why) => Some(why.describe().to_owned()),
            Ok(()) => role
                .and_then(|role| can_grant(&rights.authority(kept.scope), role, kept.scope).err())
                .map(|denied| denied.to_string()),
        };
        let named = RoleKept {
            role: role.map_or_else(
                || "a role that is gone".to_owned(),
                |role| role.name.clone(),
            ),
            at: kept.scope,
            why_not,
        };
        if verdict.is_err() {
            judged.gone.push(id);
        }
        if named.why_not.is_some() {
            judged.lost.push(named);
        } else {
            judged.ids.push(id);
            judged.given_back.push(named);
        }
    }
    Ok(judged)
}

/// What an erasure did.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Erasure {
    pub user_id: UserId,
    pub links: u64,
    pub assignments: u64,
    pub memberships: u64,
    pub passkeys: u64,
    /// Where the address still stands, since a person wrote it there.
    #[schema(value_type = Vec<String>)]
    pub still_named_in: Vec<&'static str>,
}

/// Erases a person (D24): pseudonymised, unlinked, disabled, without roles. It can't be undone.
/// `confirm` repeats the address.
pub async fn erase(
    reeve: &Reeve,
    caller: &Caller,
    who: &str,
    confirm: &str,
    why: &str,
) -> Result<Erasure, Error> {
    let action = Action::IdentityErase;
    let why = reason(why)?;
    let about = named_id(who);
    let mut tx = permit::change(reeve, caller, action, IDENTITIES_MANAGE, about).await?;
    let account = lock(&mut tx, who).await?;
    may_act(reeve, &mut tx, caller, action, &account).await?;
    if !account.email.eq_ignore_ascii_case(confirm.trim()) {
        let problem = "repeat the identity's e-mail address; an erasure can't be undone";
        return Err(Error::invalid("confirm", problem));
    }
    let erased = lifecycle::erase(&mut tx, account.user_id, "erased")
        .await
        .map_err(crate::role::last_owner)?;
    let entry = Entry {
        reason: Some(why.to_owned()),
        before: Some(json!({ "status": account.status })),
        after: Some(json!({
            "status": "disabled", "links": erased.links, "assignments": erased.assignments,
            "memberships": erased.memberships, "passkeys": erased.passkeys,
        })),
        ..of(caller, action, &account)
    };
    store::audit::record(&mut tx, &entry).await?;
    let still_named_in = named(&mut tx, &account).await?;
    tx.commit().await?;
    Ok(Erasure {
        user_id: account.user_id,
        links: erased.links,
        assignments: erased.assignments,
        memberships: erased.memberships,
        passkeys: erased.passkeys,
        still_named_in,
    })
}

/// Where the address still stands, since a person wrote it there.
async fn named(tx: &mut Tx, account: &Account) -> Result<Vec<&'static str>, Error> {
    let email = account.email.to_lowercase();
    let policy = governance::load(tx).await?.policy;
    let in_policy = policy.is_some_and(|policy| policy.source.to_lowercase().contains(&email));
    let in_audit = lifecycle::is_named_in_audit(tx, account.user_id, &email).await?;
    let policy = in_policy.then_some("access.login");
    let audit = in_audit.then_some("reasons in the audit log");
    Ok(policy.into_iter().chain(audit).collect())
}
