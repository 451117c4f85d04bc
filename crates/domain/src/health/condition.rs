//! What the database shows of an installation, judged.

use jiff::{SignedDuration, Timestamp};

use super::{Check, Finding};
use crate::governance::assess::RulesMissing;
use crate::governance::freshness::Freshness;
use crate::id::GuildId;

/// The observation of one guild, or of whichever counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Observation {
    /// `None` in Portal-leading mode, where the latest of any guild counts (P-21).
    pub guild: Option<GuildId>,
    pub taken_at: Option<Timestamp>,
    pub freshness: Freshness,
}

/// A plan whose suspensions the guard holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Enough of the plan's id to name it.
    pub plan: String,
    pub suspensions: u64,
    /// Active identities that are neither privileged nor exempted.
    pub of: u64,
}

/// A server as it last described itself, not longer ago than [`NODE_SILENT_AFTER`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    pub version: String,
    pub settings_hash: String,
    pub break_glass_entries: u64,
}

/// A node tells of itself every ten seconds; one that was silent for a minute is gone.
pub const NODE_SILENT_AFTER: SignedDuration = SignedDuration::from_secs(60);

/// A job whose last run failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailingJob {
    pub name: String,
    /// Failures in a row.
    pub failures: u32,
    pub detail: String,
}

/// The break-glass list of the process that looks, held against the database.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BreakGlassState {
    pub entries: u64,
    /// Entries that match nobody, or are neither an id nor an address.
    pub useless: Vec<String>,
}

/// A pause of bulk changes of roles and memberships.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paused {
    pub since: Timestamp,
    pub reason: String,
}

/// What the database shows of an installation at one moment.
#[derive(Clone, Debug)]
pub struct Condition {
    pub missing: Option<RulesMissing>,
    pub max_age: SignedDuration,
    pub observations: Vec<Observation>,
    pub held: Option<Held>,
    pub break_glass: BreakGlassState,
    /// Active identities that hold the platform role `admin` now.
    pub admins: u64,
    /// Slugs of organizations with owners none of whom is active and valid.
    pub ownerless: Vec<String>,
    /// Set while bulk changes are paused.
    pub paused: Option<Paused>,
    pub reviews_due: u64,
    /// Names of review campaigns that are due and not signed off.
    pub campaigns_overdue: Vec<String>,
    pub failing_jobs: Vec<FailingJob>,
    /// When any job last began; `None` before the first.
    pub last_pass: Option<Timestamp>,
    pub nodes: Vec<Node>,
    pub stray_audit_rows: bool,
    pub now: Timestamp,
}

/// Jobs run every minute while a server runs, and every few minutes from a cron; a quarter of an
/// hour without any means that neither does.
pub const NO_PASS_AFTER: SignedDuration = SignedDuration::from_mins(15);

/// Judges an installation: for each check that looks at the database's facts at least one finding.
pub fn judge(condition: &Condition) -> Vec<Finding> {
    let mut findings = vec![governance(condition)];
    findings.extend(
        condition
            .observations
            .iter()
            .map(|o| observation(o, condition)),
    );
    findings.push(held(condition.held.as_ref(), &condition.observations));
    findings.extend(break_glass(condition));
    findings.push(admins(condition));
    findings.extend(each(&condition.ownerless, owner));
    findings.push(pause(condition.paused.as_ref()));
    findings.push(reviews(condition.reviews_due));
    findings.extend(each(&condition.campaigns_overdue, campaign));
    findings.extend(each(&condition.failing_jobs, failing_job));
    findings.push(last_pass(condition));
    findings.push(nodes(&condition.nodes));
    findings.push(audit_partitions(condition.stray_audit_rows));
    findings
}

fn each<T>(items: &[T], finding: impl Fn(&T) -> Finding) -> impl Iterator<Item = Finding> {
    items.iter().map(finding)
}

fn governance(condition: &Condition) -> Finding {
    match condition.missing {
        None => Finding::ok(Check::Governance, "mode, policy and mapping are set"),
        Some(missing) => Finding::error(
            Check::Governance,
            format!(
                "{}; nothing is reconciled, and governed permissions are denied",
                missing.what()
            ),
            missing.remedy(),
        ),
    }
}

fn observation(observation: &Observation, condition: &Condition) -> Finding {
    let of = observation.guild.map_or_else(
        || "the latest snapshot".to_owned(),
        |guild| format!("the snapshot of guild {guild}"),
    );
    let subject = observation
        .guild
        .map_or(String::new(), |guild| guild.to_string());
    let remedy = "take a new one and import it with `reeve snapshot import`; until then governed access is denied";
    let finding = match (observation.freshness, observation.taken_at) {
        (Freshness::Fresh, Some(taken_at)) => Finding::ok(
            Check::Snapshot,
            format!(
                "{of} is of {taken_at}, fresh until {}",
                deadline(taken_at, condition.max_age)
            ),
        ),
        (Freshness::Stale, Some(taken_at)) => Finding::error(
            Check::Snapshot,
            format!(
                "{of} is of {taken_at}, stale since {}",
                deadline(taken_at, condition.max_age)
            ),
            remedy,
        ),
        (Freshness::FromTheFuture, Some(taken_at)) => Finding::error(
            Check::Snapshot,
            format!("{of} says {taken_at}, which is yet to come: a clock was set back"),
            remedy,
        ),
        (_, None) | (Freshness::Missing, Some(_)) => Finding::error(
            Check::Snapshot,
            format!("there is no snapshot yet: {of}"),
            remedy,
        ),
    };
    finding.about(subject)
}

/// The last instant at which a snapshot is fresh.
fn deadline(taken_at: Timestamp, max_age: SignedDuration) -> Timestamp {
    taken_at.saturating_add(max_age).unwrap_or(Timestamp::MAX)
}

/// Why so many suspensions came together, as far as the observations tell.
fn cause(observations: &[Observation]) -> String {
    let blind = observations
        .iter()
        .filter(|o| !o.freshness.is_fresh())
        .count();
    match blind {
        0 => "policy, mapping or Discord roles changed for many at once".to_owned(),
        _ => "a snapshot is missing or stale, so nobody can be seen to be entitled".to_owned(),
    }
}

/// Judges the held plan alone.
pub fn held(held: Option<&Held>, observations: &[Observation]) -> Finding {
    let Some(Held {
        plan,
        suspensions,
        of,
    }) = held
    else {
        return Finding::ok(Check::HeldPlan, "no plan is held");
    };
    Finding::error(
        Check::HeldPlan,
        format!(
            "plan {plan} is held: it suspends {suspensions} of {of} people; {}",
            cause(observations)
        ),
        format!(
            "mend the cause, or, if they are right, `reeve reconcile approve {plan}` and `reeve reconcile apply {plan}`"
        ),
    )
}

fn break_glass(condition: &Condition) -> Vec<Finding> {
    let state = &condition.break_glass;
    // A list that only some other node has is in force there all the same.
    let elsewhere = condition
        .nodes
        .iter()
        .map(|node| node.break_glass_entries)
        .max();
    let entries = elsewhere.unwrap_or(0).max(state.entries);
    let set = match entries {
        0 => Finding::ok(Check::BreakGlass, "break-glass is off"),
        _ => Finding::warning(
            Check::BreakGlass,
            format!(
                "break-glass is on: {entries} entries let people in as admin, whatever their roles"
            ),
            "once access is recovered, remove ADMIN_BREAKGLASS_USER_IDS and ADMIN_BREAKGLASS_EMAILS and \
             restart, or reload the env file; `reeve break-glass show` says who would match",
        ),
    };
    let useless = each(&state.useless, |entry| {
        Finding::warning(
            Check::BreakGlassEntry,
            format!("the break-glass entry `{entry}` matches nobody"),
            "correct or remove it; ids and addresses are listed by `reeve identity list`",
        )
        .about(entry.clone())
    });
    std::iter::once(set).chain(useless).collect()
}

fn admins(condition: &Condition) -> Finding {
    match condition.admins {
        0 => Finding::error(
            Check::Admins,
            "nobody active is platform admin",
            "give somebody the role with `reeve role assign EMAIL admin`",
        ),
        n => Finding::ok(Check::Admins, format!("active platform admins: {n}")),
    }
}

fn owner(slug: &String) -> Finding {
    Finding::warning(
        Check::Owners,
        format!("no owner of organization {slug} is active"),
        format!("make somebody its owner with `reeve role assign EMAIL tenant_owner --organization {slug}`"),
    )
    .about(slug.clone())
}

fn pause(paused: Option<&Paused>) -> Finding {
    match paused {
        None => Finding::ok(
            Check::IamPause,
            "bulk changes of roles and memberships are let through",
        ),
        Some(Paused { since, reason }) => Finding::warning(
            Check::IamPause,
            format!("bulk changes of roles and memberships are paused since {since}: {reason}"),
            "when the cause is found, let them through with `reeve iam resume`",
        ),
    }
}

fn reviews(due: u64) -> Finding {
    match due {
        0 => Finding::ok(Check::Reviews, "no exemption is due for review"),
        n => Finding::warning(
            Check::Reviews,
            format!("{n} exemptions are due for review"),
            "list them with `reeve exemption list --due`; keep one with `reeve exemption review`, or end it",
        ),
    }
}

fn campaign(name: &String) -> Finding {
    Finding::warning(
        Check::Campaigns,
        format!("the review `{name}` is due and not signed off"),
        "see what is undecided with `reeve review list` and `reeve review show`, then `reeve review sign-off`",
    )
    .about(name.clone())
}

fn failing_job(job: &FailingJob) -> Finding {
    let FailingJob {
        name,
        failures,
        detail,
    } = job;
    Finding::error(
        Check::Jobs,
        format!("the job {name} failed {failures} times in a row: {detail}"),
        "see to the cause; the job is tried again when it is due",
    )
    .about(name.clone())
}

fn last_pass(condition: &Condition) -> Finding {
    match condition.last_pass {
        Some(at) if condition.now.duration_since(at) <= NO_PASS_AFTER => {
            Finding::ok(Check::Jobs, format!("the jobs last ran at {at}"))
        }
        last => Finding::warning(
            Check::Jobs,
            last.map_or_else(
                || "no job has run yet".to_owned(),
                |at| format!("no job has run since {at}"),
            ),
            "keep `reeve serve` running, or call `reeve cron` every few minutes",
        ),
    }
}

fn nodes(nodes: &[Node]) -> Finding {
    let differ = |of: fn(&Node) -> &str| {
        let mut all: Vec<&str> = nodes.iter().map(of).collect();
        all.sort_unstable();
        all.dedup();
        all.len() > 1
    };
    if differ(|node| &node.settings_hash) {
        return Finding::error(
            Check::Nodes,
            format!("the settings of the {} running servers differ", nodes.len()),
            "compare `reeve config show` on each, and restart those that are behind",
        );
    }
    if differ(|node| &node.version) {
        return Finding::warning(
            Check::Nodes,
            "servers of different versions are running",
            "bring all to the same version",
        );
    }
    Finding::ok(Check::Nodes, format!("servers running: {}", nodes.len()))
}

fn audit_partitions(stray: bool) -> Finding {
    if stray {
        return Finding::warning(
            Check::AuditPartitions,
            "audit rows lie in the default partition: their month had none",
            "nothing is lost; the next pass moves them, `reeve cron` makes one now",
        );
    }
    Finding::ok(Check::AuditPartitions, "the audit log has its partitions")
}
