//! What a provider says of somebody: whether it may be believed, and what of it is of use.

use domain::identity::Email;
use domain::identity::mapping::Groups;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use super::{Rejected, Settings};

/// How far the provider's clock may be from ours.
pub const LEEWAY: SignedDuration = SignedDuration::from_secs(60);

/// The longest subject that a provider may use (OpenID Connect Core, section 2).
const LONGEST_SUBJECT: usize = 255;

/// What a token is shown as. One kind is never taken for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use<'a> {
    /// By whoever calls the API (RFC 9068; or a plain JWT).
    Access,
    /// By the provider after a sign-in, for the sign-in that sent this nonce.
    SignIn { nonce: &'a str },
    /// By the provider, to end sessions (OpenID Connect Back-Channel Logout, section 2.4).
    Logout,
}

/// Claims that were verified.
#[derive(Clone, Debug, PartialEq)]
pub struct Claims {
    pub issuer: String,
    pub subject: String,
    all: Map<String, Value>,
}

/// The event of a logout token.
const LOGOUT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// What may stand for a name, if no setting says otherwise; the first that does.
const NAMES: [&str; 6] = [
    "display_name",
    "displayName",
    "displayname",
    "name",
    "preferred_username",
    "nickname",
];

impl Claims {
    /// Judges the claims of a token whose signature is genuine.
    pub(super) fn judge(
        all: Map<String, Value>,
        kind: Option<&str>,
        wanted: Use<'_>,
        settings: &Settings,
        now: Timestamp,
    ) -> Result<Self, Rejected> {
        let kind_fits = match wanted {
            Use::Access => matches!(kind, Some("at+jwt" | "jwt")),
            Use::SignIn { .. } => matches!(kind, None | Some("jwt")),
            Use::Logout => matches!(kind, None | Some("jwt" | "logout+jwt")),
        };
        if !kind_fits {
            return Err(Rejected::Kind);
        }
        if all.get("iss").and_then(Value::as_str) != Some(settings.issuer.as_str()) {
            return Err(Rejected::Issuer);
        }
        let audiences = texts(all.get("aud")).ok_or(Rejected::Audience)?;
        let ours = match wanted {
            Use::Access => settings.audience.as_ref().or(settings.client_id.as_ref()),
            Use::SignIn { .. } | Use::Logout => settings.client_id.as_ref(),
        };
        let ours = ours.ok_or(Rejected::Audience)?;
        if !audiences.iter().any(|audience| audience == ours) {
            return Err(Rejected::Audience);
        }
        times(&all, now)?;
        purpose(&all, wanted, &audiences, settings)?;
        let subject = match (all.get("sub"), wanted) {
            (Some(Value::String(subject)), _) => subject.clone(),
            (None, Use::Logout) => String::new(),
            _ => return Err(Rejected::Subject),
        };
        let sound = subject.len() <= LONGEST_SUBJECT && !subject.contains(char::is_control);
        if !sound || (subject.is_empty() && wanted != Use::Logout) {
            return Err(Rejected::Subject);
        }
        Ok(Self {
            issuer: settings.issuer.clone(),
            subject,
            all,
        })
    }

    /// What introspection said of a token that it calls active (RFC 7662).
    pub(super) fn introspected(
        mut all: Map<String, Value>,
        settings: &Settings,
        now: Timestamp,
    ) -> Result<Self, Rejected> {
        if all.get("active") != Some(&Value::Bool(true)) {
            return Err(Rejected::Inactive);
        }
        all.remove("active");
        // Optional in the answer, since it is the issuer who answers; never wrong.
        let issuer = || Value::from(settings.issuer.as_str());
        all.entry("iss").or_insert_with(issuer);
        if all.get("aud").is_none() && settings.audience.is_none() {
            let client = settings.client_id.as_deref().map(Value::from);
            let asked_by = all.get("client_id").cloned();
            if asked_by.is_some() && asked_by == client {
                all.insert("aud".to_owned(), client.unwrap_or_default());
            }
        }
        Self::judge(all, Some("at+jwt"), Use::Access, settings, now)
    }

    /// Adds what is not there yet. What the token itself says stays. An address and whether it is
    /// verified belong together: to those of the token others say something only of the same address.
    pub fn merge(&mut self, more: Map<String, Value>) {
        const ADDRESS: [&str; 2] = ["email", "email_verified"];
        let silent = !ADDRESS.iter().any(|name| self.all.contains_key(*name));
        let apt = silent || (self.email().is_some() && self.email() == email_in(&more));
        for (name, value) in more {
            if apt || !ADDRESS.contains(&name.as_str()) {
                self.all.entry(name).or_insert(value);
            }
        }
    }

    /// Whether name, address or groups are missing, so that the provider should be asked for more.
    pub fn is_sparse(&self, settings: &Settings) -> bool {
        self.email().is_none()
            || self.display_name(settings).is_none()
            || self.groups(settings) == Groups::Absent
    }

    pub fn issued_at(&self) -> Option<Timestamp> {
        self.all.get("iat").and_then(instant)
    }

    /// When it counts no more, by a clock that is right.
    pub fn ends_at(&self) -> Option<Timestamp> {
        let expires_at = self.all.get("exp").and_then(instant)?;
        expires_at.checked_add(LEEWAY).ok()
    }

    /// The provider's own session, for its logout.
    pub fn provider_session(&self) -> Option<&str> {
        self.all.get("sid")?.as_str()
    }

    /// The id of the token itself.
    pub fn token_id(&self) -> Option<&str> {
        self.all.get("jti")?.as_str()
    }

    /// The address, if it is one.
    pub fn email(&self) -> Option<Email> {
        email_in(&self.all)
    }

    /// Whether the provider says that the address is the person's; `None` if it does not say.
    pub fn email_verified(&self) -> Option<bool> {
        match self.all.get("email_verified")? {
            Value::Bool(verified) => Some(*verified),
            // Some providers write it as a text.
            Value::String(text) => Some(text == "true"),
            _ => Some(false),
        }
    }

    /// What to call the person (U-13).
    pub fn display_name(&self, settings: &Settings) -> Option<&str> {
        let named = settings.display_name_claim.as_deref();
        let chosen = named.and_then(|name| find(&self.all, name));
        let usual = || NAMES.iter().filter_map(|name| self.all.get(*name));
        let text = |value: &Value| value.as_str().map(str::trim).is_some_and(|t| !t.is_empty());
        let mut candidates = chosen.into_iter().chain(usual());
        candidates.find(|value| text(value))?.as_str()
    }

    /// The groups. Entra's note that there were too many to list (`_claim_names`) says that they are not
    /// known, as does a claim of another shape.
    pub fn groups(&self, settings: &Settings) -> Groups {
        groups_in(&self.all, &settings.groups_claim)
    }
}

fn email_in(all: &Map<String, Value>) -> Option<Email> {
    all.get("email")?.as_str()?.parse().ok()
}

/// Whether the provider says that the groups are too many for the token.
fn too_many(all: &Map<String, Value>) -> bool {
    let named = all.get("_claim_names");
    named.is_some_and(|named| named.get("groups").is_some())
        || all.get("hasgroups") == Some(&Value::Bool(true))
}

/// The groups of a set of claims, by the claim that has them.
pub fn groups_in(all: &Map<String, Value>, claim: &str) -> Groups {
    if too_many(all) {
        return Groups::Absent;
    }
    match find(all, claim).and_then(groups) {
        Some(groups) => Groups::Known(groups),
        None => Groups::Absent,
    }
}

/// A claim by its name, or by a path of names parted by dots.
fn find<'a>(all: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    if let Some(value) = all.get(name) {
        return Some(value);
    }
    let mut parts = name.split('.');
    let first = all.get(parts.next()?)?;
    parts.try_fold(first, |value, part| value.get(part))
}

/// An array of texts, or texts parted by commas in one.
fn groups(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::String(text) => {
            let parts = text
                .split(',')
                .map(str::trim)
                .filter(|part| !part.is_empty());
            Some(parts.map(str::to_owned).collect())
        }
        Value::Array(items) => items
            .iter()
            .map(|item| item.as_str().map(str::to_owned))
            .collect(),
        _ => None,
    }
}

/// A text, or an array of them and of nothing else.
fn texts(value: Option<&Value>) -> Option<Vec<String>> {
    match value? {
        Value::String(text) => Some(vec![text.clone()]),
        Value::Array(items) => items
            .iter()
            .map(|item| item.as_str().map(str::to_owned))
            .collect(),
        _ => None,
    }
}

/// Seconds since 1970, whole or not.
fn instant(value: &Value) -> Option<Timestamp> {
    let seconds = match value.as_i64() {
        Some(seconds) => seconds,
        None => {
            let seconds = value.as_f64().filter(|seconds| seconds.abs() < 1e11)?;
            seconds.floor() as i64
        }
    };
    Timestamp::from_second(seconds).ok()
}

fn times(all: &Map<String, Value>, now: Timestamp) -> Result<(), Rejected> {
    let time = |name: &str| match all.get(name) {
        None => Ok(None),
        Some(value) => instant(value).map(Some).ok_or(Rejected::Malformed),
    };
    let expires_at = time("exp")?.ok_or(Rejected::Expired)?;
    if now.duration_since(expires_at) >= LEEWAY {
        return Err(Rejected::Expired);
    }
    for name in ["nbf", "iat"] {
        if time(name)?.is_some_and(|from| from.duration_since(now) > LEEWAY) {
            return Err(Rejected::NotYet);
        }
    }
    Ok(())
}

/// Whether a token is of the purpose that it is shown for, by what only such tokens say.
fn purpose(
    all: &Map<String, Value>,
    wanted: Use<'_>,
    audiences: &[String],
    settings: &Settings,
) -> Result<(), Rejected> {
    let has = |name: &str| all.contains_key(name);
    let party = all.get("azp").and_then(Value::as_str);
    let fits = match wanted {
        Use::Access => {
            let said = all.get("typ").and_then(Value::as_str);
            !["nonce", "at_hash", "c_hash", "events"]
                .into_iter()
                .any(has)
                && said.is_none_or(|kind| kind.eq_ignore_ascii_case("bearer"))
        }
        Use::SignIn { nonce } => {
            let for_us = party.is_none_or(|party| Some(party) == settings.client_id.as_deref());
            all.get("nonce").and_then(Value::as_str) == Some(nonce)
                && !has("events")
                && for_us
                && (audiences.len() == 1 || party.is_some())
        }
        Use::Logout => {
            let event = all.get("events").and_then(|events| events.get(LOGOUT));
            event.is_some_and(Value::is_object) && !has("nonce") && (has("sid") || has("sub"))
        }
    };
    fits.then_some(()).ok_or(Rejected::Kind)
}
