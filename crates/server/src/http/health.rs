//! Whether the process lives, whether it can do its work, and its metrics. Asked by supervisors
//! and load balancers; says nothing about people.

use std::time::Duration;

use axum::Json;
use axum::extract::State as Extract;
use axum::http::StatusCode;
use serde::Serialize;

use super::State;

/// How long the database may take to answer before this node calls itself not ready.
const PATIENCE: Duration = Duration::from_secs(3);

#[derive(Serialize)]
pub(super) struct Readiness {
    status: &'static str,
    checks: Vec<Check>,
}

#[derive(Serialize)]
struct Check {
    name: &'static str,
    ok: bool,
    detail: String,
}

/// The process runs.
pub(super) async fn get_livez() -> &'static str {
    "ok"
}

/// The process can do its work: 200, or 503 with what is wrong.
pub(super) async fn get_readyz(Extract(state): Extract<State>) -> (StatusCode, Json<Readiness>) {
    let database = match tokio::time::timeout(PATIENCE, state.reeve.database.ping()).await {
        Ok(Ok(())) => Check {
            name: "database",
            ok: true,
            detail: "answers".to_owned(),
        },
        Ok(Err(error)) => {
            // Whoever asks needs no addresses or causes; whoever runs this finds them in the log.
            tracing::warn!(%error, "not ready: the database does not answer");
            Check {
                name: "database",
                ok: false,
                detail: "does not answer".to_owned(),
            }
        }
        Err(_) => {
            let detail = format!("no answer within {} s", PATIENCE.as_secs());
            Check {
                name: "database",
                ok: false,
                detail,
            }
        }
    };
    let (code, status) = if database.ok {
        (StatusCode::OK, "ready")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "not ready")
    };
    (
        code,
        Json(Readiness {
            status,
            checks: vec![database, break_glass(&state)],
        }),
    )
}

/// No reason to take a node out of service, but whoever looks at it should see that the list is on.
fn break_glass(state: &State) -> Check {
    let detail = match state.reeve.live.get().break_glass.is_empty() {
        true => "off",
        false => "WARNING: on; remove ADMIN_BREAKGLASS_* once access is recovered",
    };
    Check {
        name: "break_glass",
        ok: true,
        detail: detail.to_owned(),
    }
}

/// Everything counted, in Prometheus' text format; what says how things are is measured now.
pub(super) async fn get_metrics(Extract(state): Extract<State>) -> String {
    let measured = tokio::time::timeout(PATIENCE, app::health::measure(&state.reeve)).await;
    if !matches!(measured, Ok(Ok(()))) {
        tracing::warn!("metrics that need the database are those of the last time");
    }
    let live = state.reeve.live.get();
    let listed = live.break_glass.len();
    // More than zero is an emergency that somebody should end.
    metrics::gauge!("reeve_break_glass_listed").set(u32::try_from(listed).unwrap_or(u32::MAX));
    state.metrics.render()
}
