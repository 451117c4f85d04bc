//! A sign-in under way at an identity provider: what is made of the one secret that the browser keeps.
//!
//! Of a secret that only this browser has come the state (RFC 6749, section 10.12), the nonce (OpenID
//! Connect Core, section 3.1.2.1) and the verifier (RFC 7636). None tells another, and a return in
//! another browser has none of them.

use jiff::SignedDuration;

use super::secret::Secret;
use crate::reconcile::digest::Sha256;

/// A sign-in must come back within this; a second factor may take its time.
pub const LIFE: SignedDuration = SignedDuration::from_mins(10);

/// What the provider sends back along with the code.
pub fn state(secret: &Secret) -> String {
    derived("state", secret)
}

/// What the id token must name.
pub fn nonce(secret: &Secret) -> String {
    derived("nonce", secret)
}

/// What is shown when the code is exchanged: 64 unreserved characters.
pub fn verifier(secret: &Secret) -> String {
    derived("verifier", secret)
}

/// The digest of the verifier, by which the provider will know it.
pub fn challenge(secret: &Secret) -> [u8; 32] {
    Sha256::of(verifier(secret).as_bytes()).bytes()
}

fn derived(what: &str, secret: &Secret) -> String {
    Sha256::of(format!("reeve {what} {}", secret.expose()).as_bytes()).to_string()
}
