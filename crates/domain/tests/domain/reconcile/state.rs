//! How far a stored plan may be applied.

use domain::reconcile::guard::{Exceeded, Guard};
use domain::reconcile::plan::Counts;
use domain::reconcile::state::{Extent, State};

#[test]
fn a_held_plan_gives_and_keeps_its_suspensions_back_others_do_everything_or_nothing() {
    let counts = Counts {
        restore: 3,
        change: 2,
        suspend: 7,
        ..Counts::default()
    };
    let some = |steps, held| Some(Extent { steps, held });
    for (state, expected) in [
        (State::Planned, some(12, 0)),
        (State::Held, some(5, 7)),
        (State::Approved, some(12, 0)),
        (State::Applied, some(12, 0)),
        (State::Superseded, None),
    ] {
        assert_eq!(state.extent(&counts), expected, "{state}");
    }
}

#[test]
fn a_plan_begins_as_the_guard_says() {
    let held = Guard::Held {
        suspensions: 6,
        of: 10,
        exceeded: Exceeded::Share,
    };
    assert_eq!(State::begin(Guard::Clear), State::Planned);
    assert_eq!(State::begin(held), State::Held);
}

#[test]
fn a_state_is_read_back_as_it_was_written_and_nothing_else_is_one() {
    for state in State::ALL {
        assert_eq!(state.as_str().parse(), Ok(state));
        assert_eq!(serde_json::to_value(state).unwrap(), state.as_str());
    }
    for text in ["", "Held", "held ", "done"] {
        let refused = text.parse::<State>().unwrap_err().to_string();
        assert!(refused.contains("expected planned, held"), "{refused}");
    }
}
