//! Memberships: who belongs to an organization.

use domain::access::over::Act;
use domain::access::permission::{IDENTITIES_MANAGE, MEMBERSHIPS_MANAGE, MEMBERSHIPS_READ};
use domain::access::role::{RoleDefinition, Scope};
use domain::actor::SYSTEM_USER;
use domain::audit::Action;
use domain::id::{AssignmentId, OrganizationId, UserId};
use domain::identity::Status;
use domain::identity::email::{Email, NotAnEmail};
use domain::tenancy::membership::{CrossTenant, Taken, can_end, may_bring_in};
use domain::tenancy::organization::Slug;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::audit::{Entry, record_all};
use store::identity::NewIdentity;
use store::membership::{self, Filter, Member, Page};
use store::role::Roles;
use store::{StoreError, Tx, assignment, identity, organization, role};
use utoipa::ToSchema;

use crate::identity::{named_id, some};
use crate::permit::Rights;
use crate::role::{grant, image, last_owner, named};
use crate::{Caller, Error, Reeve, counted, iam, permit};

/// Most people that are added by one call.
pub const MOST_AT_ONCE: usize = 500;

/// The active members of an organization, by e-mail address, at most `limit`.
pub async fn list(
    reeve: &Reeve,
    caller: &Caller,
    slug: &Slug,
    limit: i64,
) -> Result<Vec<Member>, Error> {
    let (mut tx, tenant_id) =
        permit::look_in(reeve, caller, "list members", MEMBERSHIPS_READ, slug).await?;
    let members = membership::list(&mut tx, tenant_id, limit).await?;
    tx.rollback().await?;
    Ok(members)
}

/// A page of the active members of an organization.
pub async fn page(
    reeve: &Reeve,
    caller: &Caller,
    slug: &Slug,
    filter: &Filter,
) -> Result<Page, Error> {
    some(filter.limit)?;
    let (mut tx, tenant_id) =
        permit::look_in(reeve, caller, "list members", MEMBERSHIPS_READ, slug).await?;
    let page = membership::page(&mut tx, tenant_id, filter).await?;
    tx.rollback().await?;
    Ok(page)
}

/// Somebody who is to become a member.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMember {
    /// Id or e-mail address; somebody whose address is new is created.
    pub identity: String,
    /// A role of the organization to give with it.
    pub role: Option<String>,
}

/// What became of it. The same for an address that was known and for one that was not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Added {
    pub user_id: UserId,
    /// Whether the membership is new.
    pub member: bool,
    /// Whether a role is new.
    pub role: bool,
}

/// Makes somebody a member. `false` if they are one already.
pub async fn add(reeve: &Reeve, caller: &Caller, slug: &Slug, who: &str) -> Result<bool, Error> {
    let new = NewMember {
        identity: who.to_owned(),
        role: None,
    };
    let how = How {
        many: false,
        create: false,
    };
    Ok(begin(reeve, caller, slug, &new, how).await?.member)
}

/// Makes people members, each for themselves: what is wrong with one does not touch the others. More
/// than one is a bulk change, which may be paused.
pub async fn add_many(
    reeve: &Reeve,
    caller: &Caller,
    slug: &Slug,
    new: &[NewMember],
) -> Result<Vec<Result<Added, Error>>, Error> {
    if new.is_empty() || new.len() > MOST_AT_ONCE {
        let problem = format!("expected 1 to {MOST_AT_ONCE} people");
        return Err(Error::invalid("members", problem));
    }
    let how = How {
        many: new.len() > 1,
        create: true,
    };
    let action = Action::MembershipAdd;
    let mut tx = reeve
        .database
        .system("add memberships", &caller.context(action))
        .await?;
    allowed(reeve, &mut tx, caller, action, slug, None).await?;
    if how.many {
        iam::may_change_many(&mut tx).await?;
    }
    tx.rollback().await?;
    let mut results = Vec::with_capacity(new.len());
    for one in new {
        results.push(begin(reeve, caller, slug, one, how).await);
    }
    Ok(results)
}

/// How somebody is added.
#[derive(Clone, Copy)]
struct How {
    /// As one of many, which may be paused.
    many: bool,
    /// Whether somebody whose address is new is created.
    create: bool,
}

/// The one way in: every membership that an operation begins for somebody by name goes through here.
async fn begin(
    reeve: &Reeve,
    caller: &Caller,
    slug: &Slug,
    new: &NewMember,
    how: How,
) -> Result<Added, Error> {
    counted(Action::MembershipAdd, async {
        let first = try_begin(reeve, caller, slug, new, how).await;
        match &first {
            // Somebody else created the same person just now: they are known by now.
            Err(Error::Store(error)) if error.constraint() == Some("app_user_email") => {
                try_begin(reeve, caller, slug, new, how).await
            }
            _ => first,
        }
    })
    .await
}

async fn try_begin(
    reeve: &Reeve,
    caller: &Caller,
    slug: &Slug,
    new: &NewMember,
    how: How,
) -> Result<Added, Error> {
    let action = Action::MembershipAdd;
    let mut tx = reeve
        .database
        .system("add membership", &caller.context(action))
        .await?;
    let who = new.identity.trim();
    let tenant_id = allowed(reeve, &mut tx, caller, action, slug, named_id(who)).await?;
    if how.many {
        iam::may_change_many(&mut tx).await?;
    }
    let scope = Scope::Tenant { tenant_id };
    let role = match &new.role {
        None => None,
        Some(name) => Some(may_give(reeve, &mut tx, caller, name, scope, named_id(who)).await?),
    };
    let (user_id, newcomer) = match known(&mut tx, who).await? {
        Some(user_id) => (user_id, None),
        None if how.create => {
            let newcomer = create(reeve, &mut tx, caller, tenant_id, who).await?;
            (newcomer.user_id, Some(newcomer))
        }
        None => return Err(Error::not_found("identity", who)),
    };
    let begun = activate(&mut tx, caller, &[(tenant_id, user_id)]).await;
    if let Err(denied @ Error::CrossTenant(_)) = begun {
        drop(tx);
        let entry = entry(caller, action, tenant_id, user_id);
        return permit::refuse(reeve, caller, &entry, denied).await;
    }
    let member = begun? > 0;
    if newcomer.as_ref().is_some_and(|newcomer| newcomer.counts) {
        membership::bring_in(&mut tx, tenant_id, user_id).await?;
    }
    let given: Option<AssignmentId> = match &role {
        None => None,
        Some(role) => grant(&mut tx, caller, user_id, role, scope, (None, None)).await?,
    };
    let added = Added {
        user_id,
        member,
        role: given.is_some(),
    };
    if added.member || added.role || newcomer.is_some() {
        tx.commit().await?;
    } else {
        tx.rollback().await?;
    }
    Ok(added)
}

/// The role of that name, if the caller may give it; a refusal is put on record.
async fn may_give(
    reeve: &Reeve,
    tx: &mut Tx,
    caller: &Caller,
    name: &str,
    scope: Scope,
    about: Option<UserId>,
) -> Result<RoleDefinition, Error> {
    let roles = role::load(tx).await?;
    let role = named(&roles, name, scope)?;
    let rights = Rights::load(reeve, tx, caller, &roles, scope).await?;
    if let Err(denied) = rights.grant(&roles, &role, scope) {
        let entry = Entry {
            target: about,
            tenant_id: scope.tenant_id(),
            after: Some(image(&role, scope, &[])),
            ..caller.entry(Action::RoleAssign, "role", role.role_id.to_string())
        };
        return permit::refuse(reeve, caller, &entry, denied).await;
    }
    Ok(role)
}

/// The person of that id or address; the system's own identity is none.
async fn known(tx: &mut Tx, who: &str) -> Result<Option<UserId>, Error> {
    let found = identity::find(tx, who).await?;
    Ok(found
        .map(|(user_id, _)| user_id)
        .filter(|user_id| *user_id != SYSTEM_USER))
}

/// Somebody who was created to be a member.
struct Newcomer {
    user_id: UserId,
    /// Whether they count among those whom the organization's own people brought in.
    counts: bool,
}

/// Creates somebody whose address is new, as the caller may who may add members.
async fn create(
    reeve: &Reeve,
    tx: &mut Tx,
    caller: &Caller,
    tenant_id: OrganizationId,
    who: &str,
) -> Result<Newcomer, Error> {
    if named_id(who).is_some() {
        return Err(Error::not_found("identity", who));
    }
    let email: Email = who
        .parse()
        .map_err(|problem: NotAnEmail| Error::invalid("identity", problem))?;
    let user_id = UserId(store::id::new_id());
    let entry = Entry {
        tenant_id: Some(tenant_id),
        ..caller.entry(Action::IdentityCreate, "app_user", user_id.to_string())
    };
    let whose = (user_id, email.as_str());
    match permit::act_on(reeve, tx, caller, Act::Power, whose, &entry).await {
        // Which addresses are an administrator's is not for an organization to know.
        Err(Error::ActDenied(_)) => {
            let said = "identity: nobody is brought in here by this address; whoever administers the \
                        installation adds them";
            return Err(Error::Conflict(said.to_owned()));
        }
        judged => judged?,
    }
    let [unbounded] = permit::among(reeve, tx, caller, [IDENTITIES_MANAGE]).await?;
    if !unbounded {
        let (brought_in, limit) = membership::newcomers(tx, tenant_id).await?;
        if let Err(denied) = may_bring_in(brought_in, limit) {
            return permit::refuse(reeve, caller, &entry, denied.into()).await;
        }
    }
    let new = NewIdentity {
        user_id,
        email: email.to_string(),
        display_name: None,
        status: Status::Active,
        groups: Vec::new(),
    };
    identity::create(tx, &[new]).await?;
    let entry = Entry {
        target: Some(user_id),
        tenant_id: None,
        after: Some(json!({ "status": Status::Active })),
        ..entry
    };
    store::audit::record(tx, &entry).await?;
    Ok(Newcomer {
        user_id,
        counts: !unbounded,
    })
}

/// Ends a membership, and with it every role in the organization and its projects; returns how many
/// assignments that took, or `None` if there is no membership to end.
pub async fn end(
    reeve: &Reeve,
    caller: &Caller,
    slug: &Slug,
    who: &str,
) -> Result<Option<usize>, Error> {
    counted(Action::MembershipEnd, try_end(reeve, caller, slug, who)).await
}

async fn try_end(
    reeve: &Reeve,
    caller: &Caller,
    slug: &Slug,
    who: &str,
) -> Result<Option<usize>, Error> {
    let action = Action::MembershipEnd;
    let mut tx = reeve
        .database
        .system("end membership", &caller.context(action))
        .await?;
    let tenant_id = allowed(reeve, &mut tx, caller, action, slug, named_id(who)).await?;
    let user_id = known(&mut tx, who)
        .await?
        .ok_or_else(|| Error::not_found("identity", who))?;
    let entry = entry(caller, action, tenant_id, user_id);
    let Some(taken) = leave(reeve, &mut tx, caller, tenant_id, user_id, &entry).await? else {
        tx.rollback().await?;
        return Ok(None);
    };
    let count = taken.len();
    let entry = Entry {
        before: Some(json!({ "status": "active", "assignments": taken })),
        after: Some(json!({ "status": "ended" })),
        ..entry
    };
    store::audit::record(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok(Some(count))
}

/// Ends a membership in a transaction, if the caller could take every role inside; returns the images of
/// those, or `None` if there is no membership. A refusal is put on record as `entry`.
pub(crate) async fn leave(
    reeve: &Reeve,
    tx: &mut Tx,
    caller: &Caller,
    tenant_id: OrganizationId,
    user_id: UserId,
    entry: &Entry<'_>,
) -> Result<Option<Vec<Value>>, Error> {
    if !membership::lock(tx, tenant_id, user_id).await? {
        return Ok(None);
    }
    let taken = may_leave(reeve, tx, caller, tenant_id, user_id, entry).await?;
    membership::end(tx, tenant_id, user_id)
        .await
        .map_err(last_owner)?;
    Ok(Some(taken))
}

/// Whether the caller could end a membership; returns the images of every role that it would take. A
/// refusal is put on record as `entry`.
pub(crate) async fn may_leave(
    reeve: &Reeve,
    tx: &mut Tx,
    caller: &Caller,
    tenant_id: OrganizationId,
    user_id: UserId,
    entry: &Entry<'_>,
) -> Result<Vec<Value>, Error> {
    let is_default = organization::find_default(tx).await? == Some(tenant_id);
    let roles = role::load(tx).await?;
    let scope = Scope::Tenant { tenant_id };
    let rights = Rights::load(reeve, tx, caller, &roles, scope).await?;
    let inside = inside(tx, &roles, tenant_id, user_id).await?;
    let authorities: Vec<_> = inside
        .iter()
        .map(|(_, _, scope)| rights.authority(*scope))
        .collect();
    let taken = inside
        .iter()
        .zip(&authorities)
        .map(|((_, role, scope), authority)| Taken {
            role,
            scope: *scope,
            authority,
        });
    if let Err(denied) = can_end(is_default, taken) {
        return permit::refuse(reeve, caller, entry, denied.into()).await;
    }
    let taken = inside
        .iter()
        .map(|(id, role, scope)| image(role, *scope, &[*id]));
    Ok(taken.collect())
}

/// What somebody has in an organization and its projects.
pub(crate) async fn inside<'r>(
    tx: &mut Tx,
    roles: &'r Roles,
    tenant_id: OrganizationId,
    user_id: UserId,
) -> Result<Vec<(AssignmentId, &'r RoleDefinition, Scope)>, Error> {
    let all = assignment::inside(tx, tenant_id, user_id).await?;
    let found = all.into_iter().map(|(id, role_id, scope)| {
        let role = roles
            .get(role_id)
            .ok_or_else(|| Error::not_found("role", role_id))?;
        Ok((id, role, scope))
    });
    found.collect()
}

/// Makes memberships active, with the audit row of each that was not; returns how many those are.
/// A role that is given in an organization needs it first: the trigger that would do it otherwise
/// leaves the audit row to the operation.
pub(crate) async fn activate(
    tx: &mut Tx,
    caller: &Caller,
    members: &[(OrganizationId, UserId)],
) -> Result<usize, Error> {
    let begun = membership::activate(tx, members)
        .await
        .map_err(cross_tenant)?;
    let entries: Vec<_> = begun
        .iter()
        .map(|(tenant_id, user_id)| Entry {
            after: Some(json!({ "status": "active" })),
            ..entry(caller, Action::MembershipAdd, *tenant_id, *user_id)
        })
        .collect();
    record_all(tx, &entries).await?;
    Ok(begun.len())
}

/// Strict mode's index, in words.
pub(crate) fn cross_tenant(error: StoreError) -> Error {
    match error.constraint() {
        Some("membership_exclusive") => CrossTenant.into(),
        _ => error.into(),
    }
}

/// The organization, if the caller may manage memberships in it.
async fn allowed(
    reeve: &Reeve,
    tx: &mut Tx,
    caller: &Caller,
    action: Action,
    slug: &Slug,
    about: Option<UserId>,
) -> Result<OrganizationId, Error> {
    let tenant_id = crate::organization::find(tx, slug).await?;
    let entry = Entry {
        target: about,
        tenant_id: Some(tenant_id),
        ..caller.entry(action, "organization", tenant_id.to_string())
    };
    let scope = Scope::Tenant { tenant_id };
    permit::require(reeve, tx, caller, MEMBERSHIPS_MANAGE, scope, &entry).await?;
    Ok(tenant_id)
}

fn entry(caller: &Caller, action: Action, tenant_id: OrganizationId, user_id: UserId) -> Entry<'_> {
    Entry {
        target: Some(user_id),
        tenant_id: Some(tenant_id),
        ..caller.entry(action, "membership", format!("{tenant_id}/{user_id}"))
    }
}
