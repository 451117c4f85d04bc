//! Binding external accounts to people by hand, and taking them away (P-01).

use domain::access::over::Act;
use domain::access::permission::IDENTITIES_MANAGE;
use domain::audit::Action;
use domain::id::{DiscordId, NotASnowflake, UserId};
use domain::identity::link::{DISCORD, Link};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::audit::Entry;
use store::identity;
use utoipa::ToSchema;

use crate::identity::named_id;
use crate::{Caller, Error, Reeve, lifecycle, permit};

/// The account to bind.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewLink)]
pub struct New {
    /// The Discord account's id, digits in a text.
    pub discord_id: String,
}

/// A bound account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = BoundLink)]
pub struct Bound {
    pub user_id: UserId,
    pub provider: String,
    pub external_id: String,
    /// Whether it was bound just now; `false` if it was before.
    pub new: bool,
}

/// Binds a Discord account to somebody.
pub async fn link(reeve: &Reeve, caller: &Caller, who: &str, new: &New) -> Result<Bound, Error> {
    let bad = |e: NotASnowflake| Error::invalid("discord_id", e);
    let discord_id: DiscordId = new.discord_id.trim().parse().map_err(bad)?;
    let action = Action::IdentityLink;
    let about = named_id(who);
    let mut tx = permit::change(reeve, caller, action, IDENTITIES_MANAGE, about).await?;
    let account = lifecycle::lock(&mut tx, who).await?;
    let user_id = account.user_id;
    let link = Link::Discord(discord_id);
    let entry = Entry {
        after: Some(json!({ "provider": DISCORD, "external_id": discord_id })),
        ..lifecycle::of(caller, action, &account)
    };
    let email = &account.email;
    permit::act_on(reeve, &mut tx, caller, Act::Power, (user_id, email), &entry).await?;
    lifecycle::not_erased(&mut tx, user_id).await?;
    let found = identity::links(&mut tx, std::slice::from_ref(&link), &[user_id.0]).await?;
    let bound = found.iter().any(|one| {
        one.user_id == user_id && one.provider == DISCORD && one.external_id == link.external_id()
    });
    if !bound {
        identity::link(&mut tx, &[(user_id, link.clone())])
            .await
            .map_err(taken)?;
        store::audit::record(&mut tx, &entry).await?;
    }
    tx.commit().await?;
    Ok(Bound {
        user_id,
        provider: DISCORD.to_owned(),
        external_id: link.external_id(),
        new: !bound,
    })
}

/// Takes an account from somebody. What is known of it by snapshots counts for them no longer.
pub async fn unlink(
    reeve: &Reeve,
    caller: &Caller,
    who: &str,
    provider: &str,
    external_id: &str,
) -> Result<UserId, Error> {
    let action = Action::IdentityUnlink;
    let about = named_id(who);
    let mut tx = permit::change(reeve, caller, action, IDENTITIES_MANAGE, about).await?;
    let account = lifecycle::lock(&mut tx, who).await?;
    let user_id = account.user_id;
    // Whatever an issuer calls somebody may be an address, and stays out of the log.
    let image = match provider {
        DISCORD => json!({ "provider": provider, "external_id": external_id }),
        _ => json!({ "provider": provider }),
    };
    let entry = Entry {
        before: Some(image),
        ..lifecycle::of(caller, action, &account)
    };
    let email = &account.email;
    permit::act_on(reeve, &mut tx, caller, Act::Power, (user_id, email), &entry).await?;
    if !identity::unlink(&mut tx, user_id, provider, external_id).await? {
        let name = format!("{provider} {external_id}");
        return Err(Error::not_found("link of theirs", name));
    }
    store::audit::record(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok(user_id)
}

/// Says that an account is somebody's, and not whose.
fn taken(error: store::StoreError) -> Error {
    match error.constraint() {
        Some("identity_link_pkey" | "identity_link_discord") => Error::Conflict(
            "discord_id: this account is bound to somebody else; unlink it there first".to_owned(),
        ),
        Some("identity_link_one_discord") => Error::Conflict(
            "discord_id: they have a Discord account already; unlink that first".to_owned(),
        ),
        _ => error.into(),
    }
}
