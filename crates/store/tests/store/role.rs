//! The built-in roles stand in the database as they stand in `domain`.

use std::collections::BTreeMap;

use domain::access::role::BUILT_IN;
use testkit::TestDb;

use crate::sql::{NO_RIGHT, refusal, rows, value};

type Written = (String, String, i16, bool, Option<String>, Vec<String>);

#[tokio::test]
async fn a_new_database_holds_the_built_in_roles_their_permissions_and_the_default_organization() {
    let db = TestDb::new().await;
    let mut superuser = db.superuser().await;
    let written: Vec<Written> = rows(
        &mut superuser,
        "select name, scope, rank, portal, description,
                array(select permission from role_permission p where p.role_id = r.role_id)
           from role r where built_in and tenant_id is null",
    )
    .await;
    let mut written: BTreeMap<_, _> = written
        .into_iter()
        .map(
            |(name, scope, rank, portal, description, mut permissions)| {
                permissions.sort();
                ((scope, name), (rank, portal, description, permissions))
            },
        )
        .collect();
    for role in BUILT_IN {
        let key = (role.scope.as_str().to_owned(), role.name.to_owned());
        let mut permissions: Vec<_> = role
            .permissions()
            .iter()
            .map(|p| p.name().to_owned())
            .collect();
        permissions.sort();
        let description = Some(role.description.to_owned());
        let defined = (role.rank, role.portal(), description, permissions);
        assert_eq!(written.remove(&key), Some(defined), "{}", role.name);
    }
    assert!(written.is_empty(), "not in domain's table: {written:?}");
    let default: String = value(
        &mut superuser,
        "select slug from organization where is_default",
    )
    .await;
    assert_eq!(default, "default");
}

#[tokio::test]
async fn a_built_in_role_is_neither_deleted_nor_renamed() {
    let db = TestDb::new().await;
    let mut operator = db.operator().await;
    for sql in [
        "delete from role where name = 'admin'",
        "update role set name = 'nobody' where name = 'admin'",
        "update role set built_in = false where name = 'admin'",
        "update role set scope = 'tenant' where name = 'admin'",
    ] {
        let refused = refusal(&mut operator, sql).await;
        assert!(refused.starts_with(NO_RIGHT), "{sql}: {refused}");
    }
}
