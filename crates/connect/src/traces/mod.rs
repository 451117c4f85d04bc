//! Traces for a collector of OpenTelemetry: which spans, kept how, sent how. Off unless somebody says
//! where to.
//!
//! A span of `tracing` is exported if it has the field `otel.name`, and with exactly the fields that it
//! has; log lines never are. So what leaves this machine is what somebody wrote down for it, and none of
//! it is a secret or an address. Spans wait in a bounded queue ([`queue`]) and are sent by a task of their
//! own ([`send`]): whatever the collector does, no request waits for it.

pub mod context;
mod queue;
mod send;

use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{Sampler, SdkTracer, SdkTracerProvider};
use percent_encoding::percent_decode_str;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::mpsc;
use tracing::{Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::registry::LookupSpan;
use url::Url;

use crate::guard::{self, Reach, Unfetched};
use queue::Queue;
pub use send::Exporter;

/// Most spans that wait; some megabytes.
const WAITING: usize = 8_192;

/// Where traces go, and how many of them.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The collector, to whose path `/v1/traces` is added.
    pub endpoint: Url,
    pub headers: HeaderMap,
    pub service: String,
    pub version: &'static str,
    /// From 0 to 1: the part of the traces that begin here. Of those that begin elsewhere, whoever began
    /// them decided.
    pub ratio: f64,
}

/// What is wrong with a setting. No text of these holds a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    #[error("it is no http or https URL without name, password and query")]
    Endpoint,
    #[error("expected `name=value` pairs, separated by commas, values percent-encoded")]
    Headers,
    #[error("expected a number from 0 to 1")]
    Ratio,
}

/// Reads the collector's address. It may be in a private network, where collectors are.
pub fn endpoint(text: &str) -> Result<Url, Unusable> {
    let url = Url::parse(text).map_err(|_| Unusable::Endpoint)?;
    let bare = url.username().is_empty() && url.password().is_none() && url.query().is_none();
    let sound = matches!(url.scheme(), "http" | "https") && url.has_host() && bare;
    sound.then_some(url).ok_or(Unusable::Endpoint)
}

/// Reads headers as the variable has them. They are marked, so that nothing shows their values.
pub fn headers(text: &SecretString) -> Result<HeaderMap, Unusable> {
    let mut headers = HeaderMap::new();
    let pairs = text.expose_secret().split(',').map(str::trim);
    for pair in pairs.filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').ok_or(Unusable::Headers)?;
        let name = HeaderName::from_bytes(name.trim().as_bytes());
        let value = percent_decode_str(value.trim()).decode_utf8();
        let value = value.map_err(|_| Unusable::Headers)?;
        let mut value = HeaderValue::from_str(&value).map_err(|_| Unusable::Headers)?;
        value.set_sensitive(true);
        headers.insert(name.map_err(|_| Unusable::Headers)?, value);
    }
    Ok(headers)
}

/// Reads the part of the traces that is kept.
pub fn ratio(text: &str) -> Result<f64, Unusable> {
    let ratio: f64 = text.trim().parse().map_err(|_| Unusable::Ratio)?;
    (0.0..=1.0)
        .contains(&ratio)
        .then_some(ratio)
        .ok_or(Unusable::Ratio)
}

/// Makes spans of what is traced, for the layers of a subscriber.
#[derive(Clone, Debug)]
pub struct Tracer(SdkTracer);

impl Tracer {
    /// The layer that exports what names itself for it, and nothing else.
    pub fn layer<S>(self) -> impl Layer<S> + Send + Sync + 'static
    where
        S: Subscriber + for<'span> LookupSpan<'span> + Send + Sync + 'static,
    {
        tracing_opentelemetry::layer()
            .with_tracer(self.0)
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_level(false)
            .with_tracked_inactivity(false)
            .with_context_activation(false)
            .with_filter(filter_fn(is_exported))
    }
}

fn is_exported(metadata: &Metadata<'_>) -> bool {
    metadata.is_span() && metadata.fields().field("otel.name").is_some()
}

/// What makes spans, and what sends them; nothing is sent before [`Exporter::run`].
pub fn start(settings: &Settings) -> Result<(Tracer, Exporter), Unfetched> {
    let resource = Resource::builder_empty()
        .with_service_name(settings.service.clone())
        .with_attribute(KeyValue::new("service.version", settings.version))
        .build();
    let (to, from) = mpsc::channel(WAITING);
    let part = Sampler::TraceIdRatioBased(settings.ratio);
    let provider = SdkTracerProvider::builder()
        .with_sampler(Sampler::ParentBased(Box::new(part)))
        .with_resource(resource.clone())
        .with_span_processor(Queue::new(to))
        .build();
    // A sign-in waits for its provider; nobody waits for a collector, but a connection should not hang.
    let client = guard::client(Reach::Private)?;
    let exporter = Exporter::new(client, settings, resource, from);
    Ok((Tracer(provider.tracer("reeve")), exporter))
}

/// Counts spans that nobody will see.
fn lose(spans: usize) {
    let spans = u64::try_from(spans).unwrap_or(u64::MAX);
    metrics::counter!("reeve_spans_lost_total").increment(spans);
}

/// How long the end of the process waits for the last spans.
pub const FLUSH: Duration = Duration::from_secs(3);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_read_percent_decoded_and_shown_by_nothing() {
        let text = "authorization=Bearer%20canary, x-team = ops ,"
            .to_owned()
            .into();
        let read = headers(&text).unwrap();
        assert_eq!(read["authorization"], "Bearer canary");
        assert_eq!(read["x-team"], "ops");
        assert!(!format!("{read:?}").contains("canary"));
        for broken in ["authorization", "a b=c", "a=%0a", "a=%ff"] {
            let read = headers(&broken.to_owned().into());
            assert_eq!(read, Err(Unusable::Headers), "{broken}");
        }
    }

    #[test]
    fn a_collector_is_asked_by_http_or_https_and_its_address_has_no_secret() {
        for sound in ["http://otel-collector:4318", "https://otlp.example.org/x"] {
            assert!(endpoint(sound).is_ok(), "{sound}");
        }
        for broken in [
            "",
            "collector:4318",
            "grpc://collector",
            "http://user:secret@collector",
            "http://collector?key=secret",
        ] {
            assert_eq!(endpoint(broken), Err(Unusable::Endpoint), "{broken}");
        }
    }

    #[test]
    fn a_part_is_a_number_from_nothing_to_all() {
        for (text, part) in [("0", 0.0), ("1", 1.0), (" 0.25 ", 0.25)] {
            assert_eq!(ratio(text), Ok(part));
        }
        for broken in ["", "-0.1", "1.1", "all", "NaN", "inf"] {
            assert_eq!(ratio(broken), Err(Unusable::Ratio), "{broken}");
        }
    }
}
