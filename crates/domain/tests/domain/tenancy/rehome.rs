//! Moves between organizations: what may be asked for, and who decides (I-26).

use domain::actor::{Actor, SYSTEM_USER};
use domain::id::UserId;
use domain::tenancy::rehome::{RehomeDenied, State, is_open, may_approve, may_request};
use uuid::Uuid;

use crate::plain::{ELSEWHERE, HOME, ME};

#[test]
fn a_move_goes_somewhere_else_and_not_to_the_default_organization() {
    assert_eq!(may_request(HOME, ELSEWHERE, None), Ok(()));
    assert_eq!(may_request(HOME, HOME, None), Err(RehomeDenied::SamePlace));
    assert_eq!(
        may_request(HOME, ELSEWHERE, Some(ELSEWHERE)),
        Err(RehomeDenied::ToDefault)
    );
    assert_eq!(
        may_request(HOME, ELSEWHERE, Some(HOME)),
        Err(RehomeDenied::FromDefault)
    );
}

#[test]
fn somebody_else_approves_and_never_a_job() {
    let other = UserId(Uuid::from_u128(8));
    let me = Actor::Person { user_id: ME };
    let token = Actor::Token {
        user_id: ME,
        token_id: Uuid::nil().into(),
    };
    for own in [me.clone(), token, Actor::BreakGlass { user_id: ME }] {
        let refused = may_approve(State::Requested, ME, &own);
        assert_eq!(refused, Err(RehomeDenied::OwnRequest), "{own:?}");
        assert_eq!(may_approve(State::Requested, other, &own), Ok(()));
    }
    let job = Actor::Job { name: "a job" };
    assert!(may_approve(State::Requested, other, &job).is_err());
    assert_eq!(
        may_approve(State::Requested, SYSTEM_USER, &Actor::Operator),
        Ok(())
    );
}

#[test]
fn what_is_decided_stays_decided() {
    for state in [State::Done, State::Cancelled] {
        assert_eq!(is_open(state), Err(RehomeDenied::Decided(state)));
        let refused = may_approve(state, ME, &Actor::Operator);
        assert_eq!(refused, Err(RehomeDenied::Decided(state)));
        assert_eq!(state.as_str().parse(), Ok(state));
    }
    assert_eq!(is_open(State::Requested), Ok(()));
    assert!("approved".parse::<State>().is_err());
}
