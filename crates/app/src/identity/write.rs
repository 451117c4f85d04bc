//! Writing accepted lines of an import: set by set, with an audit row for each change.
//!
//! What a line may do has been decided in [`super::import`].

use domain::audit::Action;
use domain::id::{OrganizationId, UserId};
use domain::identity::Status;
use domain::identity::link::Link;
use serde_json::{Value, json};
use store::assignment::{self, Grant};
use store::audit::Entry;
use store::identity::{self, Identity, NewIdentity};
use store::role::Roles;
use store::{Tx, organization};

use super::file::Line;
use super::import::{Imported, Resolved, to_u64};
use crate::{Caller, Error};

/// Creates the new people and updates those whose name or groups differ.
pub(super) async fn identities(
    tx: &mut Tx,
    caller: &Caller,
    accepted: &[Resolved<'_>],
    total: &mut Imported,
) -> Result<(), Error> {
    let mut new = Vec::new();
    for Resolved {
        line,
        user_id,
        existing,
        ..
    } in accepted
    {
        match existing {
            Some(found) if update(tx, caller, line, found).await? => total.updated += 1,
            Some(_) => total.unchanged += 1,
            None => new.push(NewIdentity {
                user_id: *user_id,
                email: line.email.to_string(),
                display_name: line.display_name.clone(),
                status: line.status.unwrap_or(Status::Active),
                groups: line.groups.clone().unwrap_or_default(),
            }),
        }
    }
    if new.is_empty() {
        return Ok(());
    }
    identity::create(tx, &new).await?;
    total.created += to_u64(new.len());
    for identity in &new {
        let after = json!({ "status": identity.status });
        record(tx, caller, Action::IdentityCreate, identity.user_id, after).await?;
    }
    Ok(())
}

/// Updates name and groups where the line says otherwise; `false` if it does not.
async fn update(
    tx: &mut Tx,
    caller: &Caller,
    line: &Line,
    found: &Identity,
) -> Result<bool, Error> {
    let name = line
        .display_name
        .as_deref()
        .filter(|name| found.display_name.as_deref() != Some(name));
    let groups = line
        .groups
        .as_deref()
        .filter(|groups| found.groups != *groups);
    if name.is_none() && groups.is_none() {
        return Ok(false);
    }
    identity::update(tx, found.user_id, name, groups).await?;
    let changed: Vec<_> = [name.map(|_| "display_name"), groups.map(|_| "groups")]
        .into_iter()
        .flatten()
        .collect();
    let after = json!({ "changed": changed });
    record(tx, caller, Action::IdentityUpdate, found.user_id, after).await?;
    Ok(true)
}

async fn record(
    tx: &mut Tx,
    caller: &Caller,
    action: Action,
    user_id: UserId,
    after: Value,
) -> Result<(), Error> {
    let entry = Entry {
        target: Some(user_id),
        after: Some(after),
        ..caller.entry(action, "app_user", user_id.to_string())
    };
    Ok(store::audit::record(tx, &entry).await?)
}

/// Adds links, memberships and roles, with the audit row of each.
pub(super) async fn belongings(
    tx: &mut Tx,
    caller: &Caller,
    roles: &Roles,
    accepted: &[Resolved<'_>],
    total: &mut Imported,
) -> Result<(), Error> {
    links(tx, caller, accepted, total).await?;
    memberships(tx, caller, accepted, total).await?;
    assignments(tx, caller, roles, accepted, total).await
}

async fn links(
    tx: &mut Tx,
    caller: &Caller,
    accepted: &[Resolved<'_>],
    total: &mut Imported,
) -> Result<(), Error> {
    let links: Vec<(UserId, Link)> = accepted
        .iter()
        .flat_map(|line| {
            line.new_links
                .iter()
                .map(|link| (line.user_id, link.clone()))
        })
        .collect();
    identity::link(tx, &links).await?;
    total.links += to_u64(links.len());
    for (user_id, link) in &links {
        let after = json!({ "linked": link.provider() });
        record(tx, caller, Action::IdentityUpdate, *user_id, after).await?;
    }
    Ok(())
}

async fn memberships(
    tx: &mut Tx,
    caller: &Caller,
    accepted: &[Resolved<'_>],
    total: &mut Imported,
) -> Result<(), Error> {
    let members: Vec<(OrganizationId, UserId)> = accepted
        .iter()
        .flat_map(|line| line.organizations.iter().map(|id| (*id, line.user_id)))
        .collect();
    for (tenant_id, user_id) in organization::activate_memberships(tx, &members).await? {
        total.memberships += 1;
        let entry = Entry {
            target: Some(user_id),
            tenant_id: Some(tenant_id),
            after: Some(json!({ "status": "active" })),
            ..caller.entry(
                Action::MembershipAdd,
                "membership",
                format!("{tenant_id}/{user_id}"),
            )
        };
        store::audit::record(tx, &entry).await?;
    }
    Ok(())
}

async fn assignments(
    tx: &mut Tx,
    caller: &Caller,
    roles: &Roles,
    accepted: &[Resolved<'_>],
    total: &mut Imported,
) -> Result<(), Error> {
    let grants: Vec<Grant> = accepted
        .iter()
        .flat_map(|line| line.grants.clone())
        .collect();
    let actor = &caller.actor;
    for (place, _) in assignment::grant(tx, &grants, actor.source(), actor.user_id()).await? {
        let Some(Grant {
            user_id,
            scope,
            role_id,
        }) = grants.get(place)
        else {
            continue;
        };
        total.roles += 1;
        let name = roles.get(*role_id).map_or("", |role| role.name.as_str());
        let entry = Entry {
            target: Some(*user_id),
            tenant_id: scope.tenant_id(),
            after: Some(json!({ "role": name, "role_id": role_id, "at": scope })),
            ..caller.entry(
                Action::RoleAssign,
                "user_roles",
                format!("{user_id}/{name}"),
            )
        };
        store::audit::record(tx, &entry).await?;
    }
    Ok(())
}
