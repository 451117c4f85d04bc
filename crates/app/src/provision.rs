//! Provisioning: from what an identity provider says of somebody to an identity here, with the roles that
//! its groups give (U-10 to U-14, U-24, U-38, U-48 to U-50, U-82).
//!
//! A person is found by issuer and subject and by nothing else; an address binds nobody, but once and
//! where a setting says so. Roles that groups give have the source `oidc:<issuer>`, and only those are
//! ever taken. What the provider does not say changes nothing.

mod roles;

use connect::oidc::{Claims, Said, Settings};
use domain::access::permission::IDENTITIES_MANAGE;
use domain::actor::Actor;
use domain::audit::Action;
use domain::id::{CorrelationId, UserId};
use domain::identity::link::Link;
use domain::identity::mapping::{Groups, Step, Target};
use domain::identity::{Email, Status};
use serde::Serialize;
use serde_json::json;
use store::audit::Entry;
use store::identity::{self as stored, NewIdentity, Owner};
use store::{StoreError, Tx, lifecycle, provision, role};
use utoipa::ToSchema;

use crate::authenticate::{Unauthenticated, looking};
use crate::identity::person;
use crate::{Caller, Error, Reeve, permit};

/// Somebody whom a provider vouches for.
#[derive(Clone, Debug)]
pub(crate) struct Arrived {
    pub(crate) owner: Owner,
    /// Whether the provider says that the address they have here is theirs (D18).
    pub(crate) email_proven: bool,
}

impl Arrived {
    pub(crate) fn new(owner: Owner, claims: &Claims) -> Self {
        let email = claims.email().filter(|email| email.is(&owner.email));
        Self {
            email_proven: email.is_some() && claims.email_verified() == Some(true),
            owner,
        }
    }
}

/// The job under whose name all of this is recorded.
pub(crate) fn caller(correlation_id: &CorrelationId) -> Caller {
    Caller {
        correlation_id: correlation_id.clone(),
        ..Caller::new(Actor::Job {
            name: "provisioning",
        })
    }
}

/// Finds or makes the identity of whoever these claims are about, and brings name, groups and roles in
/// line. Unless the provider said all, nothing is made, given or taken.
pub(crate) async fn arrive(
    reeve: &Reeve,
    settings: &Settings,
    claims: &Claims,
    said: Said,
    correlation_id: &CorrelationId,
) -> Result<Arrived, Error> {
    let caller = caller(correlation_id);
    let owner = match find(reeve, &caller, claims).await? {
        Some(owner) => owner,
        None if !reeve.live.get().flags.core => {
            return Err(Unauthenticated::NotProvisioned.into());
        }
        None => match said {
            Said::All => bring_in(reeve, &caller, settings, claims).await?,
            Said::NotByThisToken => return Err(Unauthenticated::NotIntroduced.into()),
            Said::NotNow => {
                let problem = "userinfo does not answer, so nobody new is let in";
                let failure = connect::oidc::Failure::Unavailable(problem.to_owned());
                return Err(Error::Provider(failure));
            }
        },
    };
    // Whoever is not active gets nothing: what was stripped is reconcile's to give back.
    if said == Said::All && owner.status == Status::Active && reeve.live.get().flags.core {
        note(reeve, &caller, settings, claims, owner.user_id).await?;
        roles::sync(reeve, &caller, &settings.issuer, owner.user_id).await?;
    }
    Ok(Arrived::new(owner, claims))
}

pub(crate) async fn find(
    reeve: &Reeve,
    caller: &Caller,
    claims: &Claims,
) -> Result<Option<Owner>, Error> {
    let mut tx = looking(reeve, &caller.correlation_id).await?;
    let (issuer, subject) = (&claims.issuer, &claims.subject);
    let owner = provision::linked(&mut tx, issuer, subject, claims.issued_at()).await?;
    tx.commit().await?;
    Ok(owner)
}

/// Binds the subject to whoever has the address here, or makes somebody new. Of two first sign-ins at
/// once one does, and the other finds what it did.
async fn bring_in(
    reeve: &Reeve,
    caller: &Caller,
    settings: &Settings,
    claims: &Claims,
) -> Result<Owner, Error> {
    if let Some(owner) = raced(claim(reeve, caller, settings, claims).await)? {
        return Ok(owner);
    }
    if let Some(owner) = raced(create(reeve, caller, settings, claims).await)? {
        return Ok(owner);
    }
    let found = find(reeve, caller, claims).await?;
    found.ok_or_else(|| Error::Conflict("the account was taken a moment ago; sign in again".into()))
}

/// Nothing, where somebody else was quicker.
fn raced(done: Result<Option<Owner>, Error>) -> Result<Option<Owner>, Error> {
    match done {
        Err(Error::Store(error))
            if matches!(
                error.constraint(),
                Some("identity_link_pkey" | "app_user_email")
            ) =>
        {
            Ok(None)
        }
        other => other,
    }
}

/// Binds by a verified address, once, whoever is no administrator and not linked to the provider.
async fn claim(
    reeve: &Reeve,
    caller: &Caller,
    settings: &Settings,
    claims: &Claims,
) -> Result<Option<Owner>, Error> {
    let Some(email) = claims.email() else {
        return Ok(None);
    };
    if !settings.claim_by_verified_email || claims.email_verified() != Some(true) {
        return Ok(None);
    }
    let action = Action::ProvisioningClaim;
    let mut tx = system(reeve, caller, action).await?;
    let Some(account) = lifecycle::lock(&mut tx, email.as_str()).await? else {
        return Ok(None);
    };
    let user_id = account.user_id;
    let roles = role::load(&mut tx).await?;
    let has = permit::has(reeve, &mut tx, &roles, user_id, &account.email).await?;
    let administrator = has.iter().any(|(role, _)| role.administrative().is_some());
    let entry = Entry {
        target: Some(user_id),
        after: Some(json!({ "provider": settings.issuer })),
        ..caller.entry(action, "app_user", user_id.to_string())
    };
    let free = !administrator
        && account.status != Status::Disabled
        && !provision::is_linked_to(&mut tx, user_id, &settings.issuer).await?;
    if !free {
        let why = "an address alone does not bind to an administrator, somebody disabled, or somebody who \
                   is linked to the provider already";
        let denied = Error::Conflict(why.to_owned());
        return match permit::refuse::<()>(reeve, caller, &entry, denied).await {
            Err(Error::Conflict(_)) | Ok(()) => Ok(None),
            Err(error) => Err(error),
        };
    }
    link(&mut tx, user_id, claims).await?;
    store::audit::record(&mut tx, &entry).await?;
    let owner =
        provision::linked(&mut tx, &claims.issuer, &claims.subject, claims.issued_at()).await?;
    tx.commit().await?;
    Ok(owner)
}

/// Makes somebody new: active, with the address if nobody has it and the provider does not deny it.
async fn create(
    reeve: &Reeve,
    caller: &Caller,
    settings: &Settings,
    claims: &Claims,
) -> Result<Option<Owner>, Error> {
    let action = Action::ProvisioningCreate;
    let mut tx = system(reeve, caller, action).await?;
    let user_id = UserId(store::id::new_id());
    let email = address(reeve, &mut tx, claims).await?;
    // Reserved names (RFC 2606): it is nobody's address, and is told from others by its id.
    let email = email.map_or_else(|| format!("{user_id}@unclaimed.invalid"), String::from);
    let name = claims.display_name(settings);
    let new = NewIdentity {
        user_id,
        email,
        display_name: name.map(|name| name.chars().take(LONGEST_NAME).collect()),
        status: Status::Active,
        groups: Vec::new(),
    };
    stored::create(&mut tx, &[new]).await?;
    link(&mut tx, user_id, claims).await?;
    let entry = Entry {
        target: Some(user_id),
        after: Some(json!({ "status": Status::Active, "provider": settings.issuer })),
        ..caller.entry(action, "app_user", user_id.to_string())
    };
    store::audit::record(&mut tx, &entry).await?;
    let owner =
        provision::linked(&mut tx, &claims.issuer, &claims.subject, claims.issued_at()).await?;
    tx.commit().await?;
    Ok(owner)
}

/// The longest name of a person, in characters.
const LONGEST_NAME: usize = 200;

/// The address that a new identity gets. One of the break-glass list's is only given to whom it was
/// verified for.
async fn address(reeve: &Reeve, tx: &mut Tx, claims: &Claims) -> Result<Option<Email>, StoreError> {
    let Some(email) = claims.email() else {
        return Ok(None);
    };
    let verified = claims.email_verified();
    let listed = reeve
        .live
        .get()
        .break_glass
        .emails()
        .any(|listed| *listed == email);
    let believed = match verified {
        Some(verified) => verified,
        None => !listed,
    };
    let taken = stored::find(tx, email.as_str()).await?.is_some();
    Ok((believed && !taken).then_some(email))
}

async fn link(tx: &mut Tx, user_id: UserId, claims: &Claims) -> Result<(), StoreError> {
    let link = Link::Oidc {
        issuer: claims.issuer.clone(),
        subject: claims.subject.clone(),
    };
    stored::link(tx, &[(user_id, link)]).await
}

/// Notes name and groups where they differ from what is known.
async fn note(
    reeve: &Reeve,
    caller: &Caller,
    settings: &Settings,
    claims: &Claims,
    user_id: UserId,
) -> Result<(), Error> {
    let action = Action::ProvisioningUpdate;
    let mut tx = system(reeve, caller, action).await?;
    let Some(known) = provision::known(&mut tx, user_id, &settings.issuer).await? else {
        return Ok(());
    };
    let name = claims.display_name(settings);
    let name: Option<String> = name.map(|name| name.chars().take(LONGEST_NAME).collect());
    let name = name.filter(|name| known.display_name.as_ref() != Some(name));
    let groups = match claims.groups(settings) {
        groups if groups == known.groups => None,
        Groups::Known(groups) => Some(groups),
        Groups::Absent => None,
    };
    let changed: Vec<_> = [
        name.as_ref().map(|_| "display_name"),
        groups.as_ref().map(|_| "groups"),
    ]
    .into_iter()
    .flatten()
    .collect();
    if changed.is_empty() {
        tx.rollback().await?;
        return Ok(());
    }
    let (name, groups) = (name.as_deref(), groups.as_deref());
    provision::note(&mut tx, user_id, &settings.issuer, name, groups).await?;
    let entry = Entry {
        target: Some(user_id),
        after: Some(json!({ "changed": changed })),
        ..caller.entry(action, "app_user", user_id.to_string())
    };
    store::audit::record(&mut tx, &entry).await?;
    Ok(tx.commit().await?)
}

/// What a sync did.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
#[schema(as = ProvisioningSynced)]
pub struct Synced {
    pub given: Vec<Target>,
    pub taken: Vec<Target>,
    /// What should have been given or taken and was not, and why.
    pub refused: Vec<String>,
    pub steps: Vec<Step>,
}

/// Brings somebody's roles in line with the groups that the provider named last (U-24). For a mapping that
/// changed, and for overrides that did.
pub async fn sync(reeve: &Reeve, caller: &Caller, who: &str) -> Result<Synced, Error> {
    let action = Action::ProvisioningSync;
    let about = crate::identity::named_id(who);
    let mut tx = permit::change(reeve, caller, action, IDENTITIES_MANAGE, about).await?;
    let user_id = person(&mut tx, who).await?;
    let live = reeve.live.get();
    let none = || Error::Conflict("no identity provider is set up; set OIDC_ISSUER".to_owned());
    let issuer = &live.oidc.as_ref().ok_or_else(none)?.issuer;
    if !provision::is_linked_to(&mut tx, user_id, issuer).await? {
        let problem = format!("{who} is not linked to {issuer}: a first sign-in does that");
        return Err(Error::Conflict(problem));
    }
    if stored::status_of(&mut tx, user_id).await? != Some(Status::Active) {
        let problem = format!("{who} is not active, and gets no roles from groups");
        return Err(Error::Conflict(problem));
    }
    let entry = Entry {
        target: Some(user_id),
        ..caller.entry(action, "app_user", user_id.to_string())
    };
    store::audit::record(&mut tx, &entry).await?;
    tx.commit().await?;
    let job = self::caller(&caller.correlation_id);
    roles::sync(reeve, &job, issuer, user_id).await
}

async fn system(reeve: &Reeve, caller: &Caller, action: Action) -> Result<Tx, StoreError> {
    reeve
        .database
        .system(action.as_str(), &caller.context(action))
        .await
}
