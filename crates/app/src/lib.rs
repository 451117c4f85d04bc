//! One function an operation: authorize, load, decide, write, audit.
//!
//! API, console, command line and jobs all call these and add nothing of their own. The rules are
//! `domain`'s, the SQL is `store`'s; what stands here is the order of things and the transaction
//! that holds them together. Nothing here knows HTTP.

pub mod admin;
pub mod alert;
pub mod assignment;
pub mod audit;
pub mod authenticate;
pub mod break_glass;
pub mod decision;
pub mod error;
mod everybody;
pub mod evidence;
pub mod exemption;
pub mod expiry;
pub mod explain;
pub mod freshness;
mod given;
pub mod governance;
pub mod hauling;
pub mod heal;
pub mod health;
pub mod hold;
pub mod iam;
pub mod identity;
pub mod jml;
pub mod job;
pub mod lifecycle;
pub mod link;
pub mod live;
pub mod log;
pub mod mapping;
pub mod membership;
pub mod once;
pub mod organization;
pub mod overrides;
pub mod passkey;
pub mod permit;
pub mod policy;
pub mod project;
pub mod provision;
pub mod prune;
pub mod public;
pub mod quota;
pub mod rate;
mod reading;
mod recent;
pub mod reconcile;
pub mod records;
pub mod rehome;
pub mod review;
pub mod role;
mod secret;
pub mod session;
pub mod sign_in;
pub mod snapshot;
pub mod status_map;
pub mod tenancy;
pub mod timeline;
pub mod token;
pub mod warning;

use domain::access::permission::PermissionSet;
use domain::actor::Actor;
use domain::audit::{Action, Outcome};
use domain::credential::Credential;
use domain::id::{CorrelationId, SessionId};
use serde_json::Value;
use store::audit::Entry;
use store::scope::Context;
use store::{Database, StoreError, Tx};

pub use error::Error;
pub use live::Live;
pub use records::Records;
pub use store::request::Request;

/// What every operation works with. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Reeve {
    pub database: Database,
    /// The settings that may change meanwhile, shared by all clones.
    pub live: Live,
    /// What waits to be put on record, shared by all clones.
    pub records: Records,
}

impl Reeve {
    /// A transaction that begins a session of somebody who is known only at its end.
    async fn sign_in_tx(&self, correlation_id: &CorrelationId) -> Result<Tx, StoreError> {
        let action = Action::SessionBegin;
        let context = Context {
            correlation_id: Some(correlation_id.clone()),
            operation: Some(action),
            ..Context::default()
        };
        self.database.system(action.as_str(), &context).await
    }
}

/// Who calls, and under which id the call is found again in logs and audit rows.
#[derive(Clone, Debug)]
pub struct Caller {
    pub actor: Actor,
    /// What the request carried to prove it; operators and jobs carry nothing.
    pub credential: Option<Credential>,
    /// The browser's session that the request carried, if that is what it carried.
    pub session: Option<SessionId>,
    pub correlation_id: CorrelationId,
}

impl Caller {
    /// A caller with a correlation id of its own.
    pub fn new(actor: Actor) -> Self {
        Self {
            actor,
            credential: None,
            session: None,
            correlation_id: CorrelationId::from(store::id::new_id()),
        }
    }

    /// Whether nothing is asked of this caller: somebody at the command line, or a job.
    fn is_trusted(&self) -> bool {
        match self.actor {
            Actor::Operator | Actor::Job { .. } => true,
            Actor::Person { .. } | Actor::Token { .. } | Actor::BreakGlass { .. } => false,
        }
    }

    /// What the caller's credential is limited to.
    fn scopes(&self) -> Option<PermissionSet> {
        self.credential.and_then(|credential| credential.scopes)
    }

    fn context(&self, operation: Action) -> Context {
        Context {
            user_id: Some(self.actor.user_id()),
            correlation_id: Some(self.correlation_id.clone()),
            operation: Some(operation),
        }
    }

    /// An audit row of this caller, to be completed.
    fn entry(&self, action: Action, entity_type: &'static str, entity_pk: String) -> Entry<'_> {
        Entry {
            action,
            entity_type,
            entity_pk,
            actor: self.actor.user_id(),
            target: None,
            tenant_id: None,
            project_id: None,
            source: self.actor.source(),
            outcome: Outcome::Success,
            reason: None,
            before: None,
            after: None,
        }
    }
}

/// Counts how a change of organizations or memberships ended (U-76).
async fn counted<T>(
    action: Action,
    change: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    let done = change.await;
    let outcome = match &done {
        Ok(_) => "success",
        Err(
            Error::Refused(_)
            | Error::GrantDenied(_)
            | Error::Ceiling(_)
            | Error::EndDenied(_)
            | Error::CrossTenant(_),
        ) => "denied",
        Err(Error::Store(_) | Error::Io(_)) => "failed",
        Err(_) => "rejected",
    };
    metrics::counter!("reeve_organization_changes_total", "action" => action.as_str(), "outcome" => outcome)
        .increment(1);
    done
}

/// Writes the audit row of a change with both images.
async fn record_change(
    tx: &mut Tx,
    caller: &Caller,
    action: Action,
    entity: (&'static str, String),
    before: Value,
    after: Value,
) -> Result<(), StoreError> {
    let entry = Entry {
        before: Some(before),
        after: Some(after),
        ..caller.entry(action, entity.0, entity.1)
    };
    store::audit::record(tx, &entry).await
}
