//! Every operation of the document, asked by everybody about their own, somebody else's and a missing
//! thing: the statuses as tables that a person can read, one for each part of the API. An operation
//! that [`scene`] has no body or no path for fails.
//!
//! Each cell has things of its own, so that little depends on what was asked before.

mod scene;

use std::collections::BTreeSet;
use std::fmt::Write;

use axum::http::Method;
use serde_json::Value;

use scene::Scene;

/// Who asks. The roles are in the organization whose things are their own.
pub(super) const WHO: [&str; 10] = [
    "anonymous",
    "disabled",
    "suspended",
    "stranger",
    "viewer",
    "member",
    "admin",
    "owner",
    "platform",
    "narrow",
];

/// Whose the thing is that the path names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whose {
    /// In the organization where the asker has the role.
    Own,
    /// In an organization of which the asker is no member.
    Foreign,
    Missing,
}

/// The parts of the API, each a table and a test.
const PARTS: [&[&str]; 6] = [
    &["me", "reviews", "sessions", "mapping"],
    &["users"],
    &["holds", "exemptions", "governance", "records"],
    &["organizations", "members"],
    &["assignments", "roles"],
    &["rehomes", "tenancy"],
];

async fn part(number: usize) {
    let tags = PARTS[number];
    let mut scene = Scene::new().await;
    let document = serde_json::to_value(server::http::openapi()).unwrap();
    let mut table = String::new();
    for (path, method, operation) in operations(&document) {
        if tags.contains(&operation["tags"][0].as_str().unwrap()) {
            asked(&mut scene, path, &method, operation, &mut table).await;
        }
    }
    let name = format!("matrix-{}", tags[0]);
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false, snapshot_path => "../snapshots" }, {
        insta::assert_snapshot!(name, table);
    });
}

async fn asked(
    scene: &mut Scene,
    path: &str,
    method: &Method,
    operation: &Value,
    table: &mut String,
) {
    let about_one = path.contains('{');
    writeln!(table, "{method} {path}").unwrap();
    let mut foreign = Vec::new();
    for whose in [Whose::Own, Whose::Foreign, Whose::Missing] {
        if !about_one && whose != Whose::Own {
            continue;
        }
        write!(table, "  {:8}", format!("{whose:?}").to_lowercase()).unwrap();
        for (place, who) in WHO.iter().enumerate() {
            let answer = scene.ask(path, method, operation, who, whose).await;
            write!(table, " {who} {}", answer.status.as_u16()).unwrap();
            let seen = (answer.status, answer.json["code"].clone());
            match whose {
                Whose::Own => {}
                Whose::Foreign => foreign.push(seen),
                // Only who administers the platform may tell the two apart.
                Whose::Missing if *who == "platform" => {}
                Whose::Missing => assert_eq!(foreign[place], seen, "{who}: {method} {path}"),
            }
        }
        writeln!(table).unwrap();
    }
}

/// Path, method and the rest of each operation.
fn operations(document: &Value) -> Vec<(&str, Method, &Value)> {
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            if let Ok(method) = method.to_uppercase().parse() {
                found.push((path.as_str(), method, operation));
            }
        }
    }
    found
}

#[test]
fn every_part_of_the_api_has_its_table() {
    let document = serde_json::to_value(server::http::openapi()).unwrap();
    let tags = operations(&document)
        .into_iter()
        .map(|(_, _, operation)| operation["tags"][0].as_str().unwrap().to_owned());
    let shown = PARTS.iter().flat_map(|tags| tags.iter());
    let shown: BTreeSet<String> = shown.map(ToString::to_string).collect();
    assert_eq!(tags.collect::<BTreeSet<_>>(), shown);
}

#[tokio::test]
async fn whoever_asks_about_themselves_sessions_and_reviews_gets_the_answer_that_was_reviewed() {
    part(0).await;
}

#[tokio::test]
async fn whoever_asks_about_people_gets_the_answer_that_was_reviewed() {
    part(1).await;
}

#[tokio::test]
async fn whoever_asks_about_governance_and_records_gets_the_answer_that_was_reviewed() {
    part(2).await;
}

#[tokio::test]
async fn whoever_asks_about_organizations_gets_the_answer_that_was_reviewed() {
    part(3).await;
}

#[tokio::test]
async fn whoever_asks_about_roles_gets_the_answer_that_was_reviewed() {
    part(4).await;
}

#[tokio::test]
async fn whoever_asks_about_moves_and_the_pause_gets_the_answer_that_was_reviewed() {
    part(5).await;
}
