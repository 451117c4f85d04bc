//! A plan before it is stored: the inputs and everybody, in memory.

use std::collections::BTreeMap;

use domain::governance::assess::Rules;
use domain::governance::privileged::BreakGlass;
use domain::id::GuildId;
use domain::reconcile::fingerprint::Fingerprint;
use domain::reconcile::plan::Plan;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use store::Tx;
use store::facts::{Lens, People};
use store::governance::{self, Governance};
use store::role::{self, Roles};

use crate::Error;

/// What a plan is made from, apart from the people.
#[derive(Debug)]
pub(crate) struct Inputs {
    pub(crate) governance: Governance,
    pub(crate) rules: Rules,
    pub(crate) roles: Roles,
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
        let mut inputs = Self::load_but_content(tx, governance, max_age).await?;
        inputs.content = governance::content_hashes(tx).await?;
        Ok(inputs)
    }

    async fn load_but_content(
        tx: &mut Tx,
        governance: Governance,
        max_age: Option<SignedDuration>,
    ) -> Result<Self, Error> {
        let rules = governance.rules(max_age)?;
        let now = tx.now().await?;
        let roles = role::load(tx).await?;
        Ok(Self {
            governance,
            rules,
            roles,
            content: BTreeMap::new(),
            now,
        })
    }

    pub(crate) fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.rules, &self.content, self.roles.0.values(), self.now)
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
    /// Loads the inputs and everybody; `beside` are two more transactions of the same snapshot.
    pub(crate) async fn load(
        tx: &mut Tx,
        beside: Option<[Tx; 2]>,
        break_glass: &BreakGlass,
        governance: Governance,
        max_age: Option<SignedDuration>,
    ) -> Result<Self, Error> {
        let mut inputs = Inputs::load_but_content(tx, governance, max_age).await?;
        let lens = Lens {
            rules: &inputs.rules,
            roles: &inputs.roles,
            break_glass,
            restore_window: inputs.governance.restore_window,
            now: inputs.now,
        };
        let (people, content) = match beside {
            Some([members, mut hashes]) => tokio::try_join!(
                People::load(tx, Some(members), &lens),
                governance::content_hashes(&mut hashes)
            )?,
            None => (
                People::load(tx, None, &lens).await?,
                governance::content_hashes(tx).await?,
            ),
        };
        inputs.content = content;
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
