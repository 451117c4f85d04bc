//! What can go wrong between Reeve and its database. Not found is no error: it is `Ok(None)`.

/// A failure of the database or of what it holds.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The server can't be reached, or the connection broke.
    #[error("the database is not available: {0}")]
    Unavailable(#[source] sqlx::Error),
    /// A text that should be a server's address is none. The text itself is a secret.
    #[error(
        "the database's address can't be read ({0}); write it like \
         postgres://LOGIN:PASSWORD@HOST/DATABASE"
    )]
    Address(#[source] sqlx::Error),
    /// A constraint said no. `constraint` is its name, for `app` to put into the user's words.
    #[error("{message}")]
    Refused { constraint: String, message: String },
    /// A row that Reeve itself could not have written.
    #[error("table {table}, column {column}, row {row}: {problem}")]
    Corrupt {
        table: &'static str,
        column: &'static str,
        row: String,
        problem: String,
    },
    /// Somebody else kept a lock for too long.
    #[error(
        "somebody else's transaction holds a row that this needs; end it (`select pid, query from \
         pg_stat_activity where state like 'idle in%'` finds it) and try again"
    )]
    Locked,
    /// A text holds what PostgreSQL keeps nowhere.
    #[error("a text holds the character U+0000, which can't be kept; leave it out")]
    Nul,
    /// Any other failure of a statement.
    #[error("the database refused a statement: {0}")]
    Statement(#[source] sqlx::Error),
    #[error("{0}")]
    Migration(String),
    #[error("the database is PostgreSQL {found}, Reeve needs {needed} or newer")]
    ServerTooOld { found: String, needed: u32 },
}

impl StoreError {
    /// A stored value that can't be read.
    pub(crate) fn corrupt(
        table: &'static str,
        column: &'static str,
        row: impl ToString,
        problem: impl ToString,
    ) -> Self {
        Self::Corrupt {
            table,
            column,
            row: row.to_string(),
            problem: problem.to_string(),
        }
    }

    /// Whether trying again later may help.
    pub fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }

    /// The constraint that refused the change, if one did.
    pub fn constraint(&self) -> Option<&str> {
        match self {
            Self::Refused { constraint, .. } => Some(constraint),
            _ => None,
        }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::Protocol(_) => Self::Unavailable(error),
            sqlx::Error::Database(refusal) => match (refusal.constraint(), refusal.code()) {
                (Some(constraint), _) => Self::Refused {
                    constraint: constraint.to_owned(),
                    message: refusal.message().to_owned(),
                },
                (None, Some(code)) if code == "55P03" => Self::Locked,
                (None, Some(code)) if code == "22021" || code == "22P05" => Self::Nul,
                // Classes 08 and 57P: connection failures, and a server that shuts down.
                (None, Some(code)) if code.starts_with("08") || code.starts_with("57P") => {
                    Self::Unavailable(error)
                }
                (None, _) => Self::Statement(error),
            },
            _ => Self::Statement(error),
        }
    }
}
