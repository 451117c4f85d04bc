//! The page at `/docs`: the document of the API for people. Plain HTML and one style sheet, both made
//! here; nothing is loaded from elsewhere, and there is no script.

use std::fmt::Write as _;

use axum::http::{HeaderName, header};
use axum::response::IntoResponse;
use serde_json::{Map, Value};
use utoipa::openapi::OpenApi;

/// What the page may load: its style sheet, from here.
const POLICY: &str = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

const STYLE: &str = include_str!("docs.css");

pub(super) async fn get_docs(page: String) -> impl IntoResponse {
    let headers: [(HeaderName, &str); 2] = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
    ];
    (headers, page)
}

pub(super) async fn get_style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE)
}

/// The whole page.
pub(super) fn page(document: &OpenApi) -> String {
    let document = serde_json::to_value(document).unwrap_or_default();
    let text = |path: &str| escape(document.pointer(path).and_then(Value::as_str).unwrap_or(""));
    let mut html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}: the API</title>\n<link rel=\"stylesheet\" href=\"/docs/style.css\">\n</head>\n\
         <body>\n<header>\n<h1>{title}: the API</h1>\n<p>{about}</p>\n\
         <p>For programs: <a href=\"/openapi.json\">openapi.json</a>.</p>\n</header>\n<main>\n",
        title = text("/info/title"),
        about = text("/info/description"),
    );
    for tag in list(&document, "tags") {
        let name = string(tag, "name");
        let about = escape(string(tag, "description"));
        let heading = escape(name);
        let _ = write!(html, "<section>\n<h2>{heading}</h2>\n<p>{about}</p>\n");
        for (path, method, operation) in operations(&document) {
            let tagged = list(operation, "tags").iter().any(|tag| tag == name);
            if tagged {
                html += &describe(&document, path, method, operation);
            }
        }
        html += "</section>\n";
    }
    html += "<section>\n<h2>Schemas</h2>\n";
    for (name, schema) in object(document.pointer("/components/schemas")) {
        let json = serde_json::to_string_pretty(schema).unwrap_or_default();
        let (name, json) = (escape(name), escape(&json));
        let _ = write!(
            html,
            "<details id=\"schema-{name}\">\n<summary><code>{name}</code></summary>\n\
             <pre>{json}</pre>\n</details>\n"
        );
    }
    html + "</section>\n</main>\n</body>\n</html>\n"
}

fn operations(document: &Value) -> impl Iterator<Item = (&str, &str, &Value)> {
    let paths = object(document.get("paths"));
    paths.flat_map(|(path, item)| {
        object(Some(item)).map(move |(method, operation)| (path, method, operation))
    })
}

/// One operation.
fn describe(document: &Value, path: &str, method: &str, operation: &Value) -> String {
    let said = [
        string(operation, "summary"),
        string(operation, "description"),
    ];
    let said = said.into_iter().filter(|text| !text.is_empty());
    let said: Vec<_> = said.map(escape).collect();
    let mut html = format!(
        "<article id=\"{id}\">\n<h3><code>{method}</code> <code>{path}</code></h3>\n<p>{said}</p>\n",
        id = escape(string(operation, "operationId")),
        method = escape(&method.to_uppercase()),
        path = escape(path),
        said = said.join("</p>\n<p>"),
    );
    let parameters = list(operation, "parameters");
    if !parameters.is_empty() {
        html += "<table>\n<tr><th>parameter</th><th>in</th><th>meaning</th></tr>\n";
    }
    for parameter in parameters {
        let parameter = resolve(document, parameter);
        let _ = writeln!(
            html,
            "<tr><td><code>{}</code></td><td>{}</td><td>{}</td></tr>",
            escape(string(parameter, "name")),
            escape(string(parameter, "in")),
            escape(string(parameter, "description")),
        );
    }
    if !parameters.is_empty() {
        html += "</table>\n";
    }
    html += &body("Takes", operation.pointer("/requestBody/content"));
    html += "<ul>\n";
    for (status, response) in object(operation.get("responses")) {
        let (status, about) = (escape(status), escape(string(response, "description")));
        let shape = body("", response.get("content"));
        let _ = writeln!(html, "<li><code>{status}</code> {about}{shape}</li>");
    }
    html + "</ul>\n</article>\n"
}

/// What is meant, where it is only named.
fn resolve<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    let pointer = string(value, "$ref").strip_prefix('#');
    pointer
        .and_then(|pointer| document.pointer(pointer))
        .unwrap_or(value)
}

/// The schema of a body, linked.
fn body(word: &str, content: Option<&Value>) -> String {
    let mut html = String::new();
    for (_, media) in object(content) {
        let reference = media.pointer("/schema/$ref").and_then(Value::as_str);
        let name = reference.and_then(|reference| reference.rsplit('/').next());
        if let Some(name) = name.map(escape) {
            let _ = write!(
                html,
                " {word} <a href=\"#schema-{name}\"><code>{name}</code></a>"
            );
        }
    }
    html
}

fn object(value: Option<&Value>) -> impl Iterator<Item = (&str, &Value)> {
    let fields = value.and_then(Value::as_object).map(Map::iter);
    fields
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.as_str(), value))
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value
        .get(name)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

fn string<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or("")
}

/// Text as it stands in HTML, also between quotes.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            '\'' => escaped += "&#39;",
            c => escaped.push(c),
        }
    }
    escaped
}
