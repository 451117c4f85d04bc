//! Requests made from the API's own document, many of them wrong: whatever comes, no answer is a failure
//! of the server's own or one that the document does not name.
//!
//! Seeded, so that a failure comes back; `REEVE_SOAK=1` asks each operation five hundred times instead of
//! twelve.

use axum::body::Body;
use axum::http::{Method, Request, header};
use domain::id::UserId;
use serde_json::{Map, Value, json};
use testkit::World;

use crate::client::{Answer, Api, Asker, token, without_limits};

/// Texts that have broken servers before.
const ODD: [&str; 12] = [
    "",
    " ",
    "\u{0}",
    "\u{202e}x",
    "'; drop table app_user; --",
    "%_\\",
    "../../etc/passwd",
    "=1+1",
    "9223372036854775808",
    "2999-99-99T99:99:99Z",
    "\u{1F600}\u{1F600}",
    "00000000-0000-0000-0000-000000000000",
];

/// A generator that repeats itself (splitmix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % u64::try_from(sides).unwrap()).unwrap()
    }

    fn one_in(&mut self, sides: usize) -> bool {
        self.roll(sides) == 0
    }

    fn odd(&mut self) -> String {
        match self.roll(ODD.len() + 1) {
            place if place < ODD.len() => ODD[place].to_owned(),
            _ => "x".repeat(5_000),
        }
    }
}

/// Makes values of the document's schemas.
struct Maker<'a> {
    document: &'a Value,
    dice: Dice,
    /// Ids and names of things that are there.
    known: Vec<String>,
}

impl Maker<'_> {
    fn value(&mut self, schema: &Value, depth: usize) -> Value {
        if self.dice.one_in(12) {
            return self.wrong();
        }
        if let Some(reference) = schema["$ref"].as_str() {
            let name = reference.rsplit('/').next().unwrap();
            let schema = self.document["components"]["schemas"][name].clone();
            return self.value(&schema, depth + 1);
        }
        if let Some(allowed) = schema["enum"].as_array() {
            return allowed[self.dice.roll(allowed.len())].clone();
        }
        for any in ["oneOf", "anyOf"] {
            if let Some(choices) = schema[any].as_array() {
                let choice = choices[self.dice.roll(choices.len())].clone();
                return self.value(&choice, depth + 1);
            }
        }
        if let Some(parts) = schema["allOf"].as_array() {
            let mut whole = Map::new();
            for part in parts.clone() {
                if let Value::Object(fields) = self.value(&part, depth + 1) {
                    whole.extend(fields);
                }
            }
            return Value::Object(whole);
        }
        let kinds = match &schema["type"] {
            Value::Array(kinds) => kinds.clone(),
            kind => vec![kind.clone()],
        };
        let kind = kinds[self.dice.roll(kinds.len())].clone();
        self.of_type(kind.as_str().unwrap_or("null"), schema, depth)
    }

    fn of_type(&mut self, kind: &str, schema: &Value, depth: usize) -> Value {
        match kind {
            "object" => self.object(schema, depth),
            "array" if depth > 6 => json!([]),
            "array" => {
                let count = self.dice.roll(4);
                (0..count)
                    .map(|_| self.value(&schema["items"], depth + 1))
                    .collect()
            }
            "boolean" => json!(self.dice.one_in(2)),
            "integer" | "number" => {
                let numbers = [0, 1, 2, 60, 1_000, -1, i64::from(i32::MAX), i64::MAX];
                json!(numbers[self.dice.roll(numbers.len())])
            }
            "string" => json!(self.text(schema["format"].as_str())),
            _ => Value::Null,
        }
    }

    fn object(&mut self, schema: &Value, depth: usize) -> Value {
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        let mut object = Map::new();
        for (name, field) in schema["properties"]
            .as_object()
            .cloned()
            .unwrap_or_default()
        {
            let needed = required.contains(&json!(name));
            let kept = if needed {
                !self.dice.one_in(15)
            } else {
                self.dice.one_in(2)
            };
            if kept && depth < 8 {
                object.insert(name, self.value(&field, depth + 1));
            }
        }
        if self.dice.one_in(15) {
            object.insert("surprise".to_owned(), self.wrong());
        }
        Value::Object(object)
    }

    fn text(&mut self, format: Option<&str>) -> String {
        if self.dice.one_in(4) {
            return self.dice.odd();
        }
        match format {
            Some("uuid") => self.known[self.dice.roll(self.known.len())].clone(),
            Some("date-time") => {
                let years = [1970, 2026, 2027, 9999];
                format!("{}-12-01T00:00:00Z", years[self.dice.roll(years.len())])
            }
            _ if self.dice.one_in(2) => self.known[self.dice.roll(self.known.len())].clone(),
            _ => {
                let words = [
                    "reader",
                    "default",
                    "north",
                    "audit:read",
                    "why",
                    "ada@example.test",
                ];
                words[self.dice.roll(words.len())].to_owned()
            }
        }
    }

    fn wrong(&mut self) -> Value {
        match self.dice.roll(6) {
            0 => Value::Null,
            1 => json!(i64::MIN),
            2 => json!([[[]]]),
            3 => json!({ "a": { "b": [] } }),
            4 => json!(1.5e300),
            _ => json!(self.dice.odd()),
        }
    }

    fn request(&mut self, path: &str, method: &Method, operation: &Value) -> Request<Body> {
        let mut uri = path.to_owned();
        let mut query = Vec::new();
        for parameter in operation["parameters"]
            .as_array()
            .cloned()
            .unwrap_or_default()
        {
            // A header is only named here.
            let Some(name) = parameter["name"].as_str() else {
                continue;
            };
            match parameter["in"].as_str() {
                Some("path") => {
                    let value = encoded(&self.text(parameter["schema"]["format"].as_str()));
                    // An empty part would be another path.
                    let value = if value.is_empty() {
                        "-".to_owned()
                    } else {
                        value
                    };
                    uri = uri.replace(&format!("{{{name}}}"), &value);
                }
                Some("query") if self.dice.one_in(2) => {
                    let value = match self.value(&parameter["schema"], 0) {
                        Value::String(text) => text,
                        value => value.to_string(),
                    };
                    query.push(format!("{name}={}", encoded(&value)));
                }
                _ => {}
            }
        }
        if !query.is_empty() {
            uri = format!("{uri}?{}", query.join("&"));
        }
        let request = Request::builder().method(method.clone()).uri(uri);
        let body = &operation["requestBody"]["content"]["application/json"]["schema"];
        if body.is_null() {
            return request.body(Body::empty()).unwrap();
        }
        let body = match self.dice.roll(20) {
            0 => "{".to_owned(),
            1 => String::new(),
            _ => self.value(&body.clone(), 0).to_string(),
        };
        let request = request.header(header::CONTENT_TYPE, "application/json");
        request.body(Body::from(body)).unwrap()
    }
}

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' => {
                char::from(byte).to_string()
            }
            byte => format!("%{byte:02X}"),
        })
        .collect()
}

/// No failure of the server; a request before may have paused bulk changes.
fn is_sound(answer: &Answer) -> bool {
    answer.status.as_u16() < 500 || answer.json["code"] == "operation_paused"
}

/// Somebody who may haul, in a world with an organization.
async fn world() -> (World, UserId) {
    let world = World::discord_leading().await;
    world.organization("north").await;
    let ada = world.person("ada").linked(1).mapped_role().role("reader");
    let ada = ada.build().await;
    world.scan().await;
    (world, ada)
}

#[tokio::test]
async fn no_request_made_from_the_document_fails_the_server_or_gets_an_answer_it_does_not_name() {
    let times = if std::env::var_os("REEVE_SOAK").is_some() {
        500
    } else {
        12
    };
    let (world, ada) = world().await;
    without_limits(&world);
    let api = Api::of(&world);
    let document = serde_json::to_value(server::http::openapi()).unwrap();
    let mut maker = Maker {
        document: &document,
        dice: Dice(42),
        known: vec![ada.to_string()],
    };
    let mut boss = None;
    let mut bosses = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let Ok(method) = method.to_uppercase().parse::<Method>() else {
                continue;
            };
            for _ in 0..times {
                // Whoever asks may have taken their own rights or token away.
                let asker = match boss.take() {
                    Some(asker) => asker,
                    None => {
                        bosses += 1;
                        admin(&world, bosses).await
                    }
                };
                let mut request = maker.request(path, &method, operation);
                let uri = request.uri().clone();
                let bearer = format!("Bearer {}", asker.0.as_deref().unwrap());
                request
                    .headers_mut()
                    .insert(header::AUTHORIZATION, bearer.parse().unwrap());
                let answer = api.send(request).await;
                let status = answer.status.as_u16();
                let named = &operation["responses"][status.to_string()];
                assert!(is_sound(&answer), "{method} {uri}: {answer:?}");
                // A path whose variable part is odd may be another operation's, or none.
                assert!(
                    !named.is_null() || status == 405,
                    "{method} {uri} is not documented: {answer:?}"
                );
                if status >= 400 {
                    answer.error();
                }
                if let Some(id) = first_id(&answer.json) {
                    maker.known.push(id);
                }
                boss = (status != 401 && status != 403).then_some(asker);
            }
        }
    }
}

async fn admin(world: &World, number: u32) -> Asker {
    let boss = world
        .person(&format!("boss{number}"))
        .role("admin")
        .build()
        .await;
    token(world, boss, None).await
}

/// An id in an answer: of something that is there, for later requests.
fn first_id(json: &Value) -> Option<String> {
    let fields = json.as_object()?;
    fields
        .iter()
        .filter(|(name, _)| {
            name.ends_with("_id") && *name != "correlation_id" && *name != "trace_id"
        })
        .find_map(|(_, value)| value.as_str().map(str::to_owned))
}
