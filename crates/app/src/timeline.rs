//! What happened to one person: the audit rows about them.

use domain::access::permission::AUDIT_READ;
use jiff::Timestamp;
use serde::Serialize;
use store::audit::Row;
use store::timeline::{self, Place};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::identity::{person, some};
use crate::{Caller, Error, Reeve, permit};

/// A page of the audit rows about somebody, newest first.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Timeline)]
pub struct Page {
    pub rows: Vec<Row>,
    /// Where the next page begins, if there is one.
    pub next: Option<String>,
}

/// What happened to somebody, before the place where an earlier page ended.
pub async fn show(
    reeve: &Reeve,
    caller: &Caller,
    who: &str,
    cursor: Option<&str>,
    limit: i64,
) -> Result<Page, Error> {
    let limit = some(limit)?;
    let before = cursor.map(place).transpose()?;
    let mut tx = permit::look(reeve, caller, "show timeline", AUDIT_READ).await?;
    let user_id = person(&mut tx, who).await?;
    let mut rows = timeline::about(&mut tx, user_id, before, limit.saturating_add(1)).await?;
    tx.rollback().await?;
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > most;
    rows.truncate(most);
    let next = rows.last().filter(|_| more).map(|last| {
        let micros = last.created_at.as_microsecond();
        format!("{micros}.{}", last.audit_id.simple())
    });
    Ok(Page { rows, next })
}

/// Reads a cursor.
fn place(text: &str) -> Result<Place, Error> {
    let read = || {
        let (micros, id) = text.split_once('.')?;
        Some(Place {
            created_at: Timestamp::from_microsecond(micros.parse().ok()?).ok()?,
            audit_id: Uuid::try_parse(id).ok()?,
        })
    };
    read().ok_or_else(|| Error::invalid("cursor", "expected what an earlier page gave as its next"))
}
