//! What holds for every plan over every population: whom it never touches, that it comes to rest,
//! its order, its id and its guard.

use std::collections::BTreeSet;

use domain::governance::privileged::Privilege;
use domain::id::{AssignmentId, UserId};
use domain::identity::Status;
use domain::reconcile::guard::{Guard, Limits};
use domain::reconcile::plan::{Kind, PlanId};
use domain::reconcile::restore::{Stripped, Unrestorable};
use proptest::prelude::*;
use uuid::Uuid;

use crate::cases;
use crate::plain::{Age, Body, Clauses, Leads, Setting, any_setting};
use crate::population::{Population, Subject, any_population};

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn applying_a_plan_and_planning_again_gives_an_empty_plan(people in any_population()) {
        let after = people.after(&people.plan());
        let again = after.plan();
        prop_assert!(again.is_empty(), "{:?}", again.steps);
        prop_assert!(!again.guard.is_held());
    }

    #[test]
    fn a_plan_comes_to_rest_after_every_change_of_the_snapshots(
        people in any_population(), days in prop::collection::vec(any_setting(), 0..4),
    ) {
        let mut people = people;
        for ages in days.iter().map(|day| day.ages) {
            people.setting.ages = ages;
            for one in &mut people.people {
                one.body = one.body.settled(&people.setting);
            }
            people = people.after(&people.plan());
            prop_assert!(people.plan().is_empty());
        }
    }

    #[test]
    fn nobody_disabled_is_touched_and_nobody_spared_is_suspended_or_stripped(
        people in any_population(),
    ) {
        let plan = people.plan();
        for step in &plan.steps {
            let one = people.people.iter().find(|one| one.user_id == step.user_id).unwrap();
            prop_assert!(one.status != Status::Disabled);
            let protected = one.privilege.is_some() || one.held || one.body.exempted;
            if protected {
                prop_assert!(step.kind != Kind::Suspend && step.strip.is_empty(), "{:?}", one);
            }
            if one.held {
                prop_assert!(step.kind == Kind::Change && step.stripped.is_empty());
            }
            let taken_is_theirs = step.strip.iter().all(|id| one.strippable.contains(id));
            prop_assert!(taken_is_theirs);
            for back in step.restore() {
                let kept = one.stripped.iter().find(|kept| kept.assignment_id == back).unwrap();
                prop_assert_eq!(kept.restorable, Ok(()));
            }
        }
    }

    #[test]
    fn steps_come_as_restores_then_changes_then_suspensions_each_by_person(
        people in any_population(),
    ) {
        let plan = people.plan();
        let order = plan.steps.iter().map(|step| (step.kind, step.user_id)).collect::<Vec<_>>();
        prop_assert!(order.is_sorted());
        prop_assert!(Kind::Restore < Kind::Change && Kind::Change < Kind::Suspend);
        let of = |kind| plan.steps.iter().filter(|step| step.kind == kind).count();
        let counted = [plan.counts.restore, plan.counts.change, plan.counts.suspend];
        prop_assert_eq!(Kind::ALL.map(|kind| of(kind) as u64), counted);
    }

    #[test]
    fn planning_counts_every_person_and_loses_none(people in any_population()) {
        let plan = people.plan();
        prop_assert_eq!(plan.counts.people, people.people.len() as u64);
        let disabled = people.people.iter().filter(|one| one.status == Status::Disabled).count();
        prop_assert_eq!(plan.counts.disabled, disabled as u64);
        prop_assert_eq!(plan.counts.spared, plan.spared.len() as u64);
        let after = people.after(&plan);
        prop_assert!(people.people.iter().map(|one| one.user_id)
            .eq(after.people.iter().map(|one| one.user_id)));
    }

    #[test]
    fn the_guard_is_judged_on_suspensions_over_active_people_who_are_not_exempt(
        people in any_population(), few in 0_u32..8, share_percent in 0_u32..=100,
    ) {
        let limits = Limits { share_percent, few, count: 12 };
        let plan = people.plan_with(&limits);
        let active = people.people.iter().filter(|one| {
            one.status == Status::Active && one.privilege.is_none() && !one.body.exempted
        });
        let (suspensions, active) = (plan.counts.suspend as f64, active.count() as f64);
        // Exact: the numbers are tiny.
        let share = suspensions * 100.0 > active * f64::from(share_percent);
        let held = (share && suspensions > f64::from(few)) || suspensions > 12.0;
        prop_assert_eq!(plan.guard.is_held(), held, "{:?}", plan.counts);
        if let Guard::Held { suspensions: said, of, .. } = plan.guard {
            prop_assert_eq!((said as f64, of as f64), (suspensions, active));
        }
    }

    #[test]
    fn the_same_people_give_the_same_plan(people in any_population()) {
        let (one, two) = (people.plan(), people.clone());
        prop_assert_eq!(&one.id, &two.plan().id);
        prop_assert_eq!(one.id.0.len(), 64);
    }

    #[test]
    fn a_plan_with_other_steps_has_another_id(people in any_population(), which in any::<prop::sample::Index>()) {
        let plan = people.plan();
        if !people.people.is_empty() {
            let mut other = people.clone();
            let one = which.get_mut(&mut other.people);
            one.version += 1;
            let (user_id, planned) = (one.user_id, other.plan());
            let concerned = plan.steps.iter().any(|step| step.user_id == user_id);
            prop_assert_eq!(planned.id != plan.id, concerned);
        }
    }
}

fn id_of(one: Subject) -> PlanId {
    let setting = Setting {
        leads: Leads::Discord,
        ages: [Age::Fresh; 3],
    };
    Population {
        setting,
        people: vec![one],
    }
    .plan()
    .id
}

fn assignment(number: u128) -> AssignmentId {
    AssignmentId(Uuid::from_u128(number))
}

/// People who differ in one thing of which their step speaks.
fn people_with_other_steps() -> Vec<Subject> {
    let clauses = Clauses {
        organization: true,
        ..Clauses::default()
    };
    let not_entitled = Body {
        clauses,
        linked: true,
        member: [true; 3],
        ..Body::default()
    };
    let base = Subject::active(not_entitled, 1);
    let of = |body| Subject {
        body,
        ..base.clone()
    };
    let holding = |strippable| Subject {
        strippable,
        ..base.clone()
    };
    let (four, six) = (assignment(4), assignment(6));
    vec![
        base.clone(),
        Subject {
            version: 2,
            ..base.clone()
        },
        Subject {
            user_id: UserId(Uuid::from_u128(2)),
            ..base.clone()
        },
        holding(vec![four]),
        holding(vec![six]),
        holding(vec![four, six]),
        of(Body {
            linked: false,
            member: [false; 3],
            ..not_entitled
        }),
        of(Body {
            clauses: Clauses::default(),
            ..not_entitled
        }),
    ]
}

/// Suspended people who come back, each with something else that is given back or lost.
fn people_with_other_restores() -> Vec<Subject> {
    let clauses = Clauses {
        organization: true,
        ..Clauses::default()
    };
    let yes = [true; 3];
    let entitled = Body {
        clauses,
        linked: true,
        member: yes,
        role: yes,
        ..Body::default()
    };
    let base = Subject {
        status: Status::Suspended,
        ..Subject::active(entitled, 1)
    };
    let kept = |number, restorable| {
        let stripped = vec![Stripped {
            assignment_id: assignment(number),
            restorable,
        }];
        Subject {
            stripped,
            ..base.clone()
        }
    };
    let exempted = Body {
        role: [false; 3],
        exempted: true,
        ..entitled
    };
    vec![
        base.clone(),
        Subject {
            recorded: Some((true, false)),
            ..base.clone()
        },
        Subject {
            body: exempted,
            ..base.clone()
        },
        kept(4, Ok(())),
        kept(6, Ok(())),
        kept(4, Err(Unrestorable::WindowClosed)),
        kept(4, Err(Unrestorable::Expired)),
    ]
}

/// Each thing that a step says is part of the plan's id: an approval is for what was read.
#[test]
fn whatever_changes_in_a_step_changes_the_id() {
    let mut people = people_with_other_steps();
    people.extend(people_with_other_restores());
    let count = people.len();
    let ids = people
        .into_iter()
        .map(|one| id_of(one).0)
        .collect::<BTreeSet<_>>();
    assert_eq!(ids.len(), count);
}

#[test]
fn privileged_people_keep_their_true_answers_in_the_list_of_the_spared() {
    let setting = Setting {
        leads: Leads::Discord,
        ages: [Age::Fresh; 3],
    };
    let people = [Privilege::BreakGlass, Privilege::Admin, Privilege::Subadmin];
    let people = (1..).zip(people).map(|(number, privilege)| Subject {
        privilege: Some(privilege),
        ..Subject::active(Body::default(), number)
    });
    let people = Population {
        setting,
        people: people.collect(),
    };
    let plan = people.plan();
    assert!(plan.is_empty());
    let listed = plan.spared.iter().map(|spared| {
        (
            spared.by.as_str(),
            spared.eligibility.code(),
            spared.entitlement.code(),
        )
    });
    let expected = ["break_glass", "admin", "subadmin"];
    assert!(listed.eq(expected.map(|by| (by, "no_clause_matches", "unlinked"))));
}
