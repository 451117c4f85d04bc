//! How people are printed.

use app::identity::Detail;
use app::lifecycle::{Erasure, Restored, RoleKept};
use store::person::{Assignment, Page};

use crate::output::{instant, table};

pub(super) fn list(page: &Page) -> String {
    if page.people.is_empty() {
        return "nobody was found".to_owned();
    }
    let people = table(
        [
            "identity",
            "name",
            "status",
            "since",
            "platform roles",
            "id",
        ],
        page.people.iter().map(|person| {
            [
                person.email.clone(),
                person.display_name.clone().unwrap_or_default(),
                person.status.to_string(),
                instant(person.created_at),
                person.platform_roles.join(" "),
                person.user_id.to_string(),
            ]
        }),
    );
    match &page.next {
        Some(next) => format!("{people}\n\nmore: --after {next}"),
        None => people,
    }
}

pub(super) fn describe(detail: &Detail) -> String {
    let person = &detail.person;
    let name = person.display_name.as_deref().unwrap_or("no name");
    let why = person.status_reason.as_deref();
    let mut out = format!(
        "{} ({name})\nid       {}\nstatus   {}{}\n",
        person.email,
        person.user_id,
        person.status,
        why.map_or(String::new(), |why| format!(", {why}")),
    );
    if let Some(privilege) = detail.privilege {
        out += &format!(
            "class    {}: reconcile leaves them alone\n",
            privilege.as_str()
        );
    }
    if let Some(revoked) = person.session_revoked_at {
        out += &format!("sessions revoked at {}\n", instant(revoked));
    }
    if let Some(seen) = person.last_seen_at {
        let signed_in = person.last_sign_in_at.map(instant);
        let signed_in = signed_in.map_or(String::new(), |at| format!(", signed in at {at}"));
        out += &format!("seen     {}{signed_in}\n", instant(seen));
    }
    for link in &detail.links {
        out += &format!("link     {} {}\n", link.provider, link.external_id);
    }
    for hold in detail.holds.iter().flatten() {
        out += &format!(
            "hold     until {}: {}\n",
            instant(hold.ends_at),
            hold.reason
        );
    }
    for exemption in detail.exemptions.iter().flatten() {
        let until = instant(exemption.ends_at);
        out += &format!("exempt   until {until}: {}\n", exemption.reason);
    }
    let organizations = detail.memberships.iter().map(|membership| {
        let status = (membership.status != "active").then(|| format!(" ({})", membership.status));
        format!("{}{}", membership.slug, status.unwrap_or_default())
    });
    out += &format!(
        "member   {}\n",
        organizations.collect::<Vec<_>>().join(", ")
    );
    if let Some(overrides) = detail.overrides.as_ref().filter(|one| one.in_force) {
        let words = super::change::describe(overrides).replace('\n', "\n  ");
        out += &format!("overrides\n  {words}\n");
    }
    out += &section("roles", &detail.roles);
    out += &section("stripped, kept to be given back", &detail.stripped);
    out += &changes(detail);
    out
}

fn section(title: &str, assignments: &[Assignment]) -> String {
    if assignments.is_empty() {
        return format!("\n{title}: none\n");
    }
    let rows = assignments.iter().map(|one| {
        let at = match (&one.organization, &one.project) {
            (Some(organization), Some(project)) => format!("{organization}/{project}"),
            (Some(organization), None) => organization.clone(),
            (None, _) => "platform".to_owned(),
        };
        [
            one.role.clone().unwrap_or_else(|| "(gone)".to_owned()),
            at,
            one.source.clone(),
            one.granted_by.clone().unwrap_or_default(),
            instant(one.valid_from),
            one.valid_until.map(instant).unwrap_or_default(),
        ]
    });
    let rows = table(["role", "at", "source", "by", "from", "until"], rows);
    format!("\n{title}:\n{rows}\n")
}

fn changes(detail: &Detail) -> String {
    let rows = detail.changes.iter().flatten().map(|row| {
        [
            instant(row.created_at),
            row.action.clone(),
            row.source.clone(),
            row.outcome.clone(),
            row.reason.clone().unwrap_or_default(),
        ]
    });
    let rows = table(["when", "action", "by", "outcome", "why"], rows);
    format!("\nlatest changes:\n{rows}")
}

pub(super) fn restored(restored: &Restored) -> String {
    let names = |roles: &[RoleKept]| {
        let each = roles.iter().map(|kept| match &kept.why_not {
            Some(why) => format!("{} ({why})", kept.role),
            None => kept.role.clone(),
        });
        each.collect::<Vec<_>>().join(", ")
    };
    let mut out = super::describe_moved(&restored.moved);
    if !restored.given_back.is_empty() {
        out += &format!("\ngiven back: {}", names(&restored.given_back));
    }
    if !restored.lost.is_empty() {
        out += &format!("\nnot given back: {}", names(&restored.lost));
    }
    out += &format!(
        "\nheld until {}: automation leaves them alone",
        instant(restored.hold_until)
    );
    if restored.sign_in_again {
        out += "\nask them to sign in again: their sessions were revoked";
    }
    out
}

pub(super) fn erased(erasure: &Erasure) -> String {
    let named = match erasure.still_named_in.as_slice() {
        [] => String::new(),
        places => format!(
            "\ntheir address still stands in: {} (a policy is edited with `reeve policy set`; the log is for ever)",
            places.join(", ")
        ),
    };
    format!(
        "{} is erased: {} links, {} assignments, {} memberships and {} passkeys are gone{named}",
        erasure.user_id, erasure.links, erasure.assignments, erasure.memberships, erasure.passkeys
    )
}
