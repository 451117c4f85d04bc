//! Signing in by a passkey that the authenticator finds itself: nobody says who they are before they
//! prove it, so that nothing is learnt of who has an account.

use domain::actor::Actor;
use domain::audit::Action;
use domain::credential::secret::{Kind, Secret};
use domain::id::CorrelationId;
use serde_json::{Value, json};
use store::Tx;
use store::audit::Entry;
use store::passkey::{self, Shown};
use webauthn_rs::Webauthn;
use webauthn_rs::prelude::{
    DiscoverableAuthentication, Passkey, PublicKeyCredential, WebauthnError,
};

use super::library;
use crate::authenticate::Unauthenticated;
use crate::session::{Begun, Proof};
use crate::{Caller, Error, Reeve, permit};

/// A sign-in that begins.
#[derive(Clone, Debug)]
pub struct Started {
    /// What the browser keeps until it answers; for a cookie.
    pub secret: Secret,
    /// What `navigator.credentials.get` takes, as JSON.
    pub public_key: Value,
}

/// Begins a sign-in of whoever has a passkey here.
pub async fn start(reeve: &Reeve, correlation_id: &CorrelationId) -> Result<Started, Error> {
    let (asked, state) = super::party(reeve)?
        .start_discoverable_authentication()
        .map_err(library)?;
    let mut tx = reeve.sign_in_tx(correlation_id).await?;
    let secret = super::begin(&mut tx, None, &state).await?;
    tx.commit().await?;
    Ok(Started {
        secret,
        public_key: serde_json::to_value(&asked.public_key).map_err(library)?,
    })
}

/// Ends a sign-in: `kept` is what the browser kept, `shown` what its authenticator says. Whoever began it
/// may try once.
pub async fn finish(
    reeve: &Reeve,
    kept: &str,
    shown: Value,
    correlation_id: &CorrelationId,
) -> Result<Begun, Error> {
    let party = super::party(reeve)?;
    let secret = Secret::parse(Kind::Passkey, kept).map_err(|_| refused("no ceremony"))?;
    let mut tx = reeve.sign_in_tx(correlation_id).await?;
    let state = passkey::take(&mut tx, secret.hash(), None).await?;
    tx.commit().await?;
    let state = state.ok_or_else(|| refused("the ceremony is over, or was used"))?;
    let state = serde_json::from_value(state).map_err(library)?;
    let shown: PublicKeyCredential = serde_json::from_value(shown).map_err(refused)?;
    let mut tx = reeve.sign_in_tx(correlation_id).await?;
    let known = known(&mut tx, &party, &shown).await?;
    match verify(&party, &shown, state, &known)? {
        Verdict::Genuine(credential) => {
            passkey::used(&mut tx, known.passkey_id, &credential).await?;
        }
        Verdict::Copied => return copied(reeve, &known, correlation_id).await,
    }
    let proof = Proof {
        method: "passkey",
        // It proves who somebody is, and nothing of what their address is now (D18).
        email: false,
        provider: None,
    };
    crate::session::begin(reeve, tx, correlation_id, &known.owner, proof).await
}

/// The passkey that is shown, if it is of whom the authenticator says.
async fn known(tx: &mut Tx, party: &Webauthn, shown: &PublicKeyCredential) -> Result<Shown, Error> {
    let identified = party.identify_discoverable_authentication(shown);
    let (user_id, credential_id) = identified.map_err(refused)?;
    let known = passkey::show(tx, credential_id).await?;
    let known = known.filter(|known| known.owner.user_id.0 == user_id);
    Ok(known.ok_or_else(|| refused("nobody has this passkey"))?)
}

/// What is to be thought of an answer.
enum Verdict {
    /// With the passkey as it is from now on.
    Genuine(Value),
    /// Its counter went back: there may be two of it (WebAuthn level 3, section 6.1.1).
    Copied,
}

fn verify(
    party: &Webauthn,
    shown: &PublicKeyCredential,
    state: DiscoverableAuthentication,
    known: &Shown,
) -> Result<Verdict, Error> {
    let mut credential: Passkey =
        serde_json::from_value(known.credential.clone()).map_err(library)?;
    match party.finish_discoverable_authentication_v2(shown, state, &credential) {
        Ok(result) if result.user_verified() => {
            credential.update_credential(&result);
            let credential = serde_json::to_value(&credential).map_err(library)?;
            Ok(Verdict::Genuine(credential))
        }
        Ok(_) => Err(refused("its user was not verified").into()),
        Err(WebauthnError::CredentialPossibleCompromise) => Ok(Verdict::Copied),
        Err(why) => Err(refused(why).into()),
    }
}

/// Puts on record that a passkey may have been copied, and lets nobody in.
async fn copied(
    reeve: &Reeve,
    known: &Shown,
    correlation_id: &CorrelationId,
) -> Result<Begun, Error> {
    let user_id = known.owner.user_id;
    let caller = Caller {
        actor: Actor::Person { user_id },
        credential: None,
        session: None,
        correlation_id: correlation_id.clone(),
    };
    let entry = Entry {
        target: Some(user_id),
        after: Some(json!({ "method": "passkey" })),
        ..caller.entry(
            Action::SessionBegin,
            "passkey",
            known.passkey_id.to_string(),
        )
    };
    tracing::warn!(%user_id, passkey_id = %known.passkey_id, "a passkey's counter went back");
    permit::refuse(
        reeve,
        &caller,
        &entry,
        Unauthenticated::PasskeyCopied.into(),
    )
    .await
}

/// Nobody is signed in. Why is for the log.
fn refused(why: impl std::fmt::Display) -> Unauthenticated {
    tracing::info!(cause = %why, "a passkey was refused");
    Unauthenticated::Passkey
}
