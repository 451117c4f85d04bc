//! How fresh the observations are, when each goes stale, and who loses access then.

use domain::access::effective::Effective;
use domain::access::permission::GOVERNANCE_READ;
use domain::governance::assess::RulesMissing;
use domain::governance::freshness::{Freshness, deadline, freshness};
use domain::governance::mode::Mode;
use domain::id::GuildId;
use domain::reconcile::plan::Person;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use store::governance::{self, Governance};
use utoipa::ToSchema;

use crate::everybody::{self, Everybody};
use crate::{Caller, Error, Reeve, permit};

/// The resolution of the database's clock: the moment after a deadline.
const MOMENT: SignedDuration = SignedDuration::from_micros(1);

/// Every guild that is mapped or observed, and the next deadline of all.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = FreshnessReport)]
pub struct Report {
    pub as_of: Timestamp,
    pub mode: Option<Mode>,
    pub max_age_seconds: i64,
    pub guilds: Vec<Guild>,
    /// When the next observation that decisions lean on goes stale.
    pub next_deadline: Option<Timestamp>,
    /// Who has effective access now; `None` while governance is not set up.
    pub with_access: Option<u64>,
    /// What is missing for anybody to be judged, if anything.
    pub missing: Option<RulesMissing>,
}

/// One guild's observation.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = GuildFreshness)]
pub struct Guild {
    pub guild_id: GuildId,
    pub taken_at: Option<Timestamp>,
    pub age_seconds: Option<i64>,
    pub freshness: Freshness,
    /// Whether decisions lean on it: Portal-leading, on the latest of any guild alone.
    pub counts: bool,
    /// Until when it is fresh; `None` if it is not.
    pub deadline: Option<Timestamp>,
    /// How many people lose effective access the moment after, everything else as it is now.
    pub lose_access: Option<u64>,
}

/// Looks at every guild, and at everybody the moment after each deadline.
pub async fn look(reeve: &Reeve, caller: &Caller) -> Result<Report, Error> {
    let _turn = everybody::turn().await;
    let mut tx = permit::look(reeve, caller, "freshness", GOVERNANCE_READ).await?;
    let governance = governance::load(&mut tx).await?;
    let missing = governance.rules(None).err();
    let everybody = match missing {
        None => Some(Everybody::load(reeve, &mut tx, &governance, "freshness").await?),
        Some(_) => None,
    };
    let now = tx.now().await?;
    tx.rollback().await?;
    let look = |guild| look_at(guild, &governance, everybody.as_ref(), now);
    Ok(Report {
        as_of: now,
        mode: governance.mode,
        max_age_seconds: governance.max_age.as_secs(),
        guilds: governance.guilds().into_iter().map(look).collect(),
        next_deadline: everybody
            .as_ref()
            .and_then(|everybody| everybody.rules.next_deadline(now)),
        with_access: everybody
            .as_ref()
            .map(|everybody| count_people(everybody, |_, granted| granted, now)),
        missing,
    })
}

fn look_at(
    guild_id: GuildId,
    governance: &Governance,
    everybody: Option<&Everybody>,
    now: Timestamp,
) -> Guild {
    let taken_at = governance.snapshots.get(&guild_id).map(|s| s.taken_at);
    let deadline = taken_at.and_then(|taken_at| deadline(taken_at, now, governance.max_age));
    let after = deadline.and_then(|at| at.checked_add(MOMENT).ok());
    Guild {
        guild_id,
        taken_at,
        age_seconds: taken_at.map(|taken_at| now.duration_since(taken_at).as_secs()),
        freshness: freshness(taken_at, now, governance.max_age),
        counts: everybody.is_some_and(|everybody| everybody.rules.leans_on(guild_id)),
        deadline,
        lose_access: everybody
            .zip(deadline)
            .zip(after)
            .map(|((everybody, at), after)| {
                let later = everybody.rules.at(after);
                let loses = |person: &Person<'_>, granted| {
                    let assessment = later.assess(&person.evidence);
                    granted
                        && !Effective::of(person.status, person.privilege, &assessment).granted()
                };
                count_people(everybody, loses, at)
            }),
    }
}

/// How many people there are of whom this is true, given whether they have access at an instant.
fn count_people(
    everybody: &Everybody,
    of_whom: impl Fn(&Person<'_>, bool) -> bool,
    at: Timestamp,
) -> u64 {
    let rules = everybody.rules.at(at);
    let counted = everybody.people.iter().filter(|person| {
        let assessment = rules.assess(&person.evidence);
        let granted = Effective::of(person.status, person.privilege, &assessment).granted();
        of_whom(person, granted)
    });
    u64::try_from(counted.count()).unwrap_or(u64::MAX)
}
