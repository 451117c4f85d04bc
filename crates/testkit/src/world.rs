//! A world: rules, one Discord guild, people; and what became of them.
//!
//! Scenes are set by SQL as Reeve's system role inside an operation, so that triggers run as ever,
//! people are fed to the index, and nothing of it counts as raw SQL. Rules and snapshots go through
//! the real operations.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use app::reconcile::plan::Options;
use app::reconcile::{Made, Run};
use app::snapshot::Import;
use app::snapshot::import::Imported;
use app::{Caller, Error, Reeve};
use domain::governance::mode::Mode;
use domain::id::{DiscordRoleId, GuildId, OrganizationId, UserId};
use domain::reconcile::snapshot::Expectation;
use jiff::{SignedDuration, Timestamp, ToSpan};
use sqlx::{Executor, PgConnection};
use store::audit::{Filter, Row};
use uuid::Uuid;

use crate::TestDb;

/// The guild that [`World`] maps.
pub const GUILD: i64 = 700;
/// The role of [`GUILD`] that stands for `hauling.member`.
pub const MAPPED_ROLE: i64 = 710;
/// A role of [`GUILD`] that stands for nothing.
pub const OTHER_ROLE: i64 = 720;

/// A database with rules in it, and the guild as Discord would show it.
#[derive(Debug)]
pub struct World {
    /// The database.
    pub db: TestDb,
    /// What the next [`World::scan`] observes: members and their roles.
    guild: Mutex<BTreeMap<i64, Vec<i64>>>,
}

impl World {
    /// No mode, no policy, no mapping, nobody.
    pub async fn empty() -> Self {
        Self {
            db: TestDb::new().await,
            guild: Mutex::default(),
        }
    }

    /// Everybody in scope; whoever has [`MAPPED_ROLE`] in [`GUILD`] is entitled.
    pub async fn discord_leading() -> Self {
        Self::with_mode(Mode::Discord).await
    }

    /// Everybody in scope; whoever has the portal role `hauling.member` is entitled.
    pub async fn portal_leading() -> Self {
        Self::with_mode(Mode::Portal).await
    }

    async fn with_mode(mode: Mode) -> Self {
        let world = Self::empty().await;
        let roles = BTreeSet::from([DiscordRoleId::try_from(MAPPED_ROLE).unwrap()]);
        app::governance::map_role(world.reeve(), &world.caller(), guild(), &roles, false)
            .await
            .unwrap();
        world.policy("everyone = true").await;
        world.mode(mode).await;
        world
    }

    /// The operations' first argument.
    pub fn reeve(&self) -> &Reeve {
        &self.db.reeve
    }

    /// Somebody at the command line.
    pub fn caller(&self) -> Caller {
        self.db.caller()
    }

    /// Sets the governance mode.
    pub async fn mode(&self, mode: Mode) {
        app::governance::set_mode(self.reeve(), &self.caller(), mode, false)
            .await
            .unwrap();
    }

    /// Sets `access.login`, given as TOML.
    pub async fn policy(&self, toml: &str) {
        app::policy::set(self.reeve(), &self.caller(), toml, false)
            .await
            .unwrap();
    }

    /// Creates an organization whose name is its slug.
    pub async fn organization(&self, slug: &str) -> OrganizationId {
        let slug = slug.parse().unwrap();
        app::organization::create(self.reeve(), &self.caller(), &slug, slug.as_str(), None)
            .await
            .unwrap()
    }

    /// Creates a project.
    pub async fn project(&self, tenant: OrganizationId, slug: &str) -> Uuid {
        let mut scene = self.scene().await;
        sqlx::query_scalar(
            "insert into project (tenant_id, slug, name) values ($1, $2, $2) returning project_id",
        )
        .bind(tenant.0)
        .bind(slug)
        .fetch_one(&mut scene)
        .await
        .unwrap()
    }

    /// A connection that changes things as Reeve's own operations do: in the system role, with an
    /// operation named, so that nothing counts as raw SQL. Statements commit one by one.
    pub async fn scene(&self) -> PgConnection {
        let mut connection = self.db.superuser().await;
        connection
            .execute("set role reeve_system; set app.operation = 'test.scene'")
            .await
            .unwrap();
        connection
    }

    /// Puts somebody into the guild, or changes their roles there; seen by the next scan.
    pub fn discord(&self, discord_id: i64, roles: &[i64]) {
        let mut guild = self.guild.lock().unwrap();
        guild.insert(discord_id, roles.to_vec());
    }

    /// Lets somebody leave the guild; seen by the next scan.
    pub fn discord_leaves(&self, discord_id: i64) {
        self.guild.lock().unwrap().remove(&discord_id);
    }

    /// Observes the guild as it stands, just now.
    pub async fn scan(&self) -> Imported {
        self.scan_aged(SignedDuration::ZERO).await
    }

    /// Observes the guild as it stands, dated so far back.
    pub async fn scan_aged(&self, age: SignedDuration) -> Imported {
        let members: Vec<_> = {
            let guild = self.guild.lock().unwrap();
            let member = |(id, roles): (&i64, &Vec<i64>)| (*id, roles.clone());
            guild.iter().map(member).collect()
        };
        self.snapshot(&members, age).await.unwrap()
    }

    /// Imports an observation of [`GUILD`], so old, through the real import. A first or a much
    /// smaller one is accepted.
    pub async fn snapshot(
        &self,
        members: &[(i64, Vec<i64>)],
        age: SignedDuration,
    ) -> Result<Imported, Error> {
        let what = Import {
            sha256: None,
            guild: guild(),
            taken_at: self.now().await - age,
            expectation: Expectation {
                members: None,
                accept_first: true,
                accept_shrink: true,
            },
        };
        self.import(what, ndjson(members)).await
    }

    /// Imports a snapshot file's bytes.
    pub async fn import(&self, what: Import, bytes: Vec<u8>) -> Result<Imported, Error> {
        let input = std::io::Cursor::new(bytes);
        app::snapshot::import(self.reeve(), &self.caller(), what, input, |_| {}).await
    }

    /// Lets time pass for the snapshots alone: each is so much older than it was.
    pub async fn age_snapshots(&self, by: SignedDuration) {
        let mut connection = self.db.superuser().await;
        connection
            .execute("set session_replication_role = replica")
            .await
            .unwrap();
        sqlx::query("update discord_snapshot set taken_at = taken_at - make_interval(secs => $1)")
            .bind(by.as_secs_f64())
            .execute(&mut connection)
            .await
            .unwrap();
    }

    /// The database's clock.
    pub async fn now(&self) -> Timestamp {
        let micros: i64 =
            sqlx::query_scalar("select (extract(epoch from clock_timestamp()) * 1000000)::bigint")
                .fetch_one(&mut self.db.superuser().await)
                .await
                .unwrap();
        Timestamp::UNIX_EPOCH + micros.microseconds()
    }

    /// Plans and applies.
    pub async fn reconcile(&self) -> Run {
        app::reconcile::run(self.reeve(), &self.caller(), &Options::default())
            .await
            .unwrap()
    }

    /// Plans only; `None` if nothing has to change.
    pub async fn plan(&self) -> Option<Made> {
        app::reconcile::plan(self.reeve(), &self.caller(), &Options::default())
            .await
            .unwrap()
    }

    /// `app_user.status`.
    pub async fn status_of(&self, user: UserId) -> String {
        sqlx::query_scalar("select status from app_user where user_id = $1")
            .bind(user.0)
            .fetch_one(&mut self.db.superuser().await)
            .await
            .unwrap()
    }

    /// The names of the roles that somebody is assigned, anywhere, sorted.
    pub async fn roles_of(&self, user: UserId) -> Vec<String> {
        sqlx::query_scalar(
            "select r.name from user_roles u join role r using (role_id)
              where u.user_id = $1 order by r.name",
        )
        .bind(user.0)
        .fetch_all(&mut self.db.superuser().await)
        .await
        .unwrap()
    }

    /// The audit rows of an action, newest first.
    pub async fn audit(&self, action: &str) -> Vec<Row> {
        let filter = Filter {
            action: Some(action.to_owned()),
            limit: i64::MAX,
            ..Filter::default()
        };
        app::audit::list(self.reeve(), &self.caller(), &filter)
            .await
            .unwrap()
    }
}

/// [`GUILD`], typed.
pub fn guild() -> GuildId {
    GuildId::try_from(GUILD).unwrap()
}

/// A snapshot file: a member object of Discord's a line.
pub fn ndjson(members: &[(i64, Vec<i64>)]) -> Vec<u8> {
    let mut file = String::new();
    for (id, roles) in members {
        let roles: Vec<String> = roles.iter().map(|role| format!("\"{role}\"")).collect();
        file += &format!(
            "{{\"user\":{{\"id\":\"{id}\"}},\"roles\":[{}]}}\n",
            roles.join(",")
        );
    }
    file.into_bytes()
}
