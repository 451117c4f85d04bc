//! Where values come from, and which source wins: flag over environment over `reeve.toml` over
//! default. The env file is part of the environment and beats the process's own for each name it
//! holds, also with an empty value.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};

use super::env_file::EnvFile;
use super::error::Error;
use super::file::File;
use super::table::{Name, Otherwise, SETTINGS, Setting};
use super::value::Value;

/// What the command line says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Flags {
    pub(crate) data_dir: Option<PathBuf>,
    pub(crate) config: Option<PathBuf>,
    pub(crate) env_file: Option<PathBuf>,
    pub(crate) listen: Option<SocketAddr>,
}

impl Flags {
    fn get(&self, name: Name) -> Option<Value> {
        let path = |path: &Option<PathBuf>| path.clone().map(Value::Path);
        match name {
            Name::DataDir => path(&self.data_dir),
            Name::ConfigFile => path(&self.config),
            Name::EnvFile => path(&self.env_file),
            Name::Listen => self.listen.map(Value::Address),
            _ => None,
        }
    }
}

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    Flag(&'static str),
    /// With the line, as for [`Origin::File`].
    EnvFile(PathBuf, usize),
    Environment,
    /// A file that a variable named, as `DATABASE_URL_FILE` does.
    NamedFile(String),
    File(PathBuf, usize),
    Default,
}

impl Origin {
    /// Whether it counts as a variable of the environment.
    pub(crate) fn is_environment(&self) -> bool {
        matches!(
            self,
            Self::EnvFile(..) | Self::Environment | Self::NamedFile(_)
        )
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(flag) => write!(f, "flag {flag}"),
            Self::EnvFile(path, line) => write!(f, "env file {} line {line}", path.display()),
            Self::Environment => f.write_str("environment"),
            Self::NamedFile(variable) => write!(f, "file of {variable}"),
            Self::File(path, line) => write!(f, "{} line {line}", path.display()),
            Self::Default => f.write_str("default"),
        }
    }
}

/// A setting as it is in force.
#[derive(Clone, Debug)]
pub(crate) struct Effective {
    pub(crate) setting: &'static Setting,
    /// `None` if nothing is set and the default is none.
    pub(crate) value: Option<Value>,
    pub(crate) origin: Origin,
}

/// Everything that may name a value. Texts are kept as secrets, whatever they are.
#[derive(Clone, Debug)]
pub(crate) struct Sources {
    pub(super) flags: Flags,
    process: BTreeMap<String, SecretString>,
    pub(super) env_file: Option<EnvFile>,
    pub(super) file: Option<File>,
}

/// Names that look as if Reeve should read them begin so.
const PREFIXES: [&str; 6] = [
    "REEVE_",
    "ADMIN_BREAKGLASS",
    "USER_MGMT_",
    "OIDC_",
    "DISCORD_",
    "RECONCILE_",
];

pub(super) fn is_ours(name: &str) -> bool {
    PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// Every variable that a setting has.
pub(super) fn variables() -> impl Iterator<Item = String> {
    SETTINGS
        .iter()
        .flat_map(|setting| [Some(setting.variable.to_owned()), setting.file_variable()])
        .flatten()
}

impl Sources {
    /// Of flags and the process's environment; files come later, since those say where they are.
    pub(super) fn new(
        flags: Flags,
        process: impl Iterator<Item = (OsString, OsString)>,
    ) -> Result<Self, Error> {
        let known: Vec<_> = variables().collect();
        let mut kept = BTreeMap::new();
        for (name, text) in process {
            let Ok(name) = name.into_string() else {
                continue;
            };
            if !is_ours(&name) && !known.contains(&name) {
                continue;
            }
            let Ok(text) = text.into_string() else {
                return Err(Error::NotText { variable: name });
            };
            kept.insert(name, text.into());
        }
        Ok(Self {
            flags,
            process: kept,
            env_file: None,
            file: None,
        })
    }

    /// What the environment has for a name, empty or not.
    pub(super) fn raw(&self, name: &str) -> Option<(&str, Origin)> {
        if let Some(file) = &self.env_file
            && let Some((text, line)) = file.get(name)
        {
            return Some((text, Origin::EnvFile(file.path.clone(), line)));
        }
        let text = self.process.get(name)?.expose_secret();
        Some((text, Origin::Environment))
    }

    /// The same; an empty variable counts as unset (decision 0004).
    fn variable(&self, name: &str) -> Option<(&str, Origin)> {
        self.raw(name).filter(|(text, _)| !text.trim().is_empty())
    }

    /// The names of the environment that are ours or look so.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let from_file = self.env_file.iter().flat_map(EnvFile::names);
        let from_file = from_file.filter(|name| !self.process.contains_key(*name));
        self.process.keys().map(String::as_str).chain(from_file)
    }

    /// A setting as it is in force.
    pub(super) fn effective(&self, setting: &'static Setting) -> Result<Effective, Error> {
        let with = |value, origin| Effective {
            setting,
            value,
            origin,
        };
        if let (Some(flag), Some(value)) = (setting.flag, self.flags.get(setting.name)) {
            return Ok(with(Some(value), Origin::Flag(flag)));
        }
        if let Some((value, origin)) = self.in_environment(setting)? {
            return Ok(with(Some(value), origin));
        }
        if let Some(file) = &self.file
            && let Some((value, line)) = file.get(setting.name)
        {
            let origin = Origin::File(file.path.clone(), line);
            return Ok(with(Some(value.clone()), origin));
        }
        let default = match setting.otherwise {
            Otherwise::Value(text) => setting.kind.read(text),
            Otherwise::Nothing(_) => None,
        };
        Ok(with(default, Origin::Default))
    }

    fn in_environment(&self, setting: &Setting) -> Result<Option<(Value, Origin)>, Error> {
        let variable = setting.variable;
        let given = self.variable(variable);
        let file_variable = setting.file_variable();
        let file = file_variable.and_then(|name| Some((self.variable(&name)?.0, name)));
        match (given, file) {
            (Some(_), Some(_)) => Err(Error::Both { variable }),
            (None, Some((path, name))) => {
                let secret = secret_in(Path::new(path.trim()))?;
                Ok(Some((Value::Secret(secret), Origin::NamedFile(name))))
            }
            (Some((text, origin)), None) => match setting.kind.read(text) {
                Some(value) => Ok(Some((value, origin))),
                None => Err(Error::WrongVariable {
                    variable,
                    place: origin.to_string(),
                    text: text.to_owned(),
                    expected: setting.kind.expected(),
                }),
            },
            (None, None) => Ok(None),
        }
    }

    /// The env file's own setting, which only flag and process can name.
    pub(super) fn read_env_file(&mut self, setting: &'static Setting) -> Result<(), Error> {
        if let Some(Value::Path(path)) = self.effective(setting)?.value {
            self.env_file = Some(EnvFile::read(&path)?);
        }
        Ok(())
    }
}

/// The secret that a file holds: all of it but the one newline that editors and `echo` put last.
fn secret_in(path: &Path) -> Result<SecretString, Error> {
    let unreadable = |problem| Error::Unreadable {
        what: "secret",
        path: path.to_owned(),
        problem,
    };
    let text = std::fs::read_to_string(path).map_err(unreadable)?;
    let text = text.strip_suffix('\n').unwrap_or(&text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    if text.trim().is_empty() {
        let problem = std::io::Error::other("it is empty");
        return Err(unreadable(problem));
    }
    Ok(SecretString::from(text.to_owned()))
}
