//! How fast a plan is made, on one core: a million people of whom a tenth change.
//!
//! `cargo bench -p domain` prints identities a second over seven plans, least, median and most. The
//! people are made by a small generator of their own, so every run plans the same.

use std::collections::{BTreeMap, BTreeSet};
use std::hint::black_box;
use std::time::Instant;

use domain::governance::assess::{Evidence, RoleMapping, Rules};
use domain::governance::eligibility::AccessPolicy;
use domain::governance::entitlement::{DiscordEvidence, GuildSet, PortalEvidence};
use domain::governance::freshness::DEFAULT_MAX_AGE;
use domain::governance::jml::Standing;
use domain::governance::mode::Mode;
use domain::id::{AssignmentId, DiscordRoleId, GuildId, NotASnowflake, UserId};
use domain::identity::Status;
use domain::reconcile::fingerprint::Fingerprint;
use domain::reconcile::guard::Limits;
use domain::reconcile::plan::{Person, Plan};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

const PEOPLE: usize = 1_000_000;
const RUNS: usize = 7;
const NOW: Timestamp = Timestamp::constant(1_790_000_000, 0);

/// Knuth's 64-bit linear congruential generator.
struct Lcg(u64);

impl Lcg {
    fn next(&mut self) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.next().is_multiple_of(n)
    }
}

/// One person; in a tenth of them the snapshot disagrees with the status.
fn person<'a>(
    number: u128,
    random: &mut Lcg,
    policy: &AccessPolicy,
    roles: &'a [AssignmentId],
) -> Person<'a> {
    let entitled = !random.one_in(10);
    let changes = random.one_in(10);
    let active = entitled != changes;
    let guild = GuildSet::of(0);
    let held = if active {
        &roles[..(random.next() % 3) as usize]
    } else {
        &[]
    };
    Person {
        user_id: UserId(Uuid::from_u128(number)),
        version: 1,
        status: if active {
            Status::Active
        } else {
            Status::Suspended
        },
        privilege: None,
        held: false,
        evidence: Evidence {
            matches: policy.match_person(UserId(Uuid::from_u128(number)), "example.org"),
            discord: DiscordEvidence {
                linked: true,
                member_of: guild,
                mapped_role_in: if entitled { guild } else { GuildSet::EMPTY },
            },
            portal: PortalEvidence::default(),
            exempted: false,
        },
        recorded: Some(Standing {
            in_scope: true,
            entitled: active,
        }),
        strippable: held,
        stripped: &[],
    }
}

fn rules(policy: AccessPolicy) -> Result<Rules, NotASnowflake> {
    let guild = GuildId::try_from(1)?;
    let role = DiscordRoleId::try_from(2)?;
    Ok(Rules {
        mode: Mode::Discord,
        policy,
        mapping: RoleMapping(BTreeMap::from([(guild, BTreeSet::from([role]))])),
        max_age: DEFAULT_MAX_AGE,
        taken_at: BTreeMap::from([(guild, NOW - SignedDuration::from_mins(4))]),
    })
}

fn main() -> Result<(), NotASnowflake> {
    let policy = AccessPolicy {
        everyone: true,
        ..AccessPolicy::default()
    };
    let mut random = Lcg(20_260_101);
    let roles = [
        AssignmentId(Uuid::from_u128(1)),
        AssignmentId(Uuid::from_u128(2)),
    ];
    let people = (0..PEOPLE as u128)
        .map(|number| person(number, &mut random, &policy, &roles))
        .collect::<Vec<_>>();
    let rules = rules(policy)?;
    let mut rates = Vec::with_capacity(RUNS);
    let mut steps = 0;
    for _ in 0..RUNS {
        let started = Instant::now();
        let fingerprint = Fingerprint::of(&rules, &BTreeMap::new(), &[], NOW);
        let plan = Plan::make(
            people.iter().copied(),
            &rules.at(NOW),
            fingerprint,
            &Limits::default(),
        );
        let plan = black_box(plan);
        rates.push(PEOPLE as f64 / started.elapsed().as_secs_f64());
        steps = plan.steps.len();
    }
    rates.sort_by(f64::total_cmp);
    println!("people: {PEOPLE}, steps: {steps}, plans: {RUNS}");
    for (name, rate) in [
        ("min", rates[0]),
        ("median", rates[RUNS / 2]),
        ("max", rates[RUNS - 1]),
    ] {
        println!("{name}: {rate:.0} identities/s");
    }
    Ok(())
}
