//! Identities: finding them, looking at them, and bringing them in.

mod create;
mod edit;
pub mod file;
pub mod import;
mod list;
mod show;
mod write;

use domain::access::permission::IDENTITIES_READ;
use domain::actor::SYSTEM_USER;
use domain::id::UserId;
use store::Tx;

use crate::{Caller, Error, Reeve, permit};

pub(crate) use create::enrol;
pub use create::{Created, New, create};
pub use edit::{Change, edit};
pub use list::{Filter, list};
pub use show::{Detail, me, show};

/// The person with that id or e-mail address; the system's own identity is none.
pub(crate) async fn person(tx: &mut Tx, who: &str) -> Result<UserId, Error> {
    let found = store::identity::find(tx, who).await?;
    found
        .map(|(user_id, _)| user_id)
        .filter(|user_id| *user_id != SYSTEM_USER)
        .ok_or_else(|| Error::not_found("identity", who))
}

/// The id that a person is named by, if it is one: whom a refusal was about, without looking whether
/// there is such a person.
pub(crate) fn named_id(who: &str) -> Option<UserId> {
    who.parse().ok()
}

/// At least one of a list.
pub(crate) fn some(limit: i64) -> Result<i64, Error> {
    if limit < 1 {
        return Err(Error::invalid("limit", "must be at least 1"));
    }
    Ok(limit)
}

/// The identity with that id or e-mail address.
pub async fn find(reeve: &Reeve, caller: &Caller, id_or_email: &str) -> Result<UserId, Error> {
    let mut tx = permit::look(reeve, caller, "find identity", IDENTITIES_READ).await?;
    let found = store::identity::find(&mut tx, id_or_email).await?;
    tx.rollback().await?;
    let (user_id, _) = found.ok_or_else(|| Error::NotFound {
        what: "identity",
        name: id_or_email.to_owned(),
    })?;
    Ok(user_id)
}
