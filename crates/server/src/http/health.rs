//! Whether the process lives, whether it can do its work, and its metrics. Asked by supervisors
//! and load balancers; says nothing about people.

use std::sync::Arc;
use std::time::Duration;

use app::{Error, Reeve};
use axum::Json;
use axum::extract::State as Extract;
use axum::http::StatusCode;
use serde::Serialize;
use tokio::sync::Mutex;
use tokio::time::Instant;

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

/// When the metrics that need the database were measured. Whoever asks for metrics needs no credential,
/// so it must not cost the database more the more often somebody asks.
#[derive(Clone, Debug, Default)]
pub(super) struct Measured(Arc<Mutex<Last>>);

#[derive(Debug, Default)]
struct Last {
    condition: Option<Instant>,
    people: Option<Instant>,
}

impl Measured {
    /// A scrape every fifteen seconds, as is usual, finds new ones.
    const CONDITION: Duration = Duration::from_secs(10);
    /// Counting a million people takes a good part of a second.
    const PEOPLE: Duration = Duration::from_secs(60);

    /// Measures what is older. Of any number who ask at once one does, and the others wait for it.
    async fn renew(&self, reeve: &Reeve) -> Result<(), Error> {
        let mut last = self.0.lock().await;
        if is_due(&mut last.condition, Instant::now(), Self::CONDITION) {
            app::health::measure(reeve).await?;
        }
        if is_due(&mut last.people, Instant::now(), Self::PEOPLE) {
            app::health::count_people(reeve).await?;
        }
        Ok(())
    }
}

/// Whether it is time; if so, the next time is later. Also if it fails then: a database that does not
/// answer is not asked more often.
fn is_due(last: &mut Option<Instant>, now: Instant, age: Duration) -> bool {
    let due = last.is_none_or(|last| now.duration_since(last) >= age);
    if due {
        *last = Some(now);
    }
    due
}

/// Everything counted, in Prometheus' text format; what says how things are is measured if the last time
/// was some seconds ago.
pub(super) async fn get_metrics(Extract(state): Extract<State>) -> String {
    let measured = tokio::time::timeout(PATIENCE, state.measured.renew(&state.reeve)).await;
    if !matches!(measured, Ok(Ok(()))) {
        tracing::warn!("metrics that need the database are those of the last time");
    }
    let live = state.reeve.live.get();
    let listed = live.break_glass.len();
    // More than zero is an emergency that somebody should end.
    metrics::gauge!("reeve_break_glass_listed").set(u32::try_from(listed).unwrap_or(u32::MAX));
    state.metrics.render()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_measured_is_due_again_when_it_is_old_enough_and_then_no_more() {
        let (start, age) = (Instant::now(), Duration::from_secs(60));
        let mut last = None;
        for (after, due) in [
            (0, true),
            (0, false),
            (59, false),
            (60, true),
            (61, false),
            (120, true),
        ] {
            let now = start + Duration::from_secs(after);
            assert_eq!(is_due(&mut last, now, age), due, "after {after} s");
        }
    }
}
