//! What an actor may lean on when giving and taking roles: the input of `can_grant`.

use domain::access::ceiling::{Authority, Held};
use domain::access::role::{ADMIN_ROLE_NAME, Scope};
use domain::actor::Actor;
use domain::id::UserId;
use store::role::Roles;
use store::{StoreError, Tx, assignment};

/// The actor's authority where a role would be given.
pub(crate) async fn of(
    tx: &mut Tx,
    actor: &Actor,
    roles: &Roles,
    scope: Scope,
) -> Result<Authority, StoreError> {
    match actor {
        Actor::Operator | Actor::BreakGlass { .. } => Ok(Authority::Administrator),
        Actor::Job { .. } => Ok(Authority::Job),
        Actor::Person { user_id } => of_person(tx, *user_id, roles, scope).await,
    }
}

async fn of_person(
    tx: &mut Tx,
    user_id: UserId,
    roles: &Roles,
    scope: Scope,
) -> Result<Authority, StoreError> {
    let mut tenant = Held::default();
    let mut project = Held::default();
    for (role_id, at) in assignment::held_now(tx, user_id).await? {
        let Some(role) = roles.get(role_id) else {
            continue;
        };
        let held = match at {
            Scope::Platform if role.name == ADMIN_ROLE_NAME && role.tenant_id.is_none() => {
                return Ok(Authority::Administrator);
            }
            Scope::Platform => continue,
            Scope::Tenant { tenant_id } if scope.tenant_id() == Some(tenant_id) => &mut tenant,
            Scope::Project { .. } if scope == at => &mut project,
            Scope::Tenant { .. } | Scope::Project { .. } => continue,
        };
        held.rank = held.rank.max(role.rank);
        held.permissions = held.permissions.union(role.permissions);
    }
    Ok(Authority::Holder { tenant, project })
}
