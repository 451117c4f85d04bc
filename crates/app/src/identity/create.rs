//! Bringing in one person, and changing what they are called.

use domain::access::over::Act;
use domain::access::permission::IDENTITIES_MANAGE;
use domain::audit::Action;
use domain::id::UserId;
use domain::identity::email::Email;
use domain::identity::{Status, email::NotAnEmail};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::Tx;
use store::audit::Entry;
use store::identity::{self, NewIdentity};
use utoipa::ToSchema;

use crate::{Caller, Error, Reeve, permit};

/// The longest name of a person, in characters.
const LONGEST_NAME: usize = 200;

/// Somebody to bring in.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewUser)]
pub struct New {
    pub email: String,
    /// At most 200 characters.
    pub display_name: Option<String>,
}

/// Somebody who was brought in.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = CreatedUser)]
pub struct Created {
    pub user_id: UserId,
}

/// Somebody to bring in, whose address and name are sound.
#[derive(Clone, Debug)]
pub(crate) struct Checked {
    email: Email,
    display_name: Option<String>,
}

impl Checked {
    pub(crate) fn email(&self) -> &str {
        self.email.as_str()
    }
}

impl New {
    pub(crate) fn checked(&self) -> Result<Checked, Error> {
        let email = self.email.parse();
        let display_name = self.display_name.as_deref().map(name).transpose()?;
        Ok(Checked {
            email: email.map_err(|e: NotAnEmail| Error::invalid("email", e))?,
            display_name: display_name.map(str::to_owned),
        })
    }
}

/// Creates an identity: active, in the default organization, with no role. One with an address of the
/// break-glass list is an administrator's.
pub async fn create(reeve: &Reeve, caller: &Caller, new: &New) -> Result<Created, Error> {
    let new = new.checked()?;
    let action = Action::IdentityCreate;
    let mut tx = permit::change(reeve, caller, action, IDENTITIES_MANAGE, None).await?;
    let user_id = enrol(reeve, &mut tx, caller, &new).await?;
    tx.commit().await?;
    Ok(Created { user_id })
}

/// Writes a new identity, with its row.
pub(crate) async fn enrol(
    reeve: &Reeve,
    tx: &mut Tx,
    caller: &Caller,
    new: &Checked,
) -> Result<UserId, Error> {
    let user_id = UserId(store::id::new_id());
    let entry = caller.entry(Action::IdentityCreate, "app_user", user_id.to_string());
    let whose = (user_id, new.email());
    permit::act_on(reeve, tx, caller, Act::Power, whose, &entry).await?;
    let identity = NewIdentity {
        user_id,
        email: new.email.to_string(),
        display_name: new.display_name.clone(),
        status: Status::Active,
        groups: Vec::new(),
    };
    identity::create(tx, &[identity])
        .await
        .map_err(|error| taken(error, new.email()))?;
    let entry = Entry {
        target: Some(user_id),
        after: Some(json!({ "status": Status::Active })),
        ..entry
    };
    store::audit::record(tx, &entry).await?;
    Ok(user_id)
}

/// An address is one person's.
pub(super) fn taken(error: store::StoreError, email: &str) -> Error {
    match error.constraint() {
        Some("app_user_email") => Error::Conflict(format!("email: {email} is somebody's already")),
        _ => error.into(),
    }
}

/// A name without the blanks around it.
pub(crate) fn name(text: &str) -> Result<&str, Error> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > LONGEST_NAME {
        let problem = format!("expected 1 to {LONGEST_NAME} characters");
        return Err(Error::invalid("display_name", problem));
    }
    Ok(text)
}
