//! The roles that a provider's groups give: `sync_user_roles_from_identity` of the deployment guide (U-38).

use domain::access::ceiling::{Authority, can_grant};
use domain::audit::Action;
use domain::id::UserId;
use domain::identity::mapping::{Target, sync as plan};
use store::assignment::{self, Grant};
use store::audit::Entry;
use store::role::Roles;
use store::{provision, role};

use super::{Synced, system};
use crate::role::{entry, image, last_owner};
use crate::{Caller, Error, Reeve, mapping, membership, permit};

/// Gives and takes what the mapping says for the groups that are known, unless a hold is in force. Each
/// role is a transaction of its own: one that a rule refuses keeps no other from being taken.
pub(super) async fn sync(
    reeve: &Reeve,
    caller: &Caller,
    issuer: &str,
    user_id: UserId,
) -> Result<Synced, Error> {
    let source = format!("oidc:{issuer}");
    let live = reeve.live.get();
    let mut tx = system(reeve, caller, Action::ProvisioningSync).await?;
    let Some(known) = provision::known(&mut tx, user_id, issuer).await? else {
        return Ok(Synced::default());
    };
    let held = provision::held(&mut tx, user_id, &source).await?;
    let roles = role::load(&mut tx).await?;
    tx.rollback().await?;
    let mut planned = plan(&live.mapping, &known.groups, &held, &known.overrides);
    if known.on_hold {
        planned = planned.on_hold();
    }
    let mut synced = Synced {
        steps: planned.trace,
        ..Synced::default()
    };
    let changes = [
        (Action::ProvisioningRevoke, planned.take),
        (Action::ProvisioningGrant, planned.give),
    ];
    for (action, targets) in changes {
        for target in targets {
            let change = Change {
                action,
                user_id,
                source: &source,
                target: &target,
            };
            match apply(reeve, caller, &roles, &change).await {
                Ok(()) if action == Action::ProvisioningGrant => synced.given.push(target),
                Ok(()) => synced.taken.push(target),
                Err(error @ (Error::Store(_) | Error::Io(_))) if !is_rule(&error) => {
                    return Err(error);
                }
                Err(refused) => {
                    tracing::warn!(%target, %user_id, error = %refused, "a role of the mapping stays as it is");
                    synced.refused.push(format!("{target}: {refused}"));
                }
            }
        }
    }
    Ok(synced)
}

/// Whether the database refused by a rule of its own, which says nothing against the rest.
fn is_rule(error: &Error) -> bool {
    matches!(error, Error::Store(store) if store.constraint().is_some())
}

struct Change<'a> {
    action: Action,
    user_id: UserId,
    source: &'a str,
    target: &'a Target,
}

async fn apply(
    reeve: &Reeve,
    caller: &Caller,
    roles: &Roles,
    change: &Change<'_>,
) -> Result<(), Error> {
    let Change {
        action,
        user_id,
        source,
        target,
    } = *change;
    let mut tx = system(reeve, caller, action).await?;
    let (role, scope) = mapping::resolve(&mut tx, roles, target).await?;
    let entry = entry(caller, action, user_id, &role, scope);
    if let Err(denied) = can_grant(&Authority::Mapping, &role, scope) {
        return permit::refuse(reeve, caller, &entry, denied.into()).await;
    }
    if action == Action::ProvisioningGrant {
        if let Some(tenant_id) = scope.tenant_id() {
            membership::activate(&mut tx, caller, &[(tenant_id, user_id)]).await?;
        }
        let grant = Grant {
            user_id,
            scope,
            role_id: role.role_id,
        };
        let actor = caller.actor.user_id();
        let given = assignment::grant(&mut tx, &[grant], source, actor).await?;
        let ids: Vec<_> = given.into_iter().map(|(_, id)| id).collect();
        let after = Some(image(&role, scope, &ids));
        store::audit::record(&mut tx, &Entry { after, ..entry }).await?;
    } else {
        let tenant_id = scope.tenant_id().map(Into::into);
        let taken = provision::take(&mut tx, user_id, role.role_id, tenant_id, source).await;
        let taken = taken.map_err(last_owner)?;
        let before = Some(image(&role, scope, &taken));
        store::audit::record(&mut tx, &Entry { before, ..entry }).await?;
    }
    Ok(tx.commit().await?)
}
