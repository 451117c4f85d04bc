//! The status map: filters, counts, pages, and those who are shown apart.

use app::status_map::{Filter, StatusMap, WhichDrift, look};
use domain::governance::drift::{Drift, Mend};
use domain::governance::outcome::PolicyOutcome;
use domain::identity::Status;
use domain::reconcile::plan::SparedBy;
use domain::status_map::{Badge, ObservedDiscord};
use jiff::SignedDuration;
use testkit::World;
use testkit::world::MAPPED_ROLE;

use crate::watch::{Census, words};

fn all() -> Filter {
    Filter {
        limit: 100,
        ..Filter::default()
    }
}

/// Everybody, narrowed.
fn with(narrow: impl FnOnce(&mut Filter)) -> Filter {
    let mut filter = all();
    narrow(&mut filter);
    filter
}

/// One of each badge and each cell; two accounts that nobody claims.
async fn world() -> World {
    let world = World::discord_leading().await;
    let hauling = world.organization("hauling").await;
    world.policy("organizations = ['hauling']").await;
    world
        .person("ada")
        .member_of(hauling)
        .linked(1)
        .mapped_role()
        .build()
        .await;
    world
        .person("bob")
        .member_of(hauling)
        .linked(2)
        .in_guild()
        .role("reader")
        .build()
        .await;
    world.person("carl").linked(3).mapped_role().build().await;
    world.person("boss").role("admin").build().await;
    world
        .person("dora")
        .member_of(hauling)
        .linked(4)
        .exempt(1)
        .build()
        .await;
    world.person("emil").status("disabled").build().await;
    world
        .person("fay")
        .status("suspended")
        .member_of(hauling)
        .linked(5)
        .mapped_role()
        .build()
        .await;
    world
        .person("gus")
        .status("suspended")
        .member_of(hauling)
        .linked(6)
        .in_guild()
        .build()
        .await;
    world.discord(98, &[MAPPED_ROLE]);
    world.discord(99, &[MAPPED_ROLE]);
    world.discord(100, &[7]);
    world.scan().await;
    world
}

fn names(map: &StatusMap) -> Vec<String> {
    let name = |email: &str| email.trim_end_matches("@example.test").to_owned();
    map.people
        .iter()
        .map(|row| name(&row.person.email))
        .collect()
}

async fn named(world: &World, filter: Filter) -> Vec<String> {
    names(&look(world.reeve(), &world.caller(), &filter).await.unwrap())
}

/// Each filter, and whom of [`world`] it shows.
fn narrowed() -> [(Filter, &'static [&'static str]); 12] {
    [
        (
            with(|f| f.status = Some(Status::Suspended)),
            &["fay", "gus"],
        ),
        (
            with(|f| f.eligible = Some(false)),
            &["carl", "boss", "emil"],
        ),
        (with(|f| f.entitled = Some(true)), &["ada", "carl", "fay"]),
        (with(|f| f.access = Some(true)), &["ada", "dora"]),
        (
            with(|f| f.outcome = Some(PolicyOutcome::ExcessEntitlement)),
            &["carl"],
        ),
        (
            with(|f| f.compliance = Some(Badge::Compliant)),
            &["ada", "gus"],
        ),
        (
            with(|f| f.compliance = Some(Badge::Drifting)),
            &["bob", "carl", "fay"],
        ),
        (
            with(|f| f.compliance = Some(Badge::Exempt)),
            &["boss", "dora"],
        ),
        (
            with(|f| f.drift = Some(WhichDrift::Any)),
            &["bob", "carl", "boss", "dora", "fay"],
        ),
        (
            with(|f| f.drift = Some(WhichDrift::Only(Drift::SuspendedThoughOwed))),
            &["fay"],
        ),
        (with(|f| f.search = Some("B".to_owned())), &["bob", "boss"]),
        (
            with(|f| {
                f.search = Some("b".to_owned());
                f.eligible = Some(true);
            }),
            &["bob"],
        ),
    ]
}

#[tokio::test]
async fn each_filter_shows_those_whom_it_names_and_counts_only_them() {
    let world = world().await;
    let before = Census::of(&world).await;
    let everybody = ["ada", "bob", "carl", "boss", "dora", "emil", "fay", "gus"];
    assert_eq!(named(&world, all()).await, everybody);
    for (filter, expected) in narrowed() {
        let map = look(world.reeve(), &world.caller(), &filter).await.unwrap();
        assert_eq!(names(&map), expected, "{filter:?}");
        assert_eq!(map.counts.people, expected.len() as u64, "{filter:?}");
        let badges: u64 = map.counts.compliance.values().sum();
        assert_eq!(badges, map.counts.people);
    }
    for odd in ["%", "_", "\\", "'"] {
        let filter = with(|f| f.search = Some(odd.to_owned()));
        assert_eq!(
            named(&world, filter).await,
            [""; 0],
            "`{odd}` is text, not a pattern"
        );
    }
    before.assert_nothing_written(&world).await;
}

#[tokio::test]
async fn everybody_is_counted_by_cell_badge_and_drift() {
    let counts = look(
        world().await.reeve(),
        &world().await.caller(),
        &with(|f| f.limit = 1),
    )
    .await
    .unwrap()
    .counts;
    let matrix = counts.matrix;
    assert_eq!(
        (matrix.in_scope_entitled, matrix.in_scope_not_entitled),
        (2, 3)
    );
    assert_eq!(
        (
            matrix.out_of_scope_entitled,
            matrix.out_of_scope_not_entitled
        ),
        (1, 2)
    );
    assert_eq!(
        (counts.people, counts.with_access),
        (8, 2),
        "beyond the page too"
    );
    let badges = Badge::ALL.map(|badge| counts.compliance[&badge]);
    assert_eq!(badges, [2, 3, 2, 0, 0, 1]);
    assert_eq!(counts.exempt_by[&SparedBy::Admin], 1);
    assert_eq!(counts.exempt_by[&SparedBy::Exemption], 1);
    let drifts: Vec<_> = counts
        .drifting()
        .map(|kind| (kind.drift, kind.mended_by, kind.people))
        .collect();
    let expected = [
        (Drift::SuspendedThoughOwed, Mend::NextReconcile, 1),
        (Drift::ActiveThoughNotOwed, Mend::NextReconcile, 2),
        (Drift::ActiveThoughNotOwed, Mend::Operator, 1),
        (Drift::ExemptedThoughNotOwed, Mend::Operator, 1),
    ];
    assert_eq!(drifts, expected);
}

#[tokio::test]
async fn an_exempt_person_is_shown_with_their_true_entitlement_and_what_spares_them() {
    let world = world().await;
    let filter = with(|f| f.compliance = Some(Badge::Exempt));
    let map = look(world.reeve(), &world.caller(), &filter).await.unwrap();
    let [boss, dora] = &map.people[..] else {
        panic!("two are exempt: {:?}", names(&map));
    };
    assert_eq!(boss.standing.exempt_by, Some(SparedBy::Admin));
    assert!(!boss.standing.entitled && !boss.standing.access);
    assert_eq!(boss.standing.entitlement, "unlinked");
    assert_eq!(dora.standing.exempt_by, Some(SparedBy::Exemption));
    assert!(!dora.standing.entitled && dora.standing.access);
    assert_eq!(dora.standing.entitlement, "not_a_member");
}

#[tokio::test]
async fn the_next_reconcile_mends_whoever_drifts() {
    let world = world().await;
    world.reconcile().await;
    let map = look(world.reeve(), &world.caller(), &all()).await.unwrap();
    let badges = Badge::ALL.map(|badge| map.counts.compliance[&badge]);
    assert_eq!(badges, [5, 0, 2, 0, 0, 1], "{:?}", map.people);
}

#[tokio::test]
async fn pages_follow_one_another_without_a_gap_or_a_double() {
    let world = world().await;
    let (mut seen, mut cursor) = (Vec::new(), None);
    for _ in 0..3 {
        let filter = with(|f| {
            f.limit = 3;
            f.cursor = cursor.clone();
        });
        let map = look(world.reeve(), &world.caller(), &filter).await.unwrap();
        assert_eq!(map.counts.people, 8, "counted over all pages");
        seen.extend(names(&map));
        cursor = map.next_cursor;
    }
    assert_eq!(cursor, None, "the last page says so");
    assert_eq!(seen, named(&world, all()).await);
    for (filter, problem) in [
        (with(|f| f.cursor = Some("x".to_owned())), "cursor: "),
        (with(|f| f.limit = 0), "limit: "),
    ] {
        assert!(words(look(world.reeve(), &world.caller(), &filter).await).starts_with(problem));
    }
}

#[tokio::test]
async fn whom_nobody_can_match_is_shown_apart() {
    let world = world().await;
    let map = look(world.reeve(), &world.caller(), &with(|f| f.limit = 1))
        .await
        .unwrap();
    let emails = |people: &[app::status_map::Person]| {
        people.iter().map(|p| p.email.clone()).collect::<Vec<_>>()
    };
    assert_eq!(
        (
            map.without_link.count,
            map.in_no_guild.count,
            map.unclaimed.count
        ),
        (2, 1, 2)
    );
    assert_eq!(
        emails(&map.without_link.first),
        ["boss@example.test"],
        "no more than a page"
    );
    assert_eq!(emails(&map.in_no_guild.first), ["dora@example.test"]);
    assert_eq!(map.unclaimed.first.len(), 1);
    assert_eq!(map.unclaimed.first[0].discord_id.get(), 98);
}

#[tokio::test]
async fn a_row_shows_what_discord_shows() {
    let world = world().await;
    let map = look(world.reeve(), &world.caller(), &all()).await.unwrap();
    let row = |name: &str| {
        map.people
            .iter()
            .find(|row| row.person.email.starts_with(name))
            .unwrap()
    };
    let (ada, bob) = (row("ada"), row("bob"));
    assert_eq!(ada.standing.discord, ObservedDiscord::MemberWithRole);
    assert_eq!(ada.discord_guilds[0].mapped_roles[0].get(), MAPPED_ROLE);
    assert_eq!(bob.standing.discord, ObservedDiscord::MemberWithoutRole);
    assert!(
        bob.discord_guilds[0].mapped_roles.is_empty() && !bob.discord_guilds[0].roles.is_empty()
    );
    assert_eq!(row("dora").standing.discord, ObservedDiscord::NotAMember);
    assert_eq!(row("boss").standing.discord, ObservedDiscord::NotLinked);
}

#[tokio::test]
async fn with_a_stale_snapshot_whoever_is_in_scope_is_unobserved() {
    let world = world().await;
    world.age_snapshots(SignedDuration::from_hours(7)).await;
    let filter = with(|f| f.compliance = Some(Badge::Unobserved));
    assert_eq!(named(&world, filter).await, ["ada", "bob", "fay", "gus"]);
    let map = look(world.reeve(), &world.caller(), &all()).await.unwrap();
    assert_eq!(map.counts.with_access, 1, "the exempt alone");
}

#[tokio::test]
async fn without_rules_nobody_can_be_judged_and_the_error_says_what_is_missing() {
    let world = World::empty().await;
    let refused = words(look(world.reeve(), &world.caller(), &all()).await);
    assert!(refused.contains("set-mode"), "{refused}");
}
