//! Signing in by the identity provider, and its tokens as credentials of the API.

use std::time::Instant;

use connect::oidc::{Provider, Rejected};
use domain::actor::Actor;
use domain::audit::Action;
use domain::credential::Credential;
use domain::credential::login;
use domain::credential::secret::{Kind, Secret};
use domain::id::CorrelationId;
use domain::reconcile::digest::Sha256;
use jiff::Timestamp;
use serde_json::json;
use store::audit::Entry;
use store::{provision as stored, session};

use crate::authenticate::{LetIn, Unauthenticated, admitted, break_glass_used, looking};
use crate::provision::{self, Arrived};
use crate::recent::{Moment, Vouched};
use crate::session::{Begun, Proof};
use crate::{Caller, Error, Reeve, secret};

/// The path to which the provider sends browsers back.
pub const CALLBACK: &str = "/login/oidc/callback";

/// A sign-in that begins: where to send the browser, and what it keeps until it comes back.
#[derive(Clone, Debug)]
pub struct Started {
    pub address: String,
    /// For a cookie.
    pub secret: Secret,
}

/// Whether people sign in by an identity provider here.
pub fn is_offered(reeve: &Reeve) -> bool {
    let live = reeve.live.get();
    live.oidc
        .as_ref()
        .is_some_and(|oidc| oidc.client_id.is_some())
}

fn provider(reeve: &Reeve) -> Result<Provider, Error> {
    let none = || Error::not_found("identity provider", "OIDC_ISSUER");
    reeve.live.provider()?.ok_or_else(none)
}

/// Begins a sign-in.
pub async fn start(reeve: &Reeve, correlation_id: &CorrelationId) -> Result<Started, Error> {
    let provider = provider(reeve)?;
    let secret = secret::new(Kind::SignIn)?;
    let redirect_uri = reeve.live.get().public_url.at(CALLBACK);
    let (state, nonce) = (login::state(&secret), login::nonce(&secret));
    let challenge = login::challenge(&secret);
    let address = provider
        .sign_in_url(&redirect_uri, &state, &nonce, challenge)
        .await?;
    let mut tx = reeve.sign_in_tx(correlation_id).await?;
    stored::begin(&mut tx, secret.hash(), login::LIFE.as_secs_f64()).await?;
    tx.commit().await?;
    Ok(Started { address, secret })
}

/// Ends a sign-in: `kept` is what the browser kept, `state` and `code` what the provider sent it with.
pub async fn finish(
    reeve: &Reeve,
    kept: &str,
    state: &str,
    code: &str,
    correlation_id: &CorrelationId,
) -> Result<Begun, Error> {
    let provider = provider(reeve)?;
    let secret = Secret::parse(Kind::SignIn, kept).map_err(|_| Unauthenticated::Unknown)?;
    // Of another browser, or of another sign-in of this one.
    if login::state(&secret) != state {
        return Err(Unauthenticated::Unknown.into());
    }
    let mut tx = reeve.sign_in_tx(correlation_id).await?;
    let fresh = stored::finish(&mut tx, secret.hash()).await?;
    let now = tx.now().await?;
    tx.commit().await?;
    if !fresh {
        return Err(Unauthenticated::Unknown.into());
    }
    let redirect_uri = reeve.live.get().public_url.at(CALLBACK);
    let (verifier, nonce) = (login::verifier(&secret), login::nonce(&secret));
    let signed_in = provider
        .exchange(code, &verifier, &nonce, &redirect_uri, now)
        .await?;
    let (claims, settings) = (&signed_in.claims, provider.settings());
    let arrived =
        provision::arrive(reeve, settings, claims, signed_in.said, correlation_id).await?;
    let proof = Proof {
        method: "oidc",
        email: arrived.email_proven,
        provider: Some((&settings.issuer, claims.provider_session())),
    };
    let tx = reeve.sign_in_tx(correlation_id).await?;
    crate::session::begin(reeve, tx, correlation_id, &arrived.owner, proof).await
}

/// Whoever shows an access token of the identity provider. The first request with it provisions them.
pub(crate) async fn by_access_token(
    reeve: &Reeve,
    text: &str,
    correlation_id: CorrelationId,
) -> Result<Caller, Error> {
    let hash = Sha256::of(text.as_bytes()).bytes();
    let (kept, asked) = (&reeve.live.recent().access_tokens, Moment::now(reeve));
    if let Some(vouched) = kept.get(hash, asked) {
        return admit(reeve, &vouched, correlation_id).await;
    }
    let provider = reeve.live.provider()?.ok_or(Unauthenticated::Unknown)?;
    let now = time(reeve, &correlation_id).await?;
    let mut claims = provider.access(text, now).await?;
    // Without it nobody could say whether sessions were revoked since (D11).
    let issued_at = claims
        .issued_at()
        .ok_or(Unauthenticated::Token(Rejected::Malformed))?;
    let job = provision::caller(&correlation_id);
    let known = match reeve.live.has_seen(text) {
        true => provision::find(reeve, &job, &claims).await?,
        false => None,
    };
    let arrived = match known {
        Some(owner) => Arrived::new(owner, &claims),
        None => {
            let said = provider.complete(&mut claims, text).await;
            let settings = provider.settings();
            let arrived =
                provision::arrive(reeve, settings, &claims, said, &correlation_id).await?;
            reeve.live.see(text, said);
            arrived
        }
    };
    let vouched = Vouched {
        owner: arrived.owner,
        email_proven: arrived.email_proven,
        issued_at,
    };
    let caller = admit(reeve, &vouched, correlation_id).await?;
    if let Some(ends_at) = claims.ends_at() {
        let left = ends_at.duration_since(now).as_secs_f64();
        kept.put(hash, asked, left, vouched);
    }
    Ok(caller)
}

/// The database's clock, asked once in a while.
async fn time(reeve: &Reeve, correlation_id: &CorrelationId) -> Result<Timestamp, Error> {
    if let Some(time) = reeve.live.time() {
        return Ok(time);
    }
    let asked = Instant::now();
    let mut tx = looking(reeve, correlation_id).await?;
    let time = tx.now().await?;
    tx.commit().await?;
    reeve.live.note_time(asked, time);
    Ok(time)
}

async fn admit(
    reeve: &Reeve,
    vouched: &Vouched,
    correlation_id: CorrelationId,
) -> Result<Caller, Error> {
    let credential = Credential {
        issued_at: vouched.issued_at,
        scopes: None,
    };
    let user_id = vouched.owner.user_id;
    let let_in = admitted(reeve, &vouched.owner, &credential, vouched.email_proven)?;
    let actor = match let_in {
        LetIn::ByStatus => Actor::Person { user_id },
        LetIn::Listed | LetIn::ByTheListAlone => Actor::BreakGlass { user_id },
    };
    let caller = Caller {
        actor,
        credential: Some(credential),
        session: None,
        correlation_id,
    };
    if let_in == LetIn::ByTheListAlone {
        break_glass_used(reeve, &caller).await?;
    }
    Ok(caller)
}

/// Ends the sessions that the provider's logout token is about. Returns how many.
pub async fn logout(
    reeve: &Reeve,
    token: &str,
    correlation_id: &CorrelationId,
) -> Result<usize, Error> {
    let provider = provider(reeve)?;
    let now = time(reeve, correlation_id).await?;
    let claims = provider.logout(token, now).await?;
    let caller = provision::caller(correlation_id);
    let action = Action::SessionRevoke;
    let mut tx = reeve
        .database
        .system(action.as_str(), &caller.context(action))
        .await?;
    let subject = Some(claims.subject.as_str()).filter(|subject| !subject.is_empty());
    let session = claims.provider_session();
    let ended = session::revoke_of_provider(&mut tx, &claims.issuer, session, subject).await?;
    for (session_id, user_id) in &ended {
        let entry = Entry {
            target: Some(*user_id),
            after: Some(json!({ "provider": claims.issuer })),
            ..caller.entry(action, "session", session_id.to_string())
        };
        store::audit::record(&mut tx, &entry).await?;
    }
    tx.commit().await?;
    Ok(ended.len())
}
