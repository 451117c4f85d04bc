//! E-mail addresses, compared without regard to case, as they identify people in imports and
//! break-glass lists. Whether one can receive mail is not checked here.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// An address in lower case, with one `@`, something on both sides and no white space;
/// at most 254 bytes (RFC 5321 section 4.5.3.1).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Email(String);

/// Why a text is no [`Email`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an e-mail address: expected name@domain, at most 254 bytes")]
pub struct NotAnEmail(pub String);

impl Email {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a text, in any case, is this address.
    pub fn is(&self, text: &str) -> bool {
        is_in_any_case(&self.0, text)
    }

    /// What follows the `@`.
    pub fn domain(&self) -> &str {
        self.0.split_once('@').map_or("", |(_, domain)| domain)
    }
}

impl FromStr for Email {
    type Err = NotAnEmail;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let address = text.trim().to_lowercase();
        let refused = || NotAnEmail(text.chars().filter(|c| !c.is_control()).take(80).collect());
        let (name, domain) = address.split_once('@').ok_or_else(refused)?;
        let odd = |c: char| c.is_whitespace() || c.is_control() || c == '@' || c == ',' || c == ';';
        let sound = !name.is_empty()
            && is_domain(domain)
            && address.len() <= 254
            && !name.contains(odd)
            && !domain.contains(odd);
        if sound {
            Ok(Self(address))
        } else {
            Err(refused())
        }
    }
}

/// Whether a text, put in lower case, is `lower`. Made for ASCII, right for all scripts.
pub fn is_in_any_case(lower: &str, text: &str) -> bool {
    text.eq_ignore_ascii_case(lower) || (!text.is_ascii() && text.to_lowercase() == lower)
}

/// Whether a text (in lower case) can stand after the `@`: labels parted by dots, none empty.
pub fn is_domain(text: &str) -> bool {
    !text.is_empty()
        && text
            .split('.')
            .all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-'))
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || c == '-' || c == '.')
}

impl TryFrom<String> for Email {
    type Error = NotAnEmail;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Email> for String {
    fn from(email: Email) -> Self {
        email.0
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
