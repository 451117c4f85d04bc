//! What the database shows of an installation's health; `domain::health` judges it.

use domain::governance::entitlement::Entitlement;
use domain::reconcile::guard::Guard;

use crate::error::StoreError;
use crate::scope::Tx;

/// The plan whose suspensions are held, the guard's verdict on it, and how many of those in scope it
/// suspends for want of an observation alone.
pub async fn held_plan(tx: &mut Tx) -> Result<Option<(String, Guard, i64)>, StoreError> {
    let unobserved: Vec<_> = Entitlement::codes_unobserved()
        .map(ToOwned::to_owned)
        .collect();
    let row = sqlx::query!(
        r#"select plan_id, guard,
                  (select count(*) from plan_step s
                    where s.plan_no = p.plan_no and s.kind = 'suspend' and s.in_scope
                      and s.entitlement = any ($1)) as "unseen!"
             from reconcile_plan p where state = 'held'"#,
        &unobserved
    )
    .fetch_optional(tx.connection())
    .await?;
    row.map(|row| {
        let guard = serde_json::from_value(row.guard)
            .map_err(|e| StoreError::corrupt("reconcile_plan", "guard", &row.plan_id, e))?;
        Ok((row.plan_id, guard, row.unseen))
    })
    .transpose()
}

/// How many active identities hold the platform role `admin` now.
pub async fn admins(tx: &mut Tx) -> Result<i64, StoreError> {
    let count = sqlx::query_scalar!(
        r#"select count(distinct a.user_id) as "count!"
             from user_roles a join role r using (role_id) join app_user u using (user_id)
            where r.administrative and r.name = 'admin' and u.status = 'active'
              and a.valid_from <= now() and (a.valid_until is null or now() < a.valid_until)"#
    )
    .fetch_one(tx.connection())
    .await?;
    Ok(count)
}

/// Slugs of the organizations that have owners, none of whom is active with a valid assignment. One
/// that never had an owner is left out: nobody is missing there.
pub async fn ownerless(tx: &mut Tx) -> Result<Vec<String>, StoreError> {
    let slugs = sqlx::query_scalar!(
        "select o.slug
           from organization o join user_roles a on a.tenant_id = o.id and a.project_id is null
           join role r using (role_id) join app_user u on u.user_id = a.user_id
          where r.tenant_id is null and r.name = 'tenant_owner'
          group by o.slug
         having not bool_or(u.status = 'active' and a.valid_from <= now()
                            and (a.valid_until is null or now() < a.valid_until))
          order by o.slug"
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(slugs)
}

/// Whether audit rows lie in the default partition.
pub async fn stray_audit_rows(tx: &mut Tx) -> Result<bool, StoreError> {
    let stray = sqlx::query_scalar!(r#"select exists (select from audit_log_default) as "stray!""#)
        .fetch_one(tx.connection())
        .await?;
    Ok(stray)
}
