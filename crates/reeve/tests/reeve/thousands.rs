//! Ten thousand people with a plan that restores, strips and suspends most of them; copies of that
//! world; and what may be compared between two copies.

use std::time::{Duration, Instant};

use app::governance::Number;
use secrecy::ExposeSecret;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use testkit::World;
use testkit::database::EmptyDb;
use testkit::world::{MAPPED_ROLE, OTHER_ROLE};
use uuid::Uuid;

use crate::program::{Answer, Program};
use crate::scratch::wait_until;

const PEOPLE: i64 = 10_000;
/// Steps of the plan, which are two batches.
pub(crate) const STEPS: i32 = 8_000;
/// Where the first batch ends.
pub(crate) const FIRST_BATCH: i32 = 5_000;

/// What becomes of a person, by the last digit of their number.
enum Fate {
    /// Loses the mapped role: suspended and stripped.
    Lost,
    /// Was suspended and stripped by a run before, and has the role again: restored.
    Returned,
    /// Suspended by hand, with the roles left: stripped.
    LeftOver,
    /// Nothing happens to them.
    Works,
}

fn fate(number: i64) -> Fate {
    match number % 10 {
        1..=4 => Fate::Lost,
        5..=7 => Fate::Returned,
        8 => Fate::LeftOver,
        _ => Fate::Works,
    }
}

/// A world with a stored plan, kept as a template.
pub(crate) struct Original {
    world: World,
    pub(crate) plan_id: String,
}

impl Original {
    pub(crate) async fn make() -> Self {
        let world = World::discord_leading().await;
        let people = world.people(PEOPLE).await;
        let discord = |number: i64| people.first_discord_id + number - 1;
        for (number, value) in [
            (Number::GuardSharePercent, 100),
            (Number::GuardCount, 1_000_000),
        ] {
            app::governance::set_number(world.reeve(), &world.caller(), number, value, false)
                .await
                .unwrap();
        }
        for number in (1..=PEOPLE).filter(|number| matches!(fate(*number), Fate::Returned)) {
            world.discord(discord(number), &[OTHER_ROLE]);
        }
        world.scan().await;
        world.reconcile().await;
        for number in 1..=PEOPLE {
            match fate(number) {
                Fate::Lost => world.discord(discord(number), &[OTHER_ROLE]),
                Fate::Returned => world.discord(discord(number), &[MAPPED_ROLE]),
                Fate::LeftOver => world.discord_leaves(discord(number)),
                Fate::Works => {}
            }
        }
        let by_hand =
            "update app_user set status = 'suspended' where email ~ '^p\\d*8@example.test$'";
        world.scene().await.execute(by_hand).await.unwrap();
        world.scan().await;
        let plan = world.plan().await.expect("there is much to do");
        let counts = plan.counts;
        assert_eq!(
            (counts.restore, counts.change, counts.suspend),
            (3000, 1000, 4000)
        );
        assert!(!plan.guard.is_held());
        // A template may have no connections.
        world.reeve().database.close().await;
        let original = Self {
            plan_id: plan.plan_id,
            world,
        };
        original.wait_until_alone().await;
        original
    }

    /// Connections that were closed are gone a moment later.
    async fn wait_until_alone(&self) {
        let mut connection = self.postgres().await;
        let others = "select count(*) from pg_stat_activity where datname = $1";
        let mut count = 1_i64;
        let start = Instant::now();
        while count > 0 && start.elapsed() < Duration::from_secs(30) {
            count = sqlx::query_scalar(others)
                .bind(&self.world.db.name)
                .fetch_one(&mut connection)
                .await
                .unwrap();
        }
        assert_eq!(count, 0);
    }

    async fn postgres(&self) -> PgConnection {
        let options = self.world.db.owner_options().database("postgres");
        PgConnection::connect_with(&options).await.unwrap()
    }

    /// The same world again.
    pub(crate) async fn copy(&self) -> Copy {
        let database = EmptyDb::new().await;
        let (name, original) = (&database.name, &self.world.db.name);
        let sql = format!("create database {name} template {original} strategy file_copy");
        let made = self.postgres().await.execute(AssertSqlSafe(sql)).await;
        made.unwrap();
        let url = database.server.runtime(name).url;
        Copy {
            place: Place {
                superuser: database.server.superuser(name).options,
                program: Program::default().set("DATABASE_URL", url.expose_secret()),
                plan_id: self.plan_id.clone(),
            },
            database,
        }
    }

    /// The database's content as SQL.
    pub(crate) fn dump(&self) -> String {
        let mut dump = testkit::cluster::program("pg_dump");
        let url = self.world.db.owner_url();
        let dumped = dump.arg(url.expose_secret()).output().unwrap();
        assert!(dumped.status.success(), "{dumped:?}");
        String::from_utf8(dumped.stdout).unwrap()
    }

    /// What an apply that nothing disturbs makes of it, and how long that takes.
    pub(crate) async fn undisturbed(&self) -> (End, Duration) {
        let copy = self.copy().await;
        let start = Instant::now();
        let applied = copy.place.apply_now();
        let took = start.elapsed();
        assert_eq!(applied.code, 0, "{applied:?}");
        assert_eq!(applied.json()["applied"], STEPS);
        let end = copy.place.end().await;
        assert_eq!(end.applied_through, STEPS);
        // Everybody joined in the run before; whoever came back has their roles again.
        assert_eq!(end.count("audit"), PEOPLE + i64::from(STEPS));
        assert_eq!((end.count("stripped"), end.count("skipped")), (5000, 0));
        copy.drop().await;
        (end, took)
    }
}

/// A copy of [`Original`] in a database of its own.
pub(crate) struct Copy {
    pub(crate) place: Place,
    database: EmptyDb,
}

impl Copy {
    /// Drops the database; one that a failed test leaves is swept later.
    pub(crate) async fn drop(self) {
        self.database.drop().await;
    }
}

/// Where a plan is being applied.
pub(crate) struct Place {
    pub(crate) superuser: PgConnectOptions,
    pub(crate) program: Program,
    pub(crate) plan_id: String,
}

/// Everything that may be compared after a plan is applied: times and the ids of audit rows aside,
/// each kind of row with its number and the hash of all.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct End {
    rows: Vec<(String, i64, Option<String>)>,
    state: String,
    pub(crate) applied_through: i32,
}

impl End {
    fn count(&self, section: &str) -> i64 {
        let mut rows = self.rows.iter();
        rows.find(|(name, ..)| name == section)
            .map_or(0, |(_, count, _)| *count)
    }
}

const ROWS: &str = "
with section(name, line) as (
  select 'people', jsonb_build_array(user_id, status, status_reason, reconciled_in_scope, reconciled_entitled,
                     session_revoked_at is null, session_epoch > '2000-01-01') from app_user
  union all select 'roles', to_jsonb(r) from user_roles r
  union all select 'stripped', to_jsonb(s) - 'stripped_at' from stripped_assignment s
  union all select 'audit', to_jsonb(a) - array['audit_id', 'created_at', 'revision', 'correlation_id']
                     || jsonb_build_object('after_json', a.after_json - 'session_revoked_at')
              from audit_log a where action = 'entitlement.reconcile'
  union all select 'skipped', to_jsonb(k) - 'skipped_at' from plan_skip k
  union all select 'fed', jsonb_build_array(table_name, op) from change_feed)
select name, count(*), md5(string_agg(line::text, e'\\n' order by line::text))
  from section group by name order by name";

impl Place {
    pub(crate) async fn connect(&self) -> PgConnection {
        PgConnection::connect_with(&self.superuser).await.unwrap()
    }

    /// A runner of the plan whose lease is soon out, as a command to start.
    pub(crate) fn apply(&self) -> std::process::Command {
        let apply = ["reconcile", "apply", &self.plan_id, "-o", "json"];
        let lease = ["--lease-seconds", "1"];
        self.program.command(&[&apply[..], &lease].concat())
    }

    pub(crate) fn apply_now(&self) -> Answer {
        self.apply().output().unwrap().into()
    }

    /// Applies again, as soon as a runner that died no longer holds the lease.
    pub(crate) fn finish(&self) -> Answer {
        let mut last = None;
        wait_until("the lease is out", || {
            let answer = self.apply_now();
            let busy = answer.code == 1 && answer.err.contains("try again later");
            last = Some(answer);
            !busy
        });
        let answer = last.unwrap();
        assert_eq!(answer.code, 0, "{answer:?}");
        answer
    }

    pub(crate) async fn end(&self) -> End {
        let mut connection = self.connect().await;
        let rows = sqlx::query_as(ROWS).fetch_all(&mut connection).await;
        let (state, applied_through) = self.progress().await;
        End {
            rows: rows.unwrap(),
            state,
            applied_through,
        }
    }

    /// The plan's state, and how far it is applied.
    pub(crate) async fn progress(&self) -> (String, i32) {
        let sql = "select state, applied_through from reconcile_plan where plan_id = $1";
        sqlx::query_as(sql)
            .bind(&self.plan_id)
            .fetch_one(&mut self.connect().await)
            .await
            .unwrap()
    }

    /// Locks the person of a step until the connection is closed, so that a runner stops there in
    /// the middle of its batch.
    pub(crate) async fn barrier(&self, seq: i32) -> PgConnection {
        let mut connection = self.connect().await;
        connection.execute("begin").await.unwrap();
        let lock = "select u.user_id from app_user u join plan_step s using (user_id) join reconcile_plan p using (plan_no)
                     where p.plan_id = $1 and s.seq = $2 for update of u";
        let locked: Uuid = sqlx::query_scalar(lock)
            .bind(&self.plan_id)
            .bind(seq)
            .fetch_one(&mut connection)
            .await
            .unwrap();
        assert!(!locked.is_nil());
        connection
    }

    /// Waits until at least so many connections to this database wait for a lock.
    pub(crate) async fn wait_for_waiting(&self, count: i64) {
        let sql = "select count(*) from pg_stat_activity
                    where datname = current_database() and wait_event_type = 'Lock'";
        self.wait_for(sql, count).await;
    }

    /// Waits until the lease is out, as far as it was committed.
    pub(crate) async fn wait_for_lease_to_run_out(&self) {
        let sql = "select count(*) from lease where expires_at <= clock_timestamp()";
        self.wait_for(sql, 1).await;
    }

    async fn wait_for(&self, sql: &'static str, count: i64) {
        let mut connection = self.connect().await;
        let start = Instant::now();
        loop {
            let found: i64 = sqlx::query_scalar(sql)
                .fetch_one(&mut connection)
                .await
                .unwrap();
            if found >= count {
                return;
            }
            assert!(
                start.elapsed() < Duration::from_secs(60),
                "waited in vain: {sql}"
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}
