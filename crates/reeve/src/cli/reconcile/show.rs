//! A plan, printed like a diff.

use app::reconcile::plan::{Shown, ShownSpared, ShownStep, short};
use domain::reconcile::guard::Guard;
use domain::reconcile::plan::{Counts, Kind};
use serde_json::Value;

use super::verdict;
use crate::output::{age, instant, people};

/// How many steps of a kind are shown without `--all`.
pub(super) const FEW: i64 = 200;
/// More steps than this that only record an event are counted, not listed.
const FEW_EVENTS: usize = 8;

/// The whole plan as text.
pub(super) fn describe(shown: &Shown, all: bool) -> String {
    let plan = &shown.plan;
    let counts: Counts = read(&plan.counts);
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
    let (events, steps): (Vec<_>, Vec<_>) = shown.steps.iter().partition(|step| only_records(step));
    lines.extend(steps.iter().map(|step| line(step)));
    if all || events.len() <= FEW_EVENTS {
        lines.extend(events.iter().map(|step| line(step)));
    } else {
        lines.extend(counted(&events, &counts, steps.len()));
    }
    lines.extend(shown.spared.iter().map(spared));
    lines.push(summary(shown, &counts));
    lines.join("\n")
}

fn leading(mode: &str) -> &'static str {
    if mode == "discord" {
        "Discord-leading"
    } else {
        "Portal-leading"
    }
}

fn read<T: serde::de::DeserializeOwned + Default>(value: &Value) -> T {
    serde_json::from_value(value.clone()).unwrap_or_default()
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

/// Whether a step changes neither status nor roles.
fn only_records(shown: &ShownStep) -> bool {
    shown.step.kind == Kind::Change.as_str() && shown.step.strip.is_empty()
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
        ". {:<8} {:<34} {}; spared as {by}",
        "exempt", shown.email, shown.reason
    )
}

/// The events by name, with how many. What was not loaded is counted with the changes.
fn counted(events: &[&ShownStep], counts: &Counts, listed: usize) -> Vec<String> {
    let mut by_event: Vec<(String, usize)> = Vec::new();
    for step in events {
        let event = step.step.event.clone().unwrap_or_default();
        match by_event.iter_mut().find(|(known, _)| *known == event) {
            Some((_, count)) => *count += 1,
            None => by_event.push((event, 1)),
        }
    }
    let mut lines: Vec<String> = by_event
        .into_iter()
        .map(|(event, count)| {
            format!(
                "~ {:<8} {count} people recorded as {event}; nothing else changes for them",
                "change"
            )
        })
        .collect();
    let total = counts.restore + counts.change + counts.suspend;
    let loaded = u64::try_from(events.len() + listed).unwrap_or(u64::MAX);
    if total > loaded {
        lines.push(format!(
            "  and {} steps more; see them with --all",
            total - loaded
        ));
    }
    lines
}

fn summary(shown: &Shown, counts: &Counts) -> String {
    let plan = &shown.plan;
    let id = short(&plan.plan_id);
    let guard: Guard = serde_json::from_value(plan.guard.clone()).unwrap_or(Guard::Clear);
    let next = match plan.state.as_str() {
        "planned" | "approved" => format!("apply it with: reeve reconcile apply {id}"),
        "held" => format!(
            "apply the rest with: reeve reconcile apply {id}\n\
             let the suspensions through with: reeve reconcile approve {id}"
        ),
        "applied" => "it is applied".to_owned(),
        _ => "another plan took its place".to_owned(),
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
        verdict(&guard)
    )
}
