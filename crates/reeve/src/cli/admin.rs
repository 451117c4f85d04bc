//! `reeve admin`: the first administrator, and any other that an operator makes.

use app::identity::New;
use clap::Subcommand;

use super::{Ending, Session};
use crate::failure::Failure;
use crate::output::instant;

#[derive(Debug, Subcommand)]
pub(crate) enum Admin {
    /// Make somebody a platform admin; whoever is not there yet is created.
    Create {
        /// E-mail address.
        email: String,
        /// What they are called.
        #[arg(long, value_name = "NAME")]
        display_name: Option<String>,
    },
    /// Print a link that signs somebody in, once, within ten minutes. Whoever opens it is them.
    LoginLink {
        /// Id or e-mail address.
        email: String,
    },
}

pub(crate) async fn run(session: &Session, command: Admin) -> Result<Ending, Failure> {
    match command {
        Admin::Create {
            email,
            display_name,
        } => create(session, email, display_name).await,
        Admin::LoginLink { email } => login_link(session, &email).await,
    }
}

async fn login_link(session: &Session, who: &str) -> Result<Ending, Failure> {
    let reeve = session.installation.open().await?;
    let link = app::session::create_link(&reeve, &session.caller, who).await?;
    session.format.print(&link, |link| {
        format!(
            "{}\nsigns {who} in, once, until {}; whoever opens it is them",
            link.link,
            instant(link.expires_at)
        )
    })?;
    Ok(Ending::Done)
}

async fn create(
    session: &Session,
    email: String,
    display_name: Option<String>,
) -> Result<Ending, Failure> {
    let reeve = session.installation.open().await?;
    let new = New {
        email: email.clone(),
        display_name,
    };
    let made = app::admin::create(&reeve, &session.caller, &new).await?;
    session.format.print(&made, |made| {
        let first = if made.created { "created; " } else { "" };
        let role = if made.role_given {
            "is a platform admin now"
        } else {
            "was a platform admin already"
        };
        format!("{email} {first}{role}\nnext: reeve token create --identity {email} --name NAME")
    })?;
    Ok(Ending::Done)
}
