//! Making a platform admin (R-44, I-16).

use app::admin::{Made, create};
use app::identity::New;
use app::role::define::{NewRole, create as define};
use app::{Caller, Error};
use domain::access::role::ScopeKind;
use domain::actor::Actor;
use testkit::World;

use crate::sql::count;

fn root() -> New {
    New {
        email: "root@example.test".to_owned(),
        display_name: None,
    }
}

#[tokio::test]
async fn an_admin_is_made_whole_or_not_at_all_and_again_changes_nothing() {
    let world = World::empty().await;
    let rights = NewRole {
        name: "registrar".to_owned(),
        scope: ScopeKind::Platform,
        rank: 0,
        permissions: vec!["identities:manage".to_owned()],
        description: None,
    };
    define(world.reeve(), &world.caller(), None, &rights)
        .await
        .unwrap();
    let user_id = world.person("rex").role("registrar").build().await;
    let rex = Caller::new(Actor::Person { user_id });
    let refused = create(world.reeve(), &rex, &root()).await;
    assert!(matches!(refused, Err(Error::Ceiling(_))), "{refused:?}");
    let there = "app_user where email = 'root@example.test'";
    assert_eq!(count(&world, there).await, 0, "not even the person");
    let denied = "audit_log where action = 'role.assign' and outcome = 'denied'";
    assert_eq!(count(&world, denied).await, 1);
    let made = create(world.reeve(), &world.caller(), &root())
        .await
        .unwrap();
    assert!(made.created && made.role_given);
    assert_eq!(world.roles_of(made.user_id).await, ["admin"]);
    let again = create(world.reeve(), &world.caller(), &root())
        .await
        .unwrap();
    let nothing = Made {
        created: false,
        role_given: false,
        ..made
    };
    assert_eq!(again, nothing);
    assert_eq!(
        world.audit("role.assign").await.len(),
        2,
        "one refused, one given"
    );
}
