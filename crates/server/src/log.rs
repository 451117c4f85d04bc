//! Log lines as JSON, each with the fields of the request it belongs to; and keeping the latest of them
//! to be found by correlation id (I-13, I-30).
//!
//! Two layers of `tracing`: [`Json`] writes lines for whoever collects the process's log, [`Keep`] hands
//! those of requests on to be stored. Both see what operations log, never what a request carried.

use std::fmt::Debug;
use std::io::Write as _;

use app::Records;
use app::records::clock;
use serde_json::{Map, Value};
use store::log::Line;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber, level_filters::LevelFilter};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

/// Whose lines are kept: Reeve's own crates. Libraries log what they please.
const OWN: [&str; 5] = ["app", "store", "server", "reeve", "domain"];

/// Writes each line to standard error as one JSON object.
#[derive(Clone, Copy, Debug, Default)]
pub struct Json;

/// Keeps the lines of requests.
#[derive(Clone, Debug)]
pub struct Keep {
    records: Records,
}

impl Keep {
    pub fn new(records: Records) -> Self {
        Self { records }
    }

    /// Whether a line may be kept: Reeve's own, and nothing that only somebody looking for a bug wants.
    pub fn wants(metadata: &Metadata<'_>) -> bool {
        let root = metadata.target().split("::").next();
        *metadata.level() <= LevelFilter::INFO && root.is_some_and(|root| OWN.contains(&root))
    }
}

/// The fields of a span or a line.
#[derive(Clone, Debug, Default)]
struct Fields(Map<String, Value>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.put(field, format!("{value:?}").into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value.into());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value.into());
    }
}

impl Fields {
    fn put(&mut self, field: &Field, value: Value) {
        self.0.insert(field.name().to_owned(), value);
    }
}

/// Remembers the fields of a span.
fn remember<S>(attributes: &Attributes<'_>, id: &Id, context: &Context<'_, S>)
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    if let Some(span) = context.span(id) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        span.extensions_mut().replace(fields);
    }
}

/// Adds fields that became known later.
fn add<S>(id: &Id, record: &Record<'_>, context: &Context<'_, S>)
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    if let Some(span) = context.span(id)
        && let Some(fields) = span.extensions_mut().get_mut::<Fields>()
    {
        record.record(fields);
    }
}

/// A line with the fields of the spans around it, its own last.
fn line<S>(event: &Event<'_>, context: &Context<'_, S>) -> Line
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    let (at, metadata) = (clock(), event.metadata());
    let mut all = Map::new();
    all.insert("at".to_owned(), at.to_string().into());
    all.insert("level".to_owned(), metadata.level().as_str().into());
    all.insert("target".to_owned(), metadata.target().into());
    for span in context.event_scope(event).into_iter().flatten() {
        if let Some(fields) = span.extensions().get::<Fields>() {
            // From the inside out: what stands further in counts.
            for (name, value) in &fields.0 {
                all.entry(name.clone()).or_insert_with(|| value.clone());
            }
        }
    }
    let mut own = Fields::default();
    event.record(&mut own);
    all.extend(own.0);
    let correlation_id = all.get("correlation_id").and_then(Value::as_str);
    Line {
        at,
        level: metadata.level().as_str().to_lowercase(),
        correlation_id: correlation_id.unwrap_or_default().to_owned(),
        line: Value::Object(all),
    }
}

impl<S> Layer<S> for Json
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        remember(attributes, id, &context);
    }

    fn on_record(&self, id: &Id, record: &Record<'_>, context: Context<'_, S>) {
        add(id, record, &context);
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let line = format!("{}\n", line(event, &context).line);
        // Nobody is left to tell if standard error is closed.
        let _ = std::io::stderr().write_all(line.as_bytes());
    }
}

impl<S> Layer<S> for Keep
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        remember(attributes, id, &context);
    }

    fn on_record(&self, id: &Id, record: &Record<'_>, context: Context<'_, S>) {
        add(id, record, &context);
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let line = line(event, &context);
        if !line.correlation_id.is_empty() {
            self.records.line(line);
        }
    }
}
