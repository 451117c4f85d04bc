//! Privileged identities: exempt from reconcile's enforcement, not from entitlement (P-22, P-24,
//! D20).

use std::collections::BTreeSet;

use serde::Serialize;
use utoipa::ToSchema;

use crate::access::role::Administrative;
use crate::id::UserId;
use crate::identity::Email;

/// Why an identity is privileged; the strongest reason first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Privilege {
    BreakGlass,
    Admin,
    Subadmin,
}

impl Privilege {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BreakGlass => "break_glass",
            Self::Admin => "admin",
            Self::Subadmin => "subadmin",
        }
    }

    /// The privilege of someone by their administrative role and the allowlist. Break-glass comes
    /// first, since it also passes the identity gate.
    pub fn of(administrative: Option<Administrative>, on_allowlist: bool) -> Option<Self> {
        if on_allowlist {
            return Some(Self::BreakGlass);
        }
        administrative.map(|role| match role {
            Administrative::Admin => Self::Admin,
            Administrative::Subadmin => Self::Subadmin,
        })
    }
}

/// The break-glass allowlist of `ADMIN_BREAKGLASS_USER_IDS` and `ADMIN_BREAKGLASS_EMAILS`.
/// Empty by default, which passes nobody.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BreakGlass {
    user_ids: BTreeSet<UserId>,
    emails: BTreeSet<Email>,
    /// Entries that are neither; they match nobody and operators are warned of them.
    malformed: Vec<String>,
}

impl BreakGlass {
    /// Reads both lists, each parted by commas or white space. Either is enough.
    pub fn parse(user_ids: &str, emails: &str) -> Self {
        let mut list = Self::default();
        for entry in entries(user_ids) {
            match entry.parse() {
                Ok(user_id) => drop(list.user_ids.insert(user_id)),
                Err(_) => list.malformed.push(entry.to_owned()),
            }
        }
        for entry in entries(emails) {
            match entry.parse() {
                Ok(email) => drop(list.emails.insert(email)),
                Err(_) => list.malformed.push(entry.to_owned()),
            }
        }
        list
    }

    /// The same list with these identities on it too: those that other servers' lists match.
    #[must_use]
    pub fn and(mut self, user_ids: impl IntoIterator<Item = UserId>) -> Self {
        self.user_ids.extend(user_ids);
        self
    }

    /// Whether this identity is on the list, by id or by its address in any case.
    pub fn lists(&self, user_id: UserId, email: &str) -> bool {
        self.user_ids.contains(&user_id) || self.emails.iter().any(|listed| listed.is(email))
    }

    /// Whether this identity is on the list by its id, which needs no proof of an address.
    pub fn names(&self, user_id: UserId) -> bool {
        self.user_ids.contains(&user_id)
    }

    /// The list for somebody whose sign-in proved no address (D18): only ids count.
    #[must_use]
    pub fn without_emails(&self) -> Self {
        Self {
            emails: BTreeSet::new(),
            ..self.clone()
        }
    }

    pub fn is_empty(&self) -> bool {
        self.user_ids.is_empty() && self.emails.is_empty()
    }

    /// How many entries are an id or an address; what is malformed lets nobody in.
    pub fn len(&self) -> usize {
        self.user_ids.len() + self.emails.len()
    }

    pub fn user_ids(&self) -> impl Iterator<Item = UserId> {
        self.user_ids.iter().copied()
    }

    pub fn emails(&self) -> impl Iterator<Item = &Email> {
        self.emails.iter()
    }

    pub fn malformed(&self) -> &[String] {
        &self.malformed
    }
}

fn entries(list: &str) -> impl Iterator<Item = &str> {
    list.split(|c: char| c == ',' || c.is_whitespace())
        .filter(|entry| !entry.is_empty())
}
