//! Role overrides: what an administrator puts on one person's roles (U-18, U-39, U-47 to U-50).

use domain::access::permission::{OVERRIDES_MANAGE, OVERRIDES_READ};
use domain::access::role::{RoleDefinition, Scope};
use domain::audit::Action;
use domain::governance::exemption::reason;
use domain::id::UserId;
use domain::identity::RoleOverrides;
use domain::identity::overrides::{LONGEST, may_name};
use domain::review::OverridePart;
use domain::time::{End, may_end};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::audit::Entry;
use store::role::Roles;
use store::{Tx, overrides, role};
use utoipa::ToSchema;

use crate::given::given;
use crate::identity::{named_id, person};
use crate::permit::Rights;
use crate::{Caller, Error, Reeve, lifecycle, permit};

/// The most names on one list; there are not so many roles.
const MOST_NAMES: usize = 100;

/// What is asked for.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = WantedRoleOverrides)]
pub struct Wanted {
    /// While true, synchronisation with the identity provider takes no role.
    pub enabled: Option<bool>,
    /// Roles that automation never takes, by name.
    pub preserved: Option<Vec<String>>,
    /// Roles that automation never gives, by name.
    pub suppressed: Option<Vec<String>>,
    /// Why, at most 500 characters.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    pub reason: Option<Option<String>>,
    /// When they end by themselves; never, if null.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Timestamp>)]
    pub expires_at: Option<Option<Timestamp>>,
    /// They end so long from now; for who names no instant.
    #[serde(skip)]
    pub ends_after: Option<SignedDuration>,
}

/// What becomes of what is not asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// It is gone.
    Replace,
    /// It stays as it is.
    Merge,
}

/// Somebody's overrides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = UserRoleOverrides)]
pub struct Shown {
    pub user_id: UserId,
    #[serde(flatten)]
    pub overrides: RoleOverrides,
    /// Whether they override anything now: something is set, and their time is not over.
    pub in_force: bool,
}

impl Shown {
    fn of(user_id: UserId, overrides: RoleOverrides, now: Timestamp) -> Self {
        let in_force = !overrides.clone().in_force(now).is_empty();
        Self {
            user_id,
            overrides,
            in_force,
        }
    }

    pub(crate) async fn load(tx: &mut Tx, user_id: UserId) -> Result<Self, Error> {
        let now = tx.now().await?;
        Ok(Self::of(user_id, overrides::get(tx, user_id).await?, now))
    }
}

/// Somebody's overrides, over or not.
pub async fn show(reeve: &Reeve, caller: &Caller, who: &str) -> Result<Shown, Error> {
    let mut tx = permit::look(reeve, caller, "show overrides", OVERRIDES_READ).await?;
    let user_id = person(&mut tx, who).await?;
    let shown = Shown::load(&mut tx, user_id).await?;
    tx.rollback().await?;
    Ok(shown)
}

/// Sets somebody's overrides. What leaves nothing overridden removes them.
pub async fn set(
    reeve: &Reeve,
    caller: &Caller,
    who: &str,
    wanted: &Wanted,
    how: How,
) -> Result<Shown, Error> {
    let action = Action::OverridesSet;
    let about = named_id(who);
    let mut tx = permit::change(reeve, caller, action, OVERRIDES_MANAGE, about).await?;
    let user_id = lifecycle::lock(&mut tx, who).await?.user_id;
    let now = tx.now().await?;
    let before = overrides::get(&mut tx, user_id).await?;
    let after = wanted.upon(&before, how, now)?;
    let roles = role::load(&mut tx).await?;
    known(&roles, &before, &after)?;
    let entry = entry(caller, action, user_id, &before, &after);
    let named = roles_of(&roles, [&before, &after]);
    gate(reeve, &mut tx, caller, &roles, &named, &entry).await?;
    if after != before {
        write(&mut tx, user_id, &after, &entry).await?;
    }
    tx.commit().await?;
    Ok(Shown::of(user_id, after, now))
}

/// Removes somebody's overrides. `false` if they had none.
pub async fn clear(reeve: &Reeve, caller: &Caller, who: &str) -> Result<bool, Error> {
    let action = Action::OverridesClear;
    let about = named_id(who);
    let mut tx = permit::change(reeve, caller, action, OVERRIDES_MANAGE, about).await?;
    let user_id = lifecycle::lock(&mut tx, who).await?.user_id;
    let before = overrides::get(&mut tx, user_id).await?;
    let roles = role::load(&mut tx).await?;
    let after = RoleOverrides::default();
    let entry = entry(caller, action, user_id, &before, &after);
    let named = roles_of(&roles, [&before]);
    gate(reeve, &mut tx, caller, &roles, &named, &entry).await?;
    if before == after {
        return Ok(false);
    }
    write(&mut tx, user_id, &after, &entry).await?;
    tx.commit().await?;
    Ok(true)
}

/// Takes one part out of somebody's overrides; the rest stays as it is. `false` if it is not there or
/// over.
pub async fn take(
    reeve: &Reeve,
    caller: &Caller,
    user_id: UserId,
    part: &OverridePart,
) -> Result<bool, Error> {
    let action = Action::OverridesSet;
    let who = user_id.to_string();
    let mut tx = permit::change(reeve, caller, action, OVERRIDES_MANAGE, Some(user_id)).await?;
    lifecycle::lock(&mut tx, &who).await?;
    let now = tx.now().await?;
    let before = overrides::get(&mut tx, user_id).await?;
    let after = before.clone().in_force(now).without(part);
    let roles = role::load(&mut tx).await?;
    let entry = entry(caller, action, user_id, &before, &after);
    let named = roles_of(&roles, [&before, &after]);
    gate(reeve, &mut tx, caller, &roles, &named, &entry).await?;
    if !OverridePart::all(&before.clone().in_force(now)).contains(part) {
        return Ok(false);
    }
    write(&mut tx, user_id, &after, &entry).await?;
    tx.commit().await?;
    Ok(true)
}

/// Writes what somebody's overrides are from now on, and the audit row.
async fn write(
    tx: &mut Tx,
    user_id: UserId,
    after: &RoleOverrides,
    entry: &Entry<'_>,
) -> Result<(), Error> {
    if after.is_empty() {
        overrides::clear(tx, user_id).await?;
    } else {
        overrides::set(tx, user_id, after).await?;
    }
    Ok(store::audit::record(tx, entry).await?)
}

impl Wanted {
    /// What somebody's overrides are to be.
    fn upon(
        &self,
        before: &RoleOverrides,
        how: How,
        now: Timestamp,
    ) -> Result<RoleOverrides, Error> {
        // What is over is not there any more: nothing of it comes back by changing the rest.
        let kept = match how {
            How::Merge => before.clone().in_force(now),
            How::Replace => RoleOverrides::default(),
        };
        let preserved = names("preserved", self.preserved.as_deref(), kept.preserved())?;
        let suppressed = names("suppressed", self.suppressed.as_deref(), kept.suppressed())?;
        let enabled = self.enabled.unwrap_or(kept.enabled);
        let mut after = RoleOverrides::new(enabled, preserved, suppressed);
        if after.is_empty() {
            return Ok(after);
        }
        if let Some(role) = after.contradiction() {
            let problem = format!("`{role}` is preserved too; name it on one of the lists");
            return Err(Error::invalid("suppressed", problem));
        }
        after.reason = match &self.reason {
            None => kept.reason.clone(),
            Some(None) => None,
            Some(Some(text)) => Some(reason(text)?.to_owned()),
        };
        after.expires_at = match self.ends_after {
            Some(lasting) => Some(End::After(lasting).instant(now)),
            None => self.expires_at.unwrap_or(kept.expires_at),
        };
        if let Some(end) = after.expires_at {
            may_end(now, end, LONGEST).map_err(|problem| Error::invalid("expires_at", problem))?;
        }
        Ok(after)
    }
}

/// The names on a list: those that are given, or else those that are kept.
fn names<'a>(
    field: &'static str,
    given: Option<&'a [String]>,
    kept: impl Iterator<Item = &'a str>,
) -> Result<Vec<&'a str>, Error> {
    let Some(given) = given else {
        return Ok(kept.collect());
    };
    if given.len() > MOST_NAMES {
        return Err(Error::invalid(field, format!("at most {MOST_NAMES} names")));
    }
    Ok(given.iter().map(String::as_str).collect())
}

/// Whether every name that is new on its list is a role's.
fn known(roles: &Roles, before: &RoleOverrides, after: &RoleOverrides) -> Result<(), Error> {
    let unknown = |field, name: &str| {
        let shown: String = name.chars().take(80).collect();
        let problem = format!("there is no role `{shown}`; `reeve role list` names them all");
        Err(Error::invalid(field, problem))
    };
    let is_role = |name: &str| roles.0.values().any(|role| role.name == name);
    for name in after.preserved() {
        if !before.preserves(name) && !is_role(name) {
            return unknown("preserved", name);
        }
    }
    for name in after.suppressed() {
        if !before.suppresses(name) && !is_role(name) {
            return unknown("suppressed", name);
        }
    }
    Ok(())
}

/// Every role that any of them bears on.
fn roles_of<'a, const N: usize>(
    roles: &'a Roles,
    of: [&RoleOverrides; N],
) -> Vec<&'a RoleDefinition> {
    let named = |role: &&RoleDefinition| of.iter().any(|one| one.bears_on(&role.name));
    roles.0.values().filter(named).collect()
}

/// Whether the caller may name these roles; a refusal is put on record.
async fn gate(
    reeve: &Reeve,
    tx: &mut Tx,
    caller: &Caller,
    roles: &Roles,
    named: &[&RoleDefinition],
    entry: &Entry<'_>,
) -> Result<(), Error> {
    let rights = Rights::load(reeve, tx, caller, roles, Scope::Platform).await?;
    let authority = rights.authority(Scope::Platform);
    match named.iter().try_for_each(|role| may_name(&authority, role)) {
        Ok(()) => Ok(()),
        Err(denied) => permit::refuse(reeve, caller, entry, denied.into()).await,
    }
}

/// The audit row: a change that leaves nothing is a clear, whoever asked for it how.
fn entry<'a>(
    caller: &'a Caller,
    action: Action,
    user_id: UserId,
    before: &RoleOverrides,
    after: &RoleOverrides,
) -> Entry<'a> {
    let image = |of: &RoleOverrides| {
        (!of.is_empty()).then(|| {
            let preserved: Vec<_> = of.preserved().collect();
            let suppressed: Vec<_> = of.suppressed().collect();
            json!({
                "enabled": of.enabled, "preserved": preserved, "suppressed": suppressed,
                "expires_at": of.expires_at,
            })
        })
    };
    let action = match after.is_empty() {
        true => Action::OverridesClear,
        false => action,
    };
    Entry {
        target: Some(user_id),
        reason: after.reason.clone(),
        before: image(before),
        after: image(after),
        ..caller.entry(action, "app_user", user_id.to_string())
    }
}
