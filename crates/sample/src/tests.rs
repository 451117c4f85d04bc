//! The three files, without a database.

use std::collections::BTreeSet;
use std::io::Cursor;

use domain::governance::eligibility::PolicyDocument;
use domain::identity::Status;
use domain::identity::link::Link;
use store::snapshot::Member;

use super::*;

fn lines() -> Vec<app::identity::file::Line> {
    app::identity::file::read(Cursor::new(identities_csv()))
        .unwrap()
        .into_iter()
        .map(|line| line.unwrap())
        .collect()
}

fn members() -> Vec<Member> {
    let mut members = Vec::new();
    app::snapshot::file::read(Cursor::new(discord_members_json()), &mut |member| {
        members.push(member);
        Ok(())
    })
    .unwrap();
    members
}

#[test]
fn the_files_are_the_same_every_time() {
    assert_eq!(identities_csv(), identities_csv());
    assert_eq!(discord_members_json(), discord_members_json());
}

/// An installed sample's snapshot is kept fresh with the export of whatever version runs, so a
/// changed sample shows there as movers and leavers. Change it knowingly.
#[test]
fn the_files_are_the_same_in_every_build() {
    let (csv, json) = (identities_csv(), discord_members_json());
    let first = |text: &str| text.lines().nth(1).unwrap().to_owned();
    insta::assert_snapshot!(first(&csv), @"aasa.moeller@example.com,Åsa Møller,active,169917257815511742,warehouse,northway-depots,hauling.member");
    insta::assert_snapshot!(first(&json), @r#"{"user":{"id":"132997169436223738","username":"diesel_rider485","discriminator":"0","global_name":null,"avatar":null,"bot":false},"nick":null,"avatar":null,"roles":["694833433804800006"],"joined_at":"2019-09-13T17:30:20.498000+00:00","premium_since":null,"deaf":false,"mute":false,"flags":0,"pending":false,"communication_disabled_until":null},"#);
    insta::assert_snapshot!(format!("{} {}", checksum(&csv), checksum(&json)), @"5dd92632cf5624bb fc79da84837a9d8e");
}

/// FNV-1a.
fn checksum(text: &str) -> String {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}

#[test]
fn every_line_of_the_people_is_accepted_and_read_back_whole() {
    let (lines, people) = (lines(), people::people());
    assert_eq!(lines.len(), PEOPLE);
    for (line, person) in lines.iter().zip(&people) {
        assert_eq!(line.email.as_str(), person.email);
        assert_eq!(line.display_name.as_deref(), Some(person.name.as_str()));
        assert_eq!(line.status, Some(person.status));
        assert_eq!(line.groups.as_deref().unwrap(), person.groups);
        assert_eq!(line.links.len(), usize::from(person.linked));
    }
}

#[test]
fn nobody_shares_an_address_or_an_account() {
    let lines = lines();
    let emails: BTreeSet<_> = lines.iter().map(|line| line.email.as_str()).collect();
    assert_eq!(emails.len(), PEOPLE);
    let members = members();
    let accounts: BTreeSet<_> = members.iter().map(|member| member.discord_id).collect();
    assert_eq!((members.len(), accounts.len()), (MEMBERS, MEMBERS));
}

#[test]
fn every_address_is_reserved_for_examples() {
    for line in lines() {
        assert!(["example.com", "example.org"].contains(&line.email.domain()));
        assert!(line.email.as_str().is_ascii(), "{}", line.email);
    }
}

#[test]
fn some_of_everything_is_there() {
    let (lines, members) = (lines(), members());
    let with = |status| lines.iter().filter(|l| l.status == Some(status)).count();
    let linked: BTreeSet<_> = lines
        .iter()
        .flat_map(|line| &line.links)
        .filter_map(|link| match link {
            Link::Discord(id) => Some(*id),
            Link::Oidc { .. } => None,
        })
        .collect();
    let unlinked = members.iter().filter(|m| !linked.contains(&m.discord_id));
    let mapped = unlinked
        .clone()
        .filter(|m| m.roles.iter().any(|role| MAPPED_ROLES.contains(role)));
    insta::assert_snapshot!(
        format!(
            "{} active, {} suspended, {} disabled; {} linked; {} members unlinked, {} of them with a mapped role",
            with(Status::Active), with(Status::Suspended), with(Status::Disabled),
            linked.len(), unlinked.count(), mapped.count(),
        ),
        @"448 active, 44 suspended, 8 disabled; 457 linked; 247 members unlinked, 10 of them with a mapped role"
    );
}

#[test]
fn the_policy_is_accepted_and_names_people_who_are_there() {
    let policy = PolicyDocument::parse(access_login_toml()).unwrap();
    let emails: BTreeSet<_> = lines()
        .into_iter()
        .map(|line| line.email.to_string())
        .collect();
    for name in policy.include.iter().chain(&policy.exclude) {
        assert!(emails.contains(name), "{name}");
    }
}

#[test]
fn every_role_of_a_member_has_a_name() {
    let named: BTreeSet<i64> = ROLE_NAMES.iter().map(|(id, _)| *id).collect();
    for member in members() {
        assert!(member.roles.iter().all(|role| named.contains(role)));
    }
}
