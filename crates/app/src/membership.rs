//! Memberships: who belongs to an organization.

use domain::audit::Action;
use domain::id::{OrganizationId, UserId};
use serde_json::json;
use store::audit::{Entry, record_all};
use store::{StoreError, Tx, membership};

use crate::Caller;

/// Makes memberships active, with the audit row of each that was not; returns how many those are.
/// A role that is given in an organization needs it first: the trigger that would do it otherwise
/// leaves the audit row to the operation.
pub(crate) async fn activate(
    tx: &mut Tx,
    caller: &Caller,
    members: &[(OrganizationId, UserId)],
) -> Result<usize, StoreError> {
    let begun = membership::activate(tx, members).await?;
    let entries: Vec<_> = begun
        .iter()
        .map(|(tenant_id, user_id)| Entry {
            after: Some(json!({ "status": "active" })),
            ..entry(caller, Action::MembershipAdd, *tenant_id, *user_id)
        })
        .collect();
    record_all(tx, &entries).await?;
    Ok(begun.len())
}

fn entry(caller: &Caller, action: Action, tenant_id: OrganizationId, user_id: UserId) -> Entry<'_> {
    Entry {
        target: Some(user_id),
        tenant_id: Some(tenant_id),
        ..caller.entry(action, "membership", format!("{tenant_id}/{user_id}"))
    }
}
