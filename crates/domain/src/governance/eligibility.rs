//! Eligibility: who is in scope of the access policy `access.login` (R-13, P-03).
//!
//! In scope = not excluded, and (everyone, or any clause matches). The policy is a TOML document;
//! unknown keys are refused, since a misspelt `exclude` would let people in.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::id::{OrganizationId, UserId};
use crate::identity::email::{is_domain, is_in_any_case};
use crate::tenancy::organization::Slug;

/// `access.login` as a person writes it: organizations by slug, people by id or e-mail address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PolicyDocument {
    pub everyone: bool,
    pub organizations: Vec<Slug>,
    pub email_domains: Vec<String>,
    pub groups: Vec<String>,
    pub include: Vec<String>,
    pub exclude: Vec<String>,
}

/// Why a text is no [`PolicyDocument`].
#[derive(Debug, thiserror::Error)]
pub enum BadPolicy {
    #[error("access.login: line {line}, column {column}: {problem}")]
    Unreadable {
        line: usize,
        column: usize,
        problem: String,
    },
    #[error("access.login: email_domains: `{0}` is not a domain (expected like example.org)")]
    Domain(String),
    #[error("access.login: groups: a blank name would bring in whoever has a blank group")]
    BlankGroup,
    #[error(
        "access.login: nobody would be in scope: set everyone = true, or name organizations, \
         email_domains, groups or include"
    )]
    Nobody,
}

impl PolicyDocument {
    /// Reads a policy from TOML.
    pub fn parse(text: &str) -> Result<Self, BadPolicy> {
        let document: Self =
            toml::from_str(text).map_err(|error| super::policy_text::unreadable(text, &error))?;
        if let Some(bad) = document
            .email_domains
            .iter()
            .find(|d| !is_domain(&d.to_lowercase()))
        {
            return Err(BadPolicy::Domain(bad.clone()));
        }
        if document.groups.iter().any(|group| group.trim().is_empty()) {
            return Err(BadPolicy::BlankGroup);
        }
        let matches_nobody = !document.everyone
            && document.organizations.is_empty()
            && document.email_domains.is_empty()
            && document.groups.is_empty()
            && document.include.is_empty();
        if matches_nobody {
            Err(BadPolicy::Nobody)
        } else {
            Ok(document)
        }
    }

    /// The policy with its names replaced by the ids that they stand for today.
    ///
    /// `organizations`, `include` and `exclude` are the resolved ids; whoever resolves must refuse
    /// names that match nothing.
    pub fn resolve(
        &self,
        organizations: BTreeSet<OrganizationId>,
        include: BTreeSet<UserId>,
        exclude: BTreeSet<UserId>,
    ) -> AccessPolicy {
        let lower = |names: &[String]| {
            names
                .iter()
                .map(|name| name.trim().to_lowercase())
                .collect()
        };
        AccessPolicy {
            everyone: self.everyone,
            organizations,
            email_domains: lower(&self.email_domains),
            groups: lower(&self.groups),
            include,
            exclude,
        }
    }
}

/// `access.login` as it is stored and evaluated: by id, names in lower case.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessPolicy {
    pub everyone: bool,
    pub organizations: BTreeSet<OrganizationId>,
    pub email_domains: BTreeSet<String>,
    pub groups: BTreeSet<String>,
    pub include: BTreeSet<UserId>,
    pub exclude: BTreeSet<UserId>,
}

/// The clauses of the policy, as a set in one byte: which of them a person meets.
///
/// Facts about a person may arrive piece by piece (first the address, then each membership); the
/// matches of the pieces add up with [`ScopeMatches::with`], because every clause is a plain "any".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ScopeMatches(u8);

/// A clause of `access.login`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[schema(as = PolicyClause)]
#[serde(rename_all = "snake_case")]
pub enum Clause {
    Everyone,
    Organization,
    EmailDomain,
    Group,
    Include,
    Exclude,
}

impl Clause {
    /// Those that bring a person into scope, in the order in which a reason is chosen: the most
    /// particular first.
    const BRINGING_IN: [Self; 5] = [
        Self::Include,
        Self::Organization,
        Self::Group,
        Self::EmailDomain,
        Self::Everyone,
    ];

    fn bit(self) -> u8 {
        match self {
            Self::Everyone => 1,
            Self::Organization => 2,
            Self::EmailDomain => 4,
            Self::Group => 8,
            Self::Include => 16,
            Self::Exclude => 32,
        }
    }
}

impl ScopeMatches {
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub fn meets(self, clause: Clause) -> bool {
        self.0 & clause.bit() != 0
    }

    fn when(clause: Clause, met: bool) -> Self {
        if met {
            Self(clause.bit())
        } else {
            Self::default()
        }
    }
}

impl AccessPolicy {
    /// What the person's id and e-mail domain (any case) meet.
    pub fn match_person(&self, user_id: UserId, email_domain: &str) -> ScopeMatches {
        ScopeMatches::when(Clause::Everyone, self.everyone)
            .with(ScopeMatches::when(
                Clause::Include,
                self.include.contains(&user_id),
            ))
            .with(ScopeMatches::when(
                Clause::Exclude,
                self.exclude.contains(&user_id),
            ))
            .with(ScopeMatches::when(
                Clause::EmailDomain,
                self.has_domain(email_domain),
            ))
    }

    /// What an active membership of this organization meets.
    pub fn match_organization(&self, organization: OrganizationId) -> ScopeMatches {
        ScopeMatches::when(
            Clause::Organization,
            self.organizations.contains(&organization),
        )
    }

    /// What being in this group (last known claims, or the import; any case) meets.
    pub fn match_group(&self, group: &str) -> ScopeMatches {
        let met = !self.groups.is_empty() && self.groups.contains(&group.trim().to_lowercase());
        ScopeMatches::when(Clause::Group, met)
    }

    fn has_domain(&self, domain: &str) -> bool {
        self.email_domains
            .iter()
            .any(|known| is_in_any_case(known, domain))
    }
}

/// Whether a person is in scope, and by which clause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(tag = "eligibility", content = "by", rename_all = "snake_case")]
pub enum Eligibility {
    InScope(Clause),
    /// By `Exclude`, or `None` when no clause matches.
    OutOfScope(Option<Clause>),
}

impl Eligibility {
    /// In scope = not excluded, and any other clause met.
    pub fn of(matches: ScopeMatches) -> Self {
        if matches.meets(Clause::Exclude) {
            return Self::OutOfScope(Some(Clause::Exclude));
        }
        match Clause::BRINGING_IN
            .into_iter()
            .find(|clause| matches.meets(*clause))
        {
            Some(clause) => Self::InScope(clause),
            None => Self::OutOfScope(None),
        }
    }

    pub fn in_scope(self) -> bool {
        matches!(self, Self::InScope(_))
    }

    /// Every answer that can be stored.
    const ALL: [Self; 7] = [
        Self::InScope(Clause::Include),
        Self::InScope(Clause::Organization),
        Self::InScope(Clause::Group),
        Self::InScope(Clause::EmailDomain),
        Self::InScope(Clause::Everyone),
        Self::OutOfScope(Some(Clause::Exclude)),
        Self::OutOfScope(None),
    ];

    /// The answer with that [`code`](Self::code), as it was stored.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|eligibility| eligibility.code() == code)
    }

    /// In words, for people.
    pub fn describe(self) -> &'static str {
        match self {
            Self::InScope(Clause::Everyone) => "in scope (everyone)",
            Self::InScope(Clause::Organization) => "in scope by organization",
            Self::InScope(Clause::EmailDomain) => "in scope by e-mail domain",
            Self::InScope(Clause::Group) => "in scope by group",
            Self::InScope(Clause::Include) => "in scope by name",
            Self::OutOfScope(None) => "not in scope of access.login",
            Self::InScope(Clause::Exclude) | Self::OutOfScope(Some(_)) => {
                "excluded by access.login"
            }
        }
    }

    /// The short text that stands in stored plans and in audit rows.
    pub fn code(self) -> &'static str {
        match self {
            Self::InScope(Clause::Everyone) => "everyone",
            Self::InScope(Clause::Organization) => "organization",
            Self::InScope(Clause::EmailDomain) => "email_domain",
            Self::InScope(Clause::Group) => "group",
            Self::InScope(Clause::Include) => "included",
            Self::OutOfScope(None) => "no_clause_matches",
            Self::InScope(Clause::Exclude) | Self::OutOfScope(Some(_)) => "excluded",
        }
    }
}
