//! Planning, person by person, against the runbook's ladder written out; and the cells of the
//! matrix as plans (R-06, R-15 to, P-01, P-16).

use domain::governance::jml::Event;
use domain::identity::Status;
use domain::reconcile::plan::{Kind, SparedBy, consider};
use proptest::prelude::*;

use crate::cases;
use crate::plain::{self, Age, Body, Clauses, Leads, NOW, Setting};
use crate::population::{Population, Subject, any_population};

/// What should happen to a person: the kind of step and whether it takes roles.
fn wanted(setting: &Setting, one: &Subject) -> Option<(Kind, bool)> {
    // "Admins in status='disabled' are not reactivated", nor is anybody else (D3).
    if one.status == Status::Disabled {
        return None;
    }
    let owed = plain::in_scope(&one.body) && plain::entitled(setting, &one.body);
    let active = one.status == Status::Active;
    let has_roles = !one.strippable.is_empty();
    let as_demanded = if owed {
        active
    } else {
        !active && !has_roles && !one.body.exempted
    };
    // A hold leaves status and assignments alone until it ends (D10).
    if one.held && !as_demanded {
        return None;
    }
    let enforced = if one.held {
        None
    } else if owed {
        (!active).then_some((Kind::Restore, false))
    } else if one.body.exempted {
        // An exemption passes both, so the person is brought back, and nothing is taken.
        (!active).then_some((Kind::Restore, false))
    } else if one.privilege.is_some() {
        // Admins, subadmins and break-glass identities are never suspended or stripped (D20).
        None
    } else if active {
        Some((Kind::Suspend, has_roles))
    } else {
        has_roles.then_some((Kind::Change, true))
    };
    let news = event(setting, one).is_some() && !plain::nobody_could_look(setting, &one.body);
    enforced.or_else(|| news.then_some((Kind::Change, false)))
}

/// Joiner, mover, leaver, by the policy's definitions; whoever is suspended leaves in any case.
fn event(setting: &Setting, one: &Subject) -> Option<Event> {
    let now = (
        plain::in_scope(&one.body),
        plain::entitled(setting, &one.body),
    );
    let Some(before) = one.recorded else {
        return (now == (true, true)).then_some(Event::Joiner);
    };
    if before == now {
        return None;
    }
    Some(if before == (true, true) {
        Event::Leaver
    } else {
        Event::Mover
    })
}

fn spared(setting: &Setting, one: &Subject) -> Option<SparedBy> {
    let owed = plain::in_scope(&one.body) && plain::entitled(setting, &one.body);
    let active = one.status == Status::Active;
    let as_demanded = if owed {
        active
    } else {
        !active && one.strippable.is_empty() && !one.body.exempted
    };
    if one.status == Status::Disabled || one.held {
        return (one.held && one.status != Status::Disabled && !as_demanded)
            .then_some(SparedBy::Hold);
    }
    if owed {
        return None;
    }
    if one.body.exempted {
        return Some(SparedBy::Exemption);
    }
    let name = format!("{:?}", one.privilege?);
    [SparedBy::Admin, SparedBy::Subadmin, SparedBy::BreakGlass]
        .into_iter()
        .find(|by| format!("{by:?}") == name)
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn the_plan_compares_eligibility_with_entitlement_and_gives_each_person_a_reason(
        people in any_population(),
    ) {
        let (setting, rules) = (people.setting, people.setting.rules().at(NOW));
        for one in &people.people {
            let considered = consider(&one.person(), &rules);
            let step = considered.step.as_ref();
            let found = step.map(|step| (step.kind, !step.strip.is_empty()));
            prop_assert_eq!(found, wanted(&setting, one), "{:?}", one);
            prop_assert_eq!(considered.spared.map(|spared| spared.by), spared(&setting, one));
            let answers = step
                .map(|step| (step.eligibility, step.entitlement))
                .into_iter()
                .chain(considered.spared.map(|spared| (spared.eligibility, spared.entitlement)));
            for (eligibility, entitlement) in answers {
                prop_assert_eq!(eligibility.in_scope(), plain::in_scope(&one.body));
                prop_assert_eq!(entitlement.entitled(), plain::entitled(&setting, &one.body));
                prop_assert!(!eligibility.code().is_empty() && !entitlement.code().is_empty());
            }
            if let Some(step) = step {
                let suspended = step.kind == Kind::Suspend;
                let named = if suspended { Some(Event::Leaver) } else { event(&setting, one) };
                prop_assert_eq!(step.event, named);
                let owed = plain::in_scope(&one.body) && plain::entitled(&setting, &one.body);
                let by_exemption = step.kind == Kind::Restore && !owed;
                prop_assert_eq!(step.exempted, by_exemption, "{:?}", one);
            }
        }
    }
}

const FRESH: Setting = Setting {
    leads: Leads::Discord,
    ages: [Age::Fresh; 3],
};

fn body(in_scope: bool, entitled: bool) -> Body {
    Body {
        clauses: Clauses {
            organization: in_scope,
            ..Clauses::default()
        },
        linked: true,
        member: [true; 3],
        role: [entitled; 3],
        ..Body::default()
    }
}

/// A population of one, and what the plan does to it: status, and whether portal roles remain.
fn after_planning(status: Status, in_scope: bool, entitled: bool) -> (Status, bool) {
    let one = Subject {
        status,
        ..Subject::active(body(in_scope, entitled), 1).with_right()
    };
    let people = Population {
        setting: FRESH,
        people: vec![one],
    };
    let after = people.after(&people.plan());
    (
        after.people[0].status,
        !after.people[0].strippable.is_empty(),
    )
}

#[test]
fn in_scope_and_entitled_becomes_active() {
    assert_eq!(
        after_planning(Status::Suspended, true, true),
        (Status::Active, true)
    );
    assert_eq!(
        after_planning(Status::Active, true, true),
        (Status::Active, true)
    );
    assert_eq!(
        after_planning(Status::Disabled, true, true),
        (Status::Disabled, true)
    );
}

#[test]
fn whoever_is_out_of_scope_or_not_entitled_loses_status_and_portal_roles() {
    for (in_scope, entitled) in [(true, false), (false, true), (false, false)] {
        for status in [Status::Active, Status::Suspended] {
            let after = after_planning(status, in_scope, entitled);
            assert_eq!(
                after,
                (Status::Suspended, false),
                "{in_scope} {entitled} {status}"
            );
        }
        let disabled = after_planning(Status::Disabled, in_scope, entitled);
        assert_eq!(disabled, (Status::Disabled, true));
    }
}

#[test]
fn linked_unlinked_and_unmatched_people_are_each_planned_with_a_reason_of_their_own() {
    let linked = body(true, true);
    let roleless = body(true, false);
    let unmatched = Body {
        member: [false; 3],
        ..roleless
    };
    let unlinked = Body {
        linked: false,
        ..unmatched
    };
    let people = [linked, roleless, unmatched, unlinked];
    let people = (1..)
        .zip(people)
        .map(|(number, body)| Subject::active(body, number));
    let people = Population {
        setting: FRESH,
        people: people.collect(),
    };
    let plan = people.plan();
    let reasons = plan
        .steps
        .iter()
        .map(|step| (step.user_id.0.as_u128(), step.kind, step.entitlement.code()));
    assert_eq!(
        reasons.collect::<Vec<_>>(),
        [
            (1, Kind::Change, "discord_role"), // the joiner
            (2, Kind::Suspend, "no_mapped_role"),
            (3, Kind::Suspend, "not_a_member"),
            (4, Kind::Suspend, "unlinked"),
        ]
    );
}

#[test]
fn after_a_stale_suspension_a_fresh_snapshot_plans_status_and_stripped_roles_back() {
    let ada = Subject::active(body(true, true), 1).with_right();
    let before = Population {
        setting: FRESH,
        people: vec![ada.clone()],
    };
    let stale = Setting {
        ages: [Age::Stale; 3],
        ..FRESH
    };
    let night = Population {
        setting: stale,
        ..before.after(&before.plan())
    };
    let suspended = night.after(&night.plan());
    assert_eq!(suspended.people[0].status, Status::Suspended);
    assert!(suspended.people[0].strippable.is_empty());
    let morning = Population {
        setting: FRESH,
        ..suspended
    };
    let back = morning.after(&morning.plan());
    assert_eq!(back.people[0].status, Status::Active);
    assert_eq!(back.people[0].strippable, ada.strippable);
}
