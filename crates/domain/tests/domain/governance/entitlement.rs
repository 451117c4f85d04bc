//! Entitlement by mode, with several guilds and every freshness (R-10, R-14, P-01, P-04, P-14, P-15,
//! P-18).

use domain::governance::entitlement::{Entitlement, GuildSet, Lack, Source};
use proptest::prelude::*;

use crate::cases;
use crate::plain::{self, Age, Body, Leads, Setting, any_setting_and_body};

fn entitlement(setting: &Setting, body: &Body) -> Entitlement {
    setting.assess(body).entitlement
}

fn discord(ages: [Age; 3]) -> Setting {
    Setting {
        leads: Leads::Discord,
        ages,
    }
}

/// Linked, and a member of these guilds, with the mapped role in those.
fn member(member: [bool; 3], role: [bool; 3]) -> Body {
    Body {
        linked: true,
        member,
        role,
        ..Body::default()
    }
}

const FIRST: [bool; 3] = [true, false, false];
const SECOND: [bool; 3] = [false, true, false];
const NOWHERE: [bool; 3] = [false; 3];

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn the_mode_decides_whether_snapshot_or_assignment_entitles(
        (setting, body) in any_setting_and_body(),
    ) {
        let answer = entitlement(&setting, &body);
        prop_assert_eq!(answer.entitled(), plain::entitled(&setting, &body));
        prop_assert_eq!(answer.unobserved(), plain::nobody_could_look(&setting, &body));
        prop_assert_eq!(Entitlement::from_code(answer.code()), Some(answer));
    }

    #[test]
    fn the_other_modes_source_is_never_asked((setting, body) in any_setting_and_body()) {
        let otherwise = match setting.leads {
            Leads::Discord => Body { assigned: !body.assigned, stripped: !body.stripped, ..body },
            Leads::Portal => member(FIRST, FIRST),
        };
        let otherwise = match setting.leads {
            Leads::Discord => otherwise,
            Leads::Portal => {
                Body { assigned: body.assigned, stripped: body.stripped, ..otherwise }
            }
        };
        prop_assert_eq!(entitlement(&setting, &body), entitlement(&setting, &otherwise));
    }

    #[test]
    fn the_reason_of_a_no_tells_what_is_missing((setting, body) in any_setting_and_body()) {
        if let Entitlement::NotEntitled(lack) = entitlement(&setting, &body) {
            let none = |age| !setting.ages.contains(&age);
            let true_of_it = match lack {
                Lack::NoPortalAssignment => setting.leads == Leads::Portal && !body.assigned,
                Lack::Unlinked => !body.linked,
                Lack::NoSnapshot => setting.ages == [Age::Missing; 3],
                Lack::SnapshotStale => !none(Age::Stale) || !none(Age::Future),
                Lack::NotAMember => !none(Age::Fresh) && body.role == NOWHERE,
                Lack::NoMappedRole => body.member != NOWHERE && body.role == NOWHERE,
            };
            prop_assert!(true_of_it, "{:?}", lack);
        }
    }
}

#[test]
fn in_discord_leading_mode_a_mapped_role_in_the_fresh_snapshot_entitles() {
    let fresh = discord([Age::Fresh; 3]);
    let yes = Entitlement::Entitled(Source::DiscordRole);
    assert_eq!(entitlement(&fresh, &member(FIRST, FIRST)), yes);
    // Any configured guild entitles (D21).
    assert_eq!(entitlement(&fresh, &member([true; 3], SECOND)), yes);
    assert_eq!(
        entitlement(
            &discord([Age::Stale, Age::Fresh, Age::Missing]),
            &member(SECOND, SECOND)
        ),
        yes
    );
    // A portal assignment is no source here.
    let assigned = Body {
        assigned: true,
        stripped: true,
        ..member(FIRST, NOWHERE)
    };
    assert_eq!(
        entitlement(&fresh, &assigned),
        Entitlement::NotEntitled(Lack::NoMappedRole)
    );
}

#[test]
fn in_portal_leading_mode_an_assignment_of_hauling_member_entitles() {
    let setting = Setting {
        leads: Leads::Portal,
        ages: [Age::Missing; 3],
    };
    let judge = |assigned, stripped| {
        entitlement(
            &setting,
            &Body {
                assigned,
                stripped,
                ..Body::default()
            },
        )
    };
    assert_eq!(
        judge(true, false),
        Entitlement::Entitled(Source::PortalAssignment)
    );
    assert_eq!(
        judge(true, true),
        Entitlement::Entitled(Source::PortalAssignment)
    );
    assert_eq!(
        judge(false, true),
        Entitlement::Entitled(Source::StrippedAssignment)
    );
    assert_eq!(
        judge(false, false),
        Entitlement::NotEntitled(Lack::NoPortalAssignment)
    );
    // The role in Discord is none.
    assert!(!entitlement(&setting, &member([true; 3], [true; 3])).entitled());
}

#[test]
fn a_stale_snapshot_entitles_nobody_until_a_new_one_is_admitted() {
    let ada = member(FIRST, FIRST);
    let stale = Entitlement::NotEntitled(Lack::SnapshotStale);
    assert_eq!(entitlement(&discord([Age::Stale; 3]), &ada), stale);
    assert_eq!(entitlement(&discord([Age::Future; 3]), &ada), stale);
    // A fresh snapshot of another guild is not a newer one of hers.
    assert_eq!(
        entitlement(&discord([Age::Stale, Age::Fresh, Age::Fresh]), &ada),
        stale
    );
    assert!(entitlement(&discord([Age::Fresh, Age::Stale, Age::Stale]), &ada).entitled());
}

#[test]
fn unlinked_unmatched_and_roleless_people_each_have_a_reason() {
    let fresh = discord([Age::Fresh, Age::Stale, Age::Missing]);
    let why = |setting: &Setting, body: &Body| entitlement(setting, body).code();
    assert_eq!(why(&fresh, &Body::default()), "unlinked");
    assert_eq!(why(&fresh, &member(NOWHERE, NOWHERE)), "not_a_member");
    assert_eq!(why(&fresh, &member(FIRST, NOWHERE)), "no_mapped_role");
    assert_eq!(why(&fresh, &member(SECOND, SECOND)), "snapshot_stale");
    assert_eq!(
        why(&discord([Age::Missing; 3]), &member(NOWHERE, NOWHERE)),
        "no_snapshot"
    );
}

/// Beyond its capacity a place is no guild at all, so that nobody is entitled through another's.
#[test]
fn a_set_of_guilds_holds_sixteen_and_no_place_beyond_them() {
    assert_eq!(GuildSet::CAPACITY, 16);
    for place in 0..16 {
        let others = (0..16)
            .filter(|other| *other != place)
            .fold(GuildSet::EMPTY, |set, other| set.union(GuildSet::of(other)));
        assert!(!GuildSet::of(place).is_empty());
        assert!(GuildSet::of(place).and(others).is_empty());
        assert_eq!(
            GuildSet::of(place).union(others).minus(others),
            GuildSet::of(place)
        );
    }
    for beyond in [16, 17, 32, 33, 64, 1 << 32, usize::MAX] {
        assert!(GuildSet::of(beyond).is_empty(), "{beyond}");
    }
}
