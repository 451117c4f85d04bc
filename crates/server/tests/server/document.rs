//! The document of the API: committed, current, complete, and told apart.

use std::collections::BTreeSet;

use axum::http::Method;
use serde_json::Value;
use testkit::World;

use crate::client::{ANONYMOUS, Api};

fn document() -> Value {
    serde_json::to_value(server::http::openapi()).unwrap()
}

/// Renew it with `reeve config openapi > docs/openapi.json`.
#[test]
fn the_committed_document_is_the_one_that_the_code_makes() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");
    let committed = std::fs::read_to_string(path).unwrap();
    let committed: Value = serde_json::from_str(&committed).unwrap();
    assert_eq!(committed, document());
}

#[tokio::test]
async fn the_document_is_served_as_openapi_3_1_and_every_route_in_it_answers() {
    let world = World::empty().await;
    let api = Api::of(&world);
    let served = api.get(&ANONYMOUS, "/openapi.json").await.ok();
    assert_eq!(served, document());
    assert!(served["openapi"].as_str().unwrap().starts_with("3.1"));
    for (path, method) in operations(&served) {
        let path = path.replace(['{', '}'], "");
        let answer = api.ask(&ANONYMOUS, method.clone(), &path, None).await;
        assert_eq!(answer.error(), (401, "unauthenticated"), "{method} {path}");
    }
}

#[test]
fn every_operation_says_what_it_does_and_how_it_fails() {
    let document = document();
    let mut names = BTreeSet::new();
    for (path, method) in operations(&document) {
        let operation = &document["paths"][&path][method.as_str().to_lowercase()];
        let name = operation["operationId"].as_str().unwrap().to_owned();
        assert!(names.insert(name), "{method} {path}: a name twice");
        let said = operation["summary"]
            .as_str()
            .or(operation["description"].as_str());
        assert!(said.is_some(), "{method} {path}: no sentence");
        for status in ["400", "401", "403", "404", "409", "429", "500", "503"] {
            assert!(
                !operation["responses"][status].is_null(),
                "{method} {path}: {status}"
            );
        }
    }
    let text = document.to_string();
    for reference in text.split("\"#/components/schemas/").skip(1) {
        let name = reference.split('"').next().unwrap();
        assert!(
            !document["components"]["schemas"][name].is_null(),
            "{name} is not there"
        );
    }
}

#[test]
fn every_mutation_takes_an_idempotency_key_and_every_answer_has_a_correlation_id() {
    let document = document();
    let named = |reference: &Value| {
        let pointer = reference["$ref"]
            .as_str()
            .unwrap()
            .strip_prefix('#')
            .unwrap();
        let found = document.pointer(pointer);
        assert!(found.is_some(), "{pointer} is not there");
        found.unwrap().clone()
    };
    for (path, method) in operations(&document) {
        let operation = &document["paths"][&path][method.as_str().to_lowercase()];
        let taken = operation["parameters"].as_array().unwrap();
        let taken: BTreeSet<String> = taken
            .iter()
            .filter(|one| one.get("$ref").is_some())
            .map(|one| named(one)["name"].as_str().unwrap().to_owned())
            .collect();
        let changes = method != Method::GET;
        assert!(taken.contains("X-Correlation-Id"), "{method} {path}");
        assert!(taken.contains("traceparent"), "{method} {path}");
        assert_eq!(
            taken.contains("Idempotency-Key"),
            changes,
            "{method} {path}"
        );
        for (status, response) in operation["responses"].as_object().unwrap() {
            let given = |name: &str| {
                let header = response["headers"].get(name);
                header.is_some_and(|header| named(header)["description"].is_string())
            };
            let at = format!("{method} {path} {status}");
            assert!(given("X-Correlation-Id"), "{at}");
            assert_eq!(
                given("X-Revision"),
                changes && status.starts_with('2'),
                "{at}"
            );
            assert_eq!(given("Retry-After"), status == "429", "{at}");
        }
    }
}

/// Path and method of each operation.
fn operations(document: &Value) -> Vec<(String, Method)> {
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            if let Ok(method) = method.to_uppercase().parse() {
                found.push((path.clone(), method));
            }
        }
    }
    found
}
