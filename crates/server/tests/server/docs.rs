//! The page of the API at `/docs`.

use testkit::World;

use crate::client::{ANONYMOUS, Api};

#[tokio::test]
async fn the_page_names_every_operation_and_loads_nothing_from_elsewhere() {
    let world = World::empty().await;
    let api = Api::of(&world);
    let document = serde_json::to_value(server::http::openapi()).unwrap();
    let page = api.get(&ANONYMOUS, "/docs").await;
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    let policy = page.header("content-security-policy").to_owned();
    assert!(
        policy.starts_with("default-src 'none'; style-src 'self'"),
        "{policy}"
    );
    assert!(!policy.contains("unsafe"), "{policy}");
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap();
            let article = format!("<article id=\"{id}\">");
            assert_eq!(page.text.matches(&article).count(), 1, "{method} {path}");
            assert!(
                page.text.contains(&format!("<code>{path}</code>")),
                "{path}"
            );
        }
    }
    for schema in document["components"]["schemas"]
        .as_object()
        .unwrap()
        .keys()
    {
        assert!(
            page.text.contains(&format!("id=\"schema-{schema}\"")),
            "{schema}"
        );
    }
    for wrong in [
        "<script", " style=", "http://", "https://", "url(", "onclick",
    ] {
        assert!(!page.text.contains(wrong), "{wrong}");
    }
    let style = api.get(&ANONYMOUS, "/docs/style.css").await;
    assert_eq!(style.header("content-type"), "text/css; charset=utf-8");
    assert!(!style.text.contains("url(") && !style.text.contains("@import"));
}
