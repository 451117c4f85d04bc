//! Moving a person to another organization: asked for, approved where that is required, done at once
//! (I-26).
//!
//! Whoever asks and whoever approves must be able to do both halves themselves: end the membership with
//! every role inside, and begin the other one with the role on arrival. The move is judged again when
//! it is done, by the rights of whoever does it.

use domain::access::permission::{MEMBERSHIPS_MANAGE, MEMBERSHIPS_READ};
use domain::access::role::{RoleDefinition, Scope};
use domain::audit::Action;
use domain::governance::exemption::reason;
use domain::id::{OrganizationId, UserId};
use domain::tenancy::organization::Slug;
use domain::tenancy::rehome::{RehomeDenied, State, is_open, may_approve, may_request};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::assignment::Grant;
use store::audit::Entry;
use store::rehome::{self, Filter, NewRehome, Rehome};
use store::{StoreError, Tx, assignment, organization, role, tenancy};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::identity::{named_id, person, some};
use crate::membership::{cross_tenant, inside, leave, may_leave};
use crate::permit::Rights;
use crate::role::named;
use crate::{Caller, Error, Reeve, permit};

/// A move that is asked for.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewRehome)]
pub struct Wanted {
    /// Id or e-mail address.
    pub identity: String,
    /// Slug or id of the organization that they leave.
    #[schema(value_type = String)]
    pub from: Slug,
    /// Slug or id of the organization that they come to.
    #[schema(value_type = String)]
    pub to: Slug,
    /// A role of the new organization to give on arrival.
    pub role: Option<String>,
    /// Why; whoever approves reads that.
    pub reason: String,
}

/// What became of a request.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Rehoming {
    pub rehome_id: Uuid,
    /// `requested` waits for approval; `done` is done.
    pub state: State,
    /// What the move takes: each role in the organization that is left and in its projects.
    pub loses: Vec<LostRole>,
}

/// A role that a move takes.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LostRole {
    pub role: String,
    pub at: Scope,
}

/// A page of moves, newest first.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = RehomePage)]
pub struct Page {
    pub rehomes: Vec<Listed>,
    /// The move after which the next page begins, if there is one.
    pub next: Option<Uuid>,
}

/// A move as it is listed. Of an organization whose members the caller may not see nothing is told.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ListedRehome)]
pub struct Listed {
    pub rehome_id: Uuid,
    pub user_id: UserId,
    pub email: String,
    /// Where they belong before, and its slug.
    pub from_tenant: Option<OrganizationId>,
    pub from: Option<String>,
    /// Where they belong after, and its slug.
    pub to_tenant: Option<OrganizationId>,
    pub to: Option<String>,
    /// Given on arrival, if any.
    pub role: Option<String>,
    pub reason: String,
    pub state: State,
    pub requested_by: UserId,
    pub requested_at: Timestamp,
    pub decided_by: Option<UserId>,
    pub decided_at: Option<Timestamp>,
}

impl Listed {
    fn of(rehome: Rehome, sees: impl Fn(OrganizationId) -> bool) -> Self {
        let (before, after) = (sees(rehome.from_tenant), sees(rehome.to_tenant));
        Self {
            rehome_id: rehome.rehome_id,
            user_id: rehome.user_id,
            email: rehome.email,
            from_tenant: before.then_some(rehome.from_tenant),
            from: before.then_some(rehome.from),
            to_tenant: after.then_some(rehome.to_tenant),
            to: after.then_some(rehome.to),
            role: rehome.role.filter(|_| after),
            reason: rehome.reason,
            state: rehome.state,
            requested_by: rehome.requested_by,
            requested_at: rehome.requested_at,
            decided_by: rehome.decided_by,
            decided_at: rehome.decided_at,
        }
    }
}

/// Moves from or to an organization, or of all.
pub async fn list(
    reeve: &Reeve,
    caller: &Caller,
    organization: Option<&Slug>,
    filter: Filter,
) -> Result<Page, Error> {
    some(filter.limit)?;
    let why = "list rehomes";
    let (mut tx, organization) = match organization {
        Some(slug) => {
            let (tx, id) = permit::look_in(reeve, caller, why, MEMBERSHIPS_READ, slug).await?;
            (tx, Some(id))
        }
        None => (
            permit::look(reeve, caller, why, MEMBERSHIPS_READ).await?,
            None,
        ),
    };
    let filter = Filter {
        organization,
        ..filter
    };
    let mut rehomes = rehome::list(&mut tx, &filter).await?;
    let roles = role::load(&mut tx).await?;
    let rights = Rights::load(reeve, &mut tx, caller, &roles, Scope::Platform).await?;
    tx.rollback().await?;
    let limit = usize::try_from(filter.limit).unwrap_or(usize::MAX);
    let more = rehomes.len() > limit;
    rehomes.truncate(limit);
    let last = rehomes.last().map(|last| last.rehome_id);
    let sees = |tenant_id| {
        let scope = Scope::Tenant { tenant_id };
        rights.ask(MEMBERSHIPS_READ, scope).is_ok()
    };
    let listed = rehomes.into_iter().map(|one| Listed::of(one, sees));
    Ok(Page {
        next: last.filter(|_| more),
        rehomes: listed.collect(),
    })
}

/// Asks for a move; does it at once where no approval is required.
pub async fn request(reeve: &Reeve, caller: &Caller, wanted: &Wanted) -> Result<Rehoming, Error> {
    let why = reason(&wanted.reason)?;
    let action = Action::RehomeRequest;
    let mut tx = reeve
        .database
        .system(action.as_str(), &caller.context(action))
        .await?;
    let (plan, loses) = plan(reeve, &mut tx, caller, wanted, why).await?;
    let state = if tenancy::load(&mut tx).await?.rehome_needs_approval {
        plan.judge(reeve, &mut tx, caller).await?;
        let entry = Entry {
            reason: Some(why.to_owned()),
            after: Some(json!({ "from": plan.from, "to": plan.to, "role": wanted.role })),
            ..plan.entry(caller, action)
        };
        store::audit::record(&mut tx, &entry).await?;
        State::Requested
    } else {
        plan.go(reeve, &mut tx, caller).await?;
        State::Done
    };
    tx.commit().await?;
    Ok(Rehoming {
        rehome_id: plan.rehome_id,
        state,
        loses,
    })
}

/// Writes down what is asked for, if the caller manages memberships in both organizations; and what it
/// takes.
async fn plan(
    reeve: &Reeve,
    tx: &mut Tx,
    caller: &Caller,
    wanted: &Wanted,
    why: &str,
) -> Result<(Move, Vec<LostRole>), Error> {
    let action = Action::RehomeRequest;
    let about = named_id(&wanted.identity);
    let from = crate::organization::find(tx, &wanted.from).await?;
    allowed(reeve, tx, caller, action, from, about).await?;
    let to = crate::organization::find(tx, &wanted.to).await?;
    allowed(reeve, tx, caller, action, to, about).await?;
    let default = organization::find_default(tx).await?;
    may_request(from, to, default)?;
    let user_id = person(tx, &wanted.identity).await?;
    if !store::membership::is_active(tx, from, user_id).await? {
        return Err(Error::not_found("membership", &wanted.identity));
    }
    let roles = role::load(tx).await?;
    let scope = Scope::Tenant { tenant_id: to };
    let arrives = wanted.role.as_deref();
    let arrives = arrives.map(|name| named(&roles, name, scope)).transpose()?;
    let loses = inside(tx, &roles, from, user_id).await?;
    let loses = loses.into_iter().map(|(_, role, at)| LostRole {
        role: role.name.clone(),
        at,
    });
    let new = NewRehome {
        user_id,
        from,
        to,
        role_id: arrives.as_ref().map(|role| role.role_id),
        reason: why,
        requested_by: caller.actor.user_id(),
    };
    let plan = Move {
        rehome_id: rehome::create(tx, &new).await.map_err(open)?,
        user_id,
        from,
        to,
        role: arrives,
        reason: why.to_owned(),
    };
    Ok((plan, loses.collect()))
}

/// Approves a move that waits, and does it.
pub async fn approve(reeve: &Reeve, caller: &Caller, rehome_id: Uuid) -> Result<Rehome, Error> {
    let action = Action::RehomeMove;
    let (mut tx, found) = take(reeve, caller, action, rehome_id).await?;
    let roles = role::load(&mut tx).await?;
    let to = Scope::Tenant {
        tenant_id: found.to_tenant,
    };
    let role = found.role.as_deref();
    let plan = Move {
        rehome_id,
        user_id: found.user_id,
        from: found.from_tenant,
        to: found.to_tenant,
        role: role.map(|name| named(&roles, name, to)).transpose()?,
        reason: found.reason.clone(),
    };
    if let Err(denied) = may_approve(found.state, found.requested_by, &caller.actor) {
        return refuse(reeve, caller, &plan.entry(caller, action), denied).await;
    }
    plan.go(reeve, &mut tx, caller).await?;
    let done = get(&mut tx, rehome_id).await?;
    tx.commit().await?;
    Ok(done)
}

/// Gives a move up that waits.
pub async fn cancel(reeve: &Reeve, caller: &Caller, rehome_id: Uuid) -> Result<Rehome, Error> {
    let action = Action::RehomeCancel;
    let (mut tx, found) = take(reeve, caller, action, rehome_id).await?;
    is_open(found.state)?;
    let by = caller.actor.user_id();
    rehome::decide(&mut tx, rehome_id, State::Cancelled, by).await?;
    let entry = Entry {
        target: Some(found.user_id),
        tenant_id: Some(found.from_tenant),
        before: Some(json!({ "from": found.from_tenant, "to": found.to_tenant })),
        ..caller.entry(action, "rehome", rehome_id.to_string())
    };
    store::audit::record(&mut tx, &entry).await?;
    let cancelled = get(&mut tx, rehome_id).await?;
    tx.commit().await?;
    Ok(cancelled)
}

/// An own request that its asker approves is a "no" on record; a decided one only contradicts.
async fn refuse<T>(
    reeve: &Reeve,
    caller: &Caller,
    entry: &Entry<'_>,
    denied: RehomeDenied,
) -> Result<T, Error> {
    match denied {
        RehomeDenied::OwnRequest => permit::refuse(reeve, caller, entry, denied.into()).await,
        RehomeDenied::SamePlace
        | RehomeDenied::ToDefault
        | RehomeDenied::FromDefault
        | RehomeDenied::Decided(_) => Err(denied.into()),
    }
}

/// Locks a move that the caller may decide: they manage memberships in both organizations.
async fn take(
    reeve: &Reeve,
    caller: &Caller,
    action: Action,
    rehome_id: Uuid,
) -> Result<(Tx, Rehome), Error> {
    let mut tx = reeve
        .database
        .system(action.as_str(), &caller.context(action))
        .await?;
    if !rehome::lock(&mut tx, rehome_id).await? {
        return Err(Error::not_found("rehome", rehome_id));
    }
    let found = get(&mut tx, rehome_id).await?;
    let about = Some(found.user_id);
    allowed(reeve, &mut tx, caller, action, found.from_tenant, about).await?;
    allowed(reeve, &mut tx, caller, action, found.to_tenant, about).await?;
    Ok((tx, found))
}

async fn get(tx: &mut Tx, rehome_id: Uuid) -> Result<Rehome, Error> {
    let filter = Filter {
        rehome_id: Some(rehome_id),
        limit: 1,
        ..Filter::default()
    };
    let found = rehome::list(tx, &filter).await?.into_iter().next();
    found.ok_or_else(|| Error::not_found("rehome", rehome_id))
}

async fn allowed(
    reeve: &Reeve,
    tx: &mut Tx,
    caller: &Caller,
    action: Action,
    tenant_id: OrganizationId,
    about: Option<UserId>,
) -> Result<(), Error> {
    let entry = Entry {
        target: about,
        tenant_id: Some(tenant_id),
        ..caller.entry(action, "organization", tenant_id.to_string())
    };
    let scope = Scope::Tenant { tenant_id };
    permit::require(reeve, tx, caller, MEMBERSHIPS_MANAGE, scope, &entry).await
}

/// One move waits for a person at a time.
fn open(error: StoreError) -> Error {
    match error.constraint() {
        Some("rehome_open") => Error::Conflict(
            "identity: another move of theirs waits; approve or cancel that first".to_owned(),
        ),
        _ => error.into(),
    }
}

/// A move, complete.
struct Move {
    rehome_id: Uuid,
    user_id: UserId,
    from: OrganizationId,
    to: OrganizationId,
    role: Option<RoleDefinition>,
    reason: String,
}

impl Move {
    fn entry<'a>(&self, caller: &'a Caller, action: Action) -> Entry<'a> {
        Entry {
            target: Some(self.user_id),
            tenant_id: Some(self.from),
            ..caller.entry(action, "rehome", self.rehome_id.to_string())
        }
    }

    /// Whether the caller could do it now: take what ends, and give what begins.
    async fn judge(&self, reeve: &Reeve, tx: &mut Tx, caller: &Caller) -> Result<(), Error> {
        let entry = self.entry(caller, Action::RehomeRequest);
        self.may_arrive(reeve, tx, caller, &entry).await?;
        may_leave(reeve, tx, caller, self.from, self.user_id, &entry)
            .await
            .map(drop)
    }

    /// Whether the caller may give the role on arrival.
    async fn may_arrive(
        &self,
        reeve: &Reeve,
        tx: &mut Tx,
        caller: &Caller,
        entry: &Entry<'_>,
    ) -> Result<(), Error> {
        let Some(role) = &self.role else {
            return Ok(());
        };
        let roles = role::load(tx).await?;
        let scope = Scope::Tenant { tenant_id: self.to };
        let rights = Rights::load(reeve, tx, caller, &roles, scope).await?;
        if let Err(denied) = rights.grant(&roles, role, scope) {
            return permit::refuse(reeve, caller, entry, denied).await;
        }
        Ok(())
    }

    /// Does it: one membership ends, the other begins, one row says so.
    async fn go(&self, reeve: &Reeve, tx: &mut Tx, caller: &Caller) -> Result<(), Error> {
        let entry = self.entry(caller, Action::RehomeMove);
        self.may_arrive(reeve, tx, caller, &entry).await?;
        let (from, to, user_id) = (self.from, self.to, self.user_id);
        let Some(ended) = leave(reeve, tx, caller, from, user_id, &entry).await? else {
            let said = "they do not belong to the organization that they are to leave";
            return Err(Error::Conflict(said.to_owned()));
        };
        let begun = self.arrive(tx, caller).await?;
        let by = caller.actor.user_id();
        rehome::decide(tx, self.rehome_id, State::Done, by).await?;
        let entry = Entry {
            reason: Some(self.reason.clone()),
            before: Some(json!({ "tenant_id": from, "assignments": ended })),
            after: Some(json!({ "tenant_id": to, "assignments": begun })),
            ..entry
        };
        Ok(store::audit::record(tx, &entry).await?)
    }

    /// Begins the other membership; the move's one row tells of it.
    async fn arrive(&self, tx: &mut Tx, caller: &Caller) -> Result<Vec<Value>, Error> {
        store::membership::activate(tx, &[(self.to, self.user_id)])
            .await
            .map_err(cross_tenant)?;
        let Some(role) = &self.role else {
            return Ok(Vec::new());
        };
        let scope = Scope::Tenant { tenant_id: self.to };
        let new = Grant {
            user_id: self.user_id,
            scope,
            role_id: role.role_id,
        };
        let (source, by) = (caller.actor.source(), caller.actor.user_id());
        let given = assignment::grant_for(tx, &new, (None, None), source, by).await?;
        Ok(given
            .map(|id| crate::role::image(role, scope, &[id]))
            .into_iter()
            .collect())
    }
}
