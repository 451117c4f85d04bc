//! One person with everything that belongs to them.

use domain::access::permission::IDENTITIES_READ;
use domain::access::role::Administrative;
use domain::governance::privileged::Privilege;
use domain::id::UserId;
use serde::Serialize;
use store::audit::{Filter, Row};
use store::exemption::{self, Exemption};
use store::hold::{self, Hold};
use store::person::{self, Assignment, Linked, Membership, Person};
use store::{Tx, assignment, identity, role};
use utoipa::ToSchema;

use crate::{Caller, Error, Reeve, permit};

/// How many of the latest changes are shown.
const CHANGES: i64 = 10;
/// How many holds and exemptions at most; nobody has so many.
const MANY: i64 = 100;

/// A person, complete.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = UserDetail)]
pub struct Detail {
    #[serde(flatten)]
    pub person: Person,
    /// Whether reconcile leaves them alone, and why.
    pub privilege: Option<Privilege>,
    pub links: Vec<Linked>,
    pub memberships: Vec<Membership>,
    pub roles: Vec<Assignment>,
    /// What reconcile took and keeps.
    pub stripped: Vec<Assignment>,
    /// In force or to come.
    pub holds: Vec<Hold>,
    /// In force or to come.
    pub exemptions: Vec<Exemption>,
    /// The latest audit rows about them, newest first.
    pub changes: Vec<Row>,
}

/// Everything about the identity with that id or e-mail address.
pub async fn show(reeve: &Reeve, caller: &Caller, who: &str) -> Result<Detail, Error> {
    let mut tx = permit::look(reeve, caller, "show identity", IDENTITIES_READ).await?;
    let not_found = || Error::not_found("identity", who);
    let (user_id, _) = identity::find(&mut tx, who).await?.ok_or_else(not_found)?;
    let detail = detail(reeve, &mut tx, user_id)
        .await?
        .ok_or_else(not_found)?;
    tx.rollback().await?;
    Ok(detail)
}

/// Everything about the caller; everybody may see their own.
pub async fn me(reeve: &Reeve, caller: &Caller) -> Result<Detail, Error> {
    let user_id = caller.actor.user_id();
    let mut tx = reeve.database.snapshot("show identity").await?;
    let not_found = || Error::not_found("identity", user_id);
    let detail = detail(reeve, &mut tx, user_id)
        .await?
        .ok_or_else(not_found)?;
    tx.rollback().await?;
    Ok(detail)
}

async fn detail(reeve: &Reeve, tx: &mut Tx, user_id: UserId) -> Result<Option<Detail>, Error> {
    let Some(person) = person::get(tx, user_id).await? else {
        return Ok(None);
    };
    let roles = role::load(tx).await?;
    let administrative: Option<Administrative> = assignment::valid_now(tx, user_id)
        .await?
        .into_iter()
        .filter_map(|role_id| roles.get(role_id)?.administrative())
        .max();
    let listed = reeve.live.get().break_glass.lists(user_id, &person.email);
    let about = Filter {
        target: Some(user_id.0),
        limit: CHANGES,
        ..Filter::default()
    };
    let exemptions = exemption::Filter {
        user_id: Some(user_id),
        limit: MANY,
        ..exemption::Filter::default()
    };
    let detail = Detail {
        privilege: Privilege::of(administrative, listed),
        links: person::links(tx, user_id).await?,
        memberships: person::memberships(tx, user_id).await?,
        roles: person::assignments(tx, user_id, false).await?,
        stripped: person::assignments(tx, user_id, true).await?,
        holds: hold::list(tx, Some(user_id), false, MANY).await?,
        exemptions: exemption::list(tx, &exemptions).await?,
        changes: store::audit::list(tx, &about).await?,
        person,
    };
    Ok(Some(detail))
}
