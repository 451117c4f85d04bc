//! People with their names on.

use std::collections::HashMap;

use domain::access::effective::AccessState;
use domain::governance::drift::Drift;
use domain::governance::outcome::PolicyOutcome;
use domain::id::{DiscordId, UserId};
use domain::identity::Status;
use domain::reconcile::plan::SparedBy;
use domain::status_map::{Badge, ObservedDiscord, State};
use serde::Serialize;
use store::Tx;
use store::status_map::{self as sql, Named, Seen};
use utoipa::ToSchema;
use uuid::Uuid;

use super::Apart;
use crate::Error;

/// Somebody by name.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = StatusMapPerson)]
pub struct Person {
    pub user_id: UserId,
    pub email: String,
    pub display_name: Option<String>,
    pub discord_id: Option<DiscordId>,
}

/// One person of the map.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = StatusMapRow)]
pub struct Row {
    #[serde(flatten)]
    pub person: Person,
    #[serde(flatten)]
    pub standing: Standing,
    /// The linked account in each observed guild that it is in.
    pub discord_guilds: Vec<Seen>,
}

/// Where somebody stands. Codes are those of plans and audit rows.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = StatusMapStanding)]
pub struct Standing {
    pub status: Status,
    pub eligible: bool,
    /// By which clause, or why not.
    pub eligibility: &'static str,
    pub entitled: bool,
    /// By what source, or what is missing; the true answer, also of the exempt.
    pub entitlement: &'static str,
    /// Effective access.
    pub access: bool,
    pub access_state: AccessState,
    /// The first gate that fails, in words.
    pub denied_because: Option<String>,
    pub outcome: PolicyOutcome,
    pub compliance: Badge,
    pub exempt_by: Option<SparedBy>,
    pub drift: Vec<Drift>,
    pub discord: ObservedDiscord,
}

impl From<State> for Standing {
    fn from(state: State) -> Self {
        let denied_by = state.access.denied_by();
        Self {
            status: state.status,
            eligible: state.eligibility.in_scope(),
            eligibility: state.eligibility.code(),
            entitled: state.entitlement.entitled(),
            entitlement: state.entitlement.code(),
            access: state.access.granted(),
            access_state: state.access.state(),
            denied_because: denied_by.map(|finding| finding.reason.describe()),
            outcome: state.outcome,
            compliance: state.compliance.badge(),
            exempt_by: state.compliance.exempt_by(),
            drift: state.drifts,
            discord: state.discord,
        }
    }
}

/// What is known of some people beside their facts.
#[derive(Debug, Default)]
pub(super) struct Names {
    named: HashMap<UserId, Named>,
    seen: HashMap<UserId, Vec<Seen>>,
}

impl Names {
    /// Names of all of `ids`, and what Discord shows of those `on_page`.
    pub(super) async fn load(tx: &mut Tx, ids: &[Uuid], on_page: &[Uuid]) -> Result<Self, Error> {
        let named = sql::names(tx, ids).await?;
        let mut names = Self {
            named: named.into_iter().map(|one| (one.user_id, one)).collect(),
            seen: HashMap::new(),
        };
        for seen in sql::seen(tx, on_page).await? {
            names.seen.entry(seen.user_id).or_default().push(seen);
        }
        Ok(names)
    }

    fn person(&self, user_id: UserId) -> Person {
        let named = self.named.get(&user_id);
        Person {
            user_id,
            email: named.map(|named| named.email.clone()).unwrap_or_default(),
            display_name: named.and_then(|named| named.display_name.clone()),
            discord_id: named.and_then(|named| named.discord_id),
        }
    }

    pub(super) fn of(&self, apart: Apart<UserId>) -> Apart<Person> {
        Apart {
            count: apart.count,
            first: apart.first.into_iter().map(|id| self.person(id)).collect(),
        }
    }

    pub(super) fn row(&self, user_id: UserId, state: State) -> Row {
        Row {
            person: self.person(user_id),
            standing: state.into(),
            discord_guilds: self.seen.get(&user_id).cloned().unwrap_or_default(),
        }
    }
}
