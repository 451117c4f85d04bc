//! Passkeys (WebAuthn): registering, listing, removing. Signing in by one is [`sign_in`]'s.
//!
//! Everybody registers their own, in a browser in which they are signed in, and removes them; whoever
//! holds `passkeys:manage` on the platform removes others'. Nobody registers one for somebody else.

pub mod sign_in;

use domain::access::permission::{PASSKEYS_MANAGE, PASSKEYS_READ};
use domain::access::role::Scope;
use domain::audit::Action;
use domain::credential::passkey::{self as rule, CEREMONY_LIFE};
use domain::credential::secret::{Kind, Secret};
use domain::id::{PasskeyId, UserId};
use domain::identity::Status;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::audit::Entry;
use store::passkey::{self, Passkey};
use store::{StoreError, Tx, person};
use utoipa::ToSchema;
use webauthn_rs::prelude::{
    CreationChallengeResponse, PasskeyRegistration, RegisterPublicKeyCredential, Url,
};
use webauthn_rs::{Webauthn, WebauthnBuilder};

use crate::authenticate::Unauthenticated;
use crate::identity::person as named;
use crate::{Caller, Error, Reeve, lifecycle, permit, secret};

/// A registration that begins.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = PasskeyRegistration)]
pub struct Started {
    /// To be sent back with what the authenticator made, within five minutes. It is good once.
    pub ceremony: String,
    /// What `navigator.credentials.create` takes, as JSON: `PublicKeyCredential.parseCreationOptionsFromJSON`
    /// reads it.
    #[schema(value_type = Object)]
    pub public_key: Value,
}

/// What ends a registration.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PasskeyWanted)]
pub struct Wanted {
    /// What its owner calls it, 1 to 100 characters.
    pub name: String,
    /// What the registration began with.
    pub ceremony: String,
    /// What the authenticator made: the `PublicKeyCredential` as its `toJSON` has it.
    #[schema(value_type = Object)]
    pub credential: Value,
}

/// Whether people can have passkeys here: they are bound to a host by its name.
pub fn is_offered(reeve: &Reeve) -> bool {
    party(reeve).is_ok()
}

/// This installation, as authenticators know it: by the host of `public_url`.
fn party(reeve: &Reeve) -> Result<Webauthn, Error> {
    let live = reeve.live.get();
    let none = || {
        Error::Conflict("passkeys need a `public_url` with a host name, not an address".to_owned())
    };
    let url = Url::parse(live.public_url.origin()).map_err(|_| none())?;
    let host = url.domain().ok_or_else(none)?;
    WebauthnBuilder::new(host, &url)
        .map(|builder| {
            builder
                .rp_name("Reeve")
                .timeout(CEREMONY_LIFE.unsigned_abs())
        })
        .and_then(WebauthnBuilder::build)
        .map_err(|_| none())
}

/// Begins to register a passkey of the caller's.
pub async fn start(reeve: &Reeve, caller: &Caller) -> Result<Started, Error> {
    let user_id = caller.actor.user_id();
    let (party, action) = (party(reeve)?, Action::PasskeyRegister);
    let mut tx = reeve
        .database
        .system(action.as_str(), &caller.context(action))
        .await?;
    let ids = passkey::credential_ids(&mut tx, user_id).await?;
    may_register(reeve, caller, ids.len()).await?;
    let owner = person::get(&mut tx, user_id).await?;
    let owner = owner.ok_or_else(|| Error::not_found("identity", user_id))?;
    let shown = owner.display_name.as_deref().unwrap_or(&owner.email);
    let (asked, state) = party
        .start_passkey_registration(user_id.0, &owner.email, shown, Some(ids))
        .map_err(library)?;
    let secret = begin(&mut tx, Some(user_id), &state).await?;
    tx.commit().await?;
    Ok(Started {
        ceremony: secret.expose().to_owned(),
        public_key: discoverable(&asked)?,
    })
}

/// Ends a registration: what the authenticator made is a passkey of the caller's from now on.
pub async fn register(reeve: &Reeve, caller: &Caller, wanted: &Wanted) -> Result<Passkey, Error> {
    let user_id = caller.actor.user_id();
    let name = rule::name(&wanted.name)?;
    may_register(reeve, caller, 0).await?;
    let made = authentic(reeve, caller, wanted).await?;
    let action = Action::PasskeyRegister;
    let mut tx = reeve
        .database
        .system(action.as_str(), &caller.context(action))
        .await?;
    // One after the other, so that nobody gets more than they may; and not of somebody erased meanwhile.
    let account = lifecycle::lock(&mut tx, &user_id.to_string()).await?;
    if account.status == Status::Disabled {
        return Err(Unauthenticated::Unknown.into());
    }
    let held = passkey::credential_ids(&mut tx, user_id).await?.len();
    may_register(reeve, caller, held).await?;
    let credential = serde_json::to_value(&made).map_err(library)?;
    let passkey = passkey::create(&mut tx, user_id, name, made.cred_id(), &credential)
        .await
        .map_err(registered_already)?;
    let entry = Entry {
        target: Some(user_id),
        ..caller.entry(action, "passkey", passkey.passkey_id.to_string())
    };
    store::audit::record(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok(passkey)
}

/// What the authenticator made, if it is an answer to what this caller's registration asked.
async fn authentic(
    reeve: &Reeve,
    caller: &Caller,
    wanted: &Wanted,
) -> Result<webauthn_rs::prelude::Passkey, Error> {
    let over = || Error::invalid("ceremony", "it is over, or was used; begin again");
    let secret = Secret::parse(Kind::Passkey, &wanted.ceremony).map_err(|_| over())?;
    let made = serde_json::from_value::<RegisterPublicKeyCredential>(wanted.credential.clone())
        .map_err(|problem| Error::invalid("credential", problem))?;
    // Not part of the change: however it ends, the challenge was used.
    let context = caller.context(Action::PasskeyRegister);
    let mut tx = reeve.database.apart("take a ceremony", &context).await?;
    let state = passkey::take(&mut tx, secret.hash(), Some(caller.actor.user_id())).await?;
    tx.commit().await?;
    let state: PasskeyRegistration =
        serde_json::from_value(state.ok_or_else(over)?).map_err(library)?;
    let props = made.extensions.cred_props.as_ref();
    let kept = props.and_then(|props| props.rk);
    let made = party(reeve)?
        .finish_passkey_registration(&made, &state)
        .map_err(|why| Error::invalid("credential", why))?;
    rule::usable(made.cred_id(), kept)?;
    Ok(made)
}

/// Whether the caller may have one more; a refusal is audited.
async fn may_register(reeve: &Reeve, caller: &Caller, held: usize) -> Result<(), Error> {
    let Err(denied) = rule::may_register(caller.session, held) else {
        return Ok(());
    };
    let user_id = caller.actor.user_id();
    let entry = Entry {
        target: Some(user_id),
        ..caller.entry(Action::PasskeyRegister, "passkey", user_id.to_string())
    };
    permit::refuse(reeve, caller, &entry, denied.into()).await
}

/// Keeps a ceremony; whoever has the secret may end it.
async fn begin(
    tx: &mut Tx,
    user_id: Option<UserId>,
    state: &impl Serialize,
) -> Result<Secret, Error> {
    let secret = secret::new(Kind::Passkey)?;
    let state = serde_json::to_value(state).map_err(library)?;
    let seconds = CEREMONY_LIFE.as_secs_f64();
    passkey::begin(tx, secret.hash(), user_id, &state, seconds).await?;
    Ok(secret)
}

/// The options of a registration, asking for a passkey that the authenticator itself finds again: at
/// sign-in nobody says first who they are. The library asks for one that need not be found.
fn discoverable(asked: &CreationChallengeResponse) -> Result<Value, Error> {
    let mut options = serde_json::to_value(&asked.public_key).map_err(library)?;
    options["authenticatorSelection"]["residentKey"] = json!("required");
    options["authenticatorSelection"]["requireResidentKey"] = json!(true);
    Ok(options)
}

/// The library for WebAuthn failed at something that is not the caller's fault.
fn library(problem: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::Io(std::io::Error::other(problem))
}

fn registered_already(error: StoreError) -> Error {
    match error.constraint() {
        Some("passkey_credential") => {
            Error::Conflict("this passkey is registered already".to_owned())
        }
        _ => error.into(),
    }
}

/// Somebody's passkeys, newest first.
pub async fn list(reeve: &Reeve, caller: &Caller, whose: &str) -> Result<Vec<Passkey>, Error> {
    let mut tx = reeve.database.snapshot("list passkeys").await?;
    let own = caller.actor.user_id();
    let user_id = if !caller.is_trusted() && whose.parse() == Ok(own) {
        permit::own(reeve, caller, PASSKEYS_READ)?;
        own
    } else {
        permit::may_look(reeve, &mut tx, caller, PASSKEYS_READ, Scope::Platform).await?;
        named(&mut tx, whose).await?
    };
    let passkeys = passkey::list(&mut tx, user_id).await?;
    tx.rollback().await?;
    Ok(passkeys)
}

/// Removes a passkey: it signs nobody in any more. Sessions that it began go on. `whose` is who it must
/// belong to, where the caller says so.
pub async fn remove(
    reeve: &Reeve,
    caller: &Caller,
    passkey_id: PasskeyId,
    whose: Option<UserId>,
) -> Result<UserId, Error> {
    let action = Action::PasskeyRemove;
    let mut tx = reeve
        .database
        .system(action.as_str(), &caller.context(action))
        .await?;
    let user_id = passkey::owner(&mut tx, passkey_id).await?;
    let user_id = user_id.filter(|user_id| whose.is_none_or(|whose| whose == *user_id));
    let entry = Entry {
        target: user_id,
        ..caller.entry(action, "passkey", passkey_id.to_string())
    };
    if user_id == Some(caller.actor.user_id()) {
        permit::own_change(reeve, caller, PASSKEYS_MANAGE, &entry).await?;
    } else {
        let scope = Scope::Platform;
        permit::require(reeve, &mut tx, caller, PASSKEYS_MANAGE, scope, &entry).await?;
    }
    let user_id = user_id.ok_or_else(|| Error::not_found("passkey", passkey_id))?;
    passkey::remove(&mut tx, passkey_id).await?;
    store::audit::record(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok(user_id)
}
