//! Sending spans to the collector: OTLP over HTTP, as protobuf
//! (<https://opentelemetry.io/docs/specs/otlp/#otlphttp>).

use std::time::Duration;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::transform::trace::tonic::group_spans_by_resource_and_scope;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SpanData;
use prost::Message as _;
use reqwest::header::{self, HeaderMap};
use reqwest::{Client, StatusCode};
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};
use url::Url;

use super::{Settings, lose};

/// Most spans of one request.
const MOST: usize = 512;
/// How long a request's first span waits for others.
const LINGER: Duration = Duration::from_millis(500);
/// How long to leave a collector alone that did not take spans: at first, and at most.
const PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Takes spans from the queue and sends them.
#[derive(Debug)]
pub struct Exporter {
    client: Client,
    url: Url,
    headers: HeaderMap,
    resource: Resource,
    waiting: mpsc::Receiver<SpanData>,
    /// Whether it was said that the collector takes nothing.
    complained: bool,
}

/// Why a collector has not got spans.
enum Unsent {
    /// Later it may take them.
    Now(String),
    /// It won't take these.
    Ever(StatusCode),
}

impl Exporter {
    pub(super) fn new(
        client: Client,
        settings: &Settings,
        resource: Resource,
        waiting: mpsc::Receiver<SpanData>,
    ) -> Self {
        let mut url = settings.endpoint.clone();
        let path = format!("{}/v1/traces", url.path().trim_end_matches('/'));
        url.set_path(&path);
        Self {
            client,
            url,
            headers: settings.headers.clone(),
            resource,
            waiting,
            complained: false,
        }
    }

    /// Sends until `stop`, and then what is left: once, since whoever stops has little time.
    pub async fn run(mut self, stop: impl Future<Output = ()>) {
        let mut batch = Vec::with_capacity(MOST);
        tokio::select! {
            () = stop => {}
            () = self.forever(&mut batch) => {}
        }
        self.waiting.close();
        loop {
            if !batch.is_empty() {
                let sent = self.send(&batch).await;
                if self.note(sent, batch.len()).is_some() {
                    lose(batch.len());
                }
                batch.clear();
            }
            if self.waiting.recv_many(&mut batch, MOST).await == 0 {
                return;
            }
        }
    }

    /// Ends when nobody is left who could make spans. Whatever `batch` holds is not sent yet.
    async fn forever(&mut self, batch: &mut Vec<SpanData>) {
        let mut pause = PAUSE;
        loop {
            if batch.is_empty() && !self.fill(batch).await {
                return;
            }
            let sent = self.send(batch).await;
            match self.note(sent, batch.len()) {
                None => {
                    batch.clear();
                    pause = PAUSE;
                }
                // Meanwhile the queue fills, and when it is full spans are lost and counted.
                Some(()) => {
                    sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
        }
    }

    /// Waits for spans; `false` if none can come any more.
    async fn fill(&mut self, batch: &mut Vec<SpanData>) -> bool {
        if self.waiting.recv_many(batch, MOST).await == 0 {
            return false;
        }
        let more = async {
            while batch.len() < MOST {
                let room = MOST - batch.len();
                if self.waiting.recv_many(batch, room).await == 0 {
                    break;
                }
            }
        };
        // Those that came until now are enough.
        drop(timeout(LINGER, more).await);
        true
    }

    /// Says what became of spans, the first time only. Something if they are to be sent again.
    fn note(&mut self, sent: Result<(), Unsent>, spans: usize) -> Option<()> {
        let host = self.url.host_str().unwrap_or_default();
        match sent {
            Ok(()) => {
                if std::mem::take(&mut self.complained) {
                    tracing::info!(host, "the collector takes traces again");
                }
                None
            }
            Err(unsent) => {
                let (problem, again) = match unsent {
                    Unsent::Now(problem) => (problem, Some(())),
                    Unsent::Ever(status) => (format!("it answers {status}"), None),
                };
                if again.is_none() {
                    lose(spans);
                }
                if !std::mem::replace(&mut self.complained, true) {
                    tracing::warn!(
                        host,
                        problem,
                        "the collector does not take traces; nothing else depends on it, and \
                         reeve_spans_lost_total counts those that are lost"
                    );
                }
                again
            }
        }
    }

    /// Sends a batch. Not by [`guard::send`](crate::guard::send), which is traced itself.
    async fn send(&self, batch: &[SpanData]) -> Result<(), Unsent> {
        let resource = (&self.resource).into();
        let resource_spans = group_spans_by_resource_and_scope(batch.to_vec(), &resource);
        let body = ExportTraceServiceRequest { resource_spans }.encode_to_vec();
        let request = self
            .client
            .post(self.url.clone())
            .headers(self.headers.clone())
            .header(header::CONTENT_TYPE, "application/x-protobuf")
            .body(body);
        let answer = request.send().await;
        let answer = answer.map_err(|problem| Unsent::Now(problem.without_url().to_string()))?;
        match answer.status() {
            status if status.is_success() => Ok(()),
            // Those that the protocol calls retryable.
            status @ (StatusCode::TOO_MANY_REQUESTS
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT) => Err(Unsent::Now(format!("it answers {status}"))),
            status => Err(Unsent::Ever(status)),
        }
    }
}
