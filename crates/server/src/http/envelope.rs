//! Around every request: its ids, its log line, its metrics, and errors in their one form.

use std::sync::{Arc, OnceLock};
use std::time::Instant;

use app::Request as Asked;
use axum::Json;
use axum::extract::{MatchedPath, Request, State as Extract};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use connect::traces::context::{self, Parent};
use domain::id::{CorrelationId, UserId};
use tracing::field::{Empty, display};
use tracing::{Instrument as _, Span};

use super::State;
use super::problem::{ApiError, Code, Problem};

static CORRELATION_ID: HeaderName = HeaderName::from_static("x-correlation-id");
/// The revision of the last change that a mutation made.
pub(super) static REVISION: HeaderName = HeaderName::from_static("x-revision");
static TRACEPARENT: HeaderName = HeaderName::from_static(context::TRACEPARENT);

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
    /// Those that the request brings, if they are well formed, else new ones; the trace is that of the
    /// span, if that is exported.
    fn of(request: &Request, span: &Span) -> Self {
        let text = |name: &HeaderName| request.headers().get(name)?.to_str().ok();
        let new = store::id::new_id();
        let parent = text(&TRACEPARENT).and_then(Parent::parse);
        Self {
            correlation_id: text(&CORRELATION_ID)
                .and_then(|text| text.parse().ok())
                .unwrap_or_else(|| CorrelationId::from(new)),
            trace_id: context::join(span, parent.as_ref())
                .or_else(|| parent.as_ref().map(Parent::trace_id))
                .unwrap_or_else(|| new.simple().to_string()),
            actor: Arc::default(),
        }
    }
}

/// A span that is exported, if any are: of the request, with what stands below and nothing else. What only
/// supervisors ask for has none.
fn exported(method: &Method, route: &str) -> Span {
    if OF_SUPERVISORS.contains(&route) {
        return Span::none();
    }
    tracing::trace_span!(
        "served",
        otel.name = format!("{} {route}", label(method)),
        otel.kind = "server",
        otel.status_code = Empty,
        http.request.method = label(method),
        http.route = route,
        http.response.status_code = Empty,
        reeve.correlation_id = Empty,
        reeve.actor_user_id = Empty,
        reeve.outcome = Empty,
        reeve.code = Empty,
    )
}

/// A method's name as a label; whoever invents methods makes no new series.
fn label(method: &Method) -> &'static str {
    let known = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"];
    let name = known.into_iter().find(|name| *name == method.as_str());
    name.unwrap_or("other")
}

/// Completes the span of a request that was answered.
fn conclude(span: &Span, ids: &Ids, status: u16, code: Option<Code>) {
    span.record("reeve.correlation_id", ids.correlation_id.as_str());
    if let Some(actor) = ids.actor.get() {
        span.record("reeve.actor_user_id", display(actor));
    }
    span.record("http.response.status_code", status);
    span.record("reeve.code", code.map_or("ok", Code::as_str));
    let outcome = code.map_or("success", Code::outcome);
    span.record("reeve.outcome", outcome);
    // A refusal is no fault of this server (I-32).
    if outcome == "failed" {
        span.record("otel.status_code", "ERROR");
    }
}

/// Asked every few seconds by whoever watches this server.
const OF_SUPERVISORS: [&str; 4] = ["/livez", "/readyz", "/healthz", "/metrics"];

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
    let method = request.method().clone();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "none".to_owned(), |path| path.as_str().to_owned());
    let exported = exported(&method, &route);
    let ids = Ids::of(&request, &exported);
    request.extensions_mut().insert(ids.clone());
    let span = exported.in_scope(|| {
        tracing::info_span!(
            "request",
            correlation_id = %ids.correlation_id,
            trace_id = ids.trace_id,
            actor_user_id = Empty,
            %method,
            route
        )
    });
    let asked = Arc::new(Asked::default());
    let answer = answer(request, next, &asked, &ids, start).instrument(span);
    let answer = Arc::clone(&asked)
        .answer(answer)
        .instrument(exported.clone());
    let (mut response, code) = answer.await;
    conclude(&exported, &ids, response.status().as_u16(), code);
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
        ("method", method.to_owned()),
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
