//! Who calls: from what a request carries to a [`Caller`].
//!
//! Only the credential itself is looked at here, by one query; what its owner may do is every operation's
//! own question.

use domain::access::decide::{Finding, admit};
use domain::access::facts::IdentityFacts;
use domain::access::reason::Reason;
use domain::actor::Actor;
use domain::audit::Action;
use domain::credential::Credential;
use domain::credential::secret::{Kind, Secret};
use domain::governance::privileged::Privilege;
use domain::id::CorrelationId;
use store::identity::Owner;
use store::scope::Context;

use crate::{Caller, Error, Reeve};

/// Why a request is nobody's. One text for all that is wrong with a secret: whoever guesses learns
/// nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unauthenticated {
    #[error("sign in, or send a token as `Authorization: Bearer`")]
    Missing,
    #[error("the token or session is unknown, revoked or over; sign in again, or make a new token")]
    Unknown,
    /// It is genuine, but its owner may not be here, or their sessions were revoked since.
    #[error("{}; sign in again, or ask an administrator", .0.reason.describe())]
    Refused(Finding),
}

/// Whoever shows a personal access token.
pub async fn by_token(
    reeve: &Reeve,
    text: &str,
    correlation_id: CorrelationId,
) -> Result<Caller, Error> {
    let secret = Secret::parse(Kind::AccessToken, text).map_err(|_| Unauthenticated::Unknown)?;
    let context = Context {
        correlation_id: Some(correlation_id.clone()),
        ..Context::default()
    };
    let mut tx = reeve.database.system("authenticate", &context).await?;
    let shown = store::token::show(&mut tx, secret.hash()).await?;
    tx.commit().await?;
    let shown = shown.ok_or(Unauthenticated::Unknown)?;
    let credential = Credential {
        issued_at: shown.created_at,
        scopes: shown.scopes,
    };
    let privilege = admitted(reeve, &shown.owner, &credential)?;
    let caller = Caller {
        actor: Actor::Token {
            user_id: shown.owner.user_id,
            token_id: shown.token_id,
        },
        credential: Some(credential),
        correlation_id,
    };
    if privilege {
        break_glass_used(reeve, &caller).await?;
    }
    Ok(caller)
}

/// Whether the credential counts, and if so, whether only the break-glass list lets its owner in.
fn admitted(
    reeve: &Reeve,
    owner: &Owner,
    credential: &Credential,
) -> Result<bool, Unauthenticated> {
    let listed = reeve
        .live
        .get()
        .break_glass
        .lists(owner.user_id, &owner.email);
    let identity = IdentityFacts {
        status: owner.status,
        session_epoch: owner.session_epoch,
        privilege: listed.then_some(Privilege::BreakGlass),
    };
    admit(&identity, credential).map_err(Unauthenticated::Refused)?;
    Ok(Reason::of_identity(owner.status, identity.privilege) == Reason::BreakGlass)
}

/// Each use of the list is on record (D18).
async fn break_glass_used(reeve: &Reeve, caller: &Caller) -> Result<(), Error> {
    let action = Action::BreakGlassUse;
    let user_id = caller.actor.user_id();
    let mut tx = reeve
        .database
        .system(action.as_str(), &caller.context(action))
        .await?;
    let entry = store::audit::Entry {
        target: Some(user_id),
        ..caller.entry(action, "app_user", user_id.to_string())
    };
    store::audit::record(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok(())
}
