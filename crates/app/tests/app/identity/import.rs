//! What an import of identities writes, and what it refuses.

use app::Caller;
use app::identity::file::{LineError, read};
use app::identity::import::{Imported, import};
use domain::actor::Actor;
use serde_json::json;
use testkit::World;

use crate::sql::{count, rows, value};
use crate::watch::{Census, account, audit_of};

async fn run(world: &World, text: &str, dry_run: bool) -> Imported {
    let lines = read(text.as_bytes()).unwrap();
    import(world.reeve(), &world.caller(), lines, dry_run, |_| {})
        .await
        .unwrap()
}

fn error(line: u64, field: &'static str, problem: &str) -> LineError {
    LineError {
        line,
        field,
        problem: problem.to_owned(),
    }
}

async fn world() -> World {
    let world = World::empty().await;
    world.organization("north").await;
    world.organization("south").await;
    world
}

const FILE: &str =
    "email,display_name,status,discord_id,oidc_issuer,oidc_subject,groups,organizations,roles
ada@example.test,Ada,,42,https://id.test,sub-1,drivers,north;south,reader;tenant_member@north
bob@example.test,Bob,suspended,43,,,,,
";

#[tokio::test]
async fn an_import_creates_people_with_all_that_belongs_to_them() {
    let world = world().await;
    let done = run(&world, FILE, false).await;
    let expected = Imported {
        lines: 2,
        created: 2,
        links: 3,
        memberships: 2,
        roles: 2,
        ..Imported::default()
    };
    assert_eq!(done, expected);
    let ada = app::identity::find(world.reeve(), &world.caller(), "ada@example.test")
        .await
        .unwrap();
    let bob = app::identity::find(world.reeve(), &world.caller(), "bob@example.test")
        .await
        .unwrap();
    assert_eq!(account(&world, ada).await.status, "active");
    assert_eq!(account(&world, bob).await.status, "suspended");
    assert_eq!(world.roles_of(ada).await, ["reader", "tenant_member"]);
    let source: String = value(&world, "select distinct source from user_roles").await;
    assert_eq!(source, "command_line");
    let links = format!(
        "identity_link where user_id = '{ada}' and provider in ('discord', 'https://id.test')"
    );
    assert_eq!(count(&world, &links).await, 2);
    let belongs: Vec<(String,)> = rows(
        &world,
        format!("select slug from membership m join organization o on o.id = m.organization_id where user_id = '{ada}' order by 1"),
    )
    .await;
    assert_eq!(
        belongs
            .iter()
            .map(|(slug,)| slug.as_str())
            .collect::<Vec<_>>(),
        ["default", "north", "south"]
    );
}

#[tokio::test]
async fn a_second_import_of_a_file_writes_nothing() {
    let world = world().await;
    let groups = r#"{"email":"carl@example.test","groups":[]}"#;
    for file in [FILE, groups] {
        run(&world, file, false).await;
        let before = Census::of(&world).await;
        let again = run(&world, file, false).await;
        let expected = Imported {
            lines: again.lines,
            unchanged: again.lines,
            ..Imported::default()
        };
        assert_eq!(again, expected);
        before.assert_nothing_written(&world).await;
    }
}

#[tokio::test]
async fn a_dry_run_counts_the_same_and_writes_nothing() {
    let world = world().await;
    let file = format!("{FILE}ada@example.test,,,,,,,,\ncarl@example.test,,,,,,,west,\n");
    let before = Census::of(&world).await;
    let dry = run(&world, &file, true).await;
    before.assert_nothing_written(&world).await;
    let wet = run(&world, &file, false).await;
    assert_eq!(dry, wet);
    assert_eq!((wet.created, wet.errors.len()), (2, 2));
}

#[tokio::test]
async fn lines_with_errors_are_named_and_the_others_kept() {
    let world = world().await;
    world.person("old").linked(7).build().await;
    let file = "email,status,discord_id,organizations,roles
new@example.test,,,,
thief@example.test,,7,,
old@example.test,,8,,
OLD@example.test,,7,,
twin@example.test,,9,,
other@example.test,,9,,
lost@example.test,,,west,
vague@example.test,,,,emperor
vague2@example.test,,,,tenant_admin
vague3@example.test,,,,reader@north
last@example.test,,,,
";
    let done = run(&world, file, false).await;
    assert_eq!(
        done.errors,
        [
            error(3, "discord_id", "discord 7 is linked to somebody else"),
            error(
                4,
                "discord_id",
                "old@example.test is linked to Discord account 7"
            ),
            error(
                5,
                "email",
                "old@example.test stands in an earlier line already"
            ),
            error(7, "discord_id", "discord 9 is linked to somebody else"),
            error(8, "organizations", "there is no organization `west`"),
            error(9, "roles", "there is no platform role `emperor`"),
            error(10, "roles", "there is no platform role `tenant_admin`"),
            error(11, "roles", "there is no tenant role `reader`"),
        ]
    );
    assert_eq!((done.lines, done.created), (11, 3));
    let there: Vec<(String,)> = rows(
        &world,
        "select email from app_user where email like '%@example.test' order by 1",
    )
    .await;
    let there: Vec<&str> = there.iter().map(|(email,)| email.as_str()).collect();
    assert_eq!(
        there,
        [
            "last@example.test",
            "new@example.test",
            "old@example.test",
            "twin@example.test"
        ]
    );
}

#[tokio::test]
async fn the_status_of_somebody_who_is_there_is_never_changed() {
    let world = world().await;
    let ada = world.person("ada").status("disabled").build().await;
    let before = account(&world, ada).await;
    let file = "email,display_name,status\nada@example.test,New,active\n";
    let done = run(&world, file, false).await;
    assert_eq!(
        done.errors,
        [error(
            2,
            "status",
            "ada@example.test is disabled and an import does not change that"
        )]
    );
    assert_eq!(
        account(&world, ada).await,
        before,
        "nor anything else of that line"
    );
    let same = run(&world, &file.replace("active", "disabled"), false).await;
    assert_eq!((same.updated, same.errors.len()), (1, 0));
    assert_eq!(world.status_of(ada).await, "disabled");
}

#[tokio::test]
async fn what_a_line_leaves_out_stays() {
    let world = world().await;
    run(&world, FILE, false).await;
    let done = run(
        &world,
        "email,display_name\nada@example.test,Ada Byron\n",
        false,
    )
    .await;
    assert_eq!((done.updated, done.unchanged), (1, 0));
    let ada = app::identity::find(world.reeve(), &world.caller(), "ada@example.test")
        .await
        .unwrap();
    let (name, groups): (String, serde_json::Value) = rows(
        &world,
        format!("select display_name, claims -> 'groups' from app_user where user_id = '{ada}'"),
    )
    .await
    .remove(0);
    assert_eq!(
        (name.as_str(), groups),
        ("Ada Byron", serde_json::json!(["drivers"]))
    );
    assert_eq!(world.roles_of(ada).await, ["reader", "tenant_member"]);
}

#[tokio::test]
async fn imported_groups_decide_who_is_in_scope_and_can_be_taken_back() {
    let world = World::portal_leading().await;
    world.policy("groups = ['Drivers']").await;
    let file = r#"{"email":"ada@example.test","groups":["DRIVERS"],"roles":"hauling.member"}
{"email":"bob@example.test","groups":["cooks"],"roles":"hauling.member"}
"#;
    run(&world, file, false).await;
    world.reconcile().await;
    let ada = app::identity::find(world.reeve(), &world.caller(), "ada@example.test")
        .await
        .unwrap();
    let bob = app::identity::find(world.reeve(), &world.caller(), "bob@example.test")
        .await
        .unwrap();
    assert_eq!(world.status_of(ada).await, "active");
    assert_eq!(world.status_of(bob).await, "suspended");
    let done = run(&world, r#"{"email":"ada@example.test","groups":[]}"#, false).await;
    assert_eq!(done.updated, 1);
    world.reconcile().await;
    assert_eq!(
        world.status_of(ada).await,
        "suspended",
        "in no group any more"
    );
}

#[tokio::test]
async fn each_thing_an_import_changes_is_one_audit_row_without_names() {
    let world = world().await;
    let (caller, lines) = (world.caller(), read(FILE.as_bytes()).unwrap());
    import(world.reeve(), &caller, lines, false, |_| {})
        .await
        .unwrap();
    let found = audit_of(&world, &caller).await;
    let of = |action: &str| found.iter().filter(|row| row.action == action).count();
    assert_eq!(of("identity.create"), 2);
    assert_eq!(of("identity.link"), 3);
    assert_eq!(of("membership.add"), 2);
    assert_eq!(of("role.assign"), 2);
    assert_eq!(found.len(), 9);
    let mut links: Vec<_> = found
        .iter()
        .filter(|row| row.action == "identity.link")
        .map(|row| row.after_json.clone().unwrap())
        .collect();
    links.sort_by_key(ToString::to_string);
    let discord = |id: &str| json!({ "provider": "discord", "external_id": id });
    let subject = json!({ "provider": "https://id.test" });
    assert_eq!(links, [discord("42"), discord("43"), subject]);
    let text = serde_json::to_string(&found).unwrap();
    for private in ["example.test", "Ada", "Bob", "sub-1"] {
        assert!(!text.contains(private), "{private} stands in {text}");
    }
    assert_eq!(
        count(
            &world,
            "audit_log where action like 'sql.%' and entity_type = 'identity_link'"
        )
        .await,
        0
    );
}

#[tokio::test]
async fn a_role_in_an_organization_is_recorded_with_the_membership_it_begins() {
    let world = world().await;
    let caller = world.caller();
    let file = "email,roles\nada@example.test,tenant_member@north;tenant_viewer@north\n";
    let lines = read(file.as_bytes()).unwrap();
    let done = import(world.reeve(), &caller, lines, false, |_| {})
        .await
        .unwrap();
    assert_eq!((done.memberships, done.roles), (1, 2));
    let found = audit_of(&world, &caller).await;
    let actions: Vec<_> = found.iter().map(|row| row.action.as_str()).collect();
    assert_eq!(
        actions,
        [
            "identity.create",
            "membership.add",
            "role.assign",
            "role.assign"
        ]
    );
}

/// By somebody who may give roles up to `tenant_admin` in `north`.
#[tokio::test]
async fn a_role_that_the_caller_may_not_give_is_left_out_and_on_record_as_denied() {
    let world = world().await;
    let north = world.organization("east").await;
    // Whoever imports needs the right to; it lifts nobody above their ceiling.
    crate::sql::scene(
        &world,
        "with made as (insert into role (name, scope, rank, portal, built_in)
                       values ('importer', 'platform', 0, false, false) returning role_id)
         insert into role_permission (role_id, permission) select role_id, 'identities:manage' from made",
    )
    .await;
    let tina = world
        .person("tina")
        .role("importer")
        .role_in("tenant_admin", north)
        .build()
        .await;
    let ada = world.person("ada").build().await;
    let caller = Caller::new(Actor::Person { user_id: tina });
    let file = "email,roles\nada@example.test,tenant_owner@east\n\
                new@example.test,reader\nbob@example.test,tenant_member@east\n";
    for dry_run in [true, false] {
        let lines = read(file.as_bytes()).unwrap();
        let done = import(world.reeve(), &caller, lines, dry_run, |_| {})
            .await
            .unwrap();
        let refused: Vec<_> = done.errors.iter().map(|e| (e.line, e.field)).collect();
        assert_eq!(refused, [(2, "roles"), (3, "roles")]);
        assert_eq!((done.created, done.roles), (1, 1));
        if dry_run {
            assert!(audit_of(&world, &caller).await.is_empty(), "only tried");
        }
    }
    let mut denied = audit_of(&world, &caller).await;
    denied.retain(|row| row.outcome == "denied");
    denied.sort_by_key(|row| row.target_user_id.is_none());
    let whom: Vec<_> = denied.iter().map(|row| row.target_user_id).collect();
    assert_eq!(whom, [Some(ada.0), None], "the second is nobody yet");
    for (row, role) in denied.iter().zip(["tenant_owner", "reader"]) {
        assert_eq!(row.action, "role.assign");
        assert_eq!(row.after_json.as_ref().unwrap()["role"], role);
        assert!(row.reason.is_some());
    }
}

#[tokio::test]
async fn a_dry_run_of_several_transactions_reports_what_the_real_run_does() {
    let world = World::empty().await;
    let mut file = "email,discord_id\n".to_owned();
    for number in 1..=1_500 {
        // The last hundred claim accounts of the first thousand lines.
        let account = if number > 1_400 {
            number - 1_400
        } else {
            number
        };
        file += &format!("p{number}@example.test,{account}\n");
    }
    let before = Census::of(&world).await;
    let dry = run(&world, &file, true).await;
    before.assert_nothing_written(&world).await;
    assert_eq!(
        (dry.created, dry.links, dry.errors.len()),
        (1_400, 1_400, 100)
    );
    assert_eq!(dry, run(&world, &file, false).await);
}

#[tokio::test]
async fn a_file_of_several_transactions_keeps_its_line_numbers() {
    let world = World::empty().await;
    let mut file = "email,discord_id\n".to_owned();
    for number in 2..=2_600_u64 {
        // The second half repeats accounts of the first, from another transaction.
        let account = if number > 2_500 {
            number - 1_000
        } else {
            number
        };
        file += &format!("p{number}@example.test,{account}\n");
    }
    let mut progress = Vec::new();
    let lines = read(file.as_bytes()).unwrap();
    let done = import(world.reeve(), &world.caller(), lines, false, |done| {
        progress.push(done);
    })
    .await;
    let done = done.unwrap();
    assert_eq!((done.created, done.errors.len()), (2_499, 100));
    let numbers: Vec<u64> = done.errors.iter().map(|error| error.line).collect();
    assert_eq!(numbers, (2_501..=2_600).collect::<Vec<_>>());
    assert_eq!(progress, [1_000, 2_000, 2_599]);
    assert_eq!(count(&world, "identity_link").await, 2_499);
}
