//! How often something may be tried or asked for, a minute. Kept by each server for itself.

/// The limits; 0 is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rates {
    /// Attempts to be recognised that failed: of one address, and by one and the same secret.
    pub failed_attempts: u32,
    /// Sign-ins that one address begins. Each is a row until it ends.
    pub sign_ins: u32,
    /// Requests of one person, by whatever tokens and sessions.
    pub requests: u32,
}

/// A person mistypes a few times; a program with a stale token fails at each request and should notice.
const FAILED_ATTEMPTS: u32 = 30;

/// A house of some hundred people behind one address, all of whom come to work at nine.
const SIGN_INS: u32 = 300;

/// More than any one client needs, and less than what keeps a server from everybody else.
const REQUESTS: u32 = 60_000;

impl Default for Rates {
    fn default() -> Self {
        Self {
            failed_attempts: FAILED_ATTEMPTS,
            sign_ins: SIGN_INS,
            requests: REQUESTS,
        }
    }
}
