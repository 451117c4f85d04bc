//! Reading the audit log.

use store::audit::{Filter, Row};

use crate::{Error, Reeve};

/// The rows that match, newest first.
pub async fn list(reeve: &Reeve, filter: &Filter) -> Result<Vec<Row>, Error> {
    if filter.limit < 1 {
        return Err(Error::invalid("limit", "must be at least 1"));
    }
    let mut tx = reeve.database.snapshot("list audit").await?;
    let rows = store::audit::list(&mut tx, filter).await?;
    tx.rollback().await?;
    Ok(rows)
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
