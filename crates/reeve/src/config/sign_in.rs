//! The settings of signing in: the identity provider, the mapping, the address from outside. What they
//! mean is `app`'s and `connect`'s; here they are read, and what can't be used is said.

use std::net::SocketAddr;

use app::Live;
use app::public::{PublicUrl, TrustedProxies};
use app::rate::Rates;
use connect::guard::{self, Reach};
use connect::oidc::{self, Hidden};
use domain::identity::mapping::Mapping;

use super::table::Name;
use super::value::Value;
use super::{Config, Error, setting};

impl Config {
    /// Refuses values that are of their kind and still can't be used.
    pub(super) fn check(&self) -> Result<(), Error> {
        self.mapping()?;
        self.public_url()?;
        self.trusted_proxies()?;
        self.traces()?;
        let reach = self.reach();
        for name in [Name::OidcIssuer, Name::OidcUserinfoEndpoint] {
            if let Some(text) = self.text(name) {
                guard::url(&text, reach).map_err(|problem| unusable(name, problem))?;
            }
        }
        Ok(())
    }

    pub(super) fn mapping(&self) -> Result<Mapping, Error> {
        let text = |name| self.text(name).unwrap_or_default();
        let (map, defaults) = (
            text(Name::OidcGroupRoleMap),
            text(Name::OidcGroupRoleDefaults),
        );
        Mapping::parse(&map, "").map_err(|e| unusable(Name::OidcGroupRoleMap, e))?;
        Mapping::parse(&map, &defaults).map_err(|e| unusable(Name::OidcGroupRoleDefaults, e))
    }

    pub(super) fn public_url(&self) -> Result<PublicUrl, Error> {
        let otherwise = || {
            format!(
                "http://localhost:{}",
                self.listen().map_or(8080, |a| a.port())
            )
        };
        let text = self.text(Name::PublicUrl).unwrap_or_else(otherwise);
        text.parse().map_err(|e| unusable(Name::PublicUrl, e))
    }

    pub(super) fn trusted_proxies(&self) -> Result<TrustedProxies, Error> {
        let Some(Value::List(entries)) = self.value(Name::TrustedProxies) else {
            return Ok(TrustedProxies::default());
        };
        let entries = entries.iter().map(String::as_str);
        TrustedProxies::parse(entries).map_err(|e| unusable(Name::TrustedProxies, e))
    }

    pub(super) fn rates(&self) -> Rates {
        let usual = Rates::default();
        let number = |name, otherwise| match self.value(name) {
            Some(Value::Number(number)) => *number,
            _ => otherwise,
        };
        Rates {
            failed_attempts: number(Name::FailedAttempts, usual.failed_attempts),
            sign_ins: number(Name::SignIns, usual.sign_ins),
            requests: number(Name::Requests, usual.requests),
        }
    }

    pub(super) fn oidc(&self) -> Option<oidc::Settings> {
        let secret = self.secret(Name::OidcClientSecret);
        let scopes = match self.value(Name::OidcScopes) {
            Some(Value::List(scopes)) => scopes.clone(),
            _ => Vec::new(),
        };
        Some(oidc::Settings {
            issuer: self.text(Name::OidcIssuer)?,
            audience: self.text(Name::OidcAudience),
            client_id: self.text(Name::OidcClientId),
            client_secret: secret.cloned().map(Hidden::new),
            scopes,
            groups_claim: self.text(Name::OidcGroupsClaim).unwrap_or_default(),
            userinfo_endpoint: self.text(Name::OidcUserinfoEndpoint),
            display_name_claim: self.text(Name::OidcDisplayNameClaim),
            claim_by_verified_email: self.is_on(Name::OidcClaimByVerifiedEmail),
            reach: self.reach(),
        })
    }

    fn reach(&self) -> Reach {
        match self.is_on(Name::OidcAllowPrivate) {
            true => Reach::Private,
            false => Reach::Public,
        }
    }

    fn is_on(&self, name: Name) -> bool {
        matches!(self.value(name), Some(Value::Flag(true)))
    }

    pub(super) fn text(&self, name: Name) -> Option<String> {
        match self.value(name) {
            Some(Value::Text(text)) => Some(text.trim().to_owned()),
            _ => None,
        }
    }

    /// Takes the port that was really bound into the public address, if nobody said one.
    pub(crate) fn note_port(&self, live: &Live, bound: SocketAddr) {
        if self.text(Name::PublicUrl).is_some() {
            return;
        }
        if let Ok(public_url) = format!("http://localhost:{}", bound.port()).parse() {
            let mut settings = live.get().as_ref().clone();
            settings.public_url = public_url;
            live.set(settings);
        }
    }
}

pub(super) fn unusable(name: Name, problem: impl ToString) -> Error {
    Error::Unusable {
        variable: setting(name).variable,
        problem: problem.to_string(),
    }
}
