//! Rehoming: moving a person from one organization to another, asked for, approved where that is
//! required, then done at once (I-26).
//!
//! What the move takes and gives is judged as ever: the end of the membership by
//! [`super::membership::can_end`], the role on arrival by the ceiling there.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::actor::Actor;
use crate::id::{OrganizationId, UserId};

/// How far a move is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RehomeState)]
pub enum State {
    /// Waits for approval.
    Requested,
    Done,
    Cancelled,
}

impl State {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Done => "done",
            Self::Cancelled => "cancelled",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text that is no [`State`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no state of a move")]
pub struct NotAState(pub String);

impl FromStr for State {
    type Err = NotAState;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Requested, Self::Done, Self::Cancelled]
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or_else(|| NotAState(text.to_owned()))
    }
}

/// Why nobody is moved. The texts are for the person who tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum RehomeDenied {
    #[error("to: it is the same organization")]
    SamePlace,
    #[error("to: everybody belongs to the default organization already")]
    ToDefault,
    #[error("from: everybody belongs to the default organization, and nobody leaves it")]
    FromDefault,
    #[error("somebody else than whoever asked for a move approves it")]
    OwnRequest,
    #[error("this move is {0} already")]
    Decided(State),
}

/// Whether a move between two organizations may be asked for.
pub fn may_request(
    from: OrganizationId,
    to: OrganizationId,
    default: Option<OrganizationId>,
) -> Result<(), RehomeDenied> {
    if from == to {
        return Err(RehomeDenied::SamePlace);
    }
    if default == Some(to) {
        return Err(RehomeDenied::ToDefault);
    }
    if default == Some(from) {
        return Err(RehomeDenied::FromDefault);
    }
    Ok(())
}

/// Whether `approver` may approve what `requested_by` asked for. At the command line people can't be
/// told apart, and whoever is there could switch the approval off: an operator's own request is no
/// obstacle.
pub fn may_approve(
    state: State,
    requested_by: UserId,
    approver: &Actor,
) -> Result<(), RehomeDenied> {
    is_open(state)?;
    match approver {
        Actor::Operator => Ok(()),
        Actor::Person { user_id }
        | Actor::Token { user_id, .. }
        | Actor::BreakGlass { user_id } => {
            if *user_id == requested_by {
                Err(RehomeDenied::OwnRequest)
            } else {
                Ok(())
            }
        }
        Actor::Job { .. } => Err(RehomeDenied::OwnRequest),
    }
}

/// Whether a move can still be decided.
pub fn is_open(state: State) -> Result<(), RehomeDenied> {
    match state {
        State::Requested => Ok(()),
        State::Done | State::Cancelled => Err(RehomeDenied::Decided(state)),
    }
}
