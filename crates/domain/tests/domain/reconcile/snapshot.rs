//! Admission of a snapshot (R-09, D22): complete, newer, of the right guild, or rejected whole.

use domain::id::DiscordId;
use domain::reconcile::snapshot::{Admission, Current, Expectation, Observation, Rejection, admit};
use jiff::SignedDuration;
use proptest::prelude::*;

use crate::cases;
use crate::plain::{MOMENT, NOW, guild};

const HOUR: SignedDuration = SignedDuration::from_hours(1);

fn seen(members: u64) -> Observation {
    Observation {
        guild: guild(0),
        taken_at: NOW,
        members,
        duplicate: None,
        with_mapped_role: Some(members),
    }
}

fn current(members: u64) -> Option<Current> {
    Some(Current {
        taken_at: NOW - HOUR,
        members,
    })
}

const PLAIN: Expectation = Expectation {
    members: None,
    accept_first: false,
    accept_shrink: false,
};
const ADMITTED: Result<Admission, Rejection> = Ok(Admission { shrunk: false });

fn why(observation: &Observation, current: Option<Current>, expectation: Expectation) -> String {
    admit(observation, current, expectation, NOW)
        .unwrap_err()
        .to_string()
}

#[test]
fn a_snapshot_may_be_a_fifth_smaller_and_no_smaller_without_an_operators_word() {
    for (before, now, fits) in [
        (100, 80, true),
        (100, 79, false),
        (5, 4, true),
        (4, 3, false),
        (1, 1, true),
        (1000, 800, true),
        (1001, 800, false),
        (100, 100_000, true),
        (u64::MAX, u64::MAX / 5 * 4, true),
        (u64::MAX, u64::MAX / 5 * 4 - 1, false),
    ] {
        let judged = admit(&seen(now), current(before), PLAIN, NOW);
        assert_eq!(judged.is_ok(), fits, "{before} to {now}");
        let accepting = Expectation {
            accept_shrink: true,
            ..PLAIN
        };
        let accepted = admit(&seen(now), current(before), accepting, NOW);
        assert_eq!(
            accepted,
            Ok(Admission { shrunk: !fits }),
            "{before} to {now}"
        );
    }
    assert!(why(&seen(79), current(100), PLAIN).contains("--accept-shrink"));
}

#[test]
fn a_snapshot_must_be_newer_than_the_current_one_and_not_from_the_future() {
    let at = |taken_at| {
        admit(
            &Observation {
                taken_at,
                ..seen(9)
            },
            current(9),
            PLAIN,
            NOW,
        )
    };
    assert_eq!(at(NOW), ADMITTED);
    assert!(matches!(
        at(NOW + MOMENT),
        Err(Rejection::FromTheFuture { .. })
    ));
    assert_eq!(at(NOW - HOUR + MOMENT), ADMITTED);
    assert!(matches!(at(NOW - HOUR), Err(Rejection::NotNewer { .. })));
    assert!(matches!(
        at(NOW - HOUR - MOMENT),
        Err(Rejection::NotNewer { .. })
    ));
}

#[test]
fn the_first_snapshot_of_a_guild_needs_a_count_or_a_word() {
    assert!(why(&seen(9), None, PLAIN).contains("--accept-first"));
    assert_eq!(
        admit(
            &seen(9),
            None,
            Expectation {
                accept_first: true,
                ..PLAIN
            },
            NOW
        ),
        ADMITTED
    );
    assert_eq!(
        admit(
            &seen(9),
            None,
            Expectation {
                members: Some(9),
                ..PLAIN
            },
            NOW
        ),
        ADMITTED
    );
    // The word about shrinking is another one.
    let other_word = Expectation {
        accept_shrink: true,
        ..PLAIN
    };
    assert!(matches!(
        admit(&seen(9), None, other_word, NOW),
        Err(Rejection::FirstWithoutCount { .. })
    ));
}

#[test]
fn what_looks_truncated_doubled_or_misdirected_is_rejected_whatever_the_operator_says() {
    let everything = Expectation {
        members: None,
        accept_first: true,
        accept_shrink: true,
    };
    for before in [None, current(9)] {
        assert_eq!(
            why(&seen(0), before, everything),
            "the file holds no members"
        );
        let member = DiscordId::try_from(7).unwrap();
        let doubled = Observation {
            duplicate: Some(member),
            ..seen(9)
        };
        assert_eq!(
            why(&doubled, before, everything),
            "member 7 stands in the file more than once"
        );
        let ten = Expectation {
            members: Some(10),
            ..everything
        };
        assert!(why(&seen(9), before, ten).starts_with("9 members, but 10 were expected"));
        let misdirected = Observation {
            with_mapped_role: Some(0),
            ..seen(9)
        };
        assert!(why(&misdirected, before, everything).contains("wrong guild, or a wrong mapping"));
        // Where nothing is mapped, nobody can hold it.
        let unmapped = Observation {
            with_mapped_role: None,
            ..seen(9)
        };
        assert!(admit(&unmapped, before, everything, NOW).is_ok());
    }
}

/// Whether any of the sentences of admission speaks against it.
fn anything_is_wrong(o: &Observation, before: Option<Current>, said: Expectation) -> bool {
    let expected_otherwise = said.members.is_some_and(|expected| expected != o.members);
    let unannounced = before.is_none() && said.members.is_none() && !said.accept_first;
    let older = before.is_some_and(|before| before.taken_at >= o.taken_at);
    // Four fifths of the one before, rounded up.
    let least = before.map_or(0, |before| before.members - before.members / 5);
    let shrunk = o.members < least && !said.accept_shrink;
    let nobody = o.members == 0 || o.with_mapped_role == Some(0);
    o.taken_at > NOW
        || older
        || nobody
        || o.duplicate.is_some()
        || expected_otherwise
        || unannounced
        || shrunk
}

fn any_observation() -> impl Strategy<Value = Observation> {
    let offset = prop_oneof![3 => Just(0), 1 => -2_i64..=2];
    let duplicate = prop_oneof![9 => Just(None), 1 => Just(Some(7))];
    let roles = prop_oneof![4 => Just(Some(1)), 1 => Just(None), 1 => Just(Some(0))];
    (0_u64..300, offset, duplicate, roles).prop_map(|(members, hours, duplicate, roles)| {
        Observation {
            taken_at: NOW + HOUR * i32::try_from(hours).unwrap(),
            duplicate: duplicate.map(|id: i64| DiscordId::try_from(id).unwrap()),
            with_mapped_role: roles,
            ..seen(members)
        }
    })
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_snapshot_is_admitted_exactly_if_nothing_speaks_against_it(
        observation in any_observation(),
        before in prop::option::of(0_u64..300),
        expected in prop_oneof![3 => Just(None), 1 => (0_u64..300).prop_map(Some)],
        as_expected in any::<bool>(), accept_first in any::<bool>(), accept_shrink in any::<bool>(),
    ) {
        let members = if as_expected { expected.map(|_| observation.members) } else { expected };
        let said = Expectation { members, accept_first, accept_shrink };
        let before = before.and_then(current);
        let judged = admit(&observation, before, said, NOW);
        prop_assert_eq!(judged.is_err(), anything_is_wrong(&observation, before, said), "{:?}", judged);
    }
}
