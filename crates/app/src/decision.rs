//! Reading the decision log: reads that were refused (decision 0027).

use domain::access::permission::AUDIT_READ;
use serde::Serialize;
use store::decision::{self, Filter, Row};
use store::page::{Cursor, cut};
use utoipa::ToSchema;

use crate::identity::some;
use crate::{Caller, Error, Reeve, permit};

/// A page of refused reads, newest first.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = RefusedReads)]
pub struct Page {
    pub decisions: Vec<Row>,
    /// Where the next page begins, if there is one.
    pub next: Option<String>,
}

/// The refusals that match. Those of the last few seconds may still be missing.
pub async fn list(reeve: &Reeve, caller: &Caller, filter: &Filter) -> Result<Page, Error> {
    let limit = some(filter.limit)?;
    let mut tx = permit::look(reeve, caller, "list decisions", AUDIT_READ).await?;
    let one_more = Filter {
        limit: limit.saturating_add(1),
        ..filter.clone()
    };
    let rows = decision::list(&mut tx, &one_more).await?;
    tx.rollback().await?;
    let (decisions, next) = cut(rows, limit, |row| Cursor {
        at: row.minute,
        key: row.decision_id,
    });
    Ok(Page {
        decisions,
        next: next.map(|next| next.to_string()),
    })
}
