//! Asking the provider: discovery, keys, userinfo, introspection, the exchange of a code.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use reqwest::{Client, header};
use serde::Deserialize;
use serde_json::{Map, Value};
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::claims::{Claims, Use};
use super::jws::{Keys, LONGEST_TOKEN, Unverified};
use super::{Failure, Rejected, Settings, json};
use crate::guard;

/// How often the provider is asked for what it publishes.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// A token with an unknown key makes the keys be asked for again, but not sooner than this after the
    /// last time: whoever invents key ids must not make us ask for each.
    pub unknown_key: Duration,
    /// Keys older than this are asked for again, so that those that were withdrawn end.
    pub keys: Duration,
    /// Keys that can't be renewed count for so long.
    pub keys_without_answer: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            unknown_key: Duration::from_secs(60),
            keys: Duration::from_secs(15 * 60),
            keys_without_answer: Duration::from_secs(6 * 3600),
        }
    }
}

/// What the provider publishes of itself (OpenID Connect Discovery, section 3).
#[derive(Clone, Debug, Deserialize)]
struct Published {
    issuer: String,
    jwks_uri: String,
    authorization_endpoint: Option<String>,
    token_endpoint: Option<String>,
    userinfo_endpoint: Option<String>,
    introspection_endpoint: Option<String>,
}

#[derive(Default)]
struct Known {
    published: Option<(Instant, Arc<Published>)>,
    keys: Option<(Instant, Arc<Keys>)>,
    /// When the provider was last asked for keys, with success or without.
    asked: Option<Instant>,
}

/// The provider, with what is known of it. Clones share that.
#[derive(Clone)]
pub struct Provider {
    settings: Arc<Settings>,
    pace: Pace,
    client: Client,
    known: Arc<Mutex<Known>>,
}

/// What a sign-in ends with.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// Of the id token, and of userinfo where that was asked.
    pub claims: Claims,
    pub said: Said,
}

/// Whether the provider said all that there is to say of somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    All,
    /// Userinfo should have said more and does not answer, which says nothing about the person.
    NotNow,
    /// Userinfo does not take this token: it is made out to this API alone, or was withdrawn. Asking again
    /// is of no use.
    NotByThisToken,
}

impl std::fmt::Debug for Provider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Provider")
            .field("issuer", &self.settings.issuer)
            .finish_non_exhaustive()
    }
}

impl Provider {
    pub fn new(settings: Settings, pace: Pace) -> Result<Self, Failure> {
        Ok(Self {
            client: guard::client(settings.reach)?,
            settings: Arc::new(settings),
            pace,
            known: Arc::default(),
        })
    }

    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Whoever an access token is about: a signed one by its signature, any other by asking the
    /// provider.
    pub async fn access(&self, token: &str, now: Timestamp) -> Result<Claims, Failure> {
        if token.len() > LONGEST_TOKEN {
            return Err(Rejected::TooLong.into());
        }
        if token.bytes().filter(|b| *b == b'.').count() == 2 {
            return self.judge(token, Use::Access, now).await;
        }
        self.introspect(token, now).await
    }

    /// The claims of a logout token.
    pub async fn logout(&self, token: &str, now: Timestamp) -> Result<Claims, Failure> {
        self.judge(token, Use::Logout, now).await
    }

    async fn judge(&self, token: &str, wanted: Use<'_>, now: Timestamp) -> Result<Claims, Failure> {
        let token = Unverified::parse(token)?;
        let keys = self.keys_for(&token).await?;
        let kind = token.kind.clone();
        let claims = token.verify(&keys)?;
        let settings = &self.settings;
        Ok(Claims::judge(
            claims,
            kind.as_deref(),
            wanted,
            settings,
            now,
        )?)
    }

    /// Completes claims by the userinfo endpoint, if something is missing and there is one.
    pub async fn complete(&self, claims: &mut Claims, access_token: &str) -> Said {
        if !claims.is_sparse(&self.settings) {
            return Said::All;
        }
        match self.userinfo(access_token, &claims.subject).await {
            Ok(more) => {
                claims.merge(more);
                Said::All
            }
            Err(Failure::Rejected(_)) => {
                tracing::info!("userinfo does not take this token; nothing is given or taken");
                Said::NotByThisToken
            }
            Err(error) => {
                tracing::warn!(%error, "userinfo could not be asked; nothing is given or taken");
                Said::NotNow
            }
        }
    }

    async fn userinfo(&self, token: &str, subject: &str) -> Result<Map<String, Value>, Failure> {
        let endpoint = match &self.settings.userinfo_endpoint {
            Some(endpoint) => endpoint.clone(),
            None => match self.published().await?.userinfo_endpoint.clone() {
                Some(endpoint) => endpoint,
                None => return Ok(Map::new()),
            },
        };
        let url = guard::url(&endpoint, self.settings.reach)?;
        let request = self.client.get(url.clone()).bearer_auth(token);
        let answer = match guard::send(request, &url).await {
            // Whom the token is for is the provider's to say (RFC 6750, section 3.1).
            Err(guard::Unfetched::Status {
                status: 401 | 403, ..
            }) => return Err(Rejected::Audience.into()),
            other => other?,
        };
        let unusable = || Failure::Unavailable("userinfo is no JSON object".to_owned());
        let mut answer = json::object(&answer).ok_or_else(unusable)?;
        // Another's (OpenID Connect Core, section 5.3.4).
        if answer.remove("sub").as_ref().and_then(Value::as_str) != Some(subject) {
            let problem = "userinfo is about somebody else";
            return Err(Failure::Unavailable(problem.to_owned()));
        }
        Ok(answer)
    }

    async fn introspect(&self, token: &str, now: Timestamp) -> Result<Claims, Failure> {
        let endpoint = self.published().await?.introspection_endpoint.clone();
        let (Some(endpoint), Some(_)) = (endpoint, &self.settings.client_secret) else {
            return Err(Rejected::Malformed.into());
        };
        let form = [("token", token), ("token_type_hint", "access_token")];
        let answer = self.post(&endpoint, &form).await?;
        Ok(Claims::introspected(answer, &self.settings, now)?)
    }

    /// Where a browser is sent to sign in. `challenge` is the SHA-256 of the verifier (RFC 7636).
    pub async fn sign_in_url(
        &self,
        redirect_uri: &str,
        state: &str,
        nonce: &str,
        challenge: [u8; 32],
    ) -> Result<String, Failure> {
        let missing = |what: &str| Failure::Unavailable(format!("there is no {what}"));
        let published = self.published().await?;
        let endpoint = published.authorization_endpoint.as_deref();
        let endpoint = endpoint.ok_or_else(|| missing("authorization endpoint"))?;
        let mut url = guard::url(endpoint, self.settings.reach)?;
        let client_id = self.settings.client_id.as_deref();
        let client_id = client_id.ok_or_else(|| missing("OIDC_CLIENT_ID"))?;
        let challenge = base64url(&challenge);
        url.query_pairs_mut().extend_pairs([
            ("response_type", "code"),
            ("client_id", client_id),
            ("redirect_uri", redirect_uri),
            ("scope", &self.settings.scopes.join(" ")),
            ("state", state),
            ("nonce", nonce),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ]);
        Ok(url.into())
    }

    /// Exchanges the code of a sign-in, and says who signed in.
    pub async fn exchange(
        &self,
        code: &str,
        verifier: &str,
        nonce: &str,
        redirect_uri: &str,
        now: Timestamp,
    ) -> Result<SignedIn, Failure> {
        let missing = || Failure::Unavailable("there is no token endpoint".to_owned());
        let endpoint = self.published().await?.token_endpoint.clone();
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", redirect_uri),
            ("code_verifier", verifier),
        ];
        let answer = self.post(&endpoint.ok_or_else(missing)?, &form).await?;
        let text = |name: &str| answer.get(name).and_then(Value::as_str);
        let id_token = text("id_token").ok_or(Rejected::Malformed)?;
        let mut claims = self.judge(id_token, Use::SignIn { nonce }, now).await?;
        let said = match text("access_token") {
            Some(token) => match self.complete(&mut claims, token).await {
                // It is the sign-in's own token, so the provider contradicts itself.
                Said::NotByThisToken => Said::NotNow,
                said => said,
            },
            None => Said::All,
        };
        Ok(SignedIn { claims, said })
    }

    /// Posts a form as this client, and reads the object that comes back.
    async fn post(
        &self,
        endpoint: &str,
        form: &[(&str, &str)],
    ) -> Result<Map<String, Value>, Failure> {
        let url = guard::url(endpoint, self.settings.reach)?;
        let id = self.settings.client_id.as_deref().unwrap_or_default();
        let mut request = self
            .client
            .post(url.clone())
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ACCEPT, "application/json");
        if let Some(secret) = &self.settings.client_secret {
            // Encoded before they are put together (RFC 6749, section 2.3.1).
            let encode = |text: &str| -> String {
                url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
            };
            request = request.basic_auth(encode(id), Some(encode(secret.expose())));
        }
        let public = self
            .settings
            .client_secret
            .is_none()
            .then_some(("client_id", id));
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .extend_pairs(public)
            .finish();
        let answer = guard::send(request.body(body), &url).await;
        let answer = match answer {
            // The provider refuses the code or the token, which is no outage.
            Err(guard::Unfetched::Status { status: 400, .. }) => {
                return Err(Rejected::Inactive.into());
            }
            other => other?,
        };
        let unusable = || Failure::Unavailable(format!("{url} answers no JSON object"));
        json::object(&answer).ok_or_else(unusable)
    }

    /// What the provider publishes; asked once in a while.
    async fn published(&self) -> Result<Arc<Published>, Failure> {
        let mut known = self.known.lock().await;
        self.published_in(&mut known).await
    }

    async fn published_in(&self, known: &mut Known) -> Result<Arc<Published>, Failure> {
        /// Endpoints move rarely.
        const AGE: Duration = Duration::from_secs(3600);
        if let Some((at, published)) = &known.published
            && at.elapsed() < AGE
        {
            return Ok(Arc::clone(published));
        }
        let issuer = self.settings.issuer.trim_end_matches('/');
        let address = format!("{issuer}/.well-known/openid-configuration");
        let fetched = self.fetch(&address).await.and_then(|answer| {
            let read: Result<Published, _> = serde_json::from_slice(&answer);
            read.map_err(|_| Failure::Unavailable(format!("{address} is no discovery document")))
        });
        let published = match (fetched, &known.published) {
            (Ok(published), _) => Arc::new(published),
            // Endpoints that it had an hour ago are better than none.
            (Err(_), Some((_, published))) => return Ok(Arc::clone(published)),
            (Err(failure), None) => return Err(failure),
        };
        if published.issuer != self.settings.issuer {
            return Err(Failure::Unavailable(format!(
                "{address} says that the issuer is `{}`; set OIDC_ISSUER to exactly that",
                published.issuer
            )));
        }
        known.published = Some((Instant::now(), Arc::clone(&published)));
        Ok(published)
    }

    async fn fetch(&self, address: &str) -> Result<Vec<u8>, Failure> {
        let url = guard::url(address, self.settings.reach)?;
        Ok(guard::send(self.client.get(url.clone()), &url).await?)
    }

    /// Keys among which the token's should be.
    async fn keys_for(&self, token: &Unverified<'_>) -> Result<Arc<Keys>, Failure> {
        let mut known = self.known.lock().await;
        let asked_lately = known
            .asked
            .is_some_and(|asked| asked.elapsed() < self.pace.unknown_key);
        if let Some((at, keys)) = &known.keys {
            let fresh = at.elapsed() < self.pace.keys;
            let usable = at.elapsed() < self.pace.keys_without_answer;
            let has = token.has_its_key_in(keys);
            if (fresh && has) || (usable && asked_lately) {
                return Ok(Arc::clone(keys));
            }
        } else if asked_lately {
            let problem = "its keys could not be read a moment ago";
            return Err(Failure::Unavailable(problem.to_owned()));
        }
        known.asked = Some(Instant::now());
        let asked = self.ask_for_keys(&mut known).await;
        match (asked, &known.keys) {
            (Ok(keys), _) => {
                known.keys = Some((Instant::now(), Arc::clone(&keys)));
                Ok(keys)
            }
            (Err(error), Some((at, keys)))
                if at.elapsed() < self.pace.keys_without_answer && token.has_its_key_in(keys) =>
            {
                tracing::warn!(%error, "the provider's keys could not be renewed; those known count on");
                Ok(Arc::clone(keys))
            }
            (Err(error), _) => Err(error),
        }
    }

    async fn ask_for_keys(&self, known: &mut Known) -> Result<Arc<Keys>, Failure> {
        let published = self.published_in(known).await?;
        let answer = self.fetch(&published.jwks_uri).await?;
        let keys = Keys::parse(&answer);
        let unusable = || Failure::Unavailable(format!("{} is no key set", published.jwks_uri));
        keys.map(Arc::new).ok_or_else(unusable)
    }
}

fn base64url(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}
