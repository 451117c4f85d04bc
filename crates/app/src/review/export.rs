//! A campaign's population as CSV, for an auditor.

use csv::Writer;
use domain::spreadsheet::cell;
use jiff::Timestamp;
use store::review::Item;
use uuid::Uuid;

use super::show;
use crate::{Caller, Error, Reeve};

/// Grants that are read at a time.
const BATCH: i64 = 1_000;

const HEAD: [&str; 12] = [
    "email",
    "user_id",
    "organization",
    "project",
    "role",
    "source",
    "granted_by",
    "since",
    "until",
    "verdict",
    "reason",
    "decided_by",
];

/// The whole population of a campaign with its verdicts; no cell is a formula.
pub async fn export(reeve: &Reeve, caller: &Caller, campaign_id: Uuid) -> Result<String, Error> {
    let mut writer = Writer::from_writer(Vec::new());
    writer.write_record(HEAD).map_err(|e| broken(&e))?;
    let mut after = None;
    loop {
        let page = show(reeve, caller, campaign_id, false, after, BATCH).await?;
        for item in &page.items {
            writer.write_record(row(item)).map_err(|e| broken(&e))?;
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let bytes = writer.into_inner().map_err(|e| broken(&e))?;
    String::from_utf8(bytes).map_err(|e| broken(&e))
}

fn row(item: &Item) -> [String; 12] {
    let id = |id: Option<Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
    let text = |text: &Option<String>| cell(text.as_deref().unwrap_or_default()).into_owned();
    let at = |at: Option<Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
    [
        text(&item.email),
        id(item.user_id),
        text(&item.organization),
        text(&item.project),
        text(&item.role),
        text(&item.source),
        id(item.granted_by),
        at(item.since),
        at(item.until),
        text(&item.verdict),
        text(&item.reason),
        id(item.decided_by),
    ]
}

fn broken(problem: &impl ToString) -> Error {
    Error::Io(std::io::Error::other(problem.to_string()))
}
