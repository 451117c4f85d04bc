//! What the environment says. An empty variable counts as unset (decision 0004).

use domain::governance::privileged::BreakGlass;
use jiff::SignedDuration;
use secrecy::SecretString;

use crate::failure::Failure;

/// The variables that Reeve reads, apart from those that are flags too.
#[derive(Debug)]
pub(crate) struct Environment {
    pub(crate) break_glass: BreakGlass,
    /// `DISCORD_SNAPSHOT_MAX_AGE_SECONDS`: seeds a new installation, overrides one run.
    pub(crate) snapshot_max_age: Option<SignedDuration>,
    /// `RECONCILE_ROLE_RESTORE_DAYS`: seeds a new installation.
    pub(crate) role_restore_days: Option<u32>,
    pub(crate) database_url: Option<SecretString>,
    /// A login that may become `reeve_owner`, for migrations.
    pub(crate) database_owner_url: Option<SecretString>,
}

const MAX_AGE: &str = "DISCORD_SNAPSHOT_MAX_AGE_SECONDS";
const RESTORE_DAYS: &str = "RECONCILE_ROLE_RESTORE_DAYS";

impl Environment {
    /// Reads the process's environment.
    pub(crate) fn read() -> Result<Self, Failure> {
        Self::from(|name| {
            std::env::var(name)
                .ok()
                .filter(|value| !value.trim().is_empty())
        })
    }

    fn from(variable: impl Fn(&str) -> Option<String>) -> Result<Self, Failure> {
        let text = |name| variable(name).unwrap_or_default();
        let break_glass = BreakGlass::parse(
            &text("ADMIN_BREAKGLASS_USER_IDS"),
            &text("ADMIN_BREAKGLASS_EMAILS"),
        );
        for entry in break_glass.malformed() {
            tracing::warn!(entry, "an entry of the break-glass allowlist can't be read");
        }
        Ok(Self {
            break_glass,
            snapshot_max_age: variable(MAX_AGE).map(|text| seconds(&text)).transpose()?,
            role_restore_days: variable(RESTORE_DAYS).map(|text| days(&text)).transpose()?,
            database_url: variable("DATABASE_URL").map(SecretString::from),
            database_owner_url: variable("DATABASE_OWNER_URL").map(SecretString::from),
        })
    }
}

/// Reads an age in whole seconds, 1 to a year.
fn seconds(text: &str) -> Result<SignedDuration, Failure> {
    match text.trim().parse::<i64>() {
        Ok(seconds @ 1..=31_536_000) => Ok(SignedDuration::from_secs(seconds)),
        _ => Err(Failure::plain(format!(
            "{MAX_AGE} is `{text}`: expected whole seconds, 1 to 31536000; unset it for the default"
        ))),
    }
}

/// Reads a window in whole days, 0 to ten years.
fn days(text: &str) -> Result<u32, Failure> {
    match text.trim().parse::<u32>() {
        Ok(days @ 0..=3650) => Ok(days),
        _ => Err(Failure::plain(format!(
            "{RESTORE_DAYS} is `{text}`: expected whole days, 0 to 3650; unset it for the default"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: &'static str, value: &'static str) -> Result<Environment, Failure> {
        Environment::from(|asked| (asked == name && !value.is_empty()).then(|| value.to_owned()))
    }

    #[test]
    fn an_empty_age_counts_as_unset() {
        assert_eq!(with(MAX_AGE, "").unwrap().snapshot_max_age, None);
    }

    #[test]
    fn an_age_that_is_no_number_names_the_variable_and_the_remedy() {
        for wrong in ["banana", "0", "-1", "6h", "99999999999"] {
            let error = with(MAX_AGE, wrong).unwrap_err().to_string();
            assert!(
                error.contains(MAX_AGE) && error.contains("unset it"),
                "{error}"
            );
        }
    }

    #[test]
    fn a_restore_window_that_is_no_number_names_the_variable_and_the_remedy() {
        assert_eq!(with(RESTORE_DAYS, "0").unwrap().role_restore_days, Some(0));
        for wrong in ["banana", "-1", "3651", "30d"] {
            let error = with(RESTORE_DAYS, wrong).unwrap_err().to_string();
            assert!(
                error.contains(RESTORE_DAYS) && error.contains("unset it"),
                "{error}"
            );
        }
    }

    #[test]
    fn either_break_glass_list_is_enough() {
        assert!(
            !with("ADMIN_BREAKGLASS_EMAILS", "a@example.org")
                .unwrap()
                .break_glass
                .is_empty()
        );
        let id = "01890000-0000-7000-8000-000000000001";
        assert!(
            !with("ADMIN_BREAKGLASS_USER_IDS", id)
                .unwrap()
                .break_glass
                .is_empty()
        );
        assert!(
            with("OTHER", "a@example.org")
                .unwrap()
                .break_glass
                .is_empty()
        );
    }
}
