//! The plan: everything that reconcile would change, each step with its reason.
//!
//! Planning decides everything; applying decides nothing. [`consider`] looks at one person,
//! [`Plan::make`] at all of them. No clock and no ids are made here: the same people and rules give
//! the same plan with the same id.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::fingerprint::{Fingerprint, hex};
use super::guard::{Guard, Limits};
use super::restore::{Stripped, Unrestorable};
use crate::governance::assess::{Assessment, Evidence, RulesAt};
use crate::governance::eligibility::Eligibility;
use crate::governance::entitlement::Entitlement;
use crate::governance::jml::{self, Event, Standing};
use crate::governance::matrix::Cell;
use crate::governance::privileged::Privilege;
use crate::id::{AssignmentId, UserId};
use crate::identity::Status;

/// One person as planning sees them.
#[derive(Clone, Copy, Debug)]
pub struct Person<'a> {
    pub user_id: UserId,
    /// `app_user.version`; applying skips people who moved on since.
    pub version: i64,
    pub status: Status,
    pub privilege: Option<Privilege>,
    /// A hold in force leaves status and assignments alone (D10).
    pub held: bool,
    pub evidence: Evidence,
    pub recorded: Option<Standing>,
    /// Assignments that suspension takes away (see [`super::restore::strippable`]).
    pub strippable: &'a [AssignmentId],
    /// What was taken before.
    pub stripped: &'a [Stripped],
}

/// What a step does. The order is the order of applying: what gives comes first, and the
/// suspensions, which the guard may hold, come last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Suspended to active, roles given back.
    Restore,
    /// The status stays; roles that should not be there are taken, or only an event is recorded.
    Change,
    /// Active to suspended, roles taken, sessions revoked.
    Suspend,
}

impl Kind {
    pub const ALL: [Self; 3] = [Self::Restore, Self::Change, Self::Suspend];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Restore => "restore",
            Self::Change => "change",
            Self::Suspend => "suspend",
        }
    }

    /// The sign in front of the step in a printed plan.
    pub fn sign(self) -> char {
        match self {
            Self::Restore => '+',
            Self::Change => '~',
            Self::Suspend => '-',
        }
    }
}

/// One person's change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step<'a> {
    pub user_id: UserId,
    pub version: i64,
    /// Before the step.
    pub status: Status,
    pub kind: Kind,
    pub eligibility: Eligibility,
    pub entitlement: Entitlement,
    /// The restore is owed to an exemption, not to the matrix.
    pub exempted: bool,
    pub event: Option<Event>,
    pub strip: &'a [AssignmentId],
    /// What was stripped, to be given back or named as lost; only in a restore.
    pub stripped: &'a [Stripped],
}

impl Step<'_> {
    /// The assignments that are given back.
    pub fn restore(&self) -> impl Iterator<Item = AssignmentId> {
        self.stripped
            .iter()
            .filter(|s| s.restorable.is_ok())
            .map(|s| s.assignment_id)
    }
}

/// Why someone is left alone whom the matrix would suspend or restore.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SparedBy {
    Admin,
    Subadmin,
    BreakGlass,
    Exemption,
    Hold,
}

impl SparedBy {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Subadmin => "subadmin",
            Self::BreakGlass => "break_glass",
            Self::Exemption => "exemption",
            Self::Hold => "hold",
        }
    }
}

/// Someone left alone, with the true answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spared {
    pub user_id: UserId,
    pub by: SparedBy,
    pub eligibility: Eligibility,
    pub entitlement: Entitlement,
}

/// What planning found for one person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Considered<'a> {
    pub step: Option<Step<'a>>,
    pub spared: Option<Spared>,
}

/// Considers one person: the matrix, what spares them from it, and what has to change.
pub fn consider<'a>(person: &Person<'a>, rules: &RulesAt) -> Considered<'a> {
    let assessment = rules.assess(&person.evidence);
    let Enforced { kind, spared_by } = enforce(person, &assessment);
    let spared = spared_by.map(|by| Spared {
        user_id: person.user_id,
        by,
        eligibility: assessment.eligibility,
        entitlement: assessment.entitlement,
    });
    // Nothing is recorded of the disabled either, and a hold leaves everything as it is.
    if person.status == Status::Disabled || spared_by == Some(SparedBy::Hold) {
        return Considered { step: None, spared };
    }
    Considered {
        step: step(person, &assessment, kind),
        spared,
    }
}

/// What reconcile enforces on one person, and who spares them from it. Recording an event alone
/// enforces nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Enforced {
    pub kind: Option<Kind>,
    pub spared_by: Option<SparedBy>,
}

/// The matrix against the status and roles of one person.
pub fn enforce(person: &Person<'_>, assessment: &Assessment) -> Enforced {
    // Nobody but a person undoes a disable (D3), and nothing is owed to a disabled identity.
    if person.status == Status::Disabled {
        return Enforced::default();
    }
    let spared_by = spared(person, assessment);
    let demanded = assessment.cell().demand().status;
    let kind = match (person.status, demanded, spared_by) {
        (_, _, Some(SparedBy::Hold)) => None,
        (Status::Suspended, _, Some(SparedBy::Exemption)) => Some(Kind::Restore),
        (_, _, Some(_)) => None,
        (Status::Suspended, Status::Active, None) => Some(Kind::Restore),
        (Status::Active, Status::Suspended, None) => Some(Kind::Suspend),
        (_, Status::Suspended, None) if !person.strippable.is_empty() => Some(Kind::Change),
        (_, _, None) => None,
    };
    Enforced { kind, spared_by }
}

/// Who spares this person from what the matrix demands, if it demands anything of them.
fn spared(person: &Person<'_>, assessment: &Assessment) -> Option<SparedBy> {
    let demand = assessment.cell().demand();
    let satisfied =
        person.status == demand.status && (!demand.strip_roles || person.strippable.is_empty());
    if person.held {
        let kept_out = assessment.exempted && person.status == Status::Suspended;
        return (!satisfied || kept_out).then_some(SparedBy::Hold);
    }
    // The rest spare from suspension and stripping only; being restored needs no sparing.
    if demand.status == Status::Active {
        return None;
    }
    if assessment.exempted {
        return Some(SparedBy::Exemption);
    }
    person.privilege.map(|privilege| match privilege {
        Privilege::BreakGlass => SparedBy::BreakGlass,
        Privilege::Admin => SparedBy::Admin,
        Privilege::Subadmin => SparedBy::Subadmin,
    })
}

fn step<'a>(person: &Person<'a>, assessment: &Assessment, kind: Option<Kind>) -> Option<Step<'a>> {
    let present = Standing {
        in_scope: assessment.eligibility.in_scope(),
        entitled: assessment.entitlement.entitled(),
    };
    let event = jml::event(person.recorded, present, kind == Some(Kind::Suspend));
    // A "no" that only means that nobody could look is no news about the person.
    let news = event.filter(|_| !assessment.entitlement.unobserved());
    let kind = kind.or_else(|| news.map(|_| Kind::Change))?;
    let takes = match kind {
        Kind::Suspend => true,
        Kind::Change => {
            assessment.cell().demand().strip_roles && spared(person, assessment).is_none()
        }
        Kind::Restore => false,
    };
    Some(Step {
        user_id: person.user_id,
        version: person.version,
        status: person.status,
        kind,
        eligibility: assessment.eligibility,
        entitlement: assessment.entitlement,
        // The matrix restores only who is in scope and entitled; anyone else owes it to an exemption.
        exempted: kind == Kind::Restore && assessment.cell() != Cell::InScopeEntitled,
        event,
        strip: if takes { person.strippable } else { &[] },
        stripped: if kind == Kind::Restore {
            person.stripped
        } else {
            &[]
        },
    })
}

/// How many steps of each kind, and how many people were looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = PlanCounts)]
pub struct Counts {
    pub people: u64,
    /// Active, neither privileged nor exempted: what the guard's share is a share of.
    pub active: u64,
    pub disabled: u64,
    pub restore: u64,
    pub change: u64,
    pub suspend: u64,
    pub spared: u64,
}

/// 64 lower-case hexadecimal digits: the hash of fingerprint and steps. The same plan is the same
/// plan, whoever makes it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct PlanId(pub String);

/// A whole plan.
#[derive(Debug)]
pub struct Plan<'a> {
    pub id: PlanId,
    pub fingerprint: Fingerprint,
    /// In the order of applying: restores, changes, suspensions, each in the order of the people.
    pub steps: Vec<Step<'a>>,
    pub spared: Vec<Spared>,
    pub counts: Counts,
    pub guard: Guard,
}

impl<'a> Plan<'a> {
    /// Plans for all people. The steps keep the people's order within each kind, so pass them
    /// sorted by id.
    pub fn make(
        people: impl Iterator<Item = Person<'a>>,
        rules: &RulesAt,
        fingerprint: Fingerprint,
        limits: &Limits,
    ) -> Self {
        let mut counts = Counts::default();
        let mut by_kind: [Vec<Step<'a>>; 3] = Default::default();
        let mut all_spared = Vec::new();
        for person in people {
            counts.people += 1;
            match person.status {
                Status::Active if person.privilege.is_none() && !person.evidence.exempted => {
                    counts.active += 1;
                }
                Status::Disabled => counts.disabled += 1,
                Status::Active | Status::Suspended => {}
            }
            let Considered { step, spared } = consider(&person, rules);
            all_spared.extend(spared);
            let [restore, change, suspend] = &mut by_kind;
            match step {
                Some(step) if step.kind == Kind::Restore => restore.push(step),
                Some(step) if step.kind == Kind::Change => change.push(step),
                Some(step) => suspend.push(step),
                None => {}
            }
        }
        let [restore, change, suspend] = &by_kind;
        let count = |steps: &Vec<Step<'_>>| u64::try_from(steps.len()).unwrap_or(u64::MAX);
        (counts.restore, counts.change, counts.suspend) =
            (count(restore), count(change), count(suspend));
        counts.spared = u64::try_from(all_spared.len()).unwrap_or(u64::MAX);
        let steps = by_kind.into_iter().flatten().collect::<Vec<_>>();
        Self {
            id: plan_id(&fingerprint, &steps),
            fingerprint,
            steps,
            spared: all_spared,
            counts,
            guard: Guard::judge(counts.suspend, counts.active, limits),
        }
    }

    /// Whether nothing would change; such a plan is not stored.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }
}

/// Everything that a step says is hashed, what can't be given back included: an approval is for
/// what was read. Texts end in a zero byte and lists begin with their length, so that no two plans
/// are written alike.
fn plan_id(fingerprint: &Fingerprint, steps: &[Step<'_>]) -> PlanId {
    let mut hash = Sha256::new();
    let mut written = Vec::with_capacity(512);
    write_text(&mut written, fingerprint.as_str());
    for step in steps {
        write_step(&mut written, step);
        hash.update(&written);
        written.clear();
    }
    hash.update(&written);
    PlanId(hex(&hash.finalize()))
}

fn write_step(out: &mut Vec<u8>, step: &Step<'_>) {
    out.extend(step.user_id.0.as_bytes());
    out.extend(step.version.to_be_bytes());
    out.push(u8::from(step.exempted));
    write_text(out, step.kind.as_str());
    write_text(out, step.eligibility.code());
    write_text(out, step.entitlement.code());
    write_text(out, step.event.map_or("", Event::as_str));
    out.extend(step.strip.len().to_be_bytes());
    for id in step.strip {
        out.extend(id.0.as_bytes());
    }
    out.extend(step.stripped.len().to_be_bytes());
    for kept in step.stripped {
        out.extend(kept.assignment_id.0.as_bytes());
        write_text(
            out,
            kept.restorable
                .map_or_else(Unrestorable::as_str, |()| "given_back"),
        );
    }
}

fn write_text(out: &mut Vec<u8>, text: &str) {
    out.extend(text.as_bytes());
    out.push(0);
}
