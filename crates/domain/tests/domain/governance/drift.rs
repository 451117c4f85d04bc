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
fn drifts(setting: &Setting, body: &Body, status: Status) -> Vec<Drift> {
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
    when(
        active && !owed && !body.exempted,
        Drift::ActiveThoughNotOwed,
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

fn found(setting: &Setting, body: &Body, status: Status) -> Vec<Drift> {
    let mode = match setting.leads {
        Leads::Discord => Mode::Discord,
        Leads::Portal => Mode::Portal,
    };
    drift(mode, status, &setting.assess(body), body.evidence().discord)
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn every_drift_is_found_and_none_is_invented((setting, body) in any_setting_and_body()) {
        for status in [Status::Active, Status::Suspended, Status::Disabled] {
            prop_assert_eq!(found(&setting, &body, status), drifts(&setting, &body, status));
        }
    }

    #[test]
    fn whoever_is_owed_access_and_lacks_it_drifts_unless_disabled(
        (setting, body) in any_setting_and_body(),
    ) {
        let owed = plain::in_scope(&body) && plain::entitled(&setting, &body);
        let access = plain::access(&setting, &body);
        if owed && !access {
            prop_assert!(!found(&setting, &body, Status::Active).is_empty());
        }
        if owed {
            prop_assert!(!found(&setting, &body, Status::Suspended).is_empty());
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
            found(&setting, body, *status)
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
