//! Personal access tokens: making, listing, revoking (U-23, U-71 to U-73).
//!
//! Everybody makes and revokes their own, but not by a token. Whoever holds `tokens:manage` on the
//! platform does it for others.

use domain::access::over::Act;
use domain::access::permission::{Permission, PermissionSet, TOKENS_MANAGE, TOKENS_READ};
use domain::access::role::Scope;
use domain::actor::Actor;
use domain::audit::Action;
use domain::credential::secret::Kind;
use domain::credential::token::{self as rule, Denied};
use domain::governance::privileged::Privilege;
use domain::id::{TokenId, UserId};
use domain::quota::Quota;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::audit::Entry;
use store::facts::asker::Asker;
use store::token::{self, NewToken, Token};
use store::{Tx, role};
use utoipa::ToSchema;

use crate::identity::person;
use crate::{Caller, Error, Reeve, lifecycle, permit, quota, secret};

/// What is asked for.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// What its owner calls it, 1 to 100 characters.
    pub name: String,
    /// What it may do, by permission; left out: whatever its owner may do.
    pub scopes: Option<Vec<String>>,
    /// When it ends, at most 366 days from now; 90 days if left out.
    pub expires_at: Option<Timestamp>,
}

/// A token that was made. The only time that its secret is shown.
#[derive(Clone, Serialize, ToSchema)]
pub struct Made {
    pub token_id: TokenId,
    /// The secret. It is shown this once.
    pub token: String,
    pub expires_at: Timestamp,
}

/// Makes a token for somebody, given by id or address.
pub async fn create(
    reeve: &Reeve,
    caller: &Caller,
    whose: &str,
    wanted: &Wanted,
) -> Result<Made, Error> {
    let action = Action::TokenCreate;
    let name = rule::name(&wanted.name)?;
    let asked = wanted.scopes.as_deref().map(scopes).transpose()?;
    let mut tx = reeve
        .database
        .system(action.as_str(), &caller.context(action))
        .await?;
    let user_id = owner(reeve, &mut tx, caller, action, whose).await?;
    let entry = Entry {
        target: Some(user_id),
        ..caller.entry(action, "personal_access_token", user_id.to_string())
    };
    let by_token = match caller.actor {
        Actor::Token { .. } => Err(Denied::ByToken),
        Actor::Person { .. } | Actor::BreakGlass { .. } | Actor::Job { .. } | Actor::Operator => {
            Ok(())
        }
    };
    let now = tx.now().await?;
    let held = permissions(reeve, &mut tx, user_id).await?;
    let judged = by_token.and_then(|()| {
        let expires_at = rule::expiry(wanted.expires_at, now)?;
        Ok((expires_at, rule::scopes(asked, held)?))
    });
    let one_more = quota::one_more(&mut tx, user_id, Quota::Tokens).await?;
    let judged = judged.map_err(Error::from);
    let judged = judged.and_then(|judged| one_more.map(|()| judged).map_err(Error::from));
    let (expires_at, scopes) = match judged {
        Ok(judged) => judged,
        Err(denied) => {
            drop(tx);
            return permit::refuse(reeve, caller, &entry, denied).await;
        }
    };
    let secret = secret::new(Kind::AccessToken)?;
    let new = NewToken {
        user_id,
        name,
        hash: secret.hash(),
        scopes,
        expires_at,
    };
    let token_id = token::create(&mut tx, &new).await?;
    let entry = Entry {
        entity_pk: token_id.to_string(),
        after: Some(json!({ "scopes": wanted.scopes, "expires_at": expires_at })),
        ..entry
    };
    store::audit::record(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok(Made {
        token_id,
        token: secret.expose().to_owned(),
        expires_at,
    })
}

/// Somebody's tokens that still count, newest first; never their secrets.
pub async fn list(reeve: &Reeve, caller: &Caller, whose: &str) -> Result<Vec<Token>, Error> {
    let mut tx = reeve.database.snapshot("list tokens").await?;
    let user_id = match own(caller, whose) {
        Some(user_id) => {
            permit::own(reeve, caller, TOKENS_READ)?;
            user_id
        }
        None => {
            permit::may_look(reeve, &mut tx, caller, TOKENS_READ, Scope::Platform).await?;
            person(&mut tx, whose).await?
        }
    };
    let tokens = token::list(&mut tx, user_id).await?;
    tx.rollback().await?;
    Ok(tokens)
}

/// Revokes a token: the next request that shows it is refused.
pub async fn revoke(reeve: &Reeve, caller: &Caller, token_id: TokenId) -> Result<UserId, Error> {
    end(reeve, caller, None, token_id).await
}

/// Revokes a token of this person; another's is not found.
pub async fn revoke_of(
    reeve: &Reeve,
    caller: &Caller,
    user_id: UserId,
    token_id: TokenId,
) -> Result<UserId, Error> {
    end(reeve, caller, Some(user_id), token_id).await
}

async fn end(
    reeve: &Reeve,
    caller: &Caller,
    of: Option<UserId>,
    token_id: TokenId,
) -> Result<UserId, Error> {
    let action = Action::TokenRevoke;
    let mut tx = reeve
        .database
        .system(action.as_str(), &caller.context(action))
        .await?;
    let not_found = || Error::not_found("token", token_id);
    let user_id = token::owner(&mut tx, token_id).await?;
    let user_id = user_id.filter(|user_id| of.is_none_or(|of| of == *user_id));
    let entry = Entry {
        target: user_id,
        ..caller.entry(action, "personal_access_token", token_id.to_string())
    };
    if user_id == Some(caller.actor.user_id()) {
        permit::own_change(reeve, caller, TOKENS_MANAGE, &entry).await?;
    } else {
        permit::require(
            reeve,
            &mut tx,
            caller,
            TOKENS_MANAGE,
            Scope::Platform,
            &entry,
        )
        .await?;
    }
    let user_id = user_id.ok_or_else(not_found)?;
    token::revoke(&mut tx, token_id).await?;
    store::audit::record(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok(user_id)
}

/// The caller themselves, if that is who is named.
fn own(caller: &Caller, whose: &str) -> Option<UserId> {
    let user_id = caller.actor.user_id();
    (!caller.is_trusted() && whose.parse() == Ok(user_id)).then_some(user_id)
}

/// For whom a token is to be made, if the caller may.
async fn owner(
    reeve: &Reeve,
    tx: &mut Tx,
    caller: &Caller,
    action: Action,
    whose: &str,
) -> Result<UserId, Error> {
    let entry = Entry {
        target: crate::identity::named_id(whose),
        ..caller.entry(action, "permission", TOKENS_MANAGE.name().to_owned())
    };
    if let Some(user_id) = own(caller, whose) {
        permit::own_change(reeve, caller, TOKENS_MANAGE, &entry).await?;
        return Ok(user_id);
    }
    permit::require(reeve, tx, caller, TOKENS_MANAGE, Scope::Platform, &entry).await?;
    let account = lifecycle::lock(tx, whose).await?;
    let (user_id, email) = (account.user_id, &account.email);
    let entry = lifecycle::of(caller, action, &account);
    permit::act_on(reeve, tx, caller, Act::Power, (user_id, email), &entry).await?;
    Ok(user_id)
}

/// Everything that somebody's roles permit anywhere, and what being entitled may.
async fn permissions(reeve: &Reeve, tx: &mut Tx, user_id: UserId) -> Result<PermissionSet, Error> {
    let roles = role::load(tx).await?;
    let list = &reeve.live.get().break_glass;
    let Some(asker) = Asker::load(tx, &roles, list, user_id, None).await? else {
        return Ok(PermissionSet::EMPTY);
    };
    if asker.privilege == Some(Privilege::BreakGlass) {
        return Ok(PermissionSet::all());
    }
    let entitlements = Permission::all().filter(|of| of.granted_by_entitlement());
    let held = asker.held().fold(PermissionSet::EMPTY, |all, (role, _)| {
        all.union(role.permissions)
    });
    Ok(held.union(entitlements.collect()))
}

fn scopes(names: &[String]) -> Result<PermissionSet, Error> {
    names
        .iter()
        .map(|name| {
            Permission::of(name).ok_or_else(|| {
                let known = "`reeve role list` names them all";
                Error::invalid(
                    "scopes",
                    format!("there is no permission `{name}`; {known}"),
                )
            })
        })
        .collect()
}
