//! Changing what one person is called.

use domain::access::over::Act;
use domain::access::permission::IDENTITIES_MANAGE;
use domain::audit::Action;
use domain::identity::email::{Email, NotAnEmail};
use serde::Deserialize;
use serde_json::json;
use store::audit::Entry;
use store::person::{self, Person};
use utoipa::ToSchema;

use super::create::{name, taken};
use super::named_id;
use crate::given::given;
use crate::{Caller, Error, Reeve, lifecycle, permit};

/// What changes; what is left out stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = UserChange)]
pub struct Change {
    /// Another address, which is nobody else's.
    pub email: Option<String>,
    /// At most 200 characters; null for none.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    pub display_name: Option<Option<String>>,
}

/// Changes address and name of somebody. Whoever has an administrator's address may come in as them, so
/// that is for who could make one.
pub async fn edit(
    reeve: &Reeve,
    caller: &Caller,
    who: &str,
    change: &Change,
) -> Result<Person, Error> {
    let email: Option<Email> = change
        .email
        .as_deref()
        .map(str::parse)
        .transpose()
        .map_err(|e: NotAnEmail| Error::invalid("email", e))?;
    let display_name = match &change.display_name {
        Some(Some(text)) => Some(Some(name(text)?)),
        Some(None) => Some(None),
        None => None,
    };
    let action = Action::IdentityUpdate;
    let about = named_id(who);
    let mut tx = permit::change(reeve, caller, action, IDENTITIES_MANAGE, about).await?;
    let account = lifecycle::lock(&mut tx, who).await?;
    let user_id = account.user_id;
    let not_found = || Error::not_found("identity", who);
    let before = person::get(&mut tx, user_id).await?.ok_or_else(not_found)?;
    let email = email.filter(|email| email.as_str() != before.email);
    let display_name = display_name.filter(|name| *name != before.display_name.as_deref());
    let changed: Vec<_> = [
        email.as_ref().map(|_| "email"),
        display_name.map(|_| "display_name"),
    ]
    .into_iter()
    .flatten()
    .collect();
    let entry = Entry {
        after: Some(json!({ "changed": changed })),
        ..lifecycle::of(caller, action, &account)
    };
    if let Some(new) = &email {
        for address in [&account.email, new.as_str()] {
            let whose = (user_id, address);
            permit::act_on(reeve, &mut tx, caller, Act::Power, whose, &entry).await?;
        }
    }
    if changed.is_empty() {
        return Ok(before);
    }
    let address = email.as_ref().map(Email::as_str);
    store::identity::edit(&mut tx, user_id, address, display_name)
        .await
        .map_err(|error| taken(error, address.unwrap_or_default()))?;
    store::audit::record(&mut tx, &entry).await?;
    let after = person::get(&mut tx, user_id).await?.ok_or_else(not_found)?;
    tx.commit().await?;
    Ok(after)
}
