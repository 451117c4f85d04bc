//! Making a platform admin of somebody, who may not be there yet.

use domain::access::permission::IDENTITIES_MANAGE;
use domain::access::role::{ADMIN_ROLE_NAME, Scope};
use domain::audit::Action;
use domain::id::UserId;
use serde::Serialize;
use store::role;

use crate::identity::{New, enrol, person};
use crate::permit::Rights;
use crate::role::{grant, named};
use crate::{Caller, Error, Reeve, permit};

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Made {
    pub user_id: UserId,
    /// Whether they were not there before.
    pub created: bool,
    /// Whether they were no platform admin before.
    pub role_given: bool,
}

/// Gives the role `admin` to whoever has this address, and creates them if nobody has: both, or neither.
pub async fn create(reeve: &Reeve, caller: &Caller, new: &New) -> Result<Made, Error> {
    let new = new.checked()?;
    let action = Action::RoleAssign;
    let scope = Scope::Platform;
    let mut tx = permit::change(reeve, caller, action, IDENTITIES_MANAGE, None).await?;
    let roles = role::load(&mut tx).await?;
    let rights = Rights::load(reeve, &mut tx, caller, &roles, scope).await?;
    let admin = named(&roles, ADMIN_ROLE_NAME, scope)?;
    if let Err(denied) = rights.grant(&roles, &admin, scope) {
        let entry = caller.entry(action, "role", admin.role_id.to_string());
        return permit::refuse(reeve, caller, &entry, denied).await;
    }
    let (user_id, created) = match person(&mut tx, new.email()).await {
        Ok(user_id) => (user_id, false),
        Err(Error::NotFound { .. }) => (enrol(reeve, &mut tx, caller, &new).await?, true),
        Err(error) => return Err(error),
    };
    let given = grant(&mut tx, caller, user_id, &admin, scope, (None, None)).await?;
    let role_given = given.is_some();
    if created || role_given {
        tx.commit().await?;
    }
    Ok(Made {
        user_id,
        created,
        role_given,
    })
}
