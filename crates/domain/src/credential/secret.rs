//! The text of a secret that Reeve gives out: `reeve_<kind>_`, 48 hexadecimal digits of randomness,
//! 8 of a checksum.
//!
//! The prefix lets scanners of source code find one that leaked, the checksum lets them, and us, tell a
//! true one from a typing error without a look into the database. Only the SHA-256 of the whole text is
//! kept: 192 random bits need no slow hash.

use std::fmt;

use crate::reconcile::digest::Sha256;

/// Bytes of randomness in a secret.
pub const RANDOM_BYTES: usize = 24;

/// How many digits the checksum has.
const CHECKSUM: usize = 8;

/// What a secret is for. One is never taken for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A personal access token, sent as `Authorization: Bearer`.
    AccessToken,
    /// A browser's session, in a cookie.
    Session,
    /// A link that signs one person in, once.
    LoginLink,
    /// A sign-in under way at the identity provider, in a cookie.
    SignIn,
    /// A registration of a passkey, or a sign-in by one, under way.
    Passkey,
}

impl Kind {
    fn prefix(self) -> &'static str {
        match self {
            Self::AccessToken => "reeve_pat_",
            Self::Session => "reeve_ses_",
            Self::LoginLink => "reeve_lnk_",
            Self::SignIn => "reeve_sgn_",
            Self::Passkey => "reeve_pky_",
        }
    }
}

/// Whether a text has what may be a secret in it, of whatever kind there will be: it must not be kept.
pub fn occurs_in(text: &str) -> bool {
    let begins_one = |rest: &str| match rest.as_bytes() {
        [a, b, c, b'_', digit, ..] => {
            [a, b, c].iter().all(|letter| letter.is_ascii_lowercase()) && digit.is_ascii_hexdigit()
        }
        _ => false,
    };
    text.split("reeve_").skip(1).any(begins_one)
}

/// A secret in the clear. Shown once, to whom it belongs; `Debug` does not tell it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    text: String,
}

/// Why a text is no secret of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    #[error("it does not begin as one")]
    Prefix,
    #[error("it has not the length of one, or other digits")]
    Shape,
    #[error("its checksum is wrong: part of it is missing or mistyped")]
    Checksum,
}

impl Secret {
    /// A secret of this randomness.
    pub fn new(kind: Kind, random: [u8; RANDOM_BYTES]) -> Self {
        let digits: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
        let body = format!("{}{digits}", kind.prefix());
        let checksum = checksum(&body);
        Self {
            text: body + &checksum,
        }
    }

    /// Reads one, as far as that goes without knowing which there are.
    pub fn parse(kind: Kind, text: &str) -> Result<Self, Malformed> {
        let digits = text.strip_prefix(kind.prefix()).ok_or(Malformed::Prefix)?;
        let hexadecimal = |b: u8| b.is_ascii_digit() || matches!(b, b'a'..=b'f');
        if digits.len() != 2 * RANDOM_BYTES + CHECKSUM || !digits.bytes().all(hexadecimal) {
            return Err(Malformed::Shape);
        }
        match text.split_at_checked(text.len() - CHECKSUM) {
            Some((body, given)) if checksum(body) == given => Ok(Self {
                text: text.to_owned(),
            }),
            _ => Err(Malformed::Checksum),
        }
    }

    /// What is kept of it.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::of(self.text.as_bytes()).bytes()
    }

    /// The text itself, to be shown to its owner.
    pub fn expose(&self) -> &str {
        &self.text
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

fn checksum(body: &str) -> String {
    let mut digits = Sha256::of(body.as_bytes()).to_string();
    digits.truncate(CHECKSUM);
    digits
}
