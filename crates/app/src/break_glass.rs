//! The break-glass list of this process, held against the identities (R-40 to R-47, D18).

use domain::access::permission::GOVERNANCE_READ;
use domain::access::reason::Reason;
use domain::governance::privileged::{BreakGlass, Privilege};
use domain::id::UserId;
use domain::identity::Status;
use serde::Serialize;
use store::{StoreError, Tx, identity};
use utoipa::ToSchema;

use crate::{Caller, Error, Reeve, permit};

/// One entry of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = BreakGlassEntry)]
pub struct Entry {
    /// As it stands in the list.
    pub entry: String,
    /// `user_id`, `email`, or `malformed`.
    pub kind: &'static str,
    /// Whom it matches, if anybody.
    pub identity: Option<Matched>,
}

/// Whom an entry matches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = BreakGlassMatch)]
pub struct Matched {
    pub user_id: UserId,
    pub email: String,
    pub status: Status,
    /// Whether the list lets them in: everybody but the disabled.
    pub lets_in: bool,
}

/// The list of this process, and what the running servers say of theirs.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = BreakGlass)]
pub struct Shown {
    pub entries: Vec<Entry>,
    /// How many entries the list of each server that was heard lately has.
    pub servers: Vec<u64>,
    /// Whom their lists match.
    pub let_in_by_servers: Vec<UserId>,
}

/// Every entry with whom it matches, and whether a running server has a list.
pub async fn show(reeve: &Reeve, caller: &Caller) -> Result<Shown, Error> {
    let mut tx = permit::look(reeve, caller, "show break-glass", GOVERNANCE_READ).await?;
    let nodes = store::node::living(&mut tx).await?;
    let shown = Shown {
        entries: look(reeve, &mut tx).await?,
        servers: nodes.iter().map(|node| node.break_glass_entries).collect(),
        let_in_by_servers: store::node::listed(&mut tx).await?,
    };
    tx.rollback().await?;
    Ok(shown)
}

/// Whom nothing may take anything from: this process's list, and those that the lists of running
/// servers match. A command without the server's environment must not undo what the server grants.
pub(crate) async fn spared(reeve: &Reeve, tx: &mut Tx) -> Result<BreakGlass, StoreError> {
    let listed = store::node::listed(tx).await?;
    Ok(reeve.live.get().break_glass.clone().and(listed))
}

pub(crate) async fn look(reeve: &Reeve, tx: &mut Tx) -> Result<Vec<Entry>, Error> {
    let live = reeve.live.get();
    let list = &live.break_glass;
    let mut entries = Vec::new();
    for user_id in list.user_ids() {
        let text = user_id.to_string();
        let identity = matched(tx, &text).await?;
        entries.push(Entry {
            entry: text,
            kind: "user_id",
            identity,
        });
    }
    for email in list.emails() {
        let text = email.to_string();
        let identity = matched(tx, &text).await?;
        entries.push(Entry {
            entry: text,
            kind: "email",
            identity,
        });
    }
    entries.extend(list.malformed().iter().map(|entry| Entry {
        entry: entry.clone(),
        kind: "malformed",
        identity: None,
    }));
    Ok(entries)
}

async fn matched(tx: &mut Tx, text: &str) -> Result<Option<Matched>, Error> {
    let Some((user_id, email)) = identity::find(tx, text).await? else {
        return Ok(None);
    };
    let status = identity::status_of(tx, user_id).await?;
    Ok(status.map(|status| Matched {
        user_id,
        email,
        status,
        lets_in: Reason::of_identity(status, Some(Privilege::BreakGlass)).passes(),
    }))
}
