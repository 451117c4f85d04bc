//! The cookie of a browser's session.
//!
//! Behind https its name begins with `__Host-`, by which browsers see to it that no other host set it. On
//! `http://localhost` that prefix is not possible.

use app::public::PublicUrl;
use axum::http::{HeaderMap, HeaderValue, header};
use domain::credential::secret::Secret;
use domain::credential::session::ABSOLUTE_LIMIT;

/// The name of a cookie of ours.
fn name(base: &str, public_url: &PublicUrl) -> String {
    match public_url.is_secure() {
        true => format!("__Host-{base}"),
        false => base.to_owned(),
    }
}

const SESSION: &str = "reeve_session";

/// The session that a request carries.
pub(super) fn session<'a>(headers: &'a HeaderMap, public_url: &PublicUrl) -> Option<&'a str> {
    get(headers, SESSION, public_url)
}

/// A cookie of ours; `None` if it is there twice, since then somebody else set one of them.
pub(super) fn get<'a>(
    headers: &'a HeaderMap,
    base: &str,
    public_url: &PublicUrl,
) -> Option<&'a str> {
    let wanted = name(base, public_url);
    let mut found = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(name, _)| *name == wanted)
        .map(|(_, value)| value);
    let value = found.next()?;
    found.next().is_none().then_some(value)
}

/// Sets the cookie of a session.
pub(super) fn set_session(public_url: &PublicUrl, secret: &Secret) -> Option<HeaderValue> {
    set(
        SESSION,
        public_url,
        secret.expose(),
        ABSOLUTE_LIMIT.as_secs(),
    )
}

/// Takes the session's cookie away.
pub(super) fn clear_session(public_url: &PublicUrl) -> Option<HeaderValue> {
    set(SESSION, public_url, "", 0)
}

/// Sets a cookie of ours for so many seconds, out of reach of scripts and of other sites' requests.
pub(super) fn set(
    base: &str,
    public_url: &PublicUrl,
    value: &str,
    seconds: i64,
) -> Option<HeaderValue> {
    let secure = match public_url.is_secure() {
        true => "; Secure",
        false => "",
    };
    let name = name(base, public_url);
    let text = format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    let mut value = HeaderValue::from_str(&text).ok()?;
    value.set_sensitive(true);
    Some(value)
}
