//! The change feed, as far as it is looked after here: nothing reads it yet, so what every
//! transaction that runs has long behind it may go.

use crate::error::StoreError;
use crate::scope::Tx;

/// Deletes the rows of transactions that ended before every one that runs now began. Returns how
/// many.
pub async fn prune(tx: &mut Tx) -> Result<u64, StoreError> {
    let done =
        sqlx::query!("delete from change_feed where xid < pg_snapshot_xmin(pg_current_snapshot())")
            .execute(tx.connection())
            .await?;
    Ok(done.rows_affected())
}
