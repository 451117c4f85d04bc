//! A collector of traces over real HTTP on loopback: it takes OTLP as protobuf, keeps what it was sent,
//! and remembers what else it was asked for.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A span as it arrived; ids are hexadecimal.
#[derive(Clone, Debug)]
pub struct Arrived {
    pub name: String,
    pub trace_id: String,
    pub span_id: String,
    /// Empty for the first of a trace.
    pub parent_id: String,
    /// Whether its status is an error.
    pub failed: bool,
    pub attributes: BTreeMap<String, String>,
    /// Of the process that made it.
    pub resource: BTreeMap<String, String>,
    /// How many events it has.
    pub events: usize,
}

/// A request as it came in.
#[derive(Clone, Debug)]
pub struct Asked {
    pub path: String,
    pub headers: BTreeMap<String, String>,
    /// As text, whatever it is.
    pub body: String,
}

#[derive(Debug, Default)]
struct Inner {
    spans: Vec<Arrived>,
    asked: Vec<Asked>,
}

/// The collector; stops when dropped.
#[derive(Debug)]
pub struct Collector {
    url: String,
    inner: Arc<Mutex<Inner>>,
    server: JoinHandle<()>,
}

impl Drop for Collector {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Collector {
    /// Listens on loopback.
    pub async fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let inner = Arc::default();
        let router = Router::new().fallback(take).with_state(Arc::clone(&inner));
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, inner, server }
    }

    /// Its address, without a path.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The spans that arrived so far.
    pub fn spans(&self) -> Vec<Arrived> {
        self.inner.lock().unwrap().spans.clone()
    }

    /// What it was asked for, spans too.
    pub fn asked(&self) -> Vec<Asked> {
        self.inner.lock().unwrap().asked.clone()
    }
}

async fn take(State(inner): State<Arc<Mutex<Inner>>>, request: Request) -> StatusCode {
    let (parts, body) = request.into_parts();
    let body: Bytes = to_bytes(body, 10_000_000).await.unwrap();
    let headers = parts.headers.iter().map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        (name.as_str().to_owned(), value)
    });
    let asked = Asked {
        path: parts.uri.path().to_owned(),
        headers: headers.collect(),
        body: String::from_utf8_lossy(&body).into_owned(),
    };
    let protobuf = asked.headers.get("content-type");
    let spans =
        asked.path == "/v1/traces" && protobuf.is_some_and(|kind| kind == "application/x-protobuf");
    let mut inner = inner.lock().unwrap();
    inner.asked.push(asked);
    if !spans {
        return StatusCode::NOT_FOUND;
    }
    let Ok(sent) = ExportTraceServiceRequest::decode(body) else {
        return StatusCode::BAD_REQUEST;
    };
    for of_resource in sent.resource_spans {
        let resource = of_resource.resource.unwrap_or_default();
        let resource = texts(&resource.attributes);
        let spans = of_resource.scope_spans.into_iter().flat_map(|of| of.spans);
        inner
            .spans
            .extend(spans.map(|span| arrived(span, &resource)));
    }
    StatusCode::OK
}

fn arrived(span: Span, resource: &BTreeMap<String, String>) -> Arrived {
    /// `STATUS_CODE_ERROR`.
    const ERROR: i32 = 2;
    Arrived {
        trace_id: hexadecimal(&span.trace_id),
        span_id: hexadecimal(&span.span_id),
        parent_id: hexadecimal(&span.parent_span_id),
        failed: span.status.is_some_and(|status| status.code == ERROR),
        attributes: texts(&span.attributes),
        resource: resource.clone(),
        events: span.events.len(),
        name: span.name,
    }
}

fn texts(attributes: &[KeyValue]) -> BTreeMap<String, String> {
    let text = |value: &AnyValue| match &value.value {
        Some(Value::StringValue(text)) => text.clone(),
        Some(Value::IntValue(number)) => number.to_string(),
        other => format!("{other:?}"),
    };
    attributes
        .iter()
        .map(|one| {
            (
                one.key.clone(),
                one.value.as_ref().map_or_else(String::new, text),
            )
        })
        .collect()
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}
