//! The audit log over HTTP (U-17).

use testkit::World;

use crate::client::{Api, Asker, boss_and_reader, count};

/// Five organizations, each a row of the log.
async fn world() -> (World, Asker) {
    let world = World::empty().await;
    let (boss, _) = boss_and_reader(&world).await;
    for i in 0..5 {
        world.organization(&format!("org-{i}")).await;
    }
    (world, boss)
}

#[tokio::test]
async fn rows_are_found_by_filter_and_page_by_page_each_once_newest_first() {
    let (world, boss) = world().await;
    let api = Api::of(&world);
    let (mut path, mut seen) = (
        "/v1/admin/audit?action=organization.create&limit=2".to_owned(),
        Vec::new(),
    );
    loop {
        let page = api.get(&boss, &path).await.ok();
        let rows = page["rows"].as_array().unwrap();
        assert!(rows.len() <= 2);
        seen.extend(rows.iter().map(|row| row["audit_id"].to_string()));
        match page["next"].as_str() {
            Some(next) => {
                path = format!("/v1/admin/audit?action=organization.create&limit=2&cursor={next}");
            }
            None => break,
        }
    }
    assert_eq!(seen.len(), 5);
    let mut sorted = seen.clone();
    sorted.sort();
    sorted.reverse();
    assert_eq!(seen, sorted);
    let by_nobody = "/v1/admin/audit?actor=reader@example.test";
    let none = api.get(&boss, by_nobody).await.ok();
    assert_eq!(none["rows"].as_array().unwrap().len(), 0);
    let about = "/v1/admin/audit?target=boss@example.test&action=token.create";
    let one = api.get(&boss, about).await.ok();
    assert_eq!(one["rows"].as_array().unwrap().len(), 1);
    let missing = api
        .get(&boss, "/v1/admin/audit?actor=no@example.test")
        .await;
    assert_eq!(missing.error(), (404, "not_found"));
}

#[tokio::test]
async fn the_whole_log_is_taken_out_as_lines_and_as_a_table_in_which_nothing_is_a_formula() {
    let (world, boss) = world().await;
    let api = Api::of(&world);
    let sql = "insert into audit_log (action, entity_type, entity_pk, source, reason)
               select 'x', 'x', '=cmd|''/c calc''!A0', 'x', '@SUM(1), \"quoted\"'
                 from generate_series(1, 2500)";
    sqlx::query(sql)
        .execute(&mut world.db.superuser().await)
        .await
        .unwrap();
    let all = count(&world, "audit_log").await;
    let lines = api.get(&boss, "/v1/admin/audit/export").await;
    assert_eq!(lines.header("content-type"), "application/x-ndjson");
    let lines: Vec<serde_json::Value> = lines
        .text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(i64::try_from(lines.len()).unwrap(), all);
    let table = api
        .get(&boss, "/v1/admin/audit/export?format=csv&action=x")
        .await;
    assert_eq!(table.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(
        table.header("content-disposition"),
        "attachment; filename=\"audit.csv\""
    );
    let mut rows = table.text.split("\r\n");
    assert!(
        rows.next()
            .unwrap()
            .starts_with("audit_id,created_at,action")
    );
    let first = rows.next().unwrap();
    assert!(first.contains(",'=cmd|'/c calc'!A0,"), "{first}");
    assert!(first.contains("\"'@SUM(1), \"\"quoted\"\"\""), "{first}");
    assert_eq!(rows.filter(|row| !row.is_empty()).count(), 2499);
    let empty = api
        .get(&boss, "/v1/admin/audit/export?format=csv&action=no")
        .await;
    assert_eq!(empty.text.lines().count(), 1);
}
