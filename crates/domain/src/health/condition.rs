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
    /// Those of them in scope whom a missing or stale snapshot alone puts out.
    pub unseen: u64,
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

/// Mutations over HTTP in the last [`FAILURES_WITHIN_MINUTES`], of all nodes together (I-02).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mutations {
    pub asked: u64,
    /// Those that a fault of Reeve's or of its database kept from ending. What a rule said no to is
    /// not among them (I-32).
    pub failed: u64,
}

/// Long enough that a few minutes' outage is still seen when the alerts are looked at again, short
/// enough that the alert closes soon after its cause is gone.
pub const FAILURES_WITHIN_MINUTES: i32 = 10;

/// One or two failures are somebody's bad luck, a deploy or a lock held too long; five within ten
/// minutes are not.
pub const FAILURES: u64 = 5;

/// And only if they are more than this share of what was asked for, in percent: on a busy installation
/// five in ten thousand are noise.
pub const FAILURE_SHARE_PERCENT: u64 = 5;

/// The break-glass list of the process that looks, held against the database.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BreakGlassState {
    /// Those that are an id or an address.
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
    pub mutations: Mutations,
    pub now: Timestamp,
}

/// Jobs run every minute while a server runs, and every few minutes from a cron; a quarter of an
/// hour without any means that neither does.
pub const NO_PASS_AFTER: SignedDuration = SignedDuration::from_mins(15);

/// Judges an installation: for each check that looks at the database's facts at least one finding, also
/// where there is nothing to find, so that a metric which showed something is set back.
pub fn judge(condition: &Condition) -> Vec<Finding> {
    let mut findings = vec![governance(condition)];
    let none = "no guild is mapped, so that no snapshot is waited for";
    let none = Finding::ok(Check::Snapshot, none);
    findings.extend(each(
        &condition.observations,
        |o| observation(o, condition),
        none,
    ));
    findings.push(held(condition.held.as_ref()));
    findings.extend(break_glass(condition));
    findings.push(admins(condition));
    let none = "every organization that had an owner has one who is active";
    let none = Finding::ok(Check::Owners, none);
    findings.extend(each(&condition.ownerless, owner, none));
    findings.push(pause(condition.paused.as_ref()));
    findings.push(reviews(condition.reviews_due));
    let none = Finding::ok(Check::Campaigns, "no review campaign is overdue");
    findings.extend(each(&condition.campaigns_overdue, campaign, none));
    findings.extend(condition.failing_jobs.iter().map(failing_job));
    findings.push(last_pass(condition));
    findings.push(nodes(&condition.nodes));
    findings.push(audit_partitions(condition.stray_audit_rows));
    findings.push(mutations(condition.mutations));
    findings
}

/// A finding an item, or `none`.
fn each<T>(items: &[T], finding: impl Fn(&T) -> Finding, none: Finding) -> Vec<Finding> {
    match items {
        [] => vec![none],
        items => items.iter().map(finding).collect(),
    }
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

/// Why so many suspensions came together, by what the plan says of each.
fn cause(suspensions: u64, unseen: u64) -> String {
    const CHANGED: &str = "policy, mapping or roles changed for";
    match unseen {
        0 => format!("{CHANGED} many at once"),
        _ if unseen == suspensions => {
            "a snapshot is missing or stale, so that nobody of them can be seen to be entitled"
                .to_owned()
        }
        _ => format!(
            "a snapshot is missing or stale, so that {unseen} of them can't be seen to be entitled; \
             {CHANGED} the others"
        ),
    }
}

/// Judges the held plan alone.
pub fn held(held: Option<&Held>) -> Finding {
    let Some(Held {
        plan,
        suspensions,
        unseen,
        of,
    }) = held
    else {
        return Finding::ok(Check::HeldPlan, "no plan is held");
    };
    Finding::error(
        Check::HeldPlan,
        format!(
            "plan {plan} is held: it suspends {suspensions} of {of} people; {}",
            cause(*suspensions, *unseen)
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
    let none = "no entry of the break-glass list matches nobody";
    let none = Finding::ok(Check::BreakGlassEntry, none);
    let mut findings = each(&state.useless, useless, none);
    findings.insert(0, set);
    findings
}

fn useless(entry: &String) -> Finding {
    Finding::warning(
        Check::BreakGlassEntry,
        format!("the break-glass entry `{entry}` matches nobody"),
        "correct or remove it; ids and addresses are listed by `reeve identity list`",
    )
    .about(entry.clone())
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
        Some(at) if at.duration_since(condition.now) > NO_PASS_AFTER => Finding::error(
            Check::Jobs,
            format!("the jobs last ran at {at}, which is yet to come: a clock was set back"),
            "see to the clock of the database's machine; the next pass, of `reeve serve` or `reeve cron`, \
             notes the time anew",
        ),
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

fn mutations(Mutations { asked, failed }: Mutations) -> Finding {
    let (check, within) = (Check::Mutations, FAILURES_WITHIN_MINUTES);
    if failed < FAILURES || failed * 100 <= asked * FAILURE_SHARE_PERCENT {
        return Finding::ok(check, "mutations over HTTP end as they should");
    }
    Finding::error(
        check,
        format!("{failed} of {asked} mutations over HTTP failed in the last {within} minutes"),
        "pause bulk changes; `reeve doctor` says whether the database is well, and `reeve evidence \
         CORRELATION_ID` what became of one of them",
    )
}
