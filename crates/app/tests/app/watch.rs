//! What a test compares before and after: a person's account, and the whole database.

use std::collections::BTreeMap;

use app::{Caller, Error};
use domain::id::UserId;
use sqlx::FromRow;
use store::audit::{Filter, Row};
use testkit::World;

use crate::sql::rows;

/// A person as `app_user` has them; instants in microseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub(crate) struct Account {
    pub(crate) status: String,
    pub(crate) status_reason: Option<String>,
    pub(crate) revoked_at: Option<i64>,
    pub(crate) epoch: i64,
    pub(crate) version: i64,
    pub(crate) in_scope: Option<bool>,
    pub(crate) entitled: Option<bool>,
}

pub(crate) async fn account(world: &World, user: UserId) -> Account {
    let sql = format!(
        "select status, status_reason, version, reconciled_in_scope as in_scope,
                reconciled_entitled as entitled,
                (extract(epoch from session_revoked_at) * 1000000)::bigint as revoked_at,
                (extract(epoch from session_epoch) * 1000000)::bigint as epoch
           from app_user where user_id = '{user}'"
    );
    rows(world, sql).await.remove(0)
}

/// The database's clock, in microseconds since 1970.
pub(crate) async fn clock(world: &World) -> i64 {
    world.now().await.as_microsecond()
}

/// The names of what reconcile took from somebody and keeps for them, sorted.
pub(crate) async fn kept(world: &World, user: UserId) -> Vec<String> {
    let sql = format!(
        "select coalesce(r.name, 'gone') from stripped_assignment s left join role r using (role_id)
          where s.user_id = '{user}' order by 1"
    );
    let found: Vec<(String,)> = rows(world, sql).await;
    found.into_iter().map(|(name,)| name).collect()
}

/// Every table with its number of rows and a hash over rows and the transactions that wrote them:
/// the same only if nothing was written, not even the same again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Census(BTreeMap<String, (i64, String)>);

impl Census {
    pub(crate) async fn of(world: &World) -> Self {
        let tables: Vec<(String,)> = rows(
            world,
            "select c.relname::text from pg_class c
              where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' order by 1",
        )
        .await;
        let each: Vec<String> = tables
            .iter()
            .map(|(table,)| {
                format!(
                    "select '{table}', count(*), coalesce(sum(hashtextextended(t.xmin || t::text, 7)), 0)::text
                       from {table} t"
                )
            })
            .collect();
        let found: Vec<(String, i64, String)> = rows(world, each.join(" union all ")).await;
        assert!(found.len() > 15, "the tables of Reeve");
        Self(
            found
                .into_iter()
                .map(|(table, count, hash)| (table, (count, hash)))
                .collect(),
        )
    }

    /// The tables in which something was written since.
    pub(crate) async fn written_since(&self, world: &World) -> Vec<String> {
        let Self(now) = Self::of(world).await;
        now.into_iter()
            .filter(|(table, rows)| self.0.get(table) != Some(rows))
            .map(|(table, _)| table)
            .collect()
    }

    pub(crate) async fn assert_nothing_written(&self, world: &World) {
        assert_eq!(
            self.written_since(world).await,
            [""; 0],
            "nothing is written"
        );
    }
}

/// The audit rows of one call, oldest first.
pub(crate) async fn audit_of(world: &World, caller: &Caller) -> Vec<Row> {
    let filter = Filter {
        correlation_id: Some(caller.correlation_id.to_string()),
        limit: i64::MAX,
        ..Filter::default()
    };
    let mut found = app::audit::list(world.reeve(), &world.caller(), &filter)
        .await
        .unwrap();
    found.reverse();
    found
}

/// The words of an error, for comparing.
pub(crate) fn words<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    result.expect_err("it is refused").to_string()
}
