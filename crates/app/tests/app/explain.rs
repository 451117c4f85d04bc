//! Explanations: the decision, the facts behind it, and what would change it.

use app::explain::{Explanation, Question, explain};
use app::role::Place;
use domain::access::reason::{Gate, Reason};
use domain::governance::assess::RulesMissing;
use domain::status_map::Badge;
use testkit::World;
use testkit::world::{MAPPED_ROLE, guild};

use crate::watch::{Census, words};

fn ask(who: &str, permission: &str) -> Question {
    Question {
        identity: format!("{who}@example.test"),
        permission: permission.to_owned(),
        place: Place::default(),
        owner: None,
    }
}

async fn answer(world: &World, question: &Question) -> Explanation {
    explain(world.reeve(), &world.caller(), question)
        .await
        .unwrap()
}

async fn world() -> World {
    let world = World::discord_leading().await;
    world.person("ada").linked(1).mapped_role().build().await;
    world.person("bob").linked(2).in_guild().build().await;
    world.scan().await;
    world
}

#[tokio::test]
async fn every_gate_is_explained_in_order_with_the_facts_behind_it() {
    let world = world().await;
    let before = Census::of(&world).await;
    let ada = answer(&world, &ask("ada", "hauling:use")).await;
    before.assert_nothing_written(&world).await;
    assert!(ada.allowed && ada.governed && ada.denied_by.is_none());
    let gates: Vec<_> = ada.gates.iter().map(|gate| gate.finding.gate).collect();
    let order = [
        Gate::Identity,
        Gate::Session,
        Gate::Membership,
        Gate::Permission,
        Gate::Governance,
    ];
    assert_eq!(gates, order);
    assert!(
        ada.gates
            .iter()
            .all(|gate| gate.passes && gate.remedies.is_empty())
    );
    let sight = &ada.facts.observations[0];
    assert_eq!((sight.guild_id, sight.member), (guild(), true));
    assert_eq!(sight.mapped_roles[0].get(), MAPPED_ROLE);
    assert!(sight.deadline > Some(ada.as_of));
    assert_eq!(ada.facts.memberships[0].organization, "default");
    assert_eq!(
        ada.facts.standing.as_ref().unwrap().compliance,
        Badge::Compliant
    );
}

#[tokio::test]
async fn a_denial_names_its_first_gate_and_every_failing_gate_its_remedies() {
    let world = world().await;
    world.reconcile().await;
    let bob = answer(&world, &ask("bob", "hauling:use")).await;
    assert_eq!(bob.denied_by.unwrap().gate, Gate::Identity);
    let since = bob.facts.status_since.unwrap();
    assert_eq!(
        (since.action.as_str(), since.source.as_str()),
        ("entitlement.reconcile", "command_line")
    );
    let failing: Vec<_> = bob.gates.iter().filter(|gate| !gate.passes).collect();
    assert_eq!(failing.len(), 2, "also the gate after the first");
    assert!(
        failing
            .iter()
            .all(|gate| !gate.remedies.is_empty() && !gate.words.is_empty())
    );
    assert!(matches!(
        failing[1].finding.reason,
        Reason::NotEntitled { .. }
    ));
}

#[tokio::test]
async fn roles_are_shown_with_source_and_validity_and_those_that_would_grant() {
    let world = world().await;
    let hauling = world.organization("hauling").await;
    world
        .person("carl")
        .role_in("tenant_admin", hauling)
        .build()
        .await;
    let place = Place {
        organization: Some("hauling".parse().unwrap()),
        project: None,
    };
    let question = Question {
        place,
        ..ask("carl", "projects:read")
    };
    let carl = answer(&world, &question).await;
    assert!(carl.allowed);
    assert_eq!(
        (carl.facts.roles[0].role.as_str(), carl.facts.roles[0].valid),
        ("tenant_admin", true)
    );
    let ada = answer(
        &world,
        &Question {
            identity: "ada@example.test".to_owned(),
            ..question.clone()
        },
    )
    .await;
    assert_eq!(ada.denied_by.unwrap().reason, Reason::NotAMember);
    assert_eq!(ada.facts.roles_that_would_grant[0], "tenant_member");
    let permission = &ada.gates[3].remedies[0];
    let command = "reeve role assign ada@example.test tenant_member --organization hauling";
    assert_eq!(permission.command.as_deref(), Some(command));
}

#[tokio::test]
async fn whoever_owns_the_thing_needs_no_role() {
    let world = world().await;
    let question = ask("bob", "bookmarks:read");
    assert!(!answer(&world, &question).await.allowed);
    let owner = Some("BOB@example.test".to_owned());
    assert!(
        answer(&world, &Question { owner, ..question })
            .await
            .allowed
    );
}

#[tokio::test]
async fn what_does_not_exist_is_an_error_that_names_it() {
    let world = world().await;
    let refused =
        async |question: Question| words(explain(world.reeve(), &world.caller(), &question).await);
    assert_eq!(
        refused(ask("nobody", "hauling:use")).await,
        "there is no identity `nobody@example.test`"
    );
    let misspelt = refused(ask("ada", "hauling:uses")).await;
    assert!(
        misspelt.starts_with("permission: there is no `hauling:uses`; did you mean hauling:use"),
        "{misspelt}"
    );
    let owner = Some("nobody@example.test".to_owned());
    let question = Question {
        owner,
        ..ask("ada", "bookmarks:read")
    };
    assert!(refused(question).await.contains("no identity"));
}

#[tokio::test]
async fn without_rules_a_governed_permission_is_denied_and_the_setting_is_named() {
    let world = World::empty().await;
    world.person("ada").role("admin").build().await;
    let ada = answer(&world, &ask("ada", "hauling:use")).await;
    let reason = ada.denied_by.unwrap().reason;
    assert_eq!(
        reason,
        Reason::GovernanceIncomplete {
            missing: RulesMissing::Mode
        }
    );
    assert!(ada.facts.standing.is_none());
    assert!(answer(&world, &ask("ada", "plans:approve")).await.allowed);
}
