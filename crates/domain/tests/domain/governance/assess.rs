//! Effective access: both, unless exempted (P-12), and what a stale snapshot does where the portal
//! leads (P-21); and which rules must be there before anything is assessed.

use std::collections::{BTreeMap, BTreeSet};

use domain::governance::assess::{RoleMapping, Rules, RulesMissing};
use domain::governance::drift::{Drift, drift};
use domain::governance::eligibility::AccessPolicy;
use domain::governance::entitlement::{Entitlement, Source};
use domain::governance::freshness::DEFAULT_MAX_AGE;
use domain::governance::mode::Mode;
use domain::identity::Status;
use jiff::SignedDuration;
use proptest::prelude::*;

use crate::cases;
use crate::plain::{
    self, Age, Body, Clauses, Leads, MOMENT, NOW, Setting, any_setting_and_body, guild,
};
use crate::population::{Population, Subject};

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn effective_access_is_what_the_policy_says((setting, body) in any_setting_and_body()) {
        let assessment = setting.assess(&body);
        prop_assert_eq!(assessment.grants_access(), plain::access(&setting, &body));
    }

    #[test]
    fn an_exemption_changes_neither_eligibility_nor_entitlement(
        (setting, body) in any_setting_and_body(),
    ) {
        let with = setting.assess(&Body { exempted: true, ..body });
        let without = setting.assess(&Body { exempted: false, ..body });
        prop_assert_eq!(with.eligibility, without.eligibility);
        prop_assert_eq!(with.entitlement, without.entitlement);
        prop_assert_eq!(with.cell(), without.cell());
    }

    #[test]
    fn after_the_next_deadline_nothing_is_fresh((setting, _) in any_setting_and_body()) {
        // Whatever is fresh in these installations is exactly as old as the limit allows.
        let past = |age| if age == Age::Future { Age::Stale } else { age };
        let setting = Setting { ages: setting.ages.map(past), ..setting };
        let (rules, fresh) = (setting.rules(), setting.ages.contains(&Age::Fresh));
        prop_assert_eq!(rules.next_deadline(NOW), fresh.then_some(NOW));
        prop_assert_eq!(rules.next_deadline(NOW + MOMENT), None);
    }

    #[test]
    fn rules_at_an_instant_judge_as_the_rules_do((setting, body) in any_setting_and_body()) {
        let (rules, evidence) = (setting.rules(), body.evidence());
        prop_assert_eq!(rules.at(NOW).assess(&evidence), rules.assess(&evidence, NOW));
    }
}

/// The same facts, asked again later: nothing was stored in between, and the clock alone decides.
#[test]
fn effective_access_is_computed_when_asked_and_stored_nowhere() {
    let setting = Setting {
        leads: Leads::Discord,
        ages: [Age::Fresh; 3],
    };
    let clauses = Clauses {
        everyone: true,
        ..Clauses::default()
    };
    let body = Body {
        clauses,
        linked: true,
        member: [true; 3],
        role: [true; 3],
        ..Body::default()
    };
    let (rules, evidence) = (setting.rules(), body.evidence());
    assert!(rules.assess(&evidence, NOW).grants_access());
    assert!(!rules.assess(&evidence, NOW + MOMENT).grants_access());
    assert!(rules.assess(&evidence, NOW).grants_access());
}

#[test]
fn effective_access_needs_eligibility_and_entitlement_unless_exempt() {
    // In scope, entitled, exempted: access.
    let table = [
        (true, true, false, true),
        (true, false, false, false),
        (false, true, false, false),
        (false, false, false, false),
        (true, true, true, true),
        (true, false, true, true),
        (false, true, true, true),
        (false, false, true, true),
    ];
    let setting = Setting {
        leads: Leads::Discord,
        ages: [Age::Fresh; 3],
    };
    for (organization, entitled, exempted, access) in table {
        let body = Body {
            clauses: Clauses {
                organization,
                ..Clauses::default()
            },
            linked: true,
            member: [true; 3],
            role: [entitled; 3],
            exempted,
            ..Body::default()
        };
        assert_eq!(setting.assess(&body).grants_access(), access, "{body:?}");
    }
}

#[test]
fn in_portal_leading_mode_a_stale_snapshot_denies_access_as_drift_and_suspends_nobody() {
    let clauses = Clauses {
        organization: true,
        ..Clauses::default()
    };
    let ada = Body {
        clauses,
        assigned: true,
        ..Body::default()
    };
    for not_fresh in [Age::Stale, Age::Future, Age::Missing] {
        let setting = Setting {
            leads: Leads::Portal,
            ages: [not_fresh; 3],
        };
        let assessment = setting.assess(&ada);
        assert_eq!(
            assessment.entitlement,
            Entitlement::Entitled(Source::PortalAssignment)
        );
        assert!(!assessment.grants_access(), "{not_fresh:?}");
        let found = drift(
            Mode::Portal,
            Status::Active,
            &assessment,
            ada.evidence().discord,
            true,
        );
        assert_eq!(found, [Drift::AccessFailedClosed]);

        let people = Population {
            setting,
            people: vec![Subject::active(ada, 1).with_right(); 9],
        };
        assert_eq!(people.counts().suspend, 0, "{not_fresh:?}");
    }
    let fresh = Setting {
        leads: Leads::Portal,
        ages: [Age::Stale, Age::Fresh, Age::Missing],
    };
    assert!(
        fresh.assess(&ada).grants_access(),
        "the latest snapshot of any guild is looked at"
    );
}

/// The limit is the same for a person and for the portal's look at the latest snapshot.
#[test]
fn portal_access_ends_one_moment_after_the_age_limit() {
    let setting = Setting {
        leads: Leads::Portal,
        ages: [Age::Fresh; 3],
    };
    let clauses = Clauses {
        everyone: true,
        ..Clauses::default()
    };
    let evidence = Body {
        clauses,
        assigned: true,
        ..Body::default()
    }
    .evidence();
    let rules = setting.rules();
    assert!(rules.assess(&evidence, NOW).grants_access());
    assert!(!rules.assess(&evidence, NOW + MOMENT).grants_access());
}

#[test]
fn rules_are_incomplete_without_mode_or_policy_or_where_discord_leads_without_a_mapping() {
    let policy = || Some(AccessPolicy::default());
    let complete = |mode, policy, mapping| {
        Rules::complete(mode, policy, mapping, DEFAULT_MAX_AGE, BTreeMap::new()).map(|_| ())
    };
    let none = RoleMapping::default;
    // A guild without any role maps nothing.
    let roleless = || RoleMapping(BTreeMap::from([(guild(0), BTreeSet::new())]));
    assert_eq!(complete(None, policy(), none()), Err(RulesMissing::Mode));
    assert_eq!(
        complete(Some(Mode::Portal), None, none()),
        Err(RulesMissing::Policy)
    );
    assert_eq!(
        complete(Some(Mode::Discord), policy(), none()),
        Err(RulesMissing::Mapping)
    );
    assert_eq!(
        complete(Some(Mode::Discord), policy(), roleless()),
        Err(RulesMissing::Mapping)
    );
    assert_eq!(complete(Some(Mode::Portal), policy(), none()), Ok(()));
    assert!(
        RulesMissing::Mapping
            .to_string()
            .contains("reeve governance map-role hauling.member")
    );
}

/// Two mapped guilds, seen one and two hours ago, and one that no mapping names, seen just now.
#[test]
fn the_next_deadline_is_of_a_snapshot_that_decisions_lean_on() {
    let hours = SignedDuration::from_hours;
    let of = |leads| {
        let setting = Setting {
            leads,
            ages: [Age::Missing; 3],
        };
        let mut rules = setting.rules();
        let seen = [(guild(0), 1), (guild(1), 2), (guild(9), 0)];
        rules.taken_at = seen.map(|(guild, ago)| (guild, NOW - hours(ago))).into();
        let leaned_on = [0, 1, 9].map(|place| rules.leans_on(guild(place)));
        (leaned_on, rules.next_deadline(NOW))
    };
    assert_eq!(
        of(Leads::Discord),
        ([true, true, false], Some(NOW + hours(4)))
    );
    assert_eq!(
        of(Leads::Portal),
        ([false, false, true], Some(NOW + hours(6)))
    );
}

#[test]
fn the_source_has_been_heard_once_a_mapped_guild_has_had_a_snapshot_however_old() {
    for (leads, ages, heard) in [
        (Leads::Discord, [Age::Missing; 3], false),
        (
            Leads::Discord,
            [Age::Missing, Age::Stale, Age::Missing],
            true,
        ),
        (Leads::Discord, [Age::Fresh; 3], true),
        (Leads::Portal, [Age::Missing; 3], true),
    ] {
        let rules = Setting { leads, ages }.rules();
        assert_eq!(rules.ever_observed(), heard, "{leads:?} {ages:?}");
    }
}

#[test]
fn the_guild_to_observe_is_the_first_that_is_not_fresh() {
    let of = |ages| {
        let leads = Leads::Discord;
        Setting { leads, ages }.rules().guild_to_observe(NOW)
    };
    assert_eq!(of([Age::Fresh, Age::Stale, Age::Missing]), Some(guild(1)));
    assert_eq!(of([Age::Fresh, Age::Fresh, Age::Missing]), Some(guild(2)));
    assert_eq!(of([Age::Fresh; 3]), Some(guild(0)), "whichever");
}
