//! People in memory: plans are made for them and applied to them, as the store would.
//!
//! Applying here is the least that is needed to plan again: status, assignments, what was stripped,
//! and the recorded standing.

use domain::governance::jml::Standing;
use domain::governance::privileged::Privilege;
use domain::id::{AssignmentId, UserId};
use domain::identity::Status;
use domain::reconcile::fingerprint::Fingerprint;
use domain::reconcile::guard::Limits;
use domain::reconcile::plan::{Counts, Kind, Person, Plan};
use domain::reconcile::restore::{Stripped, Unrestorable};
use proptest::prelude::*;
use uuid::Uuid;

use crate::plain::{Body, NOW, Setting, any_body, any_setting};

/// A person with what they hold. An assignment that carries the right has an odd id.
#[derive(Clone, Debug)]
pub(crate) struct Subject {
    pub(crate) user_id: UserId,
    pub(crate) version: i64,
    pub(crate) status: Status,
    pub(crate) privilege: Option<Privilege>,
    pub(crate) held: bool,
    pub(crate) body: Body,
    pub(crate) recorded: Option<(bool, bool)>,
    pub(crate) strippable: Vec<AssignmentId>,
    /// A portal role with the right that an operator preserved: suspension leaves it.
    pub(crate) preserved_right: bool,
    pub(crate) stripped: Vec<Stripped>,
}

fn carries_right(assignment: AssignmentId) -> bool {
    assignment.0.as_u128() % 2 == 1
}

fn assignment(user: u128, place: u8, right: bool) -> AssignmentId {
    AssignmentId(Uuid::from_u128(
        user * 1000 + u128::from(place) * 2 + u128::from(right),
    ))
}

impl Subject {
    pub(crate) fn active(body: Body, number: u128) -> Self {
        Self {
            user_id: UserId(Uuid::from_u128(number)),
            version: 1,
            status: Status::Active,
            privilege: None,
            held: false,
            body,
            recorded: None,
            strippable: Vec::new(),
            preserved_right: false,
            stripped: Vec::new(),
        }
        .settled()
    }

    /// With an assignment of the portal role that carries the right.
    pub(crate) fn with_right(mut self) -> Self {
        self.strippable
            .push(assignment(self.user_id.0.as_u128(), 0, true));
        self.settled()
    }

    /// With an assignment of another portal role.
    pub(crate) fn with_role(mut self) -> Self {
        self.strippable
            .push(assignment(self.user_id.0.as_u128(), 1, false));
        self
    }

    /// What the assignments mean for entitlement follows from the assignments.
    fn settled(mut self) -> Self {
        let restorable =
            |one: &Stripped| one.restorable.is_ok() && carries_right(one.assignment_id);
        self.body.assigned =
            self.preserved_right || self.strippable.iter().copied().any(carries_right);
        self.body.stripped = self.stripped.iter().any(restorable);
        self
    }

    pub(crate) fn person(&self) -> Person<'_> {
        Person {
            user_id: self.user_id,
            version: self.version,
            status: self.status,
            privilege: self.privilege,
            held: self.held,
            evidence: self.body.evidence(),
            recorded: self
                .recorded
                .map(|(in_scope, entitled)| Standing { in_scope, entitled }),
            strippable: &self.strippable,
            stripped: &self.stripped,
        }
    }
}

/// Everybody, in the order of their ids.
#[derive(Clone, Debug)]
pub(crate) struct Population {
    pub(crate) setting: Setting,
    pub(crate) people: Vec<Subject>,
}

impl Population {
    pub(crate) fn plan(&self) -> Plan<'_> {
        self.plan_with(&Limits::default())
    }

    pub(crate) fn plan_with(&self, limits: &Limits) -> Plan<'_> {
        let rules = self.setting.rules();
        let fingerprint = Fingerprint::of(&rules, &std::collections::BTreeMap::new(), &[], NOW);
        let people = self.people.iter().map(Subject::person);
        Plan::make(people, &rules.at(NOW), fingerprint, limits)
    }

    pub(crate) fn counts(&self) -> Counts {
        self.plan().counts
    }

    /// The population after the plan's steps.
    pub(crate) fn after(&self, plan: &Plan<'_>) -> Self {
        let mut people = self.people.clone();
        for step in &plan.steps {
            let one = people
                .iter_mut()
                .find(|one| one.user_id == step.user_id)
                .unwrap();
            assert_eq!(one.version, step.version);
            one.version += 1;
            one.status = match step.kind {
                Kind::Restore => Status::Active,
                Kind::Change => one.status,
                Kind::Suspend => Status::Suspended,
            };
            if step.event.is_some() {
                one.recorded = Some((step.eligibility.in_scope(), step.entitlement.entitled()));
            }
            one.strippable.retain(|held| !step.strip.contains(held));
            one.stripped.extend(step.strip.iter().map(|id| Stripped {
                assignment_id: *id,
                restorable: Ok(()),
            }));
            let back = step.restore().collect::<Vec<_>>();
            one.stripped
                .retain(|kept| !back.contains(&kept.assignment_id));
            one.strippable.extend(back);
            *one = one.clone().settled();
        }
        Self {
            setting: self.setting,
            people,
        }
    }
}

/// Status, privilege, hold, and the standing that was recorded last.
fn any_standing() -> impl Strategy<Value = (Status, Option<Privilege>, bool, Option<(bool, bool)>)>
{
    let status = prop_oneof![
        4 => Just(Status::Active), 3 => Just(Status::Suspended), 1 => Just(Status::Disabled),
    ];
    let privilege = prop_oneof![
        6 => Just(None),
        1 => Just(Some(Privilege::Admin)),
        1 => Just(Some(Privilege::Subadmin)),
        1 => Just(Some(Privilege::BreakGlass)),
    ];
    let recorded = prop::option::of((any::<bool>(), any::<bool>()));
    (status, privilege, prop::bool::weighted(0.15), recorded)
}

/// For each assignment that may be there: whether it carries the right, and where it is now.
fn any_assignments() -> impl Strategy<Value = Vec<(bool, Option<Result<(), Unrestorable>>)>> {
    let place = prop_oneof![
        Just(None),
        Just(Some(Ok(()))),
        Just(Some(Err(Unrestorable::WindowClosed))),
    ];
    prop::collection::vec((any::<bool>(), place), 0..4)
}

pub(crate) fn any_subject() -> impl Strategy<Value = Subject> {
    (
        any_standing(),
        any_body(),
        any_assignments(),
        prop::bool::weighted(0.1),
    )
        .prop_map(
            |((status, privilege, held, recorded), body, assignments, preserved_right)| {
                let mut one = Subject::active(body, 1);
                for (place, (right, stripped)) in (1..).zip(assignments) {
                    let assignment_id = assignment(1, place, right);
                    match stripped {
                        None => one.strippable.push(assignment_id),
                        Some(restorable) => one.stripped.push(Stripped {
                            assignment_id,
                            restorable,
                        }),
                    }
                }
                Subject {
                    status,
                    privilege,
                    held,
                    recorded,
                    preserved_right,
                    ..one
                }
            },
        )
}

pub(crate) fn any_population() -> impl Strategy<Value = Population> {
    (any_setting(), prop::collection::vec(any_subject(), 0..40)).prop_map(|(setting, people)| {
        let number = |(number, one): (u128, Subject)| {
            let body = one.body.settled(&setting);
            Subject {
                user_id: UserId(Uuid::from_u128(number)),
                body,
                ..one
            }
            .settled()
        };
        Population {
            setting,
            people: (1..).zip(people).map(number).collect(),
        }
    })
}
