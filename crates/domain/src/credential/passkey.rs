//! Passkeys (WebAuthn): who may register one, how many, and how long a ceremony may take.
//!
//! Whether an authenticator's answer is genuine is a matter of cryptography, and not decided here.

use jiff::SignedDuration;
use serde::Serialize;

use crate::id::SessionId;

/// A registration or a sign-in must be answered within this, which WebAuthn recommends (level 3, section
/// 15.1): people look for their key, plug it in, and mistype its PIN.
pub const CEREMONY_LIFE: SignedDuration = SignedDuration::from_mins(5);

/// The longest name, in characters.
pub const LONGEST_NAME: usize = 100;

/// The longest that an authenticator may call a passkey, in bytes (WebAuthn level 3, section 4).
pub const LONGEST_ID: usize = 1023;

/// Most passkeys of one person: a few devices, and some that were never cleared away. A list that is
/// longer is looked through by nobody.
pub const MOST: usize = 20;

/// Why a passkey is not registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Denied {
    #[error("name: expected 1 to {LONGEST_NAME} characters")]
    Name,
    #[error(
        "a passkey is registered in a browser by whoever is signed in there; tokens register none"
    )]
    NotSignedIn,
    #[error("there are {MOST} passkeys already; remove one that is not used any more")]
    TooMany,
    #[error("credential: its id is longer than {LONGEST_ID} bytes")]
    Id,
    #[error(
        "credential: the authenticator does not keep it, so that it could not sign anybody in without an \
         address; use another one"
    )]
    NotKept,
}

/// The name of a passkey, without the blanks around it.
pub fn name(text: &str) -> Result<&str, Denied> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > LONGEST_NAME {
        return Err(Denied::Name);
    }
    Ok(text)
}

/// Whether one more may be registered by whoever asks, for themselves: they are signed in by a browser's
/// session, and have not too many. A token must not make itself a way in that outlasts it.
pub fn may_register(session: Option<SessionId>, held: usize) -> Result<(), Denied> {
    if session.is_none() {
        return Err(Denied::NotSignedIn);
    }
    if held >= MOST {
        return Err(Denied::TooMany);
    }
    Ok(())
}

/// Whether what an authenticator made can be used: it has an id that can be kept, and the browser does
/// not say that the authenticator forgot it.
pub fn usable(id: &[u8], discoverable: Option<bool>) -> Result<(), Denied> {
    if id.is_empty() || id.len() > LONGEST_ID {
        return Err(Denied::Id);
    }
    if discoverable == Some(false) {
        return Err(Denied::NotKept);
    }
    Ok(())
}
