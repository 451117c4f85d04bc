//! What can be wrong with a configuration. No text of these holds a value that could be a secret.

use std::path::PathBuf;

/// Why the configuration can't be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("the {what} {} can't be read: {problem}", path.display())]
    Unreadable {
        what: &'static str,
        path: PathBuf,
        problem: std::io::Error,
    },
    #[error("{} line {line}: {problem}", path.display())]
    Malformed {
        path: PathBuf,
        line: usize,
        problem: String,
    },
    #[error("{} line {line}: there is no setting `{key}`{}", path.display(), meant(*nearest))]
    UnknownKey {
        path: PathBuf,
        line: usize,
        key: String,
        nearest: Option<&'static str>,
    },
    #[error("{} line {line}: `{key}` is not taken from this file; set {variable} instead", path.display())]
    NotInFile {
        path: PathBuf,
        line: usize,
        key: &'static str,
        variable: &'static str,
    },
    #[error("{} line {line}: `{key}`: expected {expected}, like {key} = {example}", path.display())]
    WrongInFile {
        path: PathBuf,
        line: usize,
        key: &'static str,
        expected: &'static str,
        example: &'static str,
    },
    /// Of a variable; never of a secret, which may be any text.
    #[error("{variable} ({place}) is `{text}`: expected {expected}; unset it for the default")]
    WrongVariable {
        variable: &'static str,
        place: String,
        text: String,
        expected: &'static str,
    },
    #[error("{variable} is not valid UTF-8; correct or unset it")]
    NotText { variable: String },
    #[error("both {variable} and {variable}_FILE are set; unset one of them")]
    Both { variable: &'static str },
    /// A value of the right kind that still can't be used.
    #[error("{variable}: {problem}")]
    Unusable {
        variable: &'static str,
        problem: String,
    },
    #[error("there is no env file to read again: none was given by --env-file or REEVE_ENV_FILE")]
    NoEnvFile,
}

fn meant(nearest: Option<&str>) -> String {
    nearest.map_or_else(
        || "; docs/configuration.md lists them".to_owned(),
        |nearest| format!("; did you mean `{nearest}`?"),
    )
}
