//! The audit log: finding rows in it, and every operation's row.

use std::collections::BTreeSet;

use app::governance::Number;
use app::reconcile::plan::Options;
use app::role::Place;
use app::snapshot::Import;
use app::{Caller, Error};
use domain::actor::{Actor, SYSTEM_USER};
use domain::audit::Action;
use domain::governance::mode::Mode;
use domain::id::{DiscordRoleId, UserId};
use domain::reconcile::snapshot::Expectation;
use domain::time::End;
use jiff::{SignedDuration, Timestamp};
use store::audit::{Filter, Row};
use testkit::World;
use testkit::world::{MAPPED_ROLE, guild, ndjson};

mod credentials;
mod passkeys;
mod people;
mod records;
mod reviews;
mod sign_in;
mod tenancy;

use crate::sql::{count, value};
use crate::watch::{audit_of, words};

async fn find(world: &World, filter: Filter) -> Vec<Row> {
    app::audit::list(world.reeve(), &world.caller(), &filter)
        .await
        .unwrap()
}

const ALL: Filter = Filter {
    action: None,
    entity: None,
    actor: None,
    target: None,
    correlation_id: None,
    since: None,
    before: None,
    limit: 1_000,
};

/// Ada is given `reader`, then by Boss `publisher`, and loses `reader`.
async fn world() -> (World, UserId, [Caller; 2], Timestamp) {
    let world = World::empty().await;
    let boss = world.person("boss").role("admin").build().await;
    let boss = Caller::new(Actor::Person { user_id: boss });
    let (operator, ada) = (world.caller(), world.person("ada").build().await);
    let (reeve, platform, who) = (world.reeve(), Place::default(), ada.to_string());
    app::role::assign(reeve, &operator, &who, "reader", &platform)
        .await
        .unwrap();
    let middle = world.now().await;
    app::role::assign(reeve, &boss, &who, "publisher", &platform)
        .await
        .unwrap();
    app::role::revoke(reeve, &boss, &who, "reader", &platform)
        .await
        .unwrap();
    (world, ada, [operator, boss], middle)
}

#[tokio::test]
async fn rows_are_found_by_action_entity_actor_correlation_id_and_time() {
    let (world, ada, [operator, boss], middle) = world().await;
    let boss = boss.actor.user_id().0;
    let row = |action: &str, role: &str| (action.to_owned(), format!("{ada}/{role}"));
    let given = row("role.assign", "reader");
    let more = row("role.assign", "publisher");
    let taken = row("role.revoke", "reader");
    let by = |actor| Filter { actor, ..ALL };
    let action = |action: &str| Filter {
        action: Some(action.to_owned()),
        ..ALL
    };
    let entity = Some(given.1.clone());
    let correlation_id = Some(operator.correlation_id.to_string());
    let since = Some(middle);
    for (filter, expected) in [
        (action("role.assign"), vec![&more, &given]),
        (Filter { entity, ..ALL }, vec![&taken, &given]),
        (by(Some(boss)), vec![&taken, &more]),
        (
            Filter {
                correlation_id,
                ..ALL
            },
            vec![&given],
        ),
        (Filter { since, ..ALL }, vec![&taken, &more]),
        (
            Filter {
                since,
                ..action("role.revoke")
            },
            vec![&taken],
        ),
        (
            Filter {
                limit: 1,
                ..by(Some(boss))
            },
            vec![&taken],
        ),
        (action("role.assign' or true --"), vec![]),
    ] {
        let found = find(&world, filter.clone()).await;
        let found: Vec<_> = found
            .into_iter()
            .map(|row| (row.action, row.entity_pk))
            .collect();
        assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{filter:?}");
    }
}

#[tokio::test]
async fn rows_come_newest_first_and_a_limit_is_at_least_one() {
    let (world, ..) = world().await;
    let all = find(&world, ALL).await;
    assert!(all.is_sorted_by_key(|row| std::cmp::Reverse(row.created_at)));
    let refused =
        app::audit::list(world.reeve(), &world.caller(), &Filter { limit: 0, ..ALL }).await;
    assert_eq!(words(refused), "limit: must be at least 1");
}

#[tokio::test]
async fn maintenance_makes_the_coming_months_and_can_be_repeated() {
    let world = World::empty().await;
    let partitions = "pg_inherits where inhparent = 'audit_log'::regclass";
    let before = count(&world, partitions).await;
    let next: String = value(
        &world,
        "select 'audit_log_' || to_char((now() at time zone 'utc') + interval '2 months', 'YYYY_MM')",
    )
    .await;
    crate::sql::force(&world, format!("drop table {next}")).await;
    for _ in 0..2 {
        app::audit::maintain(world.reeve()).await.unwrap();
        assert_eq!(count(&world, partitions).await, before);
    }
}

/// Walks the operations, each with a caller of its own, and collects what they wrote.
struct Walk {
    world: World,
    seen: BTreeSet<String>,
}

impl Walk {
    /// A caller whose actor alternates, so that the row's actor is the caller's and no constant.
    fn caller(&self) -> Caller {
        Caller::new(if self.seen.len().is_multiple_of(2) {
            Actor::Operator
        } else {
            Actor::Job { name: "walk" }
        })
    }

    /// Exactly these rows, each complete, and none by raw SQL beside them.
    async fn wrote(&mut self, caller: &Caller, expected: &[Action]) {
        let rows = audit_of(&self.world, caller).await;
        let mut actions: Vec<_> = rows.iter().map(|row| row.action.clone()).collect();
        actions.sort_unstable();
        let mut expected: Vec<_> = expected.iter().map(|action| action.as_str()).collect();
        expected.sort_unstable();
        assert_eq!(actions, expected);
        for row in rows {
            assert_eq!(row.source, caller.actor.source(), "{}", row.action);
            assert_eq!(row.actor_user_id, Some(SYSTEM_USER.0), "{}", row.action);
            assert_eq!(
                row.correlation_id.as_deref(),
                Some(caller.correlation_id.as_str())
            );
            assert!(
                row.revision.is_some() && !row.entity_pk.is_empty(),
                "{}",
                row.action
            );
            self.seen.insert(row.action);
        }
        assert_eq!(
            count(
                &self.world,
                "audit_log where action like 'sql.%' and correlation_id is not null"
            )
            .await,
            0
        );
    }

    async fn snapshot(&mut self, members: &[(i64, Vec<i64>)], shrink: bool, expected: &[Action]) {
        let caller = self.caller();
        let what = Import {
            sha256: None,
            guild: guild(),
            taken_at: self.world.now().await,
            expectation: Expectation {
                members: None,
                accept_first: true,
                accept_shrink: shrink,
            },
        };
        let file = std::io::Cursor::new(ndjson(members));
        let done = app::snapshot::import(self.world.reeve(), &caller, what, file, |_| {}).await;
        assert_eq!(
            done.is_err(),
            expected == [Action::SnapshotReject],
            "{done:?}"
        );
        self.wrote(&caller, expected).await;
    }

    async fn identities(&mut self, file: &str, expected: &[Action]) {
        let caller = self.caller();
        let lines = app::identity::file::read(file.as_bytes()).unwrap();
        let done =
            app::identity::import::import(self.world.reeve(), &caller, lines, false, |_| {}).await;
        assert!(done.unwrap().errors.is_empty());
        self.wrote(&caller, expected).await;
    }

    async fn rules(&mut self) -> Result<(), Error> {
        let role = BTreeSet::from([DiscordRoleId::try_from(MAPPED_ROLE).unwrap()]);
        let caller = self.caller();
        app::governance::map_role(self.world.reeve(), &caller, guild(), &role, false).await?;
        self.wrote(&caller, &[Action::GovernanceMapRole]).await;
        let caller = self.caller();
        app::policy::set(self.world.reeve(), &caller, "everyone = true", false).await?;
        self.wrote(&caller, &[Action::PolicySet]).await;
        let caller = self.caller();
        app::governance::set_mode(self.world.reeve(), &caller, Mode::Discord, false).await?;
        self.wrote(&caller, &[Action::GovernanceSetMode]).await;
        let caller = self.caller();
        let number = Number::GuardFew;
        app::governance::set_number(self.world.reeve(), &caller, number, 0, false).await?;
        self.wrote(&caller, &[Action::GovernanceSetNumber]).await;
        Ok(())
    }

    async fn people(&mut self) -> Result<(), Error> {
        let caller = self.caller();
        let slug = "north".parse().unwrap();
        app::organization::create(self.world.reeve(), &caller, &slug, "North", None).await?;
        self.wrote(&caller, &[Action::OrganizationCreate]).await;
        let caller = self.caller();
        let road = "road".parse().unwrap();
        app::project::create(self.world.reeve(), &caller, &slug, &road, "Road").await?;
        self.wrote(&caller, &[Action::ProjectCreate]).await;
        self.identities("email\nada@example.test\n", &[Action::IdentityCreate])
            .await;
        self.memberships().await?;
        self.identities(
            "email,discord_id\nada@example.test,1\n",
            &[Action::IdentityLink],
        )
        .await;
        self.identities(
            "email,display_name\nada@example.test,Ada\n",
            &[Action::IdentityUpdate],
        )
        .await;
        self.identities(
            "email,organizations\nada@example.test,north\n",
            &[Action::MembershipAdd],
        )
        .await;
        self.identities(
            "email,roles\nada@example.test,reader\n",
            &[Action::RoleAssign],
        )
        .await;
        let (caller, platform) = (self.caller(), Place::default());
        app::role::assign(
            self.world.reeve(),
            &caller,
            "ada@example.test",
            "publisher",
            &platform,
        )
        .await?;
        self.wrote(&caller, &[Action::RoleAssign]).await;
        let caller = self.caller();
        app::role::revoke(
            self.world.reeve(),
            &caller,
            "ada@example.test",
            "reader",
            &platform,
        )
        .await?;
        self.wrote(&caller, &[Action::RoleRevoke]).await;
        crate::sql::scene(&self.world, "update membership set status = 'ended'").await;
        let caller = self.caller();
        app::organization::ensure_default(self.world.reeve(), &caller).await?;
        self.wrote(&caller, &[Action::OrganizationEnsureDefault])
            .await;
        Ok(())
    }

    async fn memberships(&mut self) -> Result<(), Error> {
        let slug = "north".parse().unwrap();
        for _ in 0..2 {
            let caller = self.caller();
            app::membership::add(self.world.reeve(), &caller, &slug, "ada@example.test").await?;
            self.wrote(&caller, &[Action::MembershipAdd]).await;
            let caller = self.caller();
            app::membership::end(self.world.reeve(), &caller, &slug, "ada@example.test").await?;
            self.wrote(&caller, &[Action::MembershipEnd]).await;
        }
        Ok(())
    }

    async fn reconcile(&mut self) -> Result<(), Error> {
        let members = |count: i64| {
            (1..=count)
                .map(|id| (id, vec![MAPPED_ROLE]))
                .collect::<Vec<_>>()
        };
        self.snapshot(&members(9), false, &[Action::SnapshotAdmit])
            .await;
        self.snapshot(&[], false, &[Action::SnapshotReject]).await;
        let both = [Action::SnapshotAdmit, Action::SnapshotAcceptShrink];
        self.snapshot(&members(2), true, &both).await;
        let caller = self.caller();
        app::reconcile::run(self.world.reeve(), &caller, &Options::default()).await?;
        self.wrote(&caller, &[Action::EntitlementReconcile]).await;
        self.world
            .age_snapshots(SignedDuration::from_hours(7))
            .await;
        let caller = self.caller();
        let held = app::reconcile::plan(self.world.reeve(), &caller, &Options::default()).await?;
        self.wrote(&caller, &[]).await;
        let caller = self.caller();
        let plan = held.expect("Ada is to be suspended, which is held").plan_id;
        app::reconcile::approve(self.world.reeve(), &caller, &plan).await?;
        self.wrote(&caller, &[Action::PlanApprove]).await;
        let caller = self.caller();
        app::reconcile::apply(self.world.reeve(), &caller, &plan, Options::default().lease).await?;
        self.wrote(&caller, &[Action::EntitlementReconcile]).await;
        Ok(())
    }
}

impl Walk {
    async fn sparing(&mut self) -> Result<(), Error> {
        let (ada, hour) = (
            "ada@example.test",
            End::After(SignedDuration::from_hours(1)),
        );
        let caller = self.caller();
        let (hold, _) = app::hold::add(self.world.reeve(), &caller, ada, hour, "why").await?;
        self.wrote(&caller, &[Action::HoldAdd]).await;
        let caller = self.caller();
        app::hold::end(self.world.reeve(), &caller, hold, None).await?;
        self.wrote(&caller, &[Action::HoldEnd]).await;
        let caller = self.caller();
        let (exemption, _) =
            app::exemption::add(self.world.reeve(), &caller, ada, hour, None, "why").await?;
        self.wrote(&caller, &[Action::ExemptionAdd]).await;
        let caller = self.caller();
        app::exemption::review(self.world.reeve(), &caller, exemption, None, "seen").await?;
        self.wrote(&caller, &[Action::ExemptionReview]).await;
        let caller = self.caller();
        app::exemption::end(self.world.reeve(), &caller, exemption, Some("over")).await?;
        self.wrote(&caller, &[Action::ExemptionEnd]).await;
        self.world.person("eve").hold(1).exempt(1).build().await;
        crate::sql::scene(
            &self.world,
            "update hold set starts_at = now() - interval '2 hours', ends_at = now() where ended_at is null;
             update exemption set starts_at = now() - interval '2 hours', ends_at = now() where ended_at is null;
             insert into user_roles (user_id, role_id, valid_from, valid_until)
             select user_id, role_id, now() - interval '2 hours', now() from app_user cross join role
              where email = 'eve@example.test' and name = 'reader'",
        )
        .await;
        let caller = self.caller();
        app::expiry::expire(self.world.reeve(), &caller).await?;
        let all = [
            Action::HoldExpire,
            Action::ExemptionExpire,
            Action::RoleExpire,
        ];
        self.wrote(&caller, &all).await;
        Ok(())
    }

    /// The retention is the owner's function: it has no caller, and its row no correlation id.
    async fn retention(&mut self) -> Result<(), Error> {
        crate::sql::force(
            &self.world,
            "create table audit_log_2020_01 partition of audit_log
                for values from ('2020-01-01 00:00:00+00') to ('2020-02-01 00:00:00+00');
             alter table audit_log_2020_01 owner to reeve_owner;
             insert into audit_log (action, entity_type, entity_pk, source, created_at)
             values ('old', 'x', 'x', 'x', '2020-01-15 00:00:00+00')",
        )
        .await;
        app::audit::maintain(self.world.reeve()).await?;
        let dropped = self.world.audit(Action::AuditDrop.as_str()).await;
        assert!(
            dropped.is_empty(),
            "everything is kept unless somebody says otherwise"
        );
        let caller = self.caller();
        let number = Number::AuditRetentionMonths;
        app::governance::set_number(self.world.reeve(), &caller, number, 12, false).await?;
        app::audit::maintain(self.world.reeve()).await?;
        let dropped = self.world.audit(Action::AuditDrop.as_str()).await;
        assert_eq!(dropped.len(), 1);
        assert_eq!(dropped[0].entity_pk, "audit_log_2020_01");
        assert_eq!(dropped[0].after_json.as_ref().unwrap()["rows"], 1);
        self.seen.insert(dropped[0].action.clone());
        Ok(())
    }

    async fn lifecycle(&mut self) -> Result<(), Error> {
        use app::lifecycle::{disable, enable, erase, restore, suspend};
        let max = "max@example.test";
        self.world.person("max").build().await;
        let caller = self.caller();
        suspend(self.world.reeve(), &caller, max, "why").await?;
        self.wrote(&caller, &[Action::IdentitySuspend]).await;
        let caller = self.caller();
        restore(self.world.reeve(), &caller, max, None, "why").await?;
        self.wrote(&caller, &[Action::IdentityRestore, Action::HoldAdd])
            .await;
        let caller = self.caller();
        disable(self.world.reeve(), &caller, max, "why").await?;
        self.wrote(&caller, &[Action::IdentityDisable]).await;
        let caller = self.caller();
        enable(self.world.reeve(), &caller, max, "why").await?;
        self.wrote(&caller, &[Action::IdentityEnable]).await;
        let caller = self.caller();
        erase(self.world.reeve(), &caller, max, max, "why").await?;
        self.wrote(&caller, &[Action::IdentityErase]).await;
        self.world
            .person("boss")
            .role("admin")
            .status("suspended")
            .build()
            .await;
        let caller = self.caller();
        app::heal::self_heal(self.world.reeve(), &caller).await?;
        self.wrote(&caller, &[Action::EntitlementAdminSelfheal])
            .await;
        Ok(())
    }
}

/// Actions that no operation performs: raw SQL's own.
const NOT_BY_AN_OPERATION: [Action; 3] = [Action::SqlInsert, Action::SqlUpdate, Action::SqlDelete];

#[tokio::test]
async fn every_operation_writes_one_row_a_change_with_actor_source_and_correlation_id() {
    let mut walk = Walk {
        world: World::empty().await,
        seen: BTreeSet::new(),
    };
    walk.rules().await.unwrap();
    walk.people().await.unwrap();
    walk.reconcile().await.unwrap();
    walk.sparing().await.unwrap();
    walk.lifecycle().await.unwrap();
    walk.retention().await.unwrap();
    walk.credentials().await.unwrap();
    walk.reviews().await.unwrap();
    walk.one_person().await.unwrap();
    walk.tenancy().await.unwrap();
    walk.records().await.unwrap();
    walk.sign_in().await.unwrap();
    walk.passkeys().await.unwrap();
    let missing: Vec<&str> = Action::ALL
        .iter()
        .filter(|action| !NOT_BY_AN_OPERATION.contains(action))
        .map(|action| action.as_str())
        .filter(|action| !walk.seen.contains(*action))
        .collect();
    assert!(
        missing.is_empty(),
        "this test walks no operation that writes {missing:?}"
    );
    for action in NOT_BY_AN_OPERATION {
        assert!(
            !walk.seen.contains(action.as_str()),
            "take {action:?} off the list"
        );
    }
}
