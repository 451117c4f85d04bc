//! Writing accepted lines of an import: set by set, with an audit row for each change.
//!
//! What a line may do has been decided in [`super::import`].

use domain::audit::Action;
use domain::id::{OrganizationId, UserId};
use domain::identity::Status;
use domain::identity::link::Link;
use serde_json::{Value, json};
use store::Tx;
use store::assignment::{self, Grant};
use store::audit::{Entry, record_all};
use store::identity::{self, Change, Identity, NewIdentity};
use store::role::Roles;

use super::file::Line;
use super::import::{Imported, Resolved, to_u64};
use crate::{Caller, Error, membership, role};

/// Creates the new people and updates those whose name or groups differ.
pub(super) async fn identities(
    tx: &mut Tx,
    caller: &Caller,
    accepted: &[Resolved<'_>],
    total: &mut Imported,
) -> Result<(), Error> {
    let (mut new, mut changes) = (Vec::new(), Vec::new());
    for Resolved {
        line,
        user_id,
        existing,
        ..
    } in accepted
    {
        match existing {
            Some(found) => changes.extend(change(line, found)),
            None => new.push(NewIdentity {
                user_id: *user_id,
                email: line.email.to_string(),
                display_name: line.display_name.clone(),
                status: line.status.unwrap_or(Status::Active),
                groups: line.groups.clone().unwrap_or_default(),
            }),
        }
    }
    total.created += to_u64(new.len());
    total.updated += to_u64(changes.len());
    total.unchanged += to_u64(accepted.len() - new.len() - changes.len());
    let mut entries = Vec::with_capacity(new.len() + changes.len());
    if !new.is_empty() {
        identity::create(tx, &new).await?;
        entries.extend(new.iter().map(|identity| {
            let after = json!({ "status": identity.status });
            entry(caller, Action::IdentityCreate, identity.user_id, after)
        }));
    }
    if !changes.is_empty() {
        identity::update(tx, &changes).await?;
        entries.extend(changes.iter().map(|change| {
            let after = json!({ "changed": changed(change) });
            entry(caller, Action::IdentityUpdate, change.user_id, after)
        }));
    }
    Ok(record_all(tx, &entries).await?)
}

/// What of name and groups the line says otherwise; `None` if nothing.
fn change(line: &Line, found: &Identity) -> Option<Change> {
    let display_name = line
        .display_name
        .clone()
        .filter(|name| found.display_name.as_ref() != Some(name));
    let groups = line.groups.clone().filter(|groups| found.groups != *groups);
    (display_name.is_some() || groups.is_some()).then_some(Change {
        user_id: found.user_id,
        display_name,
        groups,
    })
}

fn changed(change: &Change) -> Vec<&'static str> {
    let name = change.display_name.as_ref().map(|_| "display_name");
    let groups = change.groups.as_ref().map(|_| "groups");
    [name, groups].into_iter().flatten().collect()
}

fn entry(caller: &Caller, action: Action, user_id: UserId, after: Value) -> Entry<'_> {
    Entry {
        target: Some(user_id),
        after: Some(after),
        ..caller.entry(action, "app_user", user_id.to_string())
    }
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
    let entries: Vec<_> = links
        .iter()
        .map(|(user_id, link)| entry(caller, Action::IdentityLink, *user_id, link_image(link)))
        .collect();
    Ok(record_all(tx, &entries).await?)
}

/// A Discord id is a number and stays; an issuer may call people by their e-mail address.
fn link_image(link: &Link) -> Value {
    match link {
        Link::Discord(id) => json!({ "provider": link.provider(), "external_id": id }),
        Link::Oidc { issuer, .. } => json!({ "provider": issuer }),
    }
}

/// Those that the lines name, and those that the lines' roles need.
async fn memberships(
    tx: &mut Tx,
    caller: &Caller,
    accepted: &[Resolved<'_>],
    total: &mut Imported,
) -> Result<(), Error> {
    let members: Vec<(OrganizationId, UserId)> = accepted
        .iter()
        .flat_map(|line| {
            let granted = line.grants.iter();
            let tenants = granted.filter_map(|grant| grant.scope.tenant_id());
            let all = line.organizations.iter().copied().chain(tenants);
            all.map(|tenant_id| (tenant_id, line.user_id))
        })
        .collect();
    total.memberships += to_u64(membership::activate(tx, caller, &members).await?);
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
    let given = assignment::grant(tx, &grants, actor.source(), actor.user_id()).await?;
    total.roles += to_u64(given.len());
    let entries: Vec<_> = given
        .iter()
        .filter_map(|(place, assignment_id)| {
            let Grant {
                user_id,
                scope,
                role_id,
            } = grants.get(*place)?;
            let role = roles.get(*role_id)?;
            Some(Entry {
                after: Some(role::image(role, *scope, &[*assignment_id])),
                ..role::entry(caller, Action::RoleAssign, *user_id, role, *scope)
            })
        })
        .collect();
    Ok(record_all(tx, &entries).await?)
}
