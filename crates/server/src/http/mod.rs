//! Every route, in one list. Those of the API, which their document names, are in [`v1`].

mod answers;
mod cookie;
mod cursor;
mod docs;
mod envelope;
mod extract;
mod headers;
mod health;
mod hidden;
mod limit;
mod login;
mod once;
mod problem;
mod v1;

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::http::header;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use metrics_exporter_prometheus::{BuildError, PrometheusBuilder, PrometheusHandle};
use metrics_util::MetricKindMask;
use tokio::net::TcpListener;
use utoipa::openapi::OpenApi;

use app::Reeve;

/// The buckets of every histogram, in seconds: from an answer out of memory to a plan for everybody.
const SECONDS: [f64; 10] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0];

/// A gauge that is not set for so long is forgotten; whoever asks for metrics does so more often.
const FORGET_GAUGES: Duration = Duration::from_secs(600);

/// Counts the process's metrics from now on; may be called once.
pub fn record_metrics() -> Result<PrometheusHandle, BuildError> {
    PrometheusBuilder::new()
        .set_buckets(&SECONDS)?
        // Every gauge is set anew whenever somebody asks; one that is not, like that of a guild which is
        // mapped no longer, must not say for ever what it was last told.
        .idle_timeout(MetricKindMask::GAUGE, Some(FORGET_GAUGES))
        .install_recorder()
}

/// What handlers share.
#[derive(Clone, Debug)]
pub struct State {
    pub reeve: Reeve,
    metrics: PrometheusHandle,
    limits: limit::Limits,
    measured: health::Measured,
}

impl State {
    /// `metrics` renders what the process's recorder counts.
    pub fn new(reeve: Reeve, metrics: PrometheusHandle) -> Self {
        Self {
            reeve,
            metrics,
            limits: limit::Limits::default(),
            measured: health::Measured::default(),
        }
    }
}

/// The document of the API, OpenAPI 3.1.
pub fn openapi() -> OpenApi {
    let mut document = v1::routes().into_openapi();
    headers::describe(&mut document);
    document
}

/// Everything that is served.
pub fn router(state: State) -> Router {
    let (api, mut document) = v1::routes().split_for_parts();
    headers::describe(&mut document);
    let page = docs::page(&document);
    let document = document.to_json().unwrap_or_default();
    let with = || state.clone();
    api.route_layer(from_fn_with_state(with(), once::once))
        .route_layer(from_fn_with_state(with(), hidden::hide))
        .route("/docs", get(move || docs::get_docs(page.clone())))
        .route("/docs/style.css", get(docs::get_style))
        .route("/livez", get(health::get_livez))
        .route("/readyz", get(health::get_readyz))
        .route("/healthz", get(health::get_readyz))
        .merge(login::routes())
        .route("/metrics", get(health::get_metrics))
        .route(
            "/openapi.json",
            get(move || {
                let document = document.clone();
                async move { ([(header::CONTENT_TYPE, "application/json")], document) }
            }),
        )
        .fallback(problem::no_such_route)
        .method_not_allowed_fallback(problem::no_such_method)
        .layer(from_fn_with_state(with(), limit::by_address))
        .layer(from_fn_with_state(with(), envelope::wrap))
        .with_state(state)
}

/// Serves until `stop` resolves; requests under way are finished.
pub async fn serve(
    listener: TcpListener,
    state: State,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let service = router(state).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service)
        .with_graceful_shutdown(stop)
        .await
}
