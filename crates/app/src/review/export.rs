//! A campaign's population as CSV, for an auditor.

use csv::Writer;
use store::review::Item;

use crate::Error;

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

/// Takes pages of grants and gives the file.
#[derive(Debug)]
pub struct Export {
    writer: Writer<Vec<u8>>,
    begun: bool,
}

impl Default for Export {
    fn default() -> Self {
        Self {
            writer: Writer::from_writer(Vec::new()),
            begun: false,
        }
    }
}

impl Export {
    /// Adds grants. A text that a spreadsheet would take for a formula gets an apostrophe before it.
    pub fn add(&mut self, items: &[Item]) -> Result<(), Error> {
        if !self.begun {
            self.write(HEAD.map(str::to_owned))?;
            self.begun = true;
        }
        for item in items {
            let id = |id: Option<uuid::Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
            let text = |text: &Option<String>| plain(text.as_deref().unwrap_or_default());
            self.write([
                plain(&item.email),
                item.user_id.to_string(),
                text(&item.organization),
                text(&item.project),
                text(&item.role),
                text(&item.source),
                id(item.granted_by),
                item.since.to_string(),
                item.until.map(|at| at.to_string()).unwrap_or_default(),
                text(&item.verdict),
                text(&item.reason),
                id(item.decided_by),
            ])?;
        }
        Ok(())
    }

    /// The file, with at least its head.
    pub fn finish(mut self) -> Result<String, Error> {
        self.add(&[])?;
        let bytes = self.writer.into_inner().map_err(|e| broken(&e))?;
        String::from_utf8(bytes).map_err(|e| broken(&e))
    }

    fn write(&mut self, cells: [String; 12]) -> Result<(), Error> {
        self.writer.write_record(cells).map_err(|e| broken(&e))
    }
}

fn broken(problem: &impl ToString) -> Error {
    Error::Io(std::io::Error::other(problem.to_string()))
}

/// OWASP's rule against formulas in exported cells.
fn plain(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}
