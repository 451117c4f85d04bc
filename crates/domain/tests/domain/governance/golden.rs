//! One readable table of everything that governance decides, for a person to review: change it only
//! when the policy changes.

use domain::access::decide::{Request, decide};
use domain::access::permission::HAULING_USE;
use domain::access::role::Scope;
use domain::governance::drift::drift;
use domain::governance::mode::Mode;
use domain::governance::outcome::PolicyOutcome;
use domain::governance::privileged::Privilege;
use domain::identity::Status;
use domain::reconcile::plan::consider;

use crate::plain::{Age, Body, Clauses, Leads, ME, NOW, Setting};
use crate::population::Subject;
use crate::world::World;

const WHO: [&str; 6] = [
    "-",
    "subadmin",
    "admin",
    "break-glass",
    "exempted",
    "on hold",
];

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
        exempted: who == "exempted",
        ..Body::default()
    };
    let mut one = Subject::active(body, ME.0.as_u128()).with_role();
    if leads == Leads::Portal && source_says_yes {
        one = one.with_right();
    }
    one.status = status;
    one.held = who == "on hold";
    one.privilege = match who {
        "subadmin" => Some(Privilege::Subadmin),
        "admin" => Some(Privilege::Admin),
        "break-glass" => Some(Privilege::BreakGlass),
        _ => None,
    };
    one
}

/// Whether there is access, what is planned, and how the person drifts.
fn decided(setting: &Setting, one: &Subject) -> (bool, String, String) {
    let mut world = World::of(setting, &one.body);
    world.status = one.status;
    world.privilege = one.privilege;
    let request = Request {
        user_id: ME,
        permission: HAULING_USE,
        scope: Scope::Platform,
        owner_id: None,
        credential_issued_at: None,
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
    let considered = consider(&person, &setting.rules().at(NOW));
    let planned = match (considered.step, considered.spared) {
        (Some(step), _) if step.strip.is_empty() => step.kind.as_str().to_owned(),
        (Some(step), _) => format!("{}, strip", step.kind.as_str()),
        (None, Some(spared)) => format!("spared: {}", spared.by.as_str()),
        (None, None) => "-".to_owned(),
    };
    let mode = if setting.leads == Leads::Portal {
        Mode::Portal
    } else {
        Mode::Discord
    };
    let drifts = drift(mode, one.status, &assessment, person.evidence.discord);
    let drifts = drifts.into_iter().map(word).collect::<Vec<_>>().join(" ");
    (access, planned, drifts)
}

fn cell(setting: &Setting, one: &Subject) -> String {
    let (access, planned, drifts) = decided(setting, one);
    format!("{:3}  {planned:19}  {drifts:24}", yes_no(access))
}

fn yes_no(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}

fn section(setting: &Setting, in_scope: bool, source_says_yes: bool) -> String {
    let of = |who, status| person(who, status, in_scope, source_says_yes, setting.leads);
    let assessment = setting.assess(&of("-", Status::Active).body);
    let mut table = format!(
        "\n{:?}-leading, snapshot {:?}; in scope: {}; source: {}; entitled: {} ({}) = {}\n",
        setting.leads,
        setting.ages[0],
        yes_no(in_scope),
        yes_no(source_says_yes),
        yes_no(assessment.entitlement.entitled()),
        assessment.entitlement.code(),
        word(PolicyOutcome::from(assessment.cell())),
    );
    for who in WHO {
        let active = cell(setting, &of(who, Status::Active));
        let suspended = cell(setting, &of(who, Status::Suspended));
        let line = format!("  {who:11} | {active} | {suspended}");
        table += line.trim_end();
        table.push('\n');
        let disabled = decided(setting, &of(who, Status::Disabled));
        assert_eq!(
            disabled,
            (false, "-".to_owned(), String::new()),
            "{who} disabled"
        );
    }
    table
}

#[test]
fn what_governance_decides_for_everybody_is_the_table_that_was_reviewed() {
    let (active, suspended) = (
        "access, plan, drift while active",
        "the same while suspended",
    );
    let mut table = format!(
        "Everybody holds a portal role. Whoever is disabled has no access, no step and no drift.\n\n  {:11} | {active:50} | {suspended}\n",
        "who"
    );
    for leads in [Leads::Discord, Leads::Portal] {
        for age in [Age::Fresh, Age::Stale] {
            let setting = Setting {
                leads,
                ages: [age; 3],
            };
            for (in_scope, yes) in [(true, true), (true, false), (false, true), (false, false)] {
                table += &section(&setting, in_scope, yes);
            }
        }
    }
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("governance", table);
    });
}
