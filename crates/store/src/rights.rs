//! Roles, rights and row security as the server has them; `domain::health` judges them.

use domain::health::database::Rights;

use crate::error::StoreError;
use crate::scope::Tx;

/// Looks at them. The login's own powers are asked for, not those of the role it has become.
pub async fn look(tx: &mut Tx) -> Result<Rights, StoreError> {
    let row = sqlx::query!(
        r#"with wanted (name, becomes) as (values
             ('reeve_owner', false), ('reeve_app', true), ('reeve_system', true),
             ('reeve_views', true), ('reeve_operator', false))
           select array(select name from wanted
                         where not exists (select from pg_roles where rolname = name)) as "missing!",
                  array(select name from wanted join pg_roles on rolname = name
                         where becomes and not pg_has_role(session_user, oid, 'member')) as "not_a_member_of!",
                  session_user::text as "login!",
                  (select rolsuper from pg_roles where rolname = session_user) as "superuser!",
                  array(select c.relname::text from pg_class c
                         where c.relnamespace in (select oid from pg_namespace where nspname in ('public', 'auth'))
                           and c.relkind in ('r', 'p')
                           and exists (select from pg_policy p where p.polrelid = c.oid)
                           and not (c.relrowsecurity and c.relforcerowsecurity)
                         order by 1) as "unprotected!""#
    )
    .fetch_one(tx.connection())
    .await?;
    Ok(Rights {
        missing: row.missing,
        not_a_member_of: row.not_a_member_of,
        login: row.login,
        superuser: row.superuser,
        unprotected: row.unprotected,
    })
}
