//! Who calls: from what a request carries to a [`Caller`].
//!
//! Only the credential itself is looked at here, by one query, or by none if it was good a moment ago
//! ([`crate::recent`]); what its owner may do is every operation's own question.

use domain::access::decide::{Finding, admit};
use domain::access::facts::IdentityFacts;
use domain::access::reason::Reason;
use domain::actor::Actor;
use domain::audit::Action;
use domain::credential::Credential;
use domain::credential::secret::{Kind, Secret};
use domain::credential::session::{csrf_token, ends_at};
use domain::governance::privileged::Privilege;
use domain::id::{CorrelationId, TokenId};
use store::identity::Owner;
use store::scope::Context;
use store::{StoreError, Tx};

use crate::recent::Moment;
use crate::session::Own;
use crate::{Caller, Error, Reeve};

/// Why a request is nobody's. One text for all that is wrong with a secret: whoever guesses learns
/// nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unauthenticated {
    #[error("sign in, or send a token as `Authorization: Bearer`")]
    Missing,
    #[error("the token or session is unknown, revoked or over; sign in again, or make a new token")]
    Unknown,
    /// A token of the identity provider that is not believed. Why is for the log.
    #[error(
        "the token is not one of the identity provider's for this API, or is over; sign in again"
    )]
    Token(connect::oidc::Rejected),
    /// One text for whatever is wrong with a passkey, too.
    #[error("the passkey did not sign you in; begin again at /login, or sign in another way")]
    Passkey,
    #[error(
        "the passkey did not sign you in: its counter went back, as if it had been copied; ask an \
         administrator to remove it"
    )]
    PasskeyCopied,
    #[error("nobody is brought in by signing in here; ask an administrator for an account")]
    NotProvisioned,
    /// A token that is genuine and says too little, of somebody who was never here.
    #[error("the token does not say who you are; sign in here once, and it will count")]
    NotIntroduced,
    /// It is genuine, but its owner may not be here, or their sessions were revoked since.
    #[error("{}; sign in again, or ask an administrator", .0.reason.describe())]
    Refused(Finding),
}

/// Whoever shows a token, be it one of Reeve's or the identity provider's.
pub async fn by_bearer(
    reeve: &Reeve,
    text: &str,
    correlation_id: CorrelationId,
) -> Result<Caller, Error> {
    if text.starts_with("reeve_") {
        return by_token(reeve, text, correlation_id).await;
    }
    crate::sign_in::by_access_token(reeve, text, correlation_id).await
}

/// Whoever shows a personal access token.
pub async fn by_token(
    reeve: &Reeve,
    text: &str,
    correlation_id: CorrelationId,
) -> Result<Caller, Error> {
    let secret = Secret::parse(Kind::AccessToken, text).map_err(|_| Unauthenticated::Unknown)?;
    let (kept, now) = (&reeve.live.recent().tokens, Moment::now(reeve));
    let known = kept.get(secret.hash(), now);
    let is_known = known.is_some();
    let shown = match known {
        Some(shown) => shown,
        None => {
            let mut tx = looking(reeve, &correlation_id).await?;
            let shown = store::token::show(&mut tx, secret.hash()).await?;
            tx.commit().await?;
            shown.ok_or(Unauthenticated::Unknown)?
        }
    };
    let credential = Credential {
        issued_at: shown.created_at,
        scopes: shown.scopes,
    };
    // A token proves no address: it may be older than whatever the address says now.
    let let_in = admitted(reeve, &shown.owner, &credential, false)?;
    if !is_known {
        kept.put(secret.hash(), now, shown.left, shown.clone());
    }
    let caller = Caller {
        actor: Actor::Token {
            user_id: shown.owner.user_id,
            token_id: shown.token_id,
        },
        credential: Some(credential),
        session: None,
        correlation_id,
    };
    match let_in {
        LetIn::ByTheListAlone => break_glass_used(reeve, &caller).await?,
        // A session notes at its start that it is on the list; a token has no start.
        LetIn::Listed => token_on_the_list(reeve, &caller, shown.token_id).await?,
        LetIn::ByStatus => {}
    }
    Ok(caller)
}

/// A token of somebody active whom the list makes an administrator, once an hour: their access does not
/// hang on the list, what they may does.
async fn token_on_the_list(reeve: &Reeve, caller: &Caller, token_id: TokenId) -> Result<(), Error> {
    let action = Action::BreakGlassUse;
    let context = caller.context(action);
    let mut tx = reeve.database.system(action.as_str(), &context).await?;
    let entity = token_id.to_string();
    if store::audit::is_recorded_lately(&mut tx, action, &entity).await? {
        return Ok(tx.rollback().await?);
    }
    let entry = store::audit::Entry {
        target: Some(caller.actor.user_id()),
        ..caller.entry(action, "personal_access_token", entity)
    };
    store::audit::record(&mut tx, &entry).await?;
    Ok(tx.commit().await?)
}

/// A browser that shows a session, and what it needs to know of it.
pub struct Browser {
    pub caller: Caller,
    pub own: Own,
}

/// Whoever shows a browser's session.
pub async fn by_session(
    reeve: &Reeve,
    text: &str,
    correlation_id: CorrelationId,
) -> Result<Browser, Error> {
    let secret = Secret::parse(Kind::Session, text).map_err(|_| Unauthenticated::Unknown)?;
    let (kept, now) = (&reeve.live.recent().sessions, Moment::now(reeve));
    let known = kept.get(secret.hash(), now);
    let is_known = known.is_some();
    let shown = match known {
        Some(shown) => shown,
        None => {
            let (idle, absolute) = crate::session::limits();
            let mut tx = looking(reeve, &correlation_id).await?;
            let shown = store::session::show(&mut tx, secret.hash(), idle, absolute).await?;
            tx.commit().await?;
            shown.ok_or(Unauthenticated::Unknown)?
        }
    };
    let (owner, session) = (shown.owner.clone(), shown.session.clone());
    let credential = Credential {
        issued_at: session.created_at,
        scopes: None,
    };
    let user_id = owner.user_id;
    let let_in = admitted(reeve, &owner, &credential, session.break_glass)?;
    if !is_known {
        kept.put(secret.hash(), now, shown.left, shown);
    }
    let actor = match let_in {
        LetIn::ByStatus => Actor::Person { user_id },
        LetIn::Listed | LetIn::ByTheListAlone => Actor::BreakGlass { user_id },
    };
    let caller = Caller {
        actor,
        credential: Some(credential),
        session: Some(session.session_id),
        correlation_id,
    };
    if let_in == LetIn::ByTheListAlone {
        break_glass_used(reeve, &caller).await?;
    }
    let own = Own {
        ends_at: ends_at(session.created_at, session.last_used_at),
        csrf_token: csrf_token(&secret),
        session,
    };
    Ok(Browser { caller, own })
}

/// A transaction that looks for a credential, and is no operation.
pub(crate) async fn looking(
    reeve: &Reeve,
    correlation_id: &CorrelationId,
) -> Result<Tx, StoreError> {
    let context = Context {
        correlation_id: Some(correlation_id.clone()),
        ..Context::default()
    };
    reeve.database.system("authenticate", &context).await
}

/// Why somebody may be here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LetIn {
    ByStatus,
    /// Active, and on the break-glass list.
    Listed,
    /// Only the break-glass list lets them in.
    ByTheListAlone,
}

/// Whether the credential counts, and by what. `proven` says whether the address was proven, without
/// which the list counts by id alone (D18).
pub(crate) fn admitted(
    reeve: &Reeve,
    owner: &Owner,
    credential: &Credential,
    proven: bool,
) -> Result<LetIn, Unauthenticated> {
    let list = &reeve.live.get().break_glass;
    let listed = list.names(owner.user_id) || (proven && list.lists(owner.user_id, &owner.email));
    let identity = IdentityFacts {
        status: owner.status,
        session_epoch: owner.session_epoch,
        privilege: listed.then_some(Privilege::BreakGlass),
    };
    admit(&identity, credential).map_err(Unauthenticated::Refused)?;
    let reason = Reason::of_identity(owner.status, identity.privilege);
    Ok(match (reason, listed) {
        (Reason::BreakGlass, _) => LetIn::ByTheListAlone,
        (_, true) => LetIn::Listed,
        (_, false) => LetIn::ByStatus,
    })
}

/// Each use of the list is on record (D18).
pub(crate) async fn break_glass_used(reeve: &Reeve, caller: &Caller) -> Result<(), Error> {
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
