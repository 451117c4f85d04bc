//! Browsers' sessions: beginning, listing, ending.
//!
//! Everybody may end their own; whoever holds `sessions:manage` on the platform ends others'. How a
//! request's session is recognised is [`crate::authenticate`]'s.

use domain::access::ceiling::{Authority, GrantDenied};
use domain::access::decide::admit;
use domain::access::facts::IdentityFacts;
use domain::access::permission::{IDENTITIES_MANAGE, SESSIONS_MANAGE, SESSIONS_READ};
use domain::access::role::Scope;
use domain::actor::Actor;
use domain::audit::Action;
use domain::credential::Credential;
use domain::credential::secret::{Kind, Secret};
use domain::credential::session::{ABSOLUTE_LIMIT, IDLE_LIMIT, LOGIN_LINK_LIFE};
use domain::governance::privileged::Privilege;
use domain::id::{CorrelationId, SessionId, UserId};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;
use store::audit::Entry;
use store::identity::Owner;
use store::session::{self, NewSession, Session};
use store::{Tx, role};
use utoipa::ToSchema;

use crate::authenticate::Unauthenticated;
use crate::identity::person;
use crate::permit::Rights;
use crate::{Caller, Error, Reeve, permit, secret};

/// A session that began. The only time that its secret is shown.
#[derive(Clone, Debug)]
pub struct Begun {
    pub session_id: SessionId,
    pub user_id: UserId,
    /// For the cookie.
    pub secret: Secret,
}

/// How somebody proved who they are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Proof<'a> {
    pub(crate) method: &'static str,
    /// Whether the sign-in proved the address that the identity has (D18).
    pub(crate) email: bool,
    /// Issuer and, if it has one, the provider's own session.
    pub(crate) provider: Option<(&'a str, Option<&'a str>)>,
}

/// Begins a session of somebody who proved who they are, if they may be here. A refusal is audited.
pub(crate) async fn begin(
    reeve: &Reeve,
    mut tx: Tx,
    correlation_id: &CorrelationId,
    owner: &Owner,
    proof: Proof<'_>,
) -> Result<Begun, Error> {
    let list = &reeve.live.get().break_glass;
    let listed =
        list.names(owner.user_id) || (proof.email && list.lists(owner.user_id, &owner.email));
    let user_id = owner.user_id;
    let actor = match listed {
        true => Actor::BreakGlass { user_id },
        false => Actor::Person { user_id },
    };
    let caller = Caller {
        actor,
        credential: None,
        session: None,
        correlation_id: correlation_id.clone(),
    };
    let action = Action::SessionBegin;
    let entry = Entry {
        target: Some(user_id),
        after: Some(json!({ "method": proof.method, "break_glass": listed })),
        ..caller.entry(action, "session", user_id.to_string())
    };
    let identity = IdentityFacts {
        status: owner.status,
        session_epoch: owner.session_epoch,
        privilege: listed.then_some(Privilege::BreakGlass),
    };
    let credential = Credential {
        issued_at: tx.clock().await?,
        scopes: None,
    };
    if let Err(finding) = admit(&identity, &credential) {
        let refused = Unauthenticated::Refused(finding);
        return permit::refuse(reeve, &caller, &entry, refused.into()).await;
    }
    let secret = secret::new(Kind::Session)?;
    let new = NewSession {
        user_id,
        hash: secret.hash(),
        method: proof.method,
        break_glass: listed,
        issuer: proof.provider.map(|(issuer, _)| issuer),
        provider_session: proof.provider.and_then(|(_, session)| session),
    };
    let session_id = session::create(&mut tx, &new).await?;
    let entry = Entry {
        entity_pk: session_id.to_string(),
        ..entry
    };
    store::audit::record(&mut tx, &entry).await?;
    tx.commit().await?;
    if listed {
        tracing::warn!(%user_id, "signed in by the break-glass list");
    }
    Ok(Begun {
        session_id,
        user_id,
        secret,
    })
}

/// A link that signs one person in, once. The only time that it is shown.
#[derive(Clone, Debug, Serialize)]
pub struct Link {
    pub link: String,
    pub user_id: UserId,
    pub expires_at: Timestamp,
}

/// Makes a link that signs somebody in once, within ten minutes. Whoever has it is that person, so only
/// who may do everything makes one.
pub async fn create_link(reeve: &Reeve, caller: &Caller, who: &str) -> Result<Link, Error> {
    let action = Action::LoginLinkCreate;
    let about = crate::identity::named_id(who);
    let mut tx = permit::change(reeve, caller, action, IDENTITIES_MANAGE, about).await?;
    let user_id = person(&mut tx, who).await?;
    let entry = Entry {
        target: Some(user_id),
        ..caller.entry(action, "login_link", user_id.to_string())
    };
    let roles = role::load(&mut tx).await?;
    let rights = Rights::load(reeve, &mut tx, caller, &roles, Scope::Platform).await?;
    if rights.authority(Scope::Platform) != Authority::Administrator {
        let denied = GrantDenied::PlatformAdminOnly;
        return permit::refuse(reeve, caller, &entry, denied.into()).await;
    }
    let secret = secret::new(Kind::LoginLink)?;
    let now = tx.now().await?;
    let expires_at = now.saturating_add(LOGIN_LINK_LIFE).unwrap_or(now);
    session::keep_link(&mut tx, user_id, secret.hash(), expires_at).await?;
    store::audit::record(&mut tx, &entry).await?;
    tx.commit().await?;
    let path = format!("/login/link?token={}", secret.expose());
    Ok(Link {
        link: reeve.live.get().public_url.at(&path),
        user_id,
        expires_at,
    })
}

/// Signs in by a link. It is used up by the first who does, however many try at once; of somebody who may
/// not be here it stays unused.
pub async fn sign_in_by_link(
    reeve: &Reeve,
    text: &str,
    correlation_id: &CorrelationId,
) -> Result<Begun, Error> {
    let secret = Secret::parse(Kind::LoginLink, text).map_err(|_| Unauthenticated::Unknown)?;
    let mut tx = reeve.sign_in_tx(correlation_id).await?;
    let owner = session::use_link(&mut tx, secret.hash()).await?;
    let owner = owner.ok_or(Unauthenticated::Unknown)?;
    let proof = Proof {
        method: "link",
        // The operator who made the link named the address.
        email: true,
        provider: None,
    };
    begin(reeve, tx, correlation_id, &owner, proof).await
}

/// Somebody's sessions that still count, newest first.
pub async fn list(reeve: &Reeve, caller: &Caller, whose: &str) -> Result<Vec<Session>, Error> {
    let mut tx = reeve.database.snapshot("list sessions").await?;
    let user_id = match own(caller, whose) {
        Some(user_id) => {
            permit::own(reeve, caller, SESSIONS_READ)?;
            user_id
        }
        None => {
            permit::may_look(reeve, &mut tx, caller, SESSIONS_READ, Scope::Platform).await?;
            person(&mut tx, whose).await?
        }
    };
    let (idle, absolute) = limits();
    let sessions = session::list(&mut tx, user_id, idle, absolute).await?;
    tx.rollback().await?;
    Ok(sessions)
}

/// What the browser that asks needs to know of its own session.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = OwnSession)]
pub struct Own {
    #[serde(flatten)]
    pub session: Session,
    /// When it ends, if it is not used again.
    pub ends_at: Timestamp,
    /// To be sent as `X-CSRF-Token` with every request that changes something.
    pub csrf_token: String,
}

/// Ends a session: the next request that shows it is refused. `whose` is who it must belong to, where
/// the caller says so.
pub async fn revoke(
    reeve: &Reeve,
    caller: &Caller,
    session_id: SessionId,
    whose: Option<UserId>,
) -> Result<UserId, Error> {
    let action = Action::SessionRevoke;
    let mut tx = reeve
        .database
        .system(action.as_str(), &caller.context(action))
        .await?;
    let user_id = session::owner(&mut tx, session_id).await?;
    let entry = Entry {
        target: user_id,
        ..caller.entry(action, "session", session_id.to_string())
    };
    if user_id == Some(caller.actor.user_id()) {
        permit::own_change(reeve, caller, SESSIONS_MANAGE, &entry).await?;
    } else {
        let scope = Scope::Platform;
        permit::require(reeve, &mut tx, caller, SESSIONS_MANAGE, scope, &entry).await?;
    }
    let user_id = user_id
        .filter(|user_id| whose.is_none_or(|whose| whose == *user_id))
        .ok_or_else(|| Error::not_found("session", session_id))?;
    session::revoke(&mut tx, session_id).await?;
    store::audit::record(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok(user_id)
}

/// Ends all sessions of somebody. Returns how many.
pub async fn revoke_all(reeve: &Reeve, caller: &Caller, whose: &str) -> Result<usize, Error> {
    let action = Action::SessionRevoke;
    let about = crate::identity::named_id(whose);
    let mut tx = permit::change(reeve, caller, action, SESSIONS_MANAGE, about).await?;
    let user_id = person(&mut tx, whose).await?;
    let ended = session::revoke_all(&mut tx, user_id).await?;
    if ended.is_empty() {
        tx.rollback().await?;
        return Ok(0);
    }
    let entry = Entry {
        target: Some(user_id),
        before: Some(json!({ "sessions": ended })),
        ..caller.entry(action, "app_user", user_id.to_string())
    };
    store::audit::record(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok(ended.len())
}

/// The limits of a session in seconds: unused, and at all.
pub(crate) fn limits() -> (f64, f64) {
    (IDLE_LIMIT.as_secs_f64(), ABSOLUTE_LIMIT.as_secs_f64())
}

fn own(caller: &Caller, whose: &str) -> Option<UserId> {
    let user_id = caller.actor.user_id();
    (!caller.is_trusted() && whose.parse() == Ok(user_id)).then_some(user_id)
}
