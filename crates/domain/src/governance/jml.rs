//! Joiner, mover, leaver: what happened to a person's standing since it was last enforced (P-08 to
//! P-10).

use serde::Serialize;
use utoipa::ToSchema;

/// Eligibility and entitlement as reconcile last recorded them for a person. A record of what was
/// enforced, never read by a decision (decision 0029).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Standing {
    pub in_scope: bool,
    pub entitled: bool,
}

impl Standing {
    fn both(self) -> bool {
        self.in_scope && self.entitled
    }
}

/// What the change of a standing is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[schema(as = JmlEvent)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// In scope and entitled for the first time.
    Joiner,
    /// Eligibility or entitlement changed otherwise; a return counts here.
    Mover,
    /// No longer both.
    Leaver,
}

impl Event {
    pub const ALL: [Self; 3] = [Self::Joiner, Self::Mover, Self::Leaver];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Joiner => "joiner",
            Self::Mover => "mover",
            Self::Leaver => "leaver",
        }
    }
}

/// The event between the recorded standing and the present one. Someone who never had both and
/// still does not is not yet part of governance: no event, unless they are being `suspended` now,
/// which is a leaving whatever was recorded.
pub fn event(recorded: Option<Standing>, present: Standing, suspended: bool) -> Option<Event> {
    if suspended {
        return Some(Event::Leaver);
    }
    match recorded {
        None if present.both() => Some(Event::Joiner),
        None => None,
        Some(before) if before == present => None,
        Some(before) if before.both() => Some(Event::Leaver),
        Some(_) => Some(Event::Mover),
    }
}
