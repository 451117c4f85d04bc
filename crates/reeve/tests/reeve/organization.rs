//! Organizations by command.

use serde_json::json;
use sqlx::Executor;
use testkit::World;

use crate::program::Program;

#[tokio::test]
async fn the_default_organization_and_its_memberships_can_be_ensured_again_by_command() {
    let world = World::empty().await;
    for name in ["ada", "bob", "eve"] {
        world.person(name).build().await;
    }
    let program = Program::on(&world.db);
    let default = || {
        let all = program.json(&["organization", "list"]);
        let mut all = all.as_array().unwrap().iter();
        let found = all.find(|organization| organization["is_default"] == true);
        let mut found = found.unwrap().clone();
        // When it was last changed is another matter.
        found.as_object_mut().unwrap().remove("updated_at");
        found
    };
    let right = default();
    // Somebody's SQL.
    let mut operator = world.db.operator().await;
    for sql in [
        "update organization set slug = 'elsewhere', name = 'Elsewhere' where is_default",
        "delete from membership where user_id = (select user_id from app_user where email like 'ada@%')",
        "update membership set status = 'ended' where user_id = (select user_id from app_user where email like 'bob@%')",
    ] {
        operator
            .execute(sql)
            .await
            .unwrap_or_else(|problem| panic!("{sql}: {problem}"));
    }
    assert_ne!(default(), right);
    let ensured = program.json(&["organization", "ensure-default"]);
    assert_eq!(ensured["id"], right["id"]);
    assert_eq!(default(), right);
    let audit = ["audit", "list", "--action", "organization.ensure_default"];
    let rows = program.json(&audit);
    assert_eq!(rows.as_array().unwrap().len(), 1);
    program.done(&["organization", "ensure-default"]);
    assert_eq!(default(), right);
    assert_eq!(
        program.json(&audit),
        rows,
        "nothing changed, so nothing is audited"
    );
}

#[tokio::test]
async fn members_and_projects_are_managed_by_command() {
    let world = World::empty().await;
    world.person("ada").build().await;
    let program = Program::on(&world.db);
    program.done(&["organization", "create", "acme"]);
    let member = |verb| program.done(&["organization", "member", verb, "acme", "ada@example.test"]);
    assert!(member("add").contains("ada@example.test is a member of acme"));
    assert!(member("add").contains("already"));
    let created = program.json(&["project", "create", "road", "--organization", "acme"]);
    let listed = program.json(&["project", "list"]);
    assert_eq!(
        (&listed[0]["id"], &listed[0]["slug"]),
        (&created["id"], &created["slug"])
    );
    let place = ["--organization", "acme", "--project", "road"];
    let assign = ["role", "assign", "ada@example.test", "project_member"];
    program.done(&[&assign[..], &place].concat());
    let shown = program.json(&["organization", "member", "list", "acme"]);
    assert_eq!(shown[0]["email"], "ada@example.test");
    assert_eq!(shown[0]["roles"][0], "project_member");
    assert!(member("remove").contains("roles taken with it: 1"));
    assert!(member("remove").contains("was no member"));
    let stays = program.run(&[
        "organization",
        "member",
        "remove",
        "default",
        "ada@example.test",
    ]);
    stays.failed_saying(&["everybody belongs to the default organization"]);
}

#[tokio::test]
async fn the_audit_list_names_people_by_address_and_the_rows_do_not() {
    let world = World::empty().await;
    let ada = world.person("ada").build().await;
    let program = Program::on(&world.db);
    let import = ["identity", "import", "-"];
    let file = "email,display_name\nada@example.test,Ada\n";
    assert_eq!(program.run_with(&import, file).code, 0);
    program.done(&["role", "assign", "ada@example.test", "reader"]);
    let rows = program.json(&["audit", "list", "--limit", "2"]);
    assert_eq!(
        (
            &rows[0]["action"],
            &rows[0]["target_email"],
            &rows[0]["entity_email"]
        ),
        (
            &json!("role.assign"),
            &json!("ada@example.test"),
            &json!(null)
        )
    );
    assert_eq!(
        (&rows[1]["entity_pk"], &rows[1]["entity_email"]),
        (&json!(ada), &json!("ada@example.test"))
    );
    let table = program.done(&["audit", "list", "--limit", "2"]);
    assert_eq!(table.matches("ada@example.test").count(), 2, "{table}");
    let kept: i64 =
        sqlx::query_scalar("select count(*) from audit_log a where a::text like '%example.test%'")
            .fetch_one(&mut world.db.superuser().await)
            .await
            .unwrap();
    assert_eq!(kept, 0);
}
