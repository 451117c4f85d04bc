//! Every route, in one list.

mod health;
mod problem;

use axum::Router;
use axum::routing::get;
use metrics_exporter_prometheus::{BuildError, PrometheusBuilder, PrometheusHandle};
use tokio::net::TcpListener;

use app::Reeve;

/// What handlers share.
#[derive(Clone, Debug)]
pub struct State {
    pub reeve: Reeve,
    metrics: PrometheusHandle,
}

impl State {
    /// Takes over the process's metrics; may be called once.
    pub fn new(reeve: Reeve) -> Result<Self, BuildError> {
        Ok(Self {
            reeve,
            metrics: PrometheusBuilder::new().install_recorder()?,
        })
    }
}

fn routes() -> Router<State> {
    Router::new()
        .route("/livez", get(health::get_livez))
        .route("/readyz", get(health::get_readyz))
        .route("/healthz", get(health::get_readyz))
        .route("/metrics", get(health::get_metrics))
        .fallback(problem::not_found)
}

/// Serves until `stop` resolves; requests under way are finished.
pub async fn serve(
    listener: TcpListener,
    state: State,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    axum::serve(listener, routes().with_state(state))
        .with_graceful_shutdown(stop)
        .await
}
