//! Why a command failed, in the words that stand behind `error:`.

use domain::reconcile::snapshot::Rejection;

/// A command's failure; the exit code is 1.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    Config(#[from] crate::config::Error),
    #[error(transparent)]
    App(#[from] app::Error),
    #[error(transparent)]
    Store(#[from] store::StoreError),
    #[error(transparent)]
    Embedded(#[from] embedded::Error),
    #[error(transparent)]
    Io(#[from] std::io::Error),
    #[error("{path}: {problem}")]
    File {
        path: String,
        problem: std::io::Error,
    },
    #[error("could not write the answer as JSON: {0}")]
    Json(#[from] serde_json::Error),
    #[error("{0}")]
    Plain(String),
}

impl Failure {
    pub(crate) fn plain(text: impl Into<String>) -> Self {
        Self::Plain(text.into())
    }

    /// What to add for somebody who wants to go on.
    pub(crate) fn hint(&self) -> Option<&'static str> {
        match self {
            Self::App(app::Error::SnapshotRejected(Rejection::NotNewer { .. })) => {
                Some("the current snapshot stays; see `reeve governance show`")
            }
            Self::App(app::Error::SnapshotRejected(_)) => {
                Some("nothing was changed; the current snapshot stays and keeps ageing")
            }
            Self::App(app::Error::Store(error)) | Self::Store(error) if error.is_unavailable() => {
                Some("is the server running? `reeve serve` starts it; DATABASE_URL names another")
            }
            _ => None,
        }
    }
}
