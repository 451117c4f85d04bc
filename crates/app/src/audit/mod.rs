//! Reading the audit log.

mod export;

use std::collections::{BTreeSet, HashMap};

use domain::access::permission::AUDIT_READ;
use serde::Serialize;
use store::audit::{Filter, Row};
use store::page::{Cursor, cut};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::identity::some;
use crate::{Caller, Error, Reeve, permit};

pub use export::{Export, csv, export};

/// The rows that match, newest first.
pub async fn list(reeve: &Reeve, caller: &Caller, filter: &Filter) -> Result<Vec<Row>, Error> {
    if filter.limit < 1 {
        return Err(Error::invalid("limit", "must be at least 1"));
    }
    let mut tx = permit::look(reeve, caller, "list audit", AUDIT_READ).await?;
    let rows = store::audit::list(&mut tx, filter).await?;
    tx.rollback().await?;
    Ok(rows)
}

/// A page of the log, newest first.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = AuditPage)]
pub struct Page {
    pub rows: Vec<Row>,
    /// Where the next page begins, if there is one.
    pub next: Option<String>,
}

/// [`list`], with where it ends.
pub async fn page(reeve: &Reeve, caller: &Caller, filter: &Filter) -> Result<Page, Error> {
    let one_more = Filter {
        limit: some(filter.limit)?.saturating_add(1),
        ..filter.clone()
    };
    let rows = list(reeve, caller, &one_more).await?;
    let (rows, next) = cut(rows, filter.limit, |row| Cursor {
        at: row.created_at,
        key: row.audit_id,
    });
    Ok(Page {
        rows,
        next: next.map(|next| next.to_string()),
    })
}

/// A row with the e-mail addresses that its ids have today; the row itself holds none.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = AuditShown)]
pub struct Shown {
    #[serde(flatten)]
    pub row: Row,
    /// Of the entity, where it is an identity.
    pub entity_email: Option<String>,
    /// Of the identity that the change is about.
    pub target_email: Option<String>,
}

/// [`list`], for people to read.
pub async fn show(reeve: &Reeve, caller: &Caller, filter: &Filter) -> Result<Vec<Shown>, Error> {
    let rows = list(reeve, caller, filter).await?;
    let entity = |row: &Row| {
        let is_identity = row.entity_type == "app_user";
        is_identity.then(|| row.entity_pk.parse().ok()).flatten()
    };
    let ids: BTreeSet<Uuid> = rows
        .iter()
        .flat_map(|row| [entity(row), row.target_user_id])
        .flatten()
        .collect();
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let mut tx = reeve.database.snapshot("name identities").await?;
    let emails: HashMap<Uuid, String> = store::identity::emails(&mut tx, &ids)
        .await?
        .into_iter()
        .map(|(user_id, email)| (user_id.0, email))
        .collect();
    tx.rollback().await?;
    let email = |id: Option<Uuid>| id.and_then(|id| emails.get(&id).cloned());
    Ok(rows
        .into_iter()
        .map(|row| Shown {
            entity_email: email(entity(&row)),
            target_email: email(row.target_user_id),
            row,
        })
        .collect())
}

/// Makes the partitions that the coming months need, and drops those that are older than is kept.
pub async fn maintain(reeve: &Reeve) -> Result<(), Error> {
    let context = store::scope::Context::default();
    let mut tx = reeve
        .database
        .system("maintain audit partitions", &context)
        .await?;
    let months = store::governance::load(&mut tx)
        .await?
        .audit_retention_months;
    store::audit::maintain_partitions(&mut tx, (months > 0).then_some(months)).await?;
    tx.commit().await?;
    Ok(())
}
