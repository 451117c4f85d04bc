//! `reeve evidence`: everything on record about a correlation id, and notes about it.

use app::evidence::{Evidence as Collected, New};
use clap::Args;
use domain::id::CorrelationId;

use super::{Ending, Session, log};
use crate::failure::Failure;
use crate::output::{instant, table};

#[derive(Debug, Args)]
pub(crate) struct Evidence {
    correlation_id: CorrelationId,
    /// Note first what was decided by the runbook.
    #[arg(long, value_name = "TEXT")]
    decision: Option<String>,
    /// And what was done about it.
    #[arg(long, value_name = "TEXT", requires = "decision")]
    remediation: Option<String>,
}

pub(crate) async fn run(session: &Session, command: Evidence) -> Result<Ending, Failure> {
    let (id, caller) = (command.correlation_id, &session.caller);
    let reeve = session.installation.open().await?;
    if let Some(decision) = command.decision {
        let new = New {
            decision,
            remediation: command.remediation,
        };
        app::evidence::note(&reeve, caller, &id, &new).await?;
    }
    let evidence = app::evidence::show(&reeve, caller, &id).await?;
    session.format.print(&evidence, describe)?;
    Ok(Ending::Done)
}

fn describe(evidence: &Collected) -> String {
    let mut parts = vec![format!("correlation id {}", evidence.correlation_id)];
    let sets = [
        ("trace", &evidence.trace_ids),
        ("actor", &evidence.actor_user_ids),
        ("target", &evidence.target_user_ids),
        ("tenant", &evidence.tenant_ids),
        ("project", &evidence.project_ids),
    ];
    for (name, ids) in sets {
        parts.extend(ids.iter().map(|id| format!("{name} {id}")));
    }
    for problem in &evidence.envelopes {
        parts.push(format!("answered: {problem}"));
    }
    for path in &evidence.decision_paths {
        parts.push(format!("decision path: {path}"));
    }
    let rows = evidence.audit.iter().map(|row| {
        [
            instant(row.created_at),
            row.action.clone(),
            format!("{} {}", row.entity_type, row.entity_pk),
            row.outcome.clone(),
            row.reason.clone().unwrap_or_default(),
        ]
    });
    if !evidence.audit.is_empty() {
        parts.push(table(
            ["when", "action", "entity", "outcome", "reason"],
            rows,
        ));
    }
    for refused in &evidence.decisions {
        parts.push(format!(
            "refused to show: {} ({}: {})",
            refused.permission, refused.gate, refused.reason
        ));
    }
    if !evidence.log.is_empty() {
        parts.push(log::describe(&evidence.log));
    }
    for note in &evidence.notes {
        let done = note.remediation.as_deref().unwrap_or("nothing yet");
        let at = instant(note.created_at);
        parts.push(format!("note {at}: {}; done: {done}", note.decision));
    }
    parts.join("\n")
}
