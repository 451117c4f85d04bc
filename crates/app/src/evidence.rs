//! Everything on record about one correlation id, as one document (I-31), and notes beside it.

use std::collections::BTreeSet;

use domain::access::permission::{AUDIT_MANAGE, AUDIT_READ};
use domain::audit::Action;
use domain::id::CorrelationId;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::audit::{Entry, Filter, Row};
use store::decision;
use store::evidence::{self, Note};
use store::log::{self, Line};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{Caller, Error, Reeve, permit};

/// Longest text of a note, in characters.
const LONGEST: usize = 4_000;

/// What there is about a correlation id.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Evidence {
    pub correlation_id: String,
    pub trace_ids: BTreeSet<String>,
    pub actor_user_ids: BTreeSet<String>,
    pub target_user_ids: BTreeSet<String>,
    pub tenant_ids: BTreeSet<String>,
    pub project_ids: BTreeSet<String>,
    /// The problems that were answered.
    pub envelopes: Vec<Value>,
    /// Gate by gate, of each refusal.
    pub decision_paths: Vec<String>,
    pub audit: Vec<Row>,
    /// Refused reads.
    pub decisions: Vec<decision::Row>,
    pub log: Vec<Line>,
    /// What people decided and did about it.
    pub notes: Vec<Note>,
}

/// What somebody notes.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[schema(as = NewEvidenceNote)]
#[serde(deny_unknown_fields)]
pub struct New {
    /// What was decided by the runbook, 1 to 4000 characters.
    pub decision: String,
    /// What was done about it.
    pub remediation: Option<String>,
}

/// Collects what is on record. What the logs showed is gone after a week; the audit log stays.
pub async fn show(
    reeve: &Reeve,
    caller: &Caller,
    correlation_id: &CorrelationId,
) -> Result<Evidence, Error> {
    let id = correlation_id.as_str();
    let mut tx = permit::look(reeve, caller, "collect evidence", AUDIT_READ).await?;
    let filter = Filter {
        correlation_id: Some(id.to_owned()),
        limit: crate::log::MOST,
        ..Filter::default()
    };
    let refused = decision::Filter {
        correlation_id: Some(id.to_owned()),
        limit: crate::log::MOST,
        ..decision::Filter::default()
    };
    let mut evidence = Evidence {
        correlation_id: id.to_owned(),
        trace_ids: BTreeSet::new(),
        actor_user_ids: BTreeSet::new(),
        target_user_ids: BTreeSet::new(),
        tenant_ids: BTreeSet::new(),
        project_ids: BTreeSet::new(),
        envelopes: Vec::new(),
        decision_paths: Vec::new(),
        audit: store::audit::list(&mut tx, &filter).await?,
        decisions: decision::list(&mut tx, &refused).await?,
        log: log::find(&mut tx, id, crate::log::MOST).await?,
        notes: evidence::list(&mut tx, id).await?,
    };
    tx.rollback().await?;
    let nothing = evidence.audit.is_empty()
        && evidence.decisions.is_empty()
        && evidence.log.is_empty()
        && evidence.notes.is_empty();
    if nothing {
        return Err(Error::not_found("record of the correlation id", id));
    }
    evidence.gather();
    Ok(evidence)
}

impl Evidence {
    /// Draws ids, problems and decision paths from rows and lines.
    fn gather(&mut self) {
        for row in &self.audit {
            let ids = [
                (&mut self.actor_user_ids, row.actor_user_id),
                (&mut self.target_user_ids, row.target_user_id),
                (&mut self.tenant_ids, row.tenant_id),
                (&mut self.project_ids, row.project_id),
            ];
            for (set, id) in ids {
                set.extend(id.map(|id| id.to_string()));
            }
            self.trace_ids.extend(row.trace_id.clone());
        }
        for row in &self.decisions {
            self.actor_user_ids.insert(row.actor_user_id.to_string());
            self.tenant_ids
                .extend(row.tenant_id.map(|id| id.to_string()));
        }
        for line in &self.log {
            let text = |name: &str| line.line.get(name)?.as_str().map(str::to_owned);
            self.trace_ids.extend(text("trace_id"));
            self.actor_user_ids.extend(text("actor_user_id"));
            self.target_user_ids.extend(text("target_user_id"));
            self.tenant_ids.extend(text("tenant_id"));
            self.project_ids.extend(text("project_id"));
            let problem = text("problem").and_then(|json| serde_json::from_str(&json).ok());
            self.envelopes.extend(problem);
            let path = text("decision_path").filter(|path| !path.is_empty());
            self.decision_paths.extend(path);
        }
    }
}

/// Adds a note. Returns its id.
pub async fn note(
    reeve: &Reeve,
    caller: &Caller,
    correlation_id: &CorrelationId,
    new: &New,
) -> Result<Uuid, Error> {
    let action = Action::EvidenceNote;
    let mut tx = permit::change(reeve, caller, action, AUDIT_MANAGE, None).await?;
    let decision = text("decision", &new.decision)?;
    let remediation = new.remediation.as_deref();
    let remediation = remediation.map(|words| text("remediation", words));
    let remediation = remediation.transpose()?;
    let (id, actor) = (correlation_id.as_str(), caller.actor.user_id());
    let note_id = evidence::add(&mut tx, id, actor, decision, remediation).await?;
    let entry = Entry {
        after: Some(json!({ "note_id": note_id })),
        ..caller.entry(action, "evidence", id.to_owned())
    };
    store::audit::record(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok(note_id)
}

fn text<'a>(field: &'static str, words: &'a str) -> Result<&'a str, Error> {
    let words = words.trim();
    if (1..=LONGEST).contains(&words.chars().count()) {
        Ok(words)
    } else {
        let problem = format!("expected 1 to {LONGEST} characters");
        Err(Error::invalid(field, problem))
    }
}
