//! Configuration: flags, environment, env file and `reeve.toml`, put together by one table.
//!
//! [`table`] lists the settings, [`sources`] says which source wins, [`Config`] is the outcome, read
//! once when the process starts. What is live is read again by [`reload`]; what looks wrong without
//! being an error is in [`problem`]. What decides access and is stored in the database is no concern
//! of this module beyond seeding it (decision 0023).

pub(crate) mod docs;
mod env_file;
pub(crate) mod error;
mod file;
mod nearest;
pub(crate) mod problem;
pub(crate) mod reload;
mod sign_in;
mod sources;
pub(crate) mod table;
mod traces;
pub(crate) mod value;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use app::live;
use domain::flags::Flags as Switches;
use domain::governance::privileged::BreakGlass;
use embedded::DataDir;
use jiff::SignedDuration;
use secrecy::SecretString;
use sha2::{Digest, Sha256};

pub(crate) use error::Error;
pub(crate) use sources::{Effective, Flags, Origin};

use file::File;
use sources::Sources;
use table::{Name, SETTINGS, Setting};
use value::Value;

/// The configuration file's name in the data directory.
pub(crate) const FILE: &str = "reeve.toml";

/// Every setting as it is in force, and where it came from. Its debug output shows no secret.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    sources: Sources,
    /// In the order of the table.
    settings: Vec<Effective>,
}

fn setting(name: Name) -> &'static Setting {
    // The table is made together with the names, one entry each, in their order.
    &SETTINGS[name as usize]
}

impl Config {
    /// Reads everything: the process's environment, then the files that flags and environment name.
    pub(crate) fn load(flags: Flags) -> Result<Self, Error> {
        let mut sources = Sources::new(flags, std::env::vars_os())?;
        sources.read_env_file(setting(Name::EnvFile))?;
        let config_file = match sources.effective(setting(Name::ConfigFile))?.value {
            Some(Value::Path(path)) => Some(path),
            _ => Some(data_dir(&sources)?.join(FILE)).filter(|path| path.exists()),
        };
        sources.file = config_file.as_deref().map(File::read).transpose()?;
        let settings = SETTINGS
            .iter()
            .map(|setting| sources.effective(setting))
            .collect::<Result<_, _>>()?;
        let mut config = Self { sources, settings };
        config.fill(Name::DataDir, Some(DataDir::default_path()));
        config.fill(Name::ConfigFile, config_file);
        config.check()?;
        Ok(config)
    }

    /// Completes a setting whose default is only known here.
    fn fill(&mut self, name: Name, path: Option<PathBuf>) {
        if let Some(effective) = self.settings.get_mut(name as usize)
            && effective.value.is_none()
        {
            effective.value = path.map(Value::Path);
        }
    }

    /// All settings, in the order of the table.
    pub(crate) fn settings(&self) -> &[Effective] {
        &self.settings
    }

    fn value(&self, name: Name) -> Option<&Value> {
        self.settings.get(name as usize)?.value.as_ref()
    }

    fn path(&self, name: Name) -> Option<&Path> {
        match self.value(name) {
            Some(Value::Path(path)) => Some(path),
            _ => None,
        }
    }

    fn secret(&self, name: Name) -> Option<&SecretString> {
        match self.value(name) {
            Some(Value::Secret(secret)) => Some(secret),
            _ => None,
        }
    }

    /// The flags that lead another process to the same directory and files, of those that somebody set.
    pub(crate) fn path_flags(&self) -> impl Iterator<Item = (&'static str, &Path)> {
        let flags = [
            ("--data-dir", Name::DataDir),
            ("--config", Name::ConfigFile),
            ("--env-file", Name::EnvFile),
        ];
        flags.into_iter().filter_map(|(flag, name)| {
            let effective = self.settings.get(name as usize)?;
            let set = effective.origin != Origin::Default;
            self.path(name).filter(|_| set).map(|path| (flag, path))
        })
    }

    /// A number that somebody set, and not the default.
    fn given_number(&self, name: Name) -> Option<(u32, &Origin)> {
        let effective = self.settings.get(name as usize)?;
        match effective.value {
            Some(Value::Number(number)) if effective.origin != Origin::Default => {
                Some((number, &effective.origin))
            }
            _ => None,
        }
    }

    pub(crate) fn data_dir(&self) -> PathBuf {
        self.path(Name::DataDir)
            .map_or_else(DataDir::default_path, Path::to_owned)
    }

    pub(crate) fn config_file(&self) -> Option<&Path> {
        self.path(Name::ConfigFile)
    }

    pub(crate) fn env_file(&self) -> Option<&Path> {
        self.path(Name::EnvFile)
    }

    pub(crate) fn pg_bin(&self) -> Option<&Path> {
        self.path(Name::PgBin)
    }

    /// Where to listen; the table has a default.
    pub(crate) fn listen(&self) -> Option<SocketAddr> {
        match self.value(Name::Listen) {
            Some(Value::Address(address)) => Some(*address),
            _ => None,
        }
    }

    /// The filter of the log.
    pub(crate) fn log(&self) -> Option<String> {
        self.value(Name::Log).map(ToString::to_string)
    }

    /// Whether log lines are JSON.
    pub(crate) fn log_as_json(&self) -> bool {
        matches!(self.value(Name::LogFormat), Some(Value::Text(format)) if format == "json")
    }

    pub(crate) fn database_url(&self) -> Option<&SecretString> {
        self.secret(Name::DatabaseUrl)
    }

    /// A login that may become `reeve_owner`, for migrations.
    pub(crate) fn database_owner_url(&self) -> Option<&SecretString> {
        self.secret(Name::DatabaseOwnerUrl)
    }

    /// What a new installation takes as its snapshot age, in seconds, if anybody says.
    pub(crate) fn seeded_snapshot_max_age(&self) -> Option<u32> {
        self.given_number(Name::SnapshotMaxAge)
            .map(|(seconds, _)| seconds)
    }

    /// What a new installation takes as its restore window, in days, if anybody says.
    pub(crate) fn seeded_role_restore_days(&self) -> Option<u32> {
        self.given_number(Name::RoleRestoreDays)
            .map(|(days, _)| days)
    }

    /// The snapshot age of one run. Only a variable is for a run; `reeve.toml` is for all.
    pub(crate) fn snapshot_max_age_of_this_run(&self) -> Option<SignedDuration> {
        let (seconds, origin) = self.given_number(Name::SnapshotMaxAge)?;
        origin
            .is_environment()
            .then(|| SignedDuration::from_secs(seconds.into()))
    }

    /// The live settings, for `app`.
    pub(crate) fn live(&self) -> live::Settings {
        live::Settings {
            break_glass: BreakGlass::parse(
                &self.list(Name::BreakGlassUserIds),
                &self.list(Name::BreakGlassEmails),
            ),
            flags: self.flags(),
            mapping: self.mapping().unwrap_or_default(),
            oidc: self.oidc(),
            public_url: self.public_url().unwrap_or_default(),
            trusted_proxies: self.trusted_proxies().unwrap_or_default(),
            rates: self.rates(),
            hash: self.hash(),
        }
    }

    fn flags(&self) -> Switches {
        let said = |name| match self.value(name) {
            Some(Value::Flag(on)) => Some(*on),
            _ => None,
        };
        let ui = match (said(Name::UserMgmtUi), said(Name::PublicUserMgmtUi)) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (either, other) => either.or(other),
        };
        let (core, enforce) = (said(Name::UserMgmtCore), said(Name::UserMgmtEnforce));
        Switches::of(core, ui, enforce, said(Name::UserMgmtRlsEnforce))
    }

    fn list(&self, name: Name) -> String {
        match self.value(name) {
            Some(Value::List(entries)) => entries.join(" "),
            _ => String::new(),
        }
    }

    /// SHA-256, as hexadecimal text, over what all nodes of an installation should have in common.
    /// The database's address is not: nodes may reach it by different ways, and its password could
    /// be guessed against the hash.
    pub(crate) fn hash(&self) -> String {
        let mut hash = Sha256::new();
        for effective in self.settings.iter().filter(|one| !one.setting.per_node) {
            let value = effective.value.as_ref().map(Value::exposed);
            let value = value.unwrap_or_default();
            // With its length, so that no two configurations run together to the same bytes.
            hash.update(format!(
                "{}={}:{value}\n",
                effective.setting.key,
                value.len()
            ));
        }
        let hash = hash.finalize();
        hash.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

fn data_dir(sources: &Sources) -> Result<PathBuf, Error> {
    match sources.effective(setting(Name::DataDir))?.value {
        Some(Value::Path(path)) => Ok(path),
        _ => Ok(DataDir::default_path()),
    }
}
