//! What looks wrong about a configuration without being an error: the log names it, `reeve config
//! show` lists it, and whoever examines an installation asks for it.

use domain::governance::privileged::BreakGlass;
use serde::Serialize;

use super::Config;
use super::nearest::nearest;
use super::sources::{is_ours, variables};
use super::table::{Name, SETTINGS};
use super::value::{Kind, flag};

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Code {
    /// A variable is set to nothing, which counts as unset.
    EmptyVariable,
    /// A variable looks like one of Reeve's, but no setting has it.
    UnknownVariable,
    /// A flag is neither on nor off, and so off.
    UnclearFlag,
    /// An entry of the break-glass allowlist is neither id nor address.
    MalformedEntry,
}

/// One thing that looks wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Problem {
    pub(crate) code: Code,
    pub(crate) variable: String,
    pub(crate) text: String,
    /// What to do about it.
    pub(crate) remedy: String,
    /// The variable that may have been meant.
    pub(crate) suggestion: Option<String>,
}

impl Problem {
    fn new(code: Code, variable: &str, text: String, remedy: String) -> Self {
        Self {
            code,
            variable: variable.to_owned(),
            text,
            remedy,
            suggestion: None,
        }
    }

    /// Writes it to the log: as a warning if something set has no effect or an unexpected one.
    pub(crate) fn log(&self) {
        let Self { text, remedy, .. } = self;
        match self.code {
            // Templates leave variables empty or meant for others all the time.
            Code::EmptyVariable | Code::UnknownVariable => tracing::info!("{text}; {remedy}"),
            Code::UnclearFlag | Code::MalformedEntry => tracing::warn!("{text}; {remedy}"),
        }
    }
}

impl Config {
    /// What looks wrong, by kind and then by name.
    pub(crate) fn problems(&self) -> Vec<Problem> {
        let mut problems = self.empty_variables();
        problems.extend(self.unknown_variables());
        problems.extend(self.unclear_flags());
        problems.extend(self.malformed_entries());
        problems
    }

    fn empty_variables(&self) -> Vec<Problem> {
        let is_empty = |name: &String| {
            let raw = self.sources.raw(name);
            raw.is_some_and(|(text, _)| text.trim().is_empty())
        };
        variables()
            .filter(is_empty)
            .map(|name| {
                let text = format!("{name} is empty and counts as unset");
                let remedy = "set it, or remove it".to_owned();
                Problem::new(Code::EmptyVariable, &name, text, remedy)
            })
            .collect()
    }

    fn unknown_variables(&self) -> Vec<Problem> {
        let known: Vec<_> = variables().collect();
        let unknown = |name: &&str| is_ours(name) && !known.iter().any(|known| known == name);
        self.sources
            .names()
            .filter(unknown)
            .map(|name| {
                let suggestion = nearest(name, &known).cloned();
                let text = format!("{name} is set, but Reeve has no such variable");
                let remedy = suggestion.as_ref().map_or_else(
                    || "remove it, or see docs/configuration.md for the variables".to_owned(),
                    |nearest| format!("did you mean {nearest}?"),
                );
                Problem {
                    suggestion,
                    ..Problem::new(Code::UnknownVariable, name, text, remedy)
                }
            })
            .collect()
    }

    fn unclear_flags(&self) -> Vec<Problem> {
        let flags = SETTINGS.iter().filter(|one| one.kind == Kind::Flag);
        flags
            .filter_map(|setting| {
                let (text, _) = self.sources.raw(setting.variable)?;
                unclear_flag(setting.variable, text)
            })
            .collect()
    }

    fn malformed_entries(&self) -> Vec<Problem> {
        let user_ids = BreakGlass::parse(&self.list(Name::BreakGlassUserIds), "");
        let emails = BreakGlass::parse("", &self.list(Name::BreakGlassEmails));
        let lists = [
            (Name::BreakGlassUserIds, user_ids, "ids of people"),
            (Name::BreakGlassEmails, emails, "e-mail addresses"),
        ];
        let problems = lists.iter().flat_map(|(name, list, of)| {
            let variable = super::setting(*name).variable;
            list.malformed().iter().map(move |entry| {
                let text = format!(
                    "`{entry}` in {variable} can't be read and puts nobody on the break-glass \
                     allowlist"
                );
                let remedy = format!("list {of}, separated by commas or white space");
                Problem::new(Code::MalformedEntry, variable, text, remedy)
            })
        });
        problems.collect()
    }
}

/// An empty one is unset, which is not unclear.
fn unclear_flag(variable: &str, text: &str) -> Option<Problem> {
    if text.trim().is_empty() || flag(text).is_some() {
        return None;
    }
    let expected = Kind::Flag.expected();
    Some(Problem::new(
        Code::UnclearFlag,
        variable,
        format!("{variable} is `{text}`, which is neither on nor off and counts as off"),
        format!("set it to {expected}; unset it for the default"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_that_is_neither_on_nor_off_is_a_problem_and_an_empty_one_is_not() {
        assert_eq!(unclear_flag("X", ""), None);
        assert_eq!(unclear_flag("X", "Yes"), None);
        let problem = unclear_flag("X", "banana").unwrap();
        assert_eq!(problem.code, Code::UnclearFlag);
        assert!(problem.text.contains("X is `banana`"), "{}", problem.text);
        assert!(problem.text.contains("counts as off"), "{}", problem.text);
    }
}
