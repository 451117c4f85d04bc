//! The reload: SIGHUP reads the env file again and puts its live settings in place (decision 0019,
//! All of it or nothing: a file that can't be read leaves everything as it was.

use app::Reeve;
use tokio::signal::unix::Signal;

use super::sources::Sources;
use super::table::{Setting, When};
use super::{Config, Error, Origin};

/// What a reload found different, by variable. Values are never named.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Changes {
    /// In force from now on.
    pub(crate) live: Vec<&'static str>,
    /// Different from what this process runs with, which stays.
    pub(crate) restart: Vec<&'static str>,
}

impl Config {
    /// The same configuration with the env file as it is now. `started` is what the process started
    /// with, and what all but the live settings are still as.
    fn reread(&self, started: &Self) -> Result<(Self, Changes), Error> {
        let mut next = self.clone();
        if next.sources.env_file.is_none() {
            return Err(Error::NoEnvFile);
        }
        next.sources
            .read_env_file(super::setting(super::Name::EnvFile))?;
        let mut changes = Changes::default();
        for effective in &mut next.settings {
            let setting = effective.setting;
            if setting.when == When::Live {
                let now = next.sources.effective(setting)?;
                if now.value != effective.value {
                    changes.live.push(setting.variable);
                }
                *effective = now;
            } else if says_otherwise(setting, &started.sources, &next.sources) {
                // Looked at only if the file changed there: what the process started with may name
                // files that are gone by now, and must not stand in the way of an emergency.
                let now = next.sources.effective(setting)?;
                let both_default =
                    now.origin == Origin::Default && effective.origin == Origin::Default;
                if now.value != effective.value && !both_default {
                    changes.restart.push(setting.variable);
                }
            }
        }
        next.check()?;
        Ok((next, changes))
    }
}

/// Whether the environment has another text for a setting than before.
fn says_otherwise(setting: &Setting, before: &Sources, now: &Sources) -> bool {
    let differs = |name: &str| {
        let text = |sources: &Sources| sources.raw(name).map(|(text, _)| text.to_owned());
        text(before) != text(now)
    };
    differs(setting.variable) || setting.file_variable().is_some_and(|name| differs(&name))
}

/// Reloads on each signal, for as long as the process serves.
pub(crate) async fn on_signal(mut signal: Signal, started: Config, reeve: Reeve) {
    let mut current = started.clone();
    while signal.recv().await.is_some() {
        let (from, of) = (current.clone(), started.clone());
        let read = tokio::task::spawn_blocking(move || from.reread(&of)).await;
        match read {
            Ok(Ok((next, changes))) => {
                let mut settings = next.live();
                // Read at the start only; with the port that was really taken.
                let before = reeve.live.get();
                settings.public_url = before.public_url.clone();
                // One that stays was checked; an emergency must not wait for the database.
                let checked = match settings.mapping == before.mapping {
                    true => Ok(Vec::new()),
                    false => app::mapping::check(&reeve, &settings.mapping).await,
                };
                match checked {
                    Ok(powerful) => warn_of_powerful(&powerful),
                    Err(error) => {
                        tracing::error!(%error, "not reloaded; the settings stay as they were");
                        continue;
                    }
                }
                reeve.live.set(settings);
                current = next;
                announce(&current, &changes);
            }
            Ok(Err(error)) => {
                tracing::error!(%error, "not reloaded; the settings stay as they were");
            }
            Err(error) => tracing::error!(%error, "not reloaded; the task was ended"),
        }
    }
}

/// The warning about a mapping that makes administrators.
pub(crate) fn warn_of_powerful(targets: &[app::mapping::Target]) {
    for target in targets {
        tracing::warn!(
            "the mapping of groups gives `{target}`: whoever manages those groups at the identity provider \
             makes administrators here"
        );
    }
}

fn announce(config: &Config, changes: &Changes) {
    let break_glass = match config.live().break_glass.is_empty() {
        true => "off",
        false => "ON",
    };
    let changed = match changes.live.is_empty() {
        true => "nothing".to_owned(),
        false => changes.live.join(" "),
    };
    tracing::info!(changed, break_glass, "reloaded the env file");
    for variable in &changes.restart {
        let seeds =
            |setting: &&Setting| setting.variable == *variable && setting.when == When::Seed;
        if super::SETTINGS.iter().any(|setting| seeds(&setting)) {
            tracing::warn!(
                "{variable} has changed, which only a new installation takes up; change the stored number \
                 with `reeve governance set`"
            );
        } else {
            tracing::warn!("{variable} has changed, which takes a restart to have effect");
        }
    }
    for problem in config.problems() {
        problem.log();
    }
}
