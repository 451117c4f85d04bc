//! What a plan was made from, as one hash: it moves with the rules and with what the snapshots hold,
//! not with their time.

use std::collections::{BTreeMap, BTreeSet};

use domain::access::permission::{HAULING_MEMBER, Permission, ROLES_GRANT};
use domain::access::role::{RoleDefinition, ScopeKind};
use domain::governance::assess::Rules;
use domain::governance::freshness::DEFAULT_MAX_AGE;
use domain::governance::mode::Mode;
use domain::id::{DiscordRoleId, GuildId, RoleId};
use domain::reconcile::fingerprint::Fingerprint;

use crate::plain::{Age, Leads, ME, MOMENT, NOW, Setting, guild};

fn rules() -> Rules {
    Setting {
        leads: Leads::Discord,
        ages: [Age::Fresh, Age::Stale, Age::Missing],
    }
    .rules()
}

fn content() -> BTreeMap<GuildId, String> {
    BTreeMap::from([(guild(0), "aa".to_owned()), (guild(1), "bb".to_owned())])
}

#[test]
fn the_fingerprint_stays_while_a_newer_snapshot_holds_the_same() {
    let before = Fingerprint::of(&rules(), &content(), &[], NOW);
    let mut newer = rules();
    newer.taken_at.insert(guild(0), NOW);
    assert_eq!(Fingerprint::of(&newer, &content(), &[], NOW), before);
    assert_eq!(
        Fingerprint::of(&newer, &content(), &[], NOW + DEFAULT_MAX_AGE),
        before
    );
    assert_eq!(before.as_str().len(), 64);
    assert_eq!(Fingerprint::stored(before.to_string()), before);
}

#[test]
fn the_fingerprint_moves_with_each_input_that_decides() {
    let change = |change: fn(&mut Rules, &mut BTreeMap<GuildId, String>)| {
        let (mut rules, mut content) = (rules(), content());
        change(&mut rules, &mut content);
        Fingerprint::of(&rules, &content, &[], NOW).to_string()
    };
    let role = |id| DiscordRoleId::try_from(id).unwrap();
    let mut prints = vec![
        change(|_, _| {}),
        change(|rules, _| rules.mode = Mode::Portal),
        change(|rules, _| rules.policy.everyone = false),
        change(|rules, _| _ = rules.policy.exclude.insert(ME)),
        change(|rules, _| _ = rules.policy.include.insert(ME)),
        change(|rules, _| _ = rules.policy.groups.insert("haulers".to_owned())),
        change(|rules, _| _ = rules.policy.email_domains.insert("haulers".to_owned())),
        change(|rules, _| _ = rules.mapping.0.remove(&guild(2))),
        change(|rules, _| _ = rules.taken_at.insert(guild(1), NOW)),
        change(|rules, _| _ = rules.taken_at.insert(guild(0), NOW + MOMENT)),
        change(|_, content| _ = content.insert(guild(0), "ab".to_owned())),
        change(|_, content| _ = content.insert(guild(2), "cc".to_owned())),
        change(|_, content| _ = content.remove(&guild(1))),
        // What moves from one guild to the other is another thing.
        change(|_, content| {
            content.insert(guild(0), "aabb".to_owned());
            content.insert(guild(1), String::new());
        }),
    ];
    let mut mapped = rules();
    mapped
        .mapping
        .0
        .insert(guild(0), BTreeSet::from([role(9), role(10)]));
    prints.push(Fingerprint::of(&mapped, &content(), &[], NOW).to_string());
    let distinct = prints.iter().collect::<BTreeSet<_>>();
    assert_eq!(distinct.len(), prints.len());
}

#[test]
fn the_fingerprint_moves_with_which_platform_roles_entitle_or_are_kept_and_with_nothing_else_of_roles()
 {
    let role = |portal, permissions: &[Permission]| RoleDefinition {
        role_id: RoleId(uuid::Uuid::from_u128(7)),
        name: "driver".to_owned(),
        scope: ScopeKind::Platform,
        tenant_id: None,
        rank: 10,
        portal,
        permissions: permissions.iter().copied().collect(),
    };
    let of = |role: &RoleDefinition| Fingerprint::of(&rules(), &content(), [role], NOW);
    let plain = of(&role(true, &[]));
    assert_eq!(plain, Fingerprint::of(&rules(), &content(), &[], NOW));
    assert_eq!(plain, of(&role(true, &[ROLES_GRANT])));
    let entitles = of(&role(true, &[HAULING_MEMBER]));
    let kept = of(&role(false, &[]));
    let both = of(&role(false, &[HAULING_MEMBER]));
    let prints = BTreeSet::from([&plain, &entitles, &kept, &both].map(Fingerprint::as_str));
    assert_eq!(prints.len(), 4);
    let elsewhere = RoleDefinition {
        scope: ScopeKind::Tenant,
        ..role(false, &[HAULING_MEMBER])
    };
    assert_eq!(of(&elsewhere), plain);
}
