//! Findings: each thing that can be wrong is found, with its remedy, and nothing else is.

use domain::governance::assess::RulesMissing;
use domain::governance::freshness::Freshness;
use domain::health::condition::{
    BreakGlassState, Condition, FAILURES, FailingJob, Held, Mutations, NO_PASS_AFTER, Node,
    Observation, Paused,
};
use domain::health::database::{Rights, rights};
use domain::health::machine::{CLOCK_LIMIT, clock, disk};
use domain::health::{Check, Finding, Severity, judge};
use domain::id::GuildId;
use jiff::SignedDuration;

use crate::plain::{MOMENT, NOW};

const SIX_HOURS: SignedDuration = SignedDuration::from_hours(6);

fn observed(freshness: Freshness) -> Observation {
    Observation {
        guild: Some(GuildId::try_from(700).unwrap()),
        taken_at: (freshness != Freshness::Missing).then_some(NOW),
        freshness,
    }
}

fn node(settings_hash: &str, version: &str, break_glass_entries: u64) -> Node {
    Node {
        version: version.to_owned(),
        settings_hash: settings_hash.to_owned(),
        break_glass_entries,
    }
}

fn sound() -> Condition {
    Condition {
        missing: None,
        max_age: SIX_HOURS,
        observations: vec![observed(Freshness::Fresh)],
        held: None,
        break_glass: BreakGlassState::default(),
        admins: 1,
        ownerless: Vec::new(),
        paused: None,
        reviews_due: 0,
        campaigns_overdue: Vec::new(),
        failing_jobs: Vec::new(),
        last_pass: Some(NOW),
        nodes: vec![node("a", "1", 0), node("a", "1", 0)],
        stray_audit_rows: false,
        mutations: Mutations::default(),
        now: NOW,
    }
}

fn wrong(condition: &Condition) -> Vec<Finding> {
    let found = judge(condition).into_iter();
    found
        .filter(|finding| finding.severity > Severity::Ok)
        .collect()
}

#[test]
fn nothing_is_wrong_with_a_sound_installation() {
    assert_eq!(wrong(&sound()), []);
    let checks: Vec<_> = judge(&sound())
        .iter()
        .map(|finding| finding.check)
        .collect();
    // What is looked at on a machine and on the server itself.
    let elsewhere = [
        Check::Database,
        Check::Migrations,
        Check::Rights,
        Check::RowSecurity,
        Check::Clock,
        Check::Disk,
        Check::Configuration,
    ];
    for check in Check::ALL {
        assert!(
            checks.contains(check) != elsewhere.contains(check),
            "{check:?} is reported also when it is well"
        );
    }
    let nothing_mapped = Condition {
        observations: Vec::new(),
        ..sound()
    };
    let found = judge(&nothing_mapped);
    assert!(found.iter().any(|finding| finding.check == Check::Snapshot));
}

/// A fault, and the one finding that it gives.
type Fault = (fn(&mut Condition), Check, Severity);

const FAULTS: [Fault; 14] = {
    use Severity::{Error, Warning};
    [
        (no_mapping, Check::Governance, Error),
        (stale, Check::Snapshot, Error),
        (unobserved, Check::Snapshot, Error),
        (yet_to_come, Check::Snapshot, Error),
        (held, Check::HeldPlan, Error),
        (listed, Check::BreakGlass, Warning),
        (listed_elsewhere, Check::BreakGlass, Warning),
        (useless, Check::BreakGlassEntry, Warning),
        (no_admin, Check::Admins, Error),
        (ownerless, Check::Owners, Warning),
        (paused, Check::IamPause, Warning),
        (due, Check::Reviews, Warning),
        (set_otherwise, Check::Nodes, Error),
        (another_version, Check::Nodes, Warning),
    ]
};

fn no_mapping(c: &mut Condition) {
    c.missing = Some(RulesMissing::Mapping);
}
fn stale(c: &mut Condition) {
    c.observations = vec![observed(Freshness::Stale)];
}
fn unobserved(c: &mut Condition) {
    c.observations = vec![observed(Freshness::Missing)];
}
fn yet_to_come(c: &mut Condition) {
    c.observations = vec![observed(Freshness::FromTheFuture)];
}
fn held(c: &mut Condition) {
    let plan = "abcd".to_owned();
    c.held = Some(Held {
        plan,
        suspensions: 30,
        unseen: 0,
        of: 40,
    });
}
fn listed(c: &mut Condition) {
    c.break_glass.entries = 1;
}
fn listed_elsewhere(c: &mut Condition) {
    c.nodes[1].break_glass_entries = 1;
}
fn useless(c: &mut Condition) {
    c.break_glass.useless = vec!["x".to_owned()];
}
fn no_admin(c: &mut Condition) {
    c.admins = 0;
}
fn ownerless(c: &mut Condition) {
    c.ownerless = vec!["north".to_owned()];
}
fn paused(c: &mut Condition) {
    c.paused = Some(Paused {
        since: NOW,
        reason: "too many denials".to_owned(),
    });
}
fn due(c: &mut Condition) {
    c.reviews_due = 2;
}
fn set_otherwise(c: &mut Condition) {
    c.nodes[1].settings_hash = "b".to_owned();
}
fn another_version(c: &mut Condition) {
    c.nodes[1].version = "2".to_owned();
}

#[test]
fn each_fault_gives_its_own_finding_with_a_remedy_and_no_other() {
    for (fault, check, severity) in FAULTS {
        let mut condition = sound();
        fault(&mut condition);
        let found = wrong(&condition);
        assert_eq!(found.len(), 1, "{check:?}: {found:?}");
        assert_eq!((found[0].check, found[0].severity), (check, severity));
        assert!(!found[0].remedy.is_empty(), "{check:?}");
    }
}

#[test]
fn a_job_that_fails_and_jobs_that_do_not_run_are_found() {
    let mut condition = sound();
    condition.failing_jobs = vec![FailingJob {
        name: "prune".to_owned(),
        failures: 3,
        detail: "no room".to_owned(),
    }];
    let found = wrong(&condition);
    assert!(
        found[0]
            .text
            .contains("prune failed 3 times in a row: no room"),
        "{found:?}"
    );
    let mut condition = sound();
    condition.now = NOW + NO_PASS_AFTER;
    assert_eq!(wrong(&condition), []);
    condition.now = NOW + NO_PASS_AFTER + MOMENT;
    assert_eq!(wrong(&condition)[0].check, Check::Jobs);
    condition.now = NOW - NO_PASS_AFTER - MOMENT;
    let found = wrong(&condition);
    assert_eq!(
        (found[0].check, found[0].severity),
        (Check::Jobs, Severity::Error)
    );
    assert!(found[0].text.contains("a clock was set back"), "{found:?}");
    condition.last_pass = None;
    assert!(wrong(&condition)[0].text.contains("no job has run yet"));
}

#[test]
fn a_held_plan_is_told_with_its_cause_and_the_approving_command() {
    let cause = |unseen| {
        let mut condition = sound();
        condition.held = Some(Held {
            plan: "abcd".to_owned(),
            suspensions: 30,
            unseen,
            of: 40,
        });
        // By itself a stale snapshot is no cause: in Portal-leading mode nobody is suspended for it (D9).
        condition.observations = vec![observed(Freshness::Stale)];
        let found = wrong(&condition);
        let held = found
            .into_iter()
            .find(|finding| finding.check == Check::HeldPlan)
            .unwrap();
        assert!(
            held.remedy.contains("`reeve reconcile approve abcd`"),
            "{held:?}"
        );
        held.text
    };
    let changed = cause(0);
    assert!(
        changed.contains("30 of 40 people; policy, mapping or roles changed for many"),
        "{changed}"
    );
    let blind = cause(30);
    assert!(
        blind.contains("missing or stale, so that nobody"),
        "{blind}"
    );
    let both = cause(12);
    assert!(
        both.contains("12 of them can't be seen") && both.contains("changed for the others"),
        "{both}"
    );
}

#[test]
fn the_clock_may_be_off_by_five_seconds_either_way() {
    for (ahead, severity) in [
        (CLOCK_LIMIT, Severity::Ok),
        (-CLOCK_LIMIT, Severity::Ok),
        (CLOCK_LIMIT + MOMENT, Severity::Warning),
        (-(CLOCK_LIMIT + MOMENT), Severity::Warning),
    ] {
        assert_eq!(clock(ahead).severity, severity, "{ahead}");
    }
}

#[test]
fn a_disk_is_a_warning_below_a_tenth_and_an_error_below_three_hundredths() {
    let percent = |free| disk(free, 100).severity;
    assert_eq!(
        [100, 10, 9, 3, 2, 0].map(percent),
        [
            Severity::Ok,
            Severity::Ok,
            Severity::Warning,
            Severity::Warning,
            Severity::Error,
            Severity::Error
        ]
    );
    assert_eq!(disk(u64::MAX, u64::MAX).severity, Severity::Ok);
    assert_eq!(
        disk(0, 0).severity,
        Severity::Error,
        "nothing known is nothing free"
    );
}

#[test]
fn rights_that_are_missing_are_worse_than_rights_too_many() {
    let sound = Rights {
        login: "reeve".to_owned(),
        ..Rights::default()
    };
    let of = |rights_: &Rights| rights(rights_).map(|finding| finding.severity);
    assert_eq!(of(&sound), [Severity::Ok, Severity::Ok]);
    let one = |name: &str| vec![name.to_owned()];
    let superuser = Rights {
        superuser: true,
        ..sound.clone()
    };
    assert_eq!(of(&superuser), [Severity::Warning, Severity::Ok]);
    let missing = Rights {
        missing: one("reeve_app"),
        ..superuser.clone()
    };
    assert_eq!(of(&missing), [Severity::Error, Severity::Ok]);
    let outside = Rights {
        not_a_member_of: one("reeve_app"),
        ..superuser
    };
    assert_eq!(of(&outside), [Severity::Error, Severity::Ok]);
    let open = Rights {
        unprotected: one("membership"),
        ..sound
    };
    assert_eq!(of(&open), [Severity::Ok, Severity::Error]);
}

#[test]
fn every_check_has_a_text_of_its_own() {
    let mut texts: Vec<_> = Check::ALL.iter().map(|check| check.as_str()).collect();
    texts.sort_unstable();
    texts.dedup();
    assert_eq!(texts.len(), Check::ALL.len());
}

#[test]
fn failed_mutations_are_found_from_five_on_and_above_one_in_twenty() {
    let severity = |asked, failed| {
        let condition = Condition {
            mutations: Mutations { asked, failed },
            ..sound()
        };
        wrong(&condition).first().map(|finding| finding.check)
    };
    for (asked, failed) in [(0, 0), (4, FAILURES - 1), (100, 5), (10_000, 500)] {
        assert_eq!(severity(asked, failed), None, "{failed} of {asked}");
    }
    for (asked, failed) in [(FAILURES, FAILURES), (99, 5), (10_000, 501)] {
        let found = severity(asked, failed);
        assert_eq!(found, Some(Check::Mutations), "{failed} of {asked}");
    }
}
