//! Memberships: who belongs to an organization.

use domain::access::permission::{MEMBERSHIPS_MANAGE, MEMBERSHIPS_READ};
use domain::access::role::Scope;
use domain::audit::Action;
use domain::id::{OrganizationId, UserId};
use domain::tenancy::membership::{Taken, can_end};
use domain::tenancy::organization::Slug;
use serde_json::json;
use store::audit::{Entry, record_all};
use store::membership::{self, Member};
use store::{StoreError, Tx, assignment, identity, organization, role};

use crate::identity::named_id;
use crate::permit::Rights;
use crate::role::{image, last_owner};
use crate::{Caller, Error, Reeve, permit};

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

/// Makes somebody a member. `false` if they are one already.
pub async fn add(reeve: &Reeve, caller: &Caller, slug: &Slug, who: &str) -> Result<bool, Error> {
    let action = Action::MembershipAdd;
    let mut tx = reeve
        .database
        .system("add membership", &caller.context(action))
        .await?;
    let (tenant_id, user_id) = find(reeve, &mut tx, caller, action, slug, who).await?;
    if activate(&mut tx, caller, &[(tenant_id, user_id)]).await? == 0 {
        tx.rollback().await?;
        return Ok(false);
    }
    tx.commit().await?;
    Ok(true)
}

/// Ends a membership, and with it every role in the organization and its projects; returns how many
/// assignments that took, or `None` if there is no membership to end.
pub async fn end(
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
    let (tenant_id, user_id) = find(reeve, &mut tx, caller, action, slug, who).await?;
    if !membership::lock(&mut tx, tenant_id, user_id).await? {
        tx.rollback().await?;
        return Ok(None);
    }
    let is_default = organization::find_default(&mut tx).await? == Some(tenant_id);
    let roles = role::load(&mut tx).await?;
    let scope = Scope::Tenant { tenant_id };
    let rights = Rights::load(reeve, &mut tx, caller, &roles, scope).await?;
    let mut inside = Vec::new();
    for (id, role_id, scope) in assignment::inside(&mut tx, tenant_id, user_id).await? {
        let role = roles.get(role_id).ok_or_else(|| Error::NotFound {
            what: "role",
            name: role_id.to_string(),
        })?;
        inside.push((id, role, scope, rights.authority(scope)));
    }
    let taken = inside.iter().map(|(_, role, scope, authority)| Taken {
        role,
        scope: *scope,
        authority,
    });
    let entry = entry(caller, action, tenant_id, user_id);
    if let Err(denied) = can_end(is_default, taken) {
        return permit::refuse(reeve, caller, &entry, denied.into()).await;
    }
    membership::end(&mut tx, tenant_id, user_id)
        .await
        .map_err(last_owner)?;
    let taken: Vec<_> = inside
        .iter()
        .map(|(id, role, scope, _)| image(role, *scope, &[*id]))
        .collect();
    let entry = Entry {
        before: Some(json!({ "status": "active", "assignments": taken })),
        after: Some(json!({ "status": "ended" })),
        ..entry
    };
    store::audit::record(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok(Some(inside.len()))
}

/// Makes memberships active, with the audit row of each that was not; returns how many those are.
/// A role that is given in an organization needs it first: the trigger that would do it otherwise
/// leaves the audit row to the operation.
pub(crate) async fn activate(
    tx: &mut Tx,
    caller: &Caller,
    members: &[(OrganizationId, UserId)],
) -> Result<usize, StoreError> {
    let begun = membership::activate(tx, members).await?;
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

/// The organization, in which the caller may manage memberships, and the person.
async fn find(
    reeve: &Reeve,
    tx: &mut Tx,
    caller: &Caller,
    action: Action,
    slug: &Slug,
    who: &str,
) -> Result<(OrganizationId, UserId), Error> {
    let tenant_id = crate::organization::find(tx, slug).await?;
    let entry = Entry {
        target: named_id(who),
        tenant_id: Some(tenant_id),
        ..caller.entry(action, "organization", tenant_id.to_string())
    };
    let scope = Scope::Tenant { tenant_id };
    permit::require(reeve, tx, caller, MEMBERSHIPS_MANAGE, scope, &entry).await?;
    let (user_id, _) = identity::find(tx, who)
        .await?
        .ok_or_else(|| Error::NotFound {
            what: "identity",
            name: who.to_owned(),
        })?;
    Ok((tenant_id, user_id))
}

fn entry(caller: &Caller, action: Action, tenant_id: OrganizationId, user_id: UserId) -> Entry<'_> {
    Entry {
        target: Some(user_id),
        tenant_id: Some(tenant_id),
        ..caller.entry(action, "membership", format!("{tenant_id}/{user_id}"))
    }
}
