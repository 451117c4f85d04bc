//! The status map: the badge against sentences of its own, and against the plan and the decision that
//! it sums up.

use domain::governance::drift::Mend;
use domain::identity::Status;
use domain::reconcile::plan::{Kind, consider};
use domain::status_map::{Badge, ObservedDiscord, State};
use proptest::prelude::*;

use crate::cases;
use crate::plain::{self, Age, NOW, Setting};
use crate::population::{Subject, any_population};

/// The badge by plain facts: what each word promises to somebody who reads it.
fn badge(setting: &Setting, one: &Subject) -> Badge {
    let body = &one.body;
    let owed = plain::in_scope(body) && plain::entitled(setting, body);
    let unseen = plain::in_scope(body) && plain::nobody_could_look(setting, body);
    let active = one.status == Status::Active;
    let roles = !one.strippable.is_empty();
    let should_change = if owed { !active } else { active || roles };
    if one.status == Status::Disabled {
        return Badge::Disabled;
    }
    let kept_out = body.exempted && !active;
    if one.held && (should_change || kept_out) {
        return Badge::Exempt;
    }
    if !one.held && !owed && body.exempted {
        return if active {
            Badge::Exempt
        } else {
            Badge::Drifting
        };
    }
    if !one.held && !owed && one.privilege.is_some() {
        return Badge::Exempt;
    }
    if unseen {
        return Badge::Unobserved;
    }
    if should_change {
        return Badge::Drifting;
    }
    if active && owed && !body.exempted && plain::portal_is_blind(setting) {
        return Badge::Unobserved;
    }
    let shown = body.role.contains(&true);
    let missing = plain::entitled(setting, body)
        && !shown
        && body.linked
        && setting.ages.contains(&Age::Fresh);
    let excess = !plain::entitled(setting, body) && shown;
    if setting.leads == plain::Leads::Portal && (missing || excess) {
        return Badge::Unsynced;
    }
    Badge::Compliant
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn the_badge_is_what_its_sentence_says(population in any_population()) {
        let rules = population.setting.rules().at(NOW);
        for one in &population.people {
            let found = State::of(&one.person(), &rules).compliance;
            prop_assert_eq!(found.badge(), badge(&population.setting, one), "{:?}", one);
            prop_assert_eq!(found.exempt_by().is_some(), found.badge() == Badge::Exempt);
        }
    }

    /// Recording an event alone mends nothing, since nothing was wrong.
    #[test]
    fn whoever_drifts_is_changed_by_the_next_plan_and_no_longer_drifts_after_it(
        population in any_population(),
    ) {
        let rules = population.setting.rules().at(NOW);
        let after = population.after(&population.plan());
        for (before, after) in population.people.iter().zip(&after.people) {
            let person = before.person();
            let badge = State::of(&person, &rules).compliance.badge();
            let step = consider(&person, &rules).step;
            let enforces = step.is_some_and(|s| s.kind != Kind::Change || !s.strip.is_empty());
            let changes = matches!(badge, Badge::Drifting | Badge::Unobserved);
            prop_assert!(!enforces || changes, "{:?} is changed", badge);
            prop_assert!(enforces || badge != Badge::Drifting);
            let later = State::of(&after.person(), &rules).compliance.badge();
            prop_assert!(later != Badge::Drifting, "{:?} then {:?}", badge, later);
        }
    }

    #[test]
    fn whoever_is_not_compliant_shows_why(population in any_population()) {
        let rules = population.setting.rules().at(NOW);
        for one in &population.people {
            let state = State::of(&one.person(), &rules);
            let spared = state.compliance.exempt_by().is_some();
            let mends = state.drifts.iter().map(|drift| drift.mended_by(spared)).collect::<Vec<_>>();
            match state.compliance.badge() {
                Badge::Compliant => prop_assert_eq!(mends, []),
                Badge::Drifting => prop_assert!(mends.contains(&Mend::NextReconcile)),
                Badge::Unsynced => prop_assert_eq!(mends, [Mend::RoleSync]),
                Badge::Exempt => prop_assert!(!mends.contains(&Mend::NextReconcile)),
                Badge::Unobserved => prop_assert!(!state.access.granted()),
                Badge::Disabled => prop_assert!(!state.access.granted()),
            }
        }
    }

    #[test]
    fn an_exempt_person_shows_the_entitlement_that_anybody_would_have(population in any_population()) {
        let rules = population.setting.rules().at(NOW);
        for one in &population.people {
            let state = State::of(&one.person(), &rules);
            prop_assert_eq!(state.eligibility.in_scope(), plain::in_scope(&one.body));
            let entitled = plain::entitled(&population.setting, &one.body);
            prop_assert_eq!(state.entitlement.entitled(), entitled);
        }
    }

    #[test]
    fn what_discord_shows_is_told_apart(population in any_population()) {
        let rules = population.setting.rules().at(NOW);
        let nothing_known = population.setting.ages.iter().all(|age| *age == Age::Missing);
        for one in &population.people {
            let body = &one.body;
            let expected = match (body.linked, body.member.contains(&true), body.role.contains(&true)) {
                (false, ..) => ObservedDiscord::NotLinked,
                _ if nothing_known => ObservedDiscord::NotObserved,
                (_, false, _) => ObservedDiscord::NotAMember,
                (_, _, false) => ObservedDiscord::MemberWithoutRole,
                (_, _, true) => ObservedDiscord::MemberWithRole,
            };
            prop_assert_eq!(State::of(&one.person(), &rules).discord, expected);
        }
    }
}
