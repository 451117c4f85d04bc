//! Drift (P-07): where authoritative entitlement disagrees with effective access or with the roles
//! that Discord shows.

use std::collections::BTreeMap;

use domain::governance::drift::{Drift, drift};
use domain::governance::mode::Mode;
use domain::identity::Status;
use proptest::prelude::*;

use crate::cases;
use crate::plain::{self, Age, Body, Clauses, Leads, Setting, any_setting_and_body};

/// Each drift as a sentence about plain facts, in the order in which they are listed.
fn drifts(setting: &Setting, body: &Body, status: Status, strippable: bool) -> Vec<Drift> {
    let owed = plain::in_scope(body) && plain::entitled(setting, body);
    let blind = plain::portal_is_blind(setting);
    let portal = setting.leads == Leads::Portal;
    let shown = body.role.contains(&true);
    let active = status == Status::Active;
    let mut found = Vec::new();
    let mut when = |holds: bool, one: Drift| {
        if holds {
            found.push(one);
        }
    };
    when(
        status == Status::Suspended && owed,
        Drift::SuspendedThoughOwed,
    );
    let suspended = status == Status::Suspended;
    when(
        suspended && !owed && body.exempted,
        Drift::SuspendedThoughExempted,
    );
    when(
        suspended && !owed && !body.exempted && strippable,
        Drift::RolesLeftOver,
    );
    // Whoever is excluded needs no observation to be owed nothing.
    let unseen = plain::in_scope(body) && plain::nobody_could_look(setting, body);
    when(
        active && !owed && !body.exempted && !unseen,
        Drift::ActiveThoughNotOwed,
    );
    when(
        active && !owed && !body.exempted && unseen,
        Drift::ActiveThoughUnobserved,
    );
    when(
        active && !owed && body.exempted,
        Drift::ExemptedThoughNotOwed,
    );
    when(
        active && owed && !body.exempted && blind,
        Drift::AccessFailedClosed,
    );
    when(
        portal && !plain::entitled(setting, body) && shown,
        Drift::RoleThoughNotEntitled,
    );
    let missing = plain::entitled(setting, body) && body.linked && !shown;
    // A role is only missing where somebody could look.
    let observed = setting.ages.contains(&Age::Fresh);
    when(portal && missing && observed, Drift::RoleMissing);
    found
}

fn found(setting: &Setting, body: &Body, status: Status, strippable: bool) -> Vec<Drift> {
    let mode = match setting.leads {
        Leads::Discord => Mode::Discord,
        Leads::Portal => Mode::Portal,
    };
    let assessment = setting.assess(body);
    drift(
        mode,
        status,
        &assessment,
        body.evidence().discord,
        strippable,
    )
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn every_drift_is_found_and_none_is_invented(
        (setting, body) in any_setting_and_body(), strippable in any::<bool>(),
    ) {
        for status in [Status::Active, Status::Suspended, Status::Disabled] {
            let expected = drifts(&setting, &body, status, strippable);
            prop_assert_eq!(found(&setting, &body, status, strippable), expected);
        }
    }

    #[test]
    fn whoever_is_owed_access_and_lacks_it_drifts_unless_disabled(
        (setting, body) in any_setting_and_body(),
    ) {
        let owed = plain::in_scope(&body) && plain::entitled(&setting, &body);
        let access = plain::access(&setting, &body);
        if owed && !access {
            prop_assert!(!found(&setting, &body, Status::Active, false).is_empty());
        }
        if owed {
            prop_assert!(!found(&setting, &body, Status::Suspended, false).is_empty());
        }
    }
}

#[test]
fn drift_is_detected_listed_and_counted() {
    let setting = Setting {
        leads: Leads::Portal,
        ages: [Age::Fresh; 3],
    };
    let scoped = Clauses {
        everyone: true,
        ..Clauses::default()
    };
    let owed = Body {
        clauses: scoped,
        linked: true,
        member: [true; 3],
        role: [true; 3],
        assigned: true,
        ..Body::default()
    };
    let role_missing = Body {
        role: [false; 3],
        ..owed
    };
    let not_owed = Body {
        assigned: false,
        ..owed
    };
    let people = [
        ("as it should be", owed, Status::Active),
        ("suspended", owed, Status::Suspended),
        ("not synced", role_missing, Status::Active),
        ("not synced either", role_missing, Status::Active),
        ("de-entitled", not_owed, Status::Active),
        ("disabled", owed, Status::Disabled),
    ];
    let listed: Vec<(&str, Drift)> = people
        .iter()
        .flat_map(|(name, body, status)| {
            found(&setting, body, *status, false)
                .into_iter()
                .map(move |drift| (*name, drift))
        })
        .collect();
    assert_eq!(
        listed,
        [
            ("suspended", Drift::SuspendedThoughOwed),
            ("not synced", Drift::RoleMissing),
            ("not synced either", Drift::RoleMissing),
            ("de-entitled", Drift::ActiveThoughNotOwed),
            ("de-entitled", Drift::RoleThoughNotEntitled),
        ]
    );
    let mut counted = BTreeMap::new();
    for (_, drift) in listed {
        *counted.entry(drift).or_insert(0) += 1;
    }
    assert_eq!(counted.get(&Drift::RoleMissing), Some(&2));
    assert_eq!(counted.values().sum::<i32>(), 5);
}

#[test]
fn each_drift_says_what_mends_it_and_sparing_leaves_it_to_an_operator() {
    let table = [
        ("suspended_though_owed", "next_reconcile", "operator"),
        ("suspended_though_exempted", "next_reconcile", "operator"),
        ("roles_left_over", "next_reconcile", "operator"),
        ("active_though_not_owed", "next_reconcile", "operator"),
        ("active_though_unobserved", "observation", "observation"),
        ("exempted_though_not_owed", "operator", "operator"),
        ("access_failed_closed", "observation", "observation"),
        ("role_though_not_entitled", "role_sync", "role_sync"),
        ("role_missing", "role_sync", "role_sync"),
    ];
    let found = Drift::ALL.map(|drift| {
        let mend = |spared| drift.mended_by(spared).as_str();
        (drift.as_str(), mend(false), mend(true))
    });
    assert_eq!(found, table);
}

#[test]
fn each_drift_is_said_in_words_of_its_own() {
    let said: std::collections::BTreeSet<&str> =
        Drift::ALL.iter().map(|drift| drift.describe()).collect();
    assert_eq!(said.len(), Drift::ALL.len());
    assert!(said.iter().all(|words| words.contains(' ')), "{said:?}");
}
