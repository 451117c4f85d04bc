//! Finding the log lines of a request by its correlation id (I-13).

use domain::access::permission::AUDIT_READ;
use domain::id::CorrelationId;
use store::log::{self, Line};

use crate::{Caller, Error, Reeve, permit};

/// One request logs a handful of lines; an id that was given to many requests, many.
pub(crate) const MOST: i64 = 1_000;

/// The lines of a correlation id, in order. Those of the last few seconds may still be missing.
pub async fn find(
    reeve: &Reeve,
    caller: &Caller,
    correlation_id: &CorrelationId,
) -> Result<Vec<Line>, Error> {
    let mut tx = permit::look(reeve, caller, "find log lines", AUDIT_READ).await?;
    let lines = log::find(&mut tx, correlation_id.as_str(), MOST).await?;
    tx.rollback().await?;
    Ok(lines)
}
