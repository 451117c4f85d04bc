//! `reeve explain`: why somebody may, or may not.

use app::explain::{Explanation, Facts, GateShown, Question, RoleFact, Sight};
use app::role::Place;
use clap::Args;
use domain::access::reason::{Gate, Reason};
use domain::access::role::ScopeKind;
use domain::governance::eligibility::Eligibility;
use domain::governance::entitlement::Entitlement;
use domain::governance::mode::Mode;
use domain::tenancy::organization::Slug;
use store::facts::one::{Membership, Pass};

use super::{Ending, Session};
use crate::failure::Failure;
use crate::output::{age, instant};

#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// Id or e-mail address.
    identity: String,
    /// What they want to do.
    #[arg(default_value = "hauling:use")]
    permission: String,
    /// Where: the organization's slug. Without one, on the platform.
    #[arg(long)]
    organization: Option<Slug>,
    /// Where: the project's slug.
    #[arg(long, requires = "organization")]
    project: Option<Slug>,
    /// Whose the thing asked about is: id or e-mail address.
    #[arg(long, value_name = "IDENTITY")]
    owner: Option<String>,
}

pub(crate) async fn run(session: &Session, explain: Explain) -> Result<Ending, Failure> {
    let reeve = session.installation.open().await?;
    let question = Question {
        identity: explain.identity,
        permission: explain.permission,
        place: Place {
            organization: explain.organization,
            project: explain.project,
        },
        owner: explain.owner,
    };
    let explanation = app::explain::explain(&reeve, &session.caller, &question).await?;
    session.format.print(&explanation, describe)?;
    Ok(Ending::Done)
}

fn describe(explanation: &Explanation) -> String {
    let mut lines = vec![verdict(explanation), String::new()];
    for gate in &explanation.gates {
        let facts = facts(gate.finding.gate, explanation);
        lines.extend(described(gate, facts));
    }
    if let Some(standing) = &explanation.facts.standing {
        let exempt = standing
            .exempt_by
            .map_or(String::new(), |by| format!(" ({})", by.as_str()));
        let drift: Vec<_> = standing.drift.iter().map(|drift| drift.as_str()).collect();
        let drift = if drift.is_empty() {
            String::new()
        } else {
            format!("; drift: {}", drift.join(" "))
        };
        lines.push(format!(
            "\npolicy outcome: {}; compliance: {}{exempt}{drift}",
            standing.outcome.as_str(),
            standing.compliance.as_str(),
        ));
    }
    lines.join("\n")
}

fn verdict(explanation: &Explanation) -> String {
    let place = match (&explanation.organization, &explanation.project) {
        (Some(organization), Some(project)) => format!(" in {organization}/{project}"),
        (Some(organization), None) => format!(" in {organization}"),
        (None, _) => String::new(),
    };
    let (email, permission) = (&explanation.email, explanation.permission);
    let because = explanation.gates.iter().find(|gate| !gate.passes);
    match because {
        Some(gate) => format!("DENIED: {permission}{place} for {email}: {}", gate.words),
        None => format!("ALLOWED: {permission}{place} for {email}"),
    }
}

/// A gate, the facts behind it, and what would change it.
fn described(gate: &GateShown, facts: Vec<String>) -> Vec<String> {
    let sign = match (gate.finding.reason, gate.passes) {
        (Reason::NotAsked, _) => "- ",
        (_, true) => "ok",
        (_, false) => "NO",
    };
    let name = gate.finding.gate.as_str();
    let mut lines = vec![format!("{sign}  {name:<11} {}", gate.words)];
    // What the gate found is among the facts of governance; once is enough.
    let facts = facts.into_iter().filter(|fact| *fact != gate.words);
    lines.extend(facts.map(|fact| format!("                {fact}")));
    for remedy in &gate.remedies {
        let who = remedy.who.describe();
        lines.push(format!("             -> {} ({who})", remedy.change));
        lines.extend(
            remedy
                .command
                .iter()
                .map(|command| format!("                  {command}")),
        );
    }
    lines
}

fn facts(gate: Gate, explanation: &Explanation) -> Vec<String> {
    let facts = &explanation.facts;
    match gate {
        Gate::Identity => of_identity(facts),
        Gate::Session => vec![match facts.session_revoked_at {
            Some(at) => format!(
                "sessions revoked at {}; credentials issued until {} are refused",
                instant(at),
                instant(facts.session_epoch)
            ),
            None => "no session was ever revoked".to_owned(),
        }],
        Gate::Membership => {
            let active = facts.memberships.iter().filter(|of| of.active);
            let names: Vec<_> = active.map(|of| of.organization.as_str()).collect();
            match names.len() {
                0 => vec!["member of no organization".to_owned()],
                _ => vec![format!("member of {}", names.join(", "))],
            }
        }
        Gate::Permission => of_roles(explanation),
        Gate::Governance if explanation.governed => of_governance(facts),
        Gate::Governance => Vec::new(),
    }
}

fn of_identity(facts: &Facts) -> Vec<String> {
    let since = match &facts.status_since {
        Some(since) => format!(
            "{} since {} by {} ({})",
            facts.status,
            instant(since.at),
            since.action,
            since.source
        ),
        None => format!(
            "{} since it was created, {}",
            facts.status,
            instant(facts.created_at)
        ),
    };
    let reason = facts
        .status_reason
        .as_ref()
        .map(|reason| format!("reason: {reason}"));
    let privilege = facts
        .privilege
        .map(|privilege| format!("privileged: {}", privilege.as_str()));
    let holds = facts
        .holds
        .iter()
        .map(|hold| format!("hold {}", pass(hold)));
    [Some(since), reason, privilege]
        .into_iter()
        .flatten()
        .chain(holds)
        .collect()
}

fn pass(pass: &Pass) -> String {
    let until = pass
        .valid
        .until
        .map_or("for ever".to_owned(), |at| format!("until {}", instant(at)));
    let review = pass
        .review_at
        .map_or(String::new(), |at| format!(", review at {}", instant(at)));
    format!("{until}{review}: {}", pass.reason)
}

fn of_roles(explanation: &Explanation) -> Vec<String> {
    let facts = &explanation.facts;
    let mut lines: Vec<_> = facts.roles.iter().map(role).collect();
    // Where a role decides and none does: which would.
    let standing = facts.standing.as_ref();
    let missing = if explanation.governed {
        facts.mode == Some(Mode::Portal) && standing.is_some_and(|standing| !standing.entitled)
    } else {
        explanation
            .gates
            .iter()
            .any(|gate| gate.finding.gate == Gate::Permission && !gate.passes)
    };
    if missing && !facts.roles_that_would_grant.is_empty() {
        lines.push(format!(
            "would be granted by {}",
            facts.roles_that_would_grant.join(", ")
        ));
    }
    if missing && explanation.organization.is_none() {
        lines.extend(elsewhere(explanation));
    }
    lines
}

/// Where the permission is held instead, if the question named no organization.
fn elsewhere(explanation: &Explanation) -> impl Iterator<Item = String> {
    let facts = &explanation.facts;
    let carried = |membership: &&Membership| {
        let here = Some(membership.organization_id);
        let valid = |role: &RoleFact| role.valid && role.scope.tenant_id() == here;
        membership.active && facts.roles.iter().any(valid)
    };
    facts.memberships.iter().filter(carried).map(|membership| {
        let slug = &membership.organization;
        format!("held in {slug}: ask with --organization {slug}")
    })
}

fn role(fact: &RoleFact) -> String {
    let at = match fact.scope.kind() {
        ScopeKind::Platform => "on the platform",
        ScopeKind::Tenant => "in an organization",
        ScopeKind::Project => "in a project",
    };
    let until = fact
        .valid_until
        .map_or(String::new(), |at| format!(" until {}", instant(at)));
    let valid = if fact.valid { "" } else { ", not valid now" };
    format!(
        "role {} {at}, source {}, from {}{until}{valid}",
        fact.role,
        fact.source,
        instant(fact.valid_from)
    )
}

fn of_governance(facts: &Facts) -> Vec<String> {
    let standing = facts.standing.iter().flat_map(|standing| {
        let eligibility = Eligibility::from_code(standing.eligibility).map(Eligibility::describe);
        let entitlement = Entitlement::from_code(standing.entitlement).map(Entitlement::describe);
        [eligibility, entitlement].into_iter().flatten()
    });
    let exemptions = facts.exemptions.iter();
    standing
        .map(str::to_owned)
        .chain(
            facts
                .observations
                .iter()
                .map(|sight| of_sight(sight, facts)),
        )
        .chain(exemptions.map(|exemption| format!("exempted {}", pass(exemption))))
        .collect()
}

fn of_sight(sight: &Sight, facts: &Facts) -> String {
    let guild = sight.guild_id;
    let (Some(taken_at), Some(seconds)) = (sight.taken_at, sight.age_seconds) else {
        return format!("guild {guild}: no snapshot");
    };
    let roles = |ids: &[domain::id::DiscordRoleId]| -> String {
        ids.iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(" ")
    };
    let shows = match (
        facts.discord_linked,
        sight.member,
        sight.mapped_roles.as_slice(),
    ) {
        (false, ..) => "no Discord account is linked".to_owned(),
        (_, false, _) => "not a member".to_owned(),
        (_, _, []) if sight.roles.is_empty() => "a member without any role".to_owned(),
        (_, _, []) => format!("a member with no mapped role, but {}", roles(&sight.roles)),
        (_, _, mapped) => format!("a member with the mapped role {}", roles(mapped)),
    };
    let until = sight
        .deadline
        .map_or(String::new(), |at| format!(" until {}", instant(at)));
    format!(
        "guild {guild}: {shows}; snapshot of {}, {} old, {}{until}",
        instant(taken_at),
        age(seconds),
        sight.freshness.describe()
    )
}
