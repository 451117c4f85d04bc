//! Around every request: its ids, its log line, its metrics, and errors in their one form.

use std::sync::{Arc, OnceLock};
use std::time::Instant;

use app::Request as Asked;
use axum::Json;
use axum::extract::{MatchedPath, Request, State as Extract};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::id::{CorrelationId, UserId};
use tracing::Instrument;

use super::State;
use super::problem::{ApiError, Code, Problem};

static CORRELATION_ID: HeaderName = HeaderName::from_static("x-correlation-id");
/// The revision of the last change that a mutation made.
pub(super) static REVISION: HeaderName = HeaderName::from_static("x-revision");
static TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// By what a request is found again.
#[derive(Clone, Debug)]
pub(super) struct Ids {
    pub(super) correlation_id: CorrelationId,
    /// 32 hexadecimal digits.
    pub(super) trace_id: String,
    /// Who asked, once that is known.
    pub(super) actor: Arc<OnceLock<UserId>>,
}

impl Ids {
    /// Those that the request brings, if they are well formed, else new ones.
    fn of(request: &Request) -> Self {
        let text = |name: &HeaderName| request.headers().get(name)?.to_str().ok();
        let new = store::id::new_id();
        Self {
            correlation_id: text(&CORRELATION_ID)
                .and_then(|text| text.parse().ok())
                .unwrap_or_else(|| CorrelationId::from(new)),
            trace_id: text(&TRACEPARENT)
                .and_then(trace_id)
                .map_or_else(|| new.simple().to_string(), str::to_owned),
            actor: Arc::default(),
        }
    }
}

/// The trace id of a W3C `traceparent` (level 1, section 3.2): version, id, parent, flags.
fn trace_id(text: &str) -> Option<&str> {
    let hexadecimal = |part: &str, length: usize| {
        let digit = |b: u8| b.is_ascii_digit() || matches!(b, b'a'..=b'f');
        part.len() == length && part.bytes().all(digit)
    };
    let mut parts = text.split('-');
    let (version, id, parent, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let sound = hexadecimal(version, 2)
        && version != "ff"
        && (version != "00" || parts.next().is_none())
        && hexadecimal(id, 32)
        && id.bytes().any(|b| b != b'0')
        && hexadecimal(parent, 16)
        && parent.bytes().any(|b| b != b'0')
        && hexadecimal(flags, 2);
    sound.then_some(id)
}

/// A method's name as a label; whoever invents methods makes no new series.
fn label(method: &Method) -> &'static str {
    let known = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"];
    let name = known.into_iter().find(|name| *name == method.as_str());
    name.unwrap_or("other")
}

/// Whether a method asks for a change.
pub(super) fn changes(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Wraps a request: see the module.
pub(super) async fn wrap(
    Extract(state): Extract<State>,
    mut request: Request,
    next: Next,
) -> Response {
    let start = Instant::now();
    let ids = Ids::of(&request);
    let method = request.method().clone();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "none".to_owned(), |path| path.as_str().to_owned());
    request.extensions_mut().insert(ids.clone());
    let span = tracing::info_span!(
        "request",
        correlation_id = %ids.correlation_id,
        trace_id = ids.trace_id,
        actor_user_id = tracing::field::Empty,
        %method,
        route
    );
    let asked = Arc::new(Asked::default());
    let answer = answer(request, next, &asked, &ids, start).instrument(span);
    let (mut response, code) = Arc::clone(&asked).answer(answer).await;
    if changes(&method)
        && let Some(revision) = asked.told().revision
        && let Ok(value) = HeaderValue::from_str(&revision)
    {
        response.headers_mut().insert(REVISION.clone(), value);
    }
    // Where a route has no such method, nothing was asked for.
    let asks = response.status() != StatusCode::METHOD_NOT_ALLOWED;
    let operation = asks && changes(&method);
    measure(&state, label(&method), operation, route, code, start);
    with_ids(response, &ids)
}

/// Lets the request be answered, and puts an error into its form.
async fn answer(
    request: Request,
    next: Next,
    asked: &Asked,
    ids: &Ids,
    start: Instant,
) -> (Response, Option<Code>) {
    let mut response = next.run(request).await;
    let failed = response.extensions_mut().remove::<ApiError>();
    let status = response.status().as_u16();
    let ms = || start.elapsed().as_secs_f64() * 1000.0;
    let Some(error) = failed else {
        tracing::info!(status, code = "ok", ms = ms(), "answered");
        return (response, None);
    };
    let code = error.code;
    let problem = error.problem(ids, &asked.told());
    let json = serde_json::to_string(&problem).unwrap_or_default();
    let name = code.as_str();
    tracing::info!(status, code = name, ms = ms(), problem = json, "answered");
    (render(response, &problem), Some(code))
}

/// What is sent like a change and only asks.
const QUESTIONS: [&str; 2] = ["/v1/explain", "/v1/me/explain"];

/// Counts the request; a mutation of the API also by how it ended (I-02, I-32).
fn measure(
    state: &State,
    method: &'static str,
    operation: bool,
    route: String,
    code: Option<Code>,
    start: Instant,
) {
    let seconds = start.elapsed().as_secs_f64();
    let name = code.map_or("ok", Code::as_str);
    if operation && route.starts_with("/v1/") && !QUESTIONS.contains(&route.as_str()) {
        let operation = format!("{method} {route}");
        let outcome = code.map_or("success", Code::outcome);
        state.reeve.records.ended(&operation, outcome);
        let labels = [
            ("operation", operation),
            ("outcome", outcome.to_owned()),
            ("code", name.to_owned()),
        ];
        metrics::counter!("reeve_iam_operations_total", &labels).increment(1);
        metrics::histogram!("reeve_iam_operation_seconds", &labels[..2]).record(seconds);
    }
    let labels = [
        ("method", method.to_string()),
        ("route", route),
        ("code", name.to_owned()),
    ];
    metrics::counter!("reeve_http_requests_total", &labels).increment(1);
    metrics::histogram!("reeve_http_request_seconds", &labels[..2]).record(seconds);
}

/// Puts the error's words in the place of the empty answer, keeping its status and headers.
fn render(response: Response, problem: &Problem) -> Response {
    let (parts, _) = response.into_parts();
    let mut rendered = (parts.status, Json(problem)).into_response();
    for (name, value) in &parts.headers {
        if name != header::CONTENT_LENGTH && name != header::CONTENT_TYPE {
            rendered.headers_mut().insert(name, value.clone());
        }
    }
    let kind = HeaderValue::from_static("application/problem+json");
    rendered.headers_mut().insert(header::CONTENT_TYPE, kind);
    if parts.status == StatusCode::UNAUTHORIZED {
        let scheme = HeaderValue::from_static("Bearer");
        rendered
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, scheme);
    }
    rendered
}

fn with_ids(mut response: Response, ids: &Ids) -> Response {
    if let Ok(value) = HeaderValue::from_str(ids.correlation_id.as_str()) {
        response.headers_mut().insert(CORRELATION_ID.clone(), value);
    }
    let headers = response.headers_mut();
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_id_is_taken_from_a_sound_traceparent_only() {
        let id = "4bf92f3577b34da6a3ce929d0e0e4736";
        let sound = format!("00-{id}-00f067aa0ba902b7-01");
        assert_eq!(trace_id(&sound), Some(id));
        assert_eq!(
            trace_id(&format!("01-{id}-00f067aa0ba902b7-01-more")),
            Some(id)
        );
        for broken in [
            "",
            id,
            &format!("ff-{id}-00f067aa0ba902b7-01"),
            &format!("00-{id}-00f067aa0ba902b7-01-more"),
            &format!("00-{}-00f067aa0ba902b7-01", "0".repeat(32)),
            &format!("00-{id}-{}-01", "0".repeat(16)),
            &format!("00-{}-00f067aa0ba902b7-01", id.to_uppercase()),
        ] {
            assert_eq!(trace_id(broken), None, "{broken}");
        }
    }
}
