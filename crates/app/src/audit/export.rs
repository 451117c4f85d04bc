//! Taking the audit log out, row by row, as long as it may be.

use domain::access::permission::AUDIT_READ;
use domain::spreadsheet::cell;
use store::audit::{Filter, Row, list};
use store::page::Cursor;

use crate::{Caller, Error, Reeve, permit};

/// Rows read at once.
const STRIDE: i64 = 1_000;

/// An export under way. Whoever reads it slowly keeps no transaction open.
#[derive(Debug)]
pub struct Export {
    reeve: Reeve,
    filter: Filter,
    over: bool,
}

/// Begins to export the rows that match, newest first; the filter's limit counts for nothing.
pub async fn export(reeve: &Reeve, caller: &Caller, filter: &Filter) -> Result<Export, Error> {
    let tx = permit::look(reeve, caller, "export audit", AUDIT_READ).await?;
    tx.rollback().await?;
    Ok(Export {
        reeve: reeve.clone(),
        filter: Filter {
            limit: STRIDE,
            ..filter.clone()
        },
        over: false,
    })
}

impl Export {
    /// The next rows; `None` when there are no more. Rows that were written since the first are newer
    /// than all of them and do not come.
    pub async fn next(&mut self) -> Result<Option<Vec<Row>>, Error> {
        if self.over {
            return Ok(None);
        }
        let mut tx = self.reeve.database.snapshot("export audit").await?;
        let rows = list(&mut tx, &self.filter).await?;
        tx.rollback().await?;
        let Some(last) = rows.last() else {
            return Ok(None);
        };
        self.filter.before = Some(Cursor {
            at: last.created_at,
            key: last.audit_id,
        });
        self.over = i64::try_from(rows.len()).unwrap_or(STRIDE) < STRIDE;
        Ok(Some(rows))
    }
}

/// Rows as CSV (RFC 4180), with the line of column names if `head`. No cell is a formula.
pub fn csv(rows: &[Row], head: bool) -> Result<String, Error> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    let failed = |error: csv::Error| Error::Io(std::io::Error::other(error));
    if head {
        writer.write_record(COLUMNS).map_err(failed)?;
    }
    for row in rows {
        let cells = cells(row);
        let cells = cells.iter().map(|text| cell(text).into_owned());
        writer.write_record(cells).map_err(failed)?;
    }
    let bytes = writer.into_inner().map_err(|e| Error::Io(e.into_error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

const COLUMNS: [&str; 17] = [
    "audit_id",
    "created_at",
    "action",
    "entity_type",
    "entity_pk",
    "actor_user_id",
    "target_user_id",
    "tenant_id",
    "project_id",
    "source",
    "outcome",
    "reason",
    "before_json",
    "after_json",
    "correlation_id",
    "trace_id",
    "revision",
];

fn cells(row: &Row) -> [String; 17] {
    fn text<T: ToString>(value: Option<&T>) -> String {
        value.map_or_else(String::new, ToString::to_string)
    }
    [
        row.audit_id.to_string(),
        row.created_at.to_string(),
        row.action.clone(),
        row.entity_type.clone(),
        row.entity_pk.clone(),
        text(row.actor_user_id.as_ref()),
        text(row.target_user_id.as_ref()),
        text(row.tenant_id.as_ref()),
        text(row.project_id.as_ref()),
        row.source.clone(),
        row.outcome.clone(),
        text(row.reason.as_ref()),
        text(row.before_json.as_ref()),
        text(row.after_json.as_ref()),
        text(row.correlation_id.as_ref()),
        text(row.trace_id.as_ref()),
        text(row.revision.as_ref()),
    ]
}
