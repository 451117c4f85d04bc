//! `reeve token`: personal access tokens.

use app::token::Wanted;
use clap::{Args, Subcommand};
use domain::id::TokenId;
use jiff::Timestamp;
use serde_json::json;
use store::token::Token as Listed;

use super::{Ending, Session};
use crate::failure::Failure;
use crate::output::{instant, table};

#[derive(Debug, Subcommand)]
pub(crate) enum Token {
    /// Make a token for somebody. Its secret is printed this once.
    Create(Create),
    /// List somebody's tokens that still count.
    List {
        /// Id or e-mail address.
        #[arg(long)]
        identity: String,
    },
    /// Revoke a token; the next request that shows it is refused.
    Revoke {
        /// The token's id, as `reeve token list` shows it.
        token: TokenId,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Create {
    /// Whose token it is: id or e-mail address.
    #[arg(long)]
    identity: String,
    /// What it is for.
    #[arg(long)]
    name: String,
    /// A permission that it is for; repeat for more. Without any it may do whatever its owner may.
    #[arg(long, value_name = "PERMISSION")]
    scope: Vec<String>,
    /// When it ends, like 2027-01-31T12:00:00Z; 90 days from now if left out.
    #[arg(long, value_name = "T", value_parser = super::argument::instant)]
    expires: Option<Timestamp>,
}

pub(crate) async fn run(session: &Session, command: Token) -> Result<Ending, Failure> {
    let reeve = session.installation.open().await?;
    let caller = &session.caller;
    match command {
        Token::Create(create) => {
            let wanted = Wanted {
                name: create.name,
                scopes: (!create.scope.is_empty()).then_some(create.scope),
                expires_at: create.expires,
            };
            let made = app::token::create(&reeve, caller, &create.identity, &wanted).await?;
            session.format.print(&made, |made| {
                format!(
                    "{}\ntoken {}, until {}; the secret above is shown this once",
                    made.token,
                    made.token_id,
                    instant(made.expires_at)
                )
            })?;
        }
        Token::List { identity } => {
            let tokens = app::token::list(&reeve, caller, &identity).await?;
            session.format.print(&tokens, |tokens| describe(tokens))?;
        }
        Token::Revoke { token } => {
            let user_id = app::token::revoke(&reeve, caller, token).await?;
            let answer = json!({ "token_id": token, "user_id": user_id });
            session.format.print(&answer, |_| {
                format!("token {token} is revoked; the next request that shows it is refused")
            })?;
        }
    }
    Ok(Ending::Done)
}

fn describe(tokens: &[Listed]) -> String {
    if tokens.is_empty() {
        return "no tokens".to_owned();
    }
    table(
        ["token", "name", "scopes", "until", "last used"],
        tokens.iter().map(|token| {
            [
                token.token_id.to_string(),
                token.name.clone(),
                token
                    .scopes
                    .as_ref()
                    .map_or_else(|| "whatever its owner may".to_owned(), |s| s.join(", ")),
                instant(token.expires_at),
                token.last_used_at.map(instant).unwrap_or_default(),
            ]
        }),
    )
}
