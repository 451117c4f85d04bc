//! `access.login`: setting it, with names resolved and consequences shown.

use app::policy::{set, show};
use testkit::World;

use crate::watch::{Census, audit_of, words};

/// Ada and Bob, both entitled and active by a policy for everyone.
async fn world() -> World {
    let world = World::portal_leading().await;
    let north = world.organization("north").await;
    world
        .person("ada")
        .member_of(north)
        .role("hauling.member")
        .build()
        .await;
    world
        .person("bob")
        .role("hauling.member")
        .groups(&["ops"])
        .build()
        .await;
    world.reconcile().await;
    world
}

#[tokio::test]
async fn a_dry_run_shows_whom_a_policy_would_concern_and_changes_nothing() {
    let world = world().await;
    let before = Census::of(&world).await;
    let effect = set(
        world.reeve(),
        &world.caller(),
        "organizations = ['north']",
        true,
    )
    .await
    .unwrap();
    before.assert_nothing_written(&world).await;
    assert!(effect.changed && effect.dry_run);
    assert_eq!(effect.before.unwrap().counts.suspend, 0);
    assert_eq!(effect.after.unwrap().counts.suspend, 1);
}

#[tokio::test]
async fn access_login_decides_who_is_in_scope() {
    for (policy, out) in [
        ("everyone = true", vec![]),
        ("organizations = ['north']", vec!["bob"]),
        ("groups = ['OPS']", vec!["ada"]),
        ("email_domains = ['Example.test']", vec![]),
        ("include = ['ADA@example.test']", vec!["bob"]),
        (
            "everyone = true\nexclude = ['ada@example.test']",
            vec!["ada"],
        ),
        (
            "include = ['ada@example.test']\nexclude = ['ada@example.test']",
            vec!["ada", "bob"],
        ),
    ] {
        let world = world().await;
        world.policy(policy).await;
        world.reconcile().await;
        let found: Vec<(String,)> = crate::sql::rows(
            &world,
            "select display_name from app_user where status = 'suspended' order by 1",
        )
        .await;
        let found: Vec<&str> = found.iter().map(|(name,)| name.as_str()).collect();
        assert_eq!(found, out, "{policy}");
    }
}

#[tokio::test]
async fn a_set_policy_shows_and_records_before_and_after_by_id() {
    let world = world().await;
    let caller = world.caller();
    let text = "# who may come in\ninclude = ['ada@example.test']\n";
    let effect = set(world.reeve(), &caller, text, false).await.unwrap();
    assert_eq!(
        (
            effect.before.unwrap().counts.suspend,
            effect.after.unwrap().counts.suspend
        ),
        (0, 1)
    );
    assert_eq!(
        show(world.reeve(), &world.caller())
            .await
            .unwrap()
            .unwrap()
            .source,
        text,
        "as it was written"
    );
    let found = audit_of(&world, &caller).await;
    assert_eq!(found.len(), 1);
    let ada = app::identity::find(world.reeve(), &world.caller(), "ada@example.test")
        .await
        .unwrap();
    let row = serde_json::to_value(&found[0]).unwrap();
    assert_eq!(row["before_json"]["everyone"], true);
    assert_eq!(row["after_json"]["include"], serde_json::json!([ada]));
    assert!(!row.to_string().contains("example.test"), "{row}");
}

#[tokio::test]
async fn names_that_nobody_bears_are_refused_by_name() {
    let world = world().await;
    let before = Census::of(&world).await;
    for (text, said) in [
        (
            "organizations = ['north', 'nroth']",
            "organizations: there is no organization `nroth`",
        ),
        (
            "include = ['nobody@example.test']",
            "include: there is no identity with id or e-mail `nobody@example.test`",
        ),
        (
            "everyone = true\nexclude = ['00000000-0000-7000-8000-00000000ffff']",
            "exclude: there is no identity with id or e-mail `00000000-0000-7000-8000-00000000ffff`",
        ),
    ] {
        assert_eq!(
            words(set(world.reeve(), &world.caller(), text, false).await),
            said
        );
    }
    before.assert_nothing_written(&world).await;
}

#[tokio::test]
async fn a_policy_that_is_misspelt_or_lets_nobody_in_is_refused() {
    let world = world().await;
    let before = Census::of(&world).await;
    for (text, part) in [
        (
            "everyone = true\nexlude = []",
            "line 2, column 1: unknown key `exlude`; known are everyone,",
        ),
        (
            "everyone = ",
            "access.login: line 1, column 12: this is no TOML",
        ),
        ("", "nobody would be in scope"),
        ("email_domains = ['@example.test']", "is not a domain"),
    ] {
        let said = words(set(world.reeve(), &world.caller(), text, false).await);
        assert!(
            said.starts_with("policy: ") && said.contains(part),
            "{said}"
        );
    }
    before.assert_nothing_written(&world).await;
}

#[tokio::test]
async fn there_is_no_policy_until_one_is_set() {
    let world = World::empty().await;
    assert_eq!(show(world.reeve(), &world.caller()).await.unwrap(), None);
}
