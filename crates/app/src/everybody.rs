//! Everybody at one moment, in memory: rules and facts, for operations that look at all people and
//! change nothing.

use domain::governance::assess::Rules;
use jiff::Timestamp;
use store::facts::{Lens, People};
use store::governance::Governance;
use store::{Tx, role};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::{Error, Reeve};

/// Looking at everybody takes memory by their number and a core for as long; so many do it at a time in
/// this process, and the others wait for their turn, before they hold anything.
static TURNS: Semaphore = Semaphore::const_new(2);

/// Waits for one's turn to look at everybody; to be kept as long as they are looked at, and taken before
/// a transaction is opened.
pub(crate) async fn turn() -> Option<SemaphorePermit<'static>> {
    // It is never closed, which is the only way to fail.
    TURNS.acquire().await.ok()
}

/// The rules in force and all people.
#[derive(Debug)]
pub(crate) struct Everybody {
    pub(crate) rules: Rules,
    pub(crate) people: People,
    pub(crate) now: Timestamp,
}

impl Everybody {
    /// Loads everybody as the transaction sees them, which should be of one snapshot. Fails where
    /// governance is not set up far enough to judge anybody.
    pub(crate) async fn load(
        reeve: &Reeve,
        tx: &mut Tx,
        governance: &Governance,
        why: &'static str,
    ) -> Result<Self, Error> {
        let spared = crate::break_glass::spared(reeve, tx).await?;
        let rules = governance.rules(None)?;
        let roles = role::load(tx).await?;
        let now = tx.now().await?;
        let beside = reeve.database.beside(tx, why).await?;
        let lens = Lens {
            rules: &rules,
            roles: &roles,
            break_glass: &spared,
            restore_window: governance.restore_window,
            now,
        };
        let people = People::load(tx, Some(beside), &lens).await?;
        Ok(Self { rules, people, now })
    }
}
