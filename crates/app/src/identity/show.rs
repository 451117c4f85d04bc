//! One person with everything that belongs to them.

use domain::access::permission::{
    AUDIT_READ, EXEMPTIONS_READ, IDENTITIES_READ, OVERRIDES_READ, PASSKEYS_READ, Permission,
    QUOTAS_READ, SESSIONS_READ, TOKENS_READ,
};
use domain::access::role::Administrative;
use domain::credential::session::ends_at;
use domain::governance::privileged::Privilege;
use domain::id::{OrganizationId, UserId};
use serde::Serialize;
use store::audit::{Filter, Row};
use store::exemption::{self, Exemption};
use store::hold::{self, Hold};
use store::passkey::{self, Passkey};
use store::person::{self, Assignment, Linked, Membership, Person, Session};
use store::token::{self, Token};
use store::{Tx, assignment, identity, role};
use utoipa::ToSchema;

use crate::{Caller, Error, Reeve, overrides, permit, quota};

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
    /// In force or to come; for who may see exemptions.
    pub holds: Option<Vec<Hold>>,
    /// In force or to come; for who may see exemptions.
    pub exemptions: Option<Vec<Exemption>>,
    /// The latest audit rows about them, newest first; for who may see the audit.
    pub changes: Option<Vec<Row>>,
    /// Organizations that they belong to.
    pub organizations: Vec<Organization>,
    /// For who may see overrides.
    pub overrides: Option<overrides::Shown>,
    /// For who may see quotas.
    pub quotas: Option<Vec<quota::Shown>>,
    /// Those that still count, never their secrets; for who may see tokens.
    pub tokens: Option<Vec<Token>>,
    /// Browsers in which they are signed in; for who may see sessions.
    pub sessions: Option<Vec<Session>>,
    /// By which they sign in; for who may see passkeys.
    pub passkeys: Option<Vec<Passkey>>,
}

/// An organization that somebody belongs to.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = UserOrganization)]
pub struct Organization {
    pub id: OrganizationId,
    pub slug: String,
    pub name: String,
    pub is_default: bool,
}

/// What of a person is not for everybody who may see the person, each by its own permission.
#[derive(Clone, Copy, Debug)]
struct Sees {
    overrides: bool,
    quotas: bool,
    tokens: bool,
    sessions: bool,
    passkeys: bool,
    sparing: bool,
    audit: bool,
}

impl Sees {
    /// The permissions, in the order of [`Sees::of`].
    const ASKED: [Permission; 7] = [
        OVERRIDES_READ,
        QUOTAS_READ,
        TOKENS_READ,
        SESSIONS_READ,
        PASSKEYS_READ,
        EXEMPTIONS_READ,
        AUDIT_READ,
    ];

    fn of(may: [bool; 7]) -> Self {
        let [
            overrides,
            quotas,
            tokens,
            sessions,
            passkeys,
            sparing,
            audit,
        ] = may;
        Self {
            overrides,
            quotas,
            tokens,
            sessions,
            passkeys,
            sparing,
            audit,
        }
    }
}

/// Everything about the identity with that id or e-mail address.
pub async fn show(reeve: &Reeve, caller: &Caller, who: &str) -> Result<Detail, Error> {
    let mut tx = permit::look(reeve, caller, "show identity", IDENTITIES_READ).await?;
    let not_found = || Error::not_found("identity", who);
    let (user_id, _) = identity::find(&mut tx, who).await?.ok_or_else(not_found)?;
    let sees = Sees::of(permit::among(reeve, &mut tx, caller, Sees::ASKED).await?);
    let detail = detail(reeve, &mut tx, user_id, sees)
        .await?
        .ok_or_else(not_found)?;
    tx.rollback().await?;
    Ok(detail)
}

/// Everything about the caller; everybody may see their own, as far as their credential is made for it.
pub async fn me(reeve: &Reeve, caller: &Caller) -> Result<Detail, Error> {
    let user_id = caller.actor.user_id();
    let mut tx = reeve.database.snapshot("show identity").await?;
    let not_found = || Error::not_found("identity", user_id);
    let sees = Sees::of(Sees::ASKED.map(|of| permit::limited(caller, of).is_ok()));
    let detail = detail(reeve, &mut tx, user_id, sees)
        .await?
        .ok_or_else(not_found)?;
    tx.rollback().await?;
    Ok(detail)
}

async fn detail(
    reeve: &Reeve,
    tx: &mut Tx,
    user_id: UserId,
    sees: Sees,
) -> Result<Option<Detail>, Error> {
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
    let memberships = person::memberships(tx, user_id).await?;
    let detail = Detail {
        overrides: seen(sees.overrides, overrides::Shown::load(tx, user_id)).await?,
        quotas: seen(sees.quotas, quota::of(tx, user_id)).await?,
        tokens: seen(sees.tokens, token::list(tx, user_id)).await?,
        sessions: seen(sees.sessions, signed_in(tx, user_id)).await?,
        passkeys: seen(sees.passkeys, passkey::list(tx, user_id)).await?,
        organizations: organizations(&memberships),
        privilege: Privilege::of(administrative, listed),
        links: person::links(tx, user_id).await?,
        memberships,
        roles: person::assignments(tx, user_id, false).await?,
        stripped: person::assignments(tx, user_id, true).await?,
        holds: seen(
            sees.sparing,
            hold::list(tx, Some(user_id), false, None, MANY),
        )
        .await?,
        exemptions: seen(sees.sparing, exemption::list(tx, &exemptions)).await?,
        changes: seen(sees.audit, store::audit::list(tx, &about)).await?,
        person,
    };
    Ok(Some(detail))
}

/// What is loaded only for who may see it.
async fn seen<T, E: Into<Error>>(
    may: bool,
    load: impl Future<Output = Result<T, E>>,
) -> Result<Option<T>, Error> {
    match may {
        true => load.await.map(Some).map_err(Into::into),
        false => Ok(None),
    }
}

/// The sessions that are not over.
async fn signed_in(tx: &mut Tx, user_id: UserId) -> Result<Vec<Session>, Error> {
    let now = tx.now().await?;
    let mut sessions = person::sessions(tx, user_id).await?;
    sessions.retain(|one| ends_at(one.created_at, one.last_used_at) > now);
    Ok(sessions)
}

fn organizations(memberships: &[Membership]) -> Vec<Organization> {
    let active = memberships.iter().filter(|one| one.status == "active");
    active
        .map(|one| Organization {
            id: one.organization_id,
            slug: one.slug.clone(),
            name: one.name.clone(),
            is_default: one.is_default,
        })
        .collect()
}
