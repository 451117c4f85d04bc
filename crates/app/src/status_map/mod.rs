//! The status map: where everybody stands (P-25), filtered, counted, a page at a time.
//!
//! Everybody is evaluated for each call, by the same functions that plan and decide; names are
//! loaded for the page alone.

mod counts;
mod filter;
mod row;

use std::collections::HashSet;

use domain::access::permission::GOVERNANCE_READ;
use domain::governance::freshness::Freshness;
use domain::governance::mode::Mode;
use domain::id::{GuildId, UserId};
use domain::status_map::{ObservedDiscord, State};
use jiff::Timestamp;
use serde::Serialize;
use store::status_map::{self as sql, Unclaimed};
use store::{Tx, governance};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::everybody::{self, Everybody};
use crate::{Caller, Error, Reeve, permit};

pub use counts::{Counts, Drifting, Matrix};
pub use filter::{Filter, WhichDrift};
pub use row::{Person, Row, Standing};

/// A page of the map, with what is counted over everybody who matches.
#[derive(Debug, Serialize, ToSchema)]
pub struct StatusMap {
    pub as_of: Timestamp,
    pub mode: Mode,
    pub snapshots: Vec<Observation>,
    pub counts: Counts,
    /// By id, which is by when they were made.
    pub people: Vec<Row>,
    /// Where the next page begins, if there is one.
    pub next_cursor: Option<String>,
    /// Of those who match: nobody can observe them in Discord.
    pub without_link: Apart<Person>,
    /// Of those who match: linked, but the account is in no observed guild.
    pub in_no_guild: Apart<Person>,
    /// Discord members with a mapped role to whom no identity is linked, whatever the filter.
    pub unclaimed: Apart<Unclaimed>,
}

/// The current snapshot of a mapped guild.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = StatusMapObservation)]
pub struct Observation {
    pub guild_id: GuildId,
    pub taken_at: Option<Timestamp>,
    pub freshness: Freshness,
}

/// People to be looked at on their own: how many, and the first of them.
#[derive(Debug, Serialize, ToSchema)]
pub struct Apart<T> {
    pub count: u64,
    pub first: Vec<T>,
}

/// Looks at everybody who matches.
pub async fn look(reeve: &Reeve, caller: &Caller, filter: &Filter) -> Result<StatusMap, Error> {
    let limit = filter.limit()?;
    let after = filter.after()?;
    let _turn = everybody::turn().await;
    let mut tx = permit::look(reeve, caller, "status map", GOVERNANCE_READ).await?;
    let governance = governance::load(&mut tx).await?;
    let everybody = Everybody::load(reeve, &mut tx, &governance, "status map").await?;
    let named = match &filter.search {
        Some(text) => Some(sql::matching(&mut tx, text).await?.into_iter().collect()),
        None => None,
    };
    let found = Found::among(&everybody, filter, named.as_ref(), after, limit);
    let map = found.show(&mut tx, &everybody).await?;
    tx.rollback().await?;
    Ok(map)
}

/// Who is not as they should be, by id. The caller has its turn to look at everybody.
pub(crate) async fn drifting(
    reeve: &Reeve,
    tx: &mut Tx,
    which: WhichDrift,
) -> Result<Vec<Uuid>, Error> {
    let governance = governance::load(tx).await?;
    let everybody = Everybody::load(reeve, tx, &governance, "who drifts").await?;
    let rules = everybody.rules.at(everybody.now);
    let wanted = Filter {
        drift: Some(which),
        ..Filter::default()
    };
    let drifts =
        |person: &domain::reconcile::plan::Person<'_>| wanted.matches(&State::of(person, &rules));
    let people = everybody.people.iter().filter(drifts);
    Ok(people.map(|person| person.user_id.0).collect())
}

/// What matched, before anybody has a name.
struct Found {
    counts: Counts,
    limit: usize,
    page: Vec<(UserId, State)>,
    /// Whether somebody comes after the page.
    more: bool,
    without_link: Apart<UserId>,
    in_no_guild: Apart<UserId>,
}

impl Found {
    fn among(
        everybody: &Everybody,
        filter: &Filter,
        named: Option<&HashSet<Uuid>>,
        after: Option<UserId>,
        limit: usize,
    ) -> Self {
        let rules = everybody.rules.at(everybody.now);
        let mut found = Self {
            counts: Counts::default(),
            limit,
            page: Vec::new(),
            more: false,
            without_link: Apart::default(),
            in_no_guild: Apart::default(),
        };
        for person in everybody.people.iter() {
            if named.is_some_and(|named| !named.contains(&person.user_id.0)) {
                continue;
            }
            let state = State::of(&person, &rules);
            if filter.matches(&state) {
                found.take(person.user_id, state, after);
            }
        }
        found
    }

    fn take(&mut self, user_id: UserId, state: State, after: Option<UserId>) {
        self.counts.add(&state);
        match state.discord {
            ObservedDiscord::NotLinked => self.without_link.add(user_id, self.limit),
            ObservedDiscord::NotAMember => self.in_no_guild.add(user_id, self.limit),
            ObservedDiscord::NotObserved
            | ObservedDiscord::MemberWithoutRole
            | ObservedDiscord::MemberWithRole => {}
        }
        if after.is_some_and(|after| user_id <= after) {
            return;
        }
        if self.page.len() < self.limit {
            self.page.push((user_id, state));
        } else {
            self.more = true;
        }
    }

    /// Loads names and what Discord shows, of whom the page and the lists beside it are about.
    async fn show(self, tx: &mut Tx, everybody: &Everybody) -> Result<StatusMap, Error> {
        let on_page: Vec<Uuid> = self.page.iter().map(|(user_id, _)| user_id.0).collect();
        let beside = [&self.without_link, &self.in_no_guild];
        let beside = beside.iter().flat_map(|apart| &apart.first).map(|id| id.0);
        let ids: Vec<Uuid> = on_page.iter().copied().chain(beside).collect();
        let names = row::Names::load(tx, &ids, &on_page).await?;
        let limit = i64::try_from(self.limit).unwrap_or(i64::MAX);
        let (count, first) = sql::unclaimed(tx, limit).await?;
        let last = self.page.last().filter(|_| self.more);
        Ok(StatusMap {
            as_of: everybody.now,
            mode: everybody.rules.mode,
            snapshots: observations(everybody),
            next_cursor: last.map(|(user_id, _)| filter::cursor(*user_id)),
            without_link: names.of(self.without_link),
            in_no_guild: names.of(self.in_no_guild),
            unclaimed: Apart { count, first },
            people: self
                .page
                .into_iter()
                .map(|(user_id, state)| names.row(user_id, state))
                .collect(),
            counts: self.counts,
        })
    }
}

fn observations(everybody: &Everybody) -> Vec<Observation> {
    everybody
        .rules
        .guild_freshness(everybody.now)
        .map(|(guild_id, freshness)| Observation {
            guild_id,
            taken_at: everybody.rules.taken_at.get(&guild_id).copied(),
            freshness,
        })
        .collect()
}

impl<T> Default for Apart<T> {
    fn default() -> Self {
        Self {
            count: 0,
            first: Vec::new(),
        }
    }
}

impl<T> Apart<T> {
    fn add(&mut self, one: T, limit: usize) {
        self.count += 1;
        if self.first.len() < limit {
            self.first.push(one);
        }
    }
}
