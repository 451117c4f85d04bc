//! A plan, printed like a diff.

use app::reconcile::plan::{Shown, ShownSpared, ShownStep, short};
use domain::reconcile::plan::Kind;
use domain::reconcile::state::State;
use serde_json::Value;

use super::verdict;
use crate::output::{age, instant, people};

/// How many steps are shown without `--all`.
pub(super) const FEW: i64 = 200;

/// The whole plan as text.
pub(super) fn describe(shown: &Shown, all: bool) -> String {
    let plan = &shown.plan;
    let mut lines = vec![
        format!(
            "plan {}, {}, {}",
            short(&plan.plan_id),
            plan.state,
            leading(&plan.mode)
        ),
        format!("made {}", instant(plan.created_at)),
    ];
    lines.extend(observations(&plan.snapshots, plan.created_at));
    if plan.max_age_for_this_run {
        lines.push(format!(
            "a snapshot counted as stale after {} in this run; live decisions still use the stored age",
            age(plan.max_age_seconds)
        ));
    }
    lines.push(
        "\n  + restore: active again, roles given back   - suspend: roles taken, signed out\n\
         \x20 ~ change: the status stays                  . spared: left alone\n"
            .to_owned(),
    );
    lines.extend(shown.steps.iter().map(line));
    if !all {
        lines.extend(recorded(shown));
    }
    lines.extend(shown.spared.iter().map(spared));
    lines.push(summary(shown));
    lines.join("\n")
}

fn leading(mode: &str) -> &'static str {
    if mode == "discord" {
        "Discord-leading"
    } else {
        "Portal-leading"
    }
}

fn observations(snapshots: &Value, made: jiff::Timestamp) -> Vec<String> {
    let text = |snapshot: &Value, name| {
        snapshot
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    snapshots
        .as_array()
        .into_iter()
        .flatten()
        .map(|snapshot| {
            let (guild, verdict) = (text(snapshot, "guild_id"), text(snapshot, "freshness"));
            match text(snapshot, "taken_at").parse::<jiff::Timestamp>() {
                Ok(taken_at) => format!(
                    "guild {guild}: snapshot of {}, {} old, {verdict}",
                    instant(taken_at),
                    age(made.duration_since(taken_at).as_secs())
                ),
                Err(_) => format!("guild {guild}: no snapshot"),
            }
        })
        .collect()
}

fn sign(kind: &str) -> char {
    Kind::ALL
        .into_iter()
        .find(|known| known.as_str() == kind)
        .map_or('?', Kind::sign)
}

fn line(shown: &ShownStep) -> String {
    let step = &shown.step;
    let mut notes = vec![shown.reason.clone()];
    if step.exempted {
        notes.push("exempted".to_owned());
    }
    if !step.strip.is_empty() {
        notes.push(format!("loses {}", step.strip.join(" ")));
    }
    if !step.restore.is_empty() {
        notes.push(format!("gets back {}", step.restore.join(" ")));
    }
    if let Some(lost) = step.lost.as_ref().and_then(Value::as_array) {
        notes.push(format!("{} roles can't be given back", lost.len()));
    }
    if let Some(event) = &step.event {
        notes.push(event.clone());
    }
    if let Some(skipped) = &step.skipped {
        notes.push(format!("SKIPPED: {skipped}"));
    }
    format!(
        "{} {:<8} {:<34} {}",
        sign(&step.kind),
        step.kind,
        shown.email,
        notes.join("; ")
    )
}

fn spared(shown: &ShownSpared) -> String {
    let by = shown.spared.spared_by.replace('_', "-");
    format!(
        ". {:<8} {:<34} {}; {by}",
        "spared", shown.email, shown.reason
    )
}

/// The steps that only record an event, counted; and how many others did not fit.
fn recorded(shown: &Shown) -> Vec<String> {
    let counts = &shown.plan.counts;
    let mut lines: Vec<String> = shown
        .recorded
        .iter()
        .map(|(event, count)| {
            format!("~ change   {count} recorded as {event}; nothing else changes for them")
        })
        .collect();
    let counted: i64 = shown.recorded.values().sum();
    let told = u64::try_from(counted).unwrap_or(0) + u64::try_from(shown.steps.len()).unwrap_or(0);
    let total = counts.restore + counts.change + counts.suspend;
    if total > told {
        lines.push(format!(
            "  and {} steps more; see them with --all",
            total - told
        ));
    }
    lines
}

fn summary(shown: &Shown) -> String {
    let plan = &shown.plan;
    let counts = &plan.counts;
    let id = short(&plan.plan_id);
    let next = match plan.state {
        State::Planned | State::Approved => format!("apply it with: reeve reconcile apply {id}"),
        State::Held => format!(
            "apply the rest with: reeve reconcile apply {id}\n\
             let the suspensions through with: reeve reconcile approve {id}"
        ),
        State::Applied => "it is applied".to_owned(),
        State::Superseded => "another plan took its place".to_owned(),
    };
    format!(
        "\n{} looked at: {} to restore, {} to suspend, {} to change, {} spared, {} disabled and left alone\n\
         guard: {}\n{next}",
        people(counts.people),
        counts.restore,
        counts.suspend,
        counts.change,
        counts.spared,
        counts.disabled,
        verdict(&plan.guard)
    )
}
