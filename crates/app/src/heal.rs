//! Self-heal: the way out of a lock-out of the administrators.

use domain::audit::Action;
use domain::governance::heal::heals;
use domain::governance::privileged::Privilege;
use domain::id::UserId;
use serde_json::json;
use store::audit::Entry;
use store::heal::{self, Candidate};

use crate::{Caller, Error, Reeve, break_glass};

/// Makes suspended privileged people active again, each with an audit row. Returns who they are;
/// where nobody is to be healed, nothing is written. Passes at once heal each person once.
pub async fn self_heal(reeve: &Reeve, caller: &Caller) -> Result<Vec<UserId>, Error> {
    let action = Action::EntitlementAdminSelfheal;
    let mut tx = reeve
        .database
        .system("self-heal", &caller.context(action))
        .await?;
    let list = break_glass::spared(reeve, &mut tx).await?;
    let ids: Vec<_> = list.user_ids().map(|user_id| user_id.0).collect();
    let emails: Vec<_> = list.emails().map(ToString::to_string).collect();
    let found: Vec<Candidate> = heal::candidates(&mut tx, &ids, &emails)
        .await?
        .into_iter()
        .filter(|one| heals(one.status, Privilege::of(one.administrative, one.listed)))
        .collect();
    if found.is_empty() {
        tx.rollback().await?;
        return Ok(Vec::new());
    }
    let now = tx.now().await?;
    let people: Vec<_> = found.iter().map(|one| one.user_id.0).collect();
    heal::heal(&mut tx, &people).await?;
    for one in &found {
        let entry = Entry {
            target: Some(one.user_id),
            reason: Some("a privileged identity was suspended".to_owned()),
            before: Some(json!({
                "status": one.status, "session_revoked_at": one.session_revoked_at,
            })),
            after: Some(json!({
                "status": "active",
                "session_revoked_at": null,
                "previous_status": one.status,
                "previous_session_revoked_at": one.session_revoked_at,
                "remediated_at": now,
                "privilege": Privilege::of(one.administrative, one.listed),
                "source": caller.actor.source(),
            })),
            ..caller.entry(action, "app_user", one.user_id.to_string())
        };
        store::audit::record(&mut tx, &entry).await?;
    }
    tx.commit().await?;
    tracing::warn!(
        healed = found.len(),
        "self-heal made suspended administrators active again; they have to sign in again"
    );
    metrics::counter!("reeve_selfheal_total")
        .increment(u64::try_from(found.len()).unwrap_or(u64::MAX));
    Ok(found.into_iter().map(|one| one.user_id).collect())
}
