//! A plan before it is stored: the inputs and everybody, in memory.

use std::collections::BTreeMap;

use domain::governance::assess::Rules;
use domain::governance::privileged::BreakGlass;
use domain::id::GuildId;
use domain::reconcile::fingerprint::Fingerprint;
use domain::reconcile::plan::Plan;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use store::facts::{Lens, People};
use store::governance::{self, Governance};
use store::{Tx, role};

use crate::Error;

/// What a plan is made from, apart from the people.
#[derive(Debug)]
pub(crate) struct Inputs {
    pub(crate) governance: Governance,
    pub(crate) rules: Rules,
    content: BTreeMap<GuildId, String>,
    pub(crate) now: Timestamp,
}

/// Inputs and everybody.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) inputs: Inputs,
    people: People,
}

impl Inputs {
    /// Loads the inputs; `max_age` replaces the stored one.
    pub(crate) async fn load(
        tx: &mut Tx,
        governance: Governance,
        max_age: Option<SignedDuration>,
    ) -> Result<Self, Error> {
        let rules = governance.rules(max_age)?;
        let content = governance::content_hashes(tx).await?;
        let now = tx.now().await?;
        Ok(Self {
            governance,
            rules,
            content,
            now,
        })
    }

    pub(crate) fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.rules, &self.content, self.now)
    }

    /// The observations as a plan's header keeps them.
    pub(crate) fn snapshots(&self) -> Value {
        self.rules
            .guild_freshness(self.now)
            .map(|(guild, freshness)| {
                let current = self.governance.snapshots.get(&guild);
                json!({
                    "guild_id": guild,
                    "snapshot_id": current.map(|current| current.snapshot_id),
                    "taken_at": current.map(|current| current.taken_at),
                    "freshness": freshness,
                })
            })
            .collect()
    }
}

impl Draft {
    /// Loads the inputs and everybody; `beside` is a second transaction of the same snapshot.
    pub(crate) async fn load(
        tx: &mut Tx,
        beside: Option<Tx>,
        break_glass: &BreakGlass,
        governance: Governance,
        max_age: Option<SignedDuration>,
    ) -> Result<Self, Error> {
        let inputs = Inputs::load(tx, governance, max_age).await?;
        let roles = role::load(tx).await?;
        let lens = Lens {
            rules: &inputs.rules,
            roles: &roles,
            break_glass,
            restore_window: inputs.governance.restore_window,
            now: inputs.now,
        };
        let people = People::load(tx, beside, &lens).await?;
        Ok(Self { inputs, people })
    }

    /// Lets `domain` decide.
    pub(crate) fn plan(&self) -> Plan<'_> {
        let Inputs {
            rules,
            governance,
            now,
            ..
        } = &self.inputs;
        Plan::make(
            self.people.iter(),
            &rules.at(*now),
            self.inputs.fingerprint(),
            &governance.limits,
        )
    }
}
