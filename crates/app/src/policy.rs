//! The access policy `access.login`: reading and setting it.

use std::collections::BTreeSet;

use domain::access::permission::{GOVERNANCE_MANAGE, GOVERNANCE_READ};
use domain::audit::Action;
use domain::governance::eligibility::PolicyDocument;
use domain::id::{OrganizationId, UserId};
use serde_json::json;
use store::governance::StoredPolicy;
use store::{Tx, identity, organization};

use crate::governance::{Effect, preview};
use crate::{Caller, Error, Reeve, permit, record_change};

/// The policy as its author wrote it, if one is set.
pub async fn show(reeve: &Reeve, caller: &Caller) -> Result<Option<StoredPolicy>, Error> {
    let mut tx = permit::look(reeve, caller, "show policy", GOVERNANCE_READ).await?;
    let governance = store::governance::load(&mut tx).await?;
    tx.rollback().await?;
    Ok(governance.policy)
}

/// Sets the policy from TOML, with names resolved to ids, and says what reconcile would then do.
/// With `dry_run` nothing is kept.
pub async fn set(
    reeve: &Reeve,
    caller: &Caller,
    text: &str,
    dry_run: bool,
) -> Result<Effect, Error> {
    let document =
        PolicyDocument::parse(text).map_err(|problem| Error::invalid("policy", problem))?;
    let action = Action::PolicySet;
    let mut tx = permit::change(reeve, caller, action, GOVERNANCE_MANAGE, None).await?;
    let before = store::governance::load(&mut tx).await?;
    let resolved = document.resolve(
        organizations(&mut tx, &document).await?,
        people(&mut tx, "include", &document.include).await?,
        people(&mut tx, "exclude", &document.exclude).await?,
    );
    let policy = StoredPolicy {
        source: text.to_owned(),
        resolved,
    };
    let changed = before.policy.as_ref() != Some(&policy);
    if changed {
        store::governance::set_policy(&mut tx, &policy).await?;
        let image = |policy: Option<&StoredPolicy>| json!(policy.map(|policy| &policy.resolved));
        record_change(
            &mut tx,
            caller,
            action,
            ("access_policy", "access.login".to_owned()),
            image(before.policy.as_ref()),
            image(Some(&policy)),
        )
        .await?;
    }
    preview(reeve, tx, &before, changed, dry_run).await
}

/// The organizations the policy names. One that does not exist is an error: a misspelt name in a
/// policy lets nobody in and nobody notices.
async fn organizations(
    tx: &mut Tx,
    document: &PolicyDocument,
) -> Result<BTreeSet<OrganizationId>, Error> {
    let mut ids = BTreeSet::new();
    for slug in &document.organizations {
        let id = organization::find(tx, slug).await?.ok_or_else(|| {
            Error::invalid(
                "organizations",
                format!("there is no organization `{slug}`"),
            )
        })?;
        ids.insert(id);
    }
    Ok(ids)
}

async fn people(
    tx: &mut Tx,
    field: &'static str,
    names: &[String],
) -> Result<BTreeSet<UserId>, Error> {
    let mut ids = BTreeSet::new();
    for name in names {
        let (id, _) = identity::find(tx, name).await?.ok_or_else(|| {
            Error::invalid(
                field,
                format!("there is no identity with id or e-mail `{name}`"),
            )
        })?;
        ids.insert(id);
    }
    Ok(ids)
}
