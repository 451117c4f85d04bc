//! `reeve passkey`: by what people sign in. They are registered in a browser, by their owner.

use clap::Subcommand;
use domain::id::PasskeyId;
use serde_json::json;
use store::passkey::Passkey as Listed;

use super::{Ending, Session};
use crate::failure::Failure;
use crate::output::{instant, table};

#[derive(Debug, Subcommand)]
pub(crate) enum Passkey {
    /// List somebody's passkeys.
    List {
        /// Id or e-mail address.
        #[arg(long)]
        identity: String,
    },
    /// Remove a passkey: it signs nobody in any more. Sessions that it began go on.
    Revoke {
        /// The passkey's id, as `reeve passkey list` shows it.
        passkey: PasskeyId,
    },
}

pub(crate) async fn run(session: &Session, command: Passkey) -> Result<Ending, Failure> {
    let reeve = session.installation.open().await?;
    let caller = &session.caller;
    match command {
        Passkey::List { identity } => {
            let passkeys = app::passkey::list(&reeve, caller, &identity).await?;
            session
                .format
                .print(&passkeys, |passkeys| describe(passkeys))?;
        }
        Passkey::Revoke { passkey } => {
            let user_id = app::passkey::remove(&reeve, caller, passkey, None).await?;
            let answer = json!({ "passkey_id": passkey, "user_id": user_id });
            session.format.print(&answer, |_| {
                format!(
                    "passkey {passkey} is removed and signs nobody in any more; sessions go on until \
                     `reeve session revoke --identity {user_id}`"
                )
            })?;
        }
    }
    Ok(Ending::Done)
}

fn describe(passkeys: &[Listed]) -> String {
    if passkeys.is_empty() {
        return "no passkeys".to_owned();
    }
    table(
        ["passkey", "name", "since", "last used"],
        passkeys.iter().map(|passkey| {
            [
                passkey.passkey_id.to_string(),
                passkey.name.clone(),
                instant(passkey.created_at),
                passkey.last_used_at.map(instant).unwrap_or_default(),
            ]
        }),
    )
}
