//! Roles and what they permit.

use std::collections::BTreeMap;

use domain::access::permission::{Permission, PermissionSet};
use domain::access::role::{BUILT_IN, RoleDefinition, ScopeKind};
use domain::id::{OrganizationId, RoleId};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::error::StoreError;
use crate::scope::Tx;

/// Every role definition, by id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roles(pub BTreeMap<RoleId, RoleDefinition>);

impl Roles {
    pub fn get(&self, id: RoleId) -> Option<&RoleDefinition> {
        self.0.get(&id)
    }

    /// The role of that name at that kind of scope: the tenant's own first, then the built-in one.
    pub fn named(
        &self,
        name: &str,
        scope: ScopeKind,
        tenant_id: Option<OrganizationId>,
    ) -> Option<&RoleDefinition> {
        let of = |owner| {
            self.0
                .values()
                .find(|role| role.name == name && role.scope == scope && role.tenant_id == owner)
        };
        tenant_id
            .and_then(|tenant| of(Some(tenant)))
            .or_else(|| of(None))
    }
}

/// Loads every role with its permissions.
pub async fn load(tx: &mut Tx) -> Result<Roles, StoreError> {
    let rows = sqlx::query!(
        r#"select role_id, name, scope, tenant_id, rank, portal,
                  array(select permission from role_permission p where p.role_id = r.role_id) as "permissions!"
             from role r"#
    )
    .fetch_all(tx.connection())
    .await?;
    let mut roles = BTreeMap::new();
    for row in rows {
        let scope = ScopeKind::of(&row.scope)
            .ok_or_else(|| StoreError::corrupt("role", "scope", row.role_id, &row.scope))?;
        let role_id = RoleId(row.role_id);
        roles.insert(
            role_id,
            RoleDefinition {
                role_id,
                name: row.name,
                scope,
                tenant_id: row.tenant_id.map(OrganizationId),
                rank: row.rank,
                portal: row.portal,
                // A permission that this version does not know permits nothing.
                permissions: permissions(&row.permissions),
            },
        );
    }
    Ok(Roles(roles))
}

fn permissions(names: &[String]) -> PermissionSet {
    names
        .iter()
        .filter_map(|name| Permission::of(name))
        .collect()
}

/// What each role is for, where somebody wrote it down.
pub async fn descriptions(tx: &mut Tx) -> Result<BTreeMap<RoleId, String>, StoreError> {
    let rows = sqlx::query!(
        r#"select role_id, description as "description!" from role where description is not null"#
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (RoleId(row.role_id), row.description))
        .collect())
}

/// Defines a role. Those of the platform are portal roles (D17).
pub async fn create(
    tx: &mut Tx,
    role: &RoleDefinition,
    description: Option<&str>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into role (role_id, name, scope, tenant_id, rank, portal, description)
         values ($1, $2, $3, $4, $5, $6, $7)",
        role.role_id.0,
        role.name,
        role.scope.as_str(),
        role.tenant_id.map(|id| id.0),
        role.rank,
        role.portal,
        description
    )
    .execute(tx.connection())
    .await?;
    permit(tx, role).await
}

/// Changes what a role is; its name and scope stay.
pub async fn update(
    tx: &mut Tx,
    role: &RoleDefinition,
    description: Option<&str>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "update role set rank = $2, description = $3 where role_id = $1",
        role.role_id.0,
        role.rank,
        description
    )
    .execute(tx.connection())
    .await?;
    permit(tx, role).await
}

/// Brings a role's permissions in line with its definition.
async fn permit(tx: &mut Tx, role: &RoleDefinition) -> Result<(), StoreError> {
    let names: Vec<String> = role
        .permissions
        .iter()
        .map(|of| of.name().to_owned())
        .collect();
    sqlx::query!(
        "delete from role_permission where role_id = $1 and permission <> all ($2)",
        role.role_id.0,
        &names
    )
    .execute(tx.connection())
    .await?;
    sqlx::query!(
        "insert into role_permission (role_id, permission)
         select $1, unnest($2::text[]) on conflict do nothing",
        role.role_id.0,
        &names
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Locks a role's definition until the transaction ends: nobody gives it, or changes it, meanwhile.
pub async fn lock(tx: &mut Tx, role_id: RoleId) -> Result<(), StoreError> {
    sqlx::query!(
        "select role_id from role where role_id = $1 for update",
        role_id.0
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(())
}

/// How many assignments of a role there are, valid now or not.
pub async fn count_assigned(tx: &mut Tx, role_id: RoleId) -> Result<i64, StoreError> {
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from user_roles where role_id = $1"#,
        role_id.0
    )
    .fetch_one(tx.connection())
    .await?;
    Ok(count)
}

/// Takes a role out of the world.
pub async fn delete(tx: &mut Tx, role_id: RoleId) -> Result<(), StoreError> {
    sqlx::query!("delete from role where role_id = $1", role_id.0)
        .execute(tx.connection())
        .await?;
    Ok(())
}

/// Writes the built-in roles from `domain`'s table. Writes nothing where they are as they should be.
pub(crate) async fn write_built_in(connection: &mut PgConnection) -> Result<(), StoreError> {
    for role in BUILT_IN {
        let role_id: Uuid = sqlx::query_scalar!(
            r#"with written as (
                 insert into role (name, scope, rank, portal, built_in, description)
                 values ($1, $2, $3, $4, true, $5)
                 on conflict on constraint role_name do update
                   set rank = excluded.rank, portal = excluded.portal, built_in = true,
                       description = excluded.description
                 where (role.rank, role.portal, role.built_in, role.description)
                       is distinct from (excluded.rank, excluded.portal, true, excluded.description)
                 returning role_id)
               select role_id as "role_id!" from written
               union all
               select role_id from role where tenant_id is null and scope = $2 and name = $1
               limit 1"#,
            role.name,
            role.scope.as_str(),
            role.rank,
            role.portal(),
            role.description,
        )
        .fetch_one(&mut *connection)
        .await?;
        let permissions: Vec<String> = role
            .permissions()
            .iter()
            .map(|permission| permission.name().to_owned())
            .collect();
        sqlx::query!(
            "delete from role_permission where role_id = $1 and permission <> all ($2)",
            role_id,
            &permissions
        )
        .execute(&mut *connection)
        .await?;
        sqlx::query!(
            "insert into role_permission (role_id, permission)
             select $1, unnest($2::text[]) on conflict do nothing",
            role_id,
            &permissions
        )
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}
