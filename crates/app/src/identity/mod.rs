//! Identities: finding them and bringing them in.

pub mod file;
pub mod import;
mod write;

use domain::id::UserId;

use crate::{Error, Reeve};

/// The identity with that id or e-mail address.
pub async fn find(reeve: &Reeve, id_or_email: &str) -> Result<UserId, Error> {
    let mut tx = reeve.database.snapshot("find identity").await?;
    let found = store::identity::find(&mut tx, id_or_email).await?;
    tx.rollback().await?;
    let (user_id, _) = found.ok_or_else(|| Error::NotFound {
        what: "identity",
        name: id_or_email.to_owned(),
    })?;
    Ok(user_id)
}
