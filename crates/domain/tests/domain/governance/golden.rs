//! One readable table of everything that governance decides, for a person to review: change it only
//! when the policy changes.

use std::fmt::Write;

use domain::access::decide::{Request, decide};
use domain::access::permission::HAULING_USE;
use domain::access::role::Scope;
use domain::governance::heal::heals;
use domain::governance::outcome::PolicyOutcome;
use domain::governance::privileged::Privilege;
use domain::identity::Status;
use domain::reconcile::plan::consider;
use domain::status_map::State;

use crate::plain::{Age, Body, Clauses, Leads, ME, NOW, Setting};
use crate::population::Subject;
use crate::world::World;

/// Every privilege, with and without an exemption and a hold.
fn who() -> Vec<String> {
    let mut all = Vec::new();
    for exempted in ["", "exempted"] {
        for held in ["", "on hold"] {
            for privilege in ["", "subadmin", "admin", "break-glass"] {
                let said = [privilege, exempted, held].into_iter();
                let said: Vec<_> = said.filter(|word| !word.is_empty()).collect();
                all.push(if said.is_empty() {
                    "-".to_owned()
                } else {
                    said.join(", ")
                });
            }
        }
    }
    all
}

/// The code of anything that is written as one word.
fn word(value: impl serde::Serialize) -> String {
    serde_json::to_value(value)
        .unwrap()
        .as_str()
        .unwrap()
        .to_owned()
}

fn person(
    who: &str,
    status: Status,
    in_scope: bool,
    source_says_yes: bool,
    leads: Leads,
) -> Subject {
    let clauses = Clauses {
        organization: in_scope,
        ..Clauses::default()
    };
    // The linked account is a member; in Portal-leading mode its Discord role follows the portal.
    let body = Body {
        clauses,
        linked: true,
        member: [true; 3],
        role: [source_says_yes; 3],
        exempted: who.contains("exempted"),
        ..Body::default()
    };
    let mut one = Subject::active(body, ME.0.as_u128()).with_role();
    if leads == Leads::Portal && source_says_yes {
        one = one.with_right();
    }
    one.status = status;
    one.held = who.contains("on hold");
    one.privilege = match who.split(", ").next() {
        Some("subadmin") => Some(Privilege::Subadmin),
        Some("admin") => Some(Privilege::Admin),
        Some("break-glass") => Some(Privilege::BreakGlass),
        _ => None,
    };
    one
}

/// Whether there is access, what is planned, the badge, and how the person drifts.
fn decided(setting: &Setting, one: &Subject) -> [String; 4] {
    let mut world = World::of(setting, &one.body);
    world.status = one.status;
    world.privilege = one.privilege;
    let request = Request {
        user_id: ME,
        permission: HAULING_USE,
        scope: Scope::Platform,
        owner_id: None,
        credential: None,
        enforced: true,
    };
    let access = decide(&world, &request, NOW).allowed;
    // The recorded standing is the present one, so that only enforcement shows.
    let assessment = setting.assess(&one.body);
    let standing = (
        assessment.eligibility.in_scope(),
        assessment.entitlement.entitled(),
    );
    let one = Subject {
        recorded: Some(standing),
        ..one.clone()
    };
    let person = one.person();
    let rules = setting.rules().at(NOW);
    let considered = consider(&person, &rules);
    let planned = match (considered.step, considered.spared) {
        (Some(step), _) if step.strip.is_empty() => step.kind.as_str().to_owned(),
        (Some(step), _) => format!("{}, strip", step.kind.as_str()),
        (None, Some(spared)) => format!("spared: {}", spared.by.as_str()),
        (None, None) => "-".to_owned(),
    };
    let planned = if heals(one.status, one.privilege) {
        format!("{planned}, heal")
    } else {
        planned
    };
    let state = State::of(&person, &rules);
    let drifts = state.drifts.into_iter().map(word).collect::<Vec<_>>();
    let badge = state.compliance.badge().as_str().to_owned();
    [yes_no(access).to_owned(), planned, badge, drifts.join(" ")]
}

fn cell([access, planned, badge, drifts]: [String; 4]) -> String {
    format!("{access:3}  {planned:25}  {badge:10}  {drifts:25}")
}

fn yes_no(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}

/// A situation in words, and what is decided in it for everybody.
fn section(setting: &Setting, in_scope: bool, source_says_yes: bool) -> (String, String) {
    let of = |who: &str, status| person(who, status, in_scope, source_says_yes, setting.leads);
    let assessment = setting.assess(&of("-", Status::Active).body);
    let situation = format!(
        "{:?}-leading, snapshot {:?}; in scope: {}; source: {}; entitled: {} ({}) = {}\n",
        setting.leads,
        setting.ages[0],
        yes_no(in_scope),
        yes_no(source_says_yes),
        yes_no(assessment.entitlement.entitled()),
        assessment.entitlement.code(),
        word(PolicyOutcome::from(assessment.cell())),
    );
    let mut table = String::new();
    for who in who() {
        let active = cell(decided(setting, &of(&who, Status::Active)));
        let suspended = cell(decided(setting, &of(&who, Status::Suspended)));
        let line = format!("  {who:30} | {active} | {suspended}");
        writeln!(table, "{}", line.trim_end()).unwrap();
        let disabled = decided(setting, &of(&who, Status::Disabled));
        assert_eq!(disabled, ["no", "-", "disabled", ""], "{who} disabled");
    }
    (situation, table)
}

#[test]
fn what_governance_decides_for_everybody_is_the_table_that_was_reviewed() {
    let active = "access, plan, compliance, drift while active";
    let mut text = format!(
        "Everybody holds a portal role. Whoever is disabled has no access, no step, no drift and the\n\
         compliance `disabled`. `heal` is what self-heal does besides.\n\
         Situations in which the same is decided share a table.\n\n  {:30} | {active:69} | {}\n",
        "who", "the same while suspended"
    );
    let mut sections: Vec<(String, String)> = Vec::new();
    for leads in [Leads::Discord, Leads::Portal] {
        for age in [Age::Fresh, Age::Stale, Age::Future, Age::Missing] {
            let setting = Setting {
                leads,
                ages: [age; 3],
            };
            for (in_scope, yes) in [(true, true), (true, false), (false, true), (false, false)] {
                let (situation, table) = section(&setting, in_scope, yes);
                match sections.iter_mut().find(|(_, known)| *known == table) {
                    Some((situations, _)) => *situations += &situation,
                    None => sections.push((situation, table)),
                }
            }
        }
    }
    for (situations, table) in sections {
        write!(text, "\n{situations}{table}").unwrap();
    }
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("governance", text);
    });
}
