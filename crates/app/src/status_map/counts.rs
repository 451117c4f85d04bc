//! What is counted over everybody who matches.

use std::collections::BTreeMap;

use domain::governance::drift::{Drift, Mend};
use domain::reconcile::plan::SparedBy;
use domain::status_map::{Badge, State};
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

/// How many there are of each.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = StatusMapCounts)]
pub struct Counts {
    pub people: u64,
    /// Who has effective access.
    pub with_access: u64,
    pub matrix: Matrix,
    /// By badge; every badge is there.
    pub compliance: BTreeMap<Badge, u64>,
    /// The exempt, by what spares them.
    pub exempt_by: BTreeMap<SparedBy, u64>,
    /// By kind and what mends it. Somebody with two drifts counts twice.
    #[serde(serialize_with = "as_list")]
    #[schema(value_type = Vec<Drifting>)]
    pub drifts: BTreeMap<(Drift, Mend), u64>,
}

/// Eligibility by entitlement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = StatusMapMatrix)]
pub struct Matrix {
    pub in_scope_entitled: u64,
    pub in_scope_not_entitled: u64,
    pub out_of_scope_entitled: u64,
    pub out_of_scope_not_entitled: u64,
}

/// People with one kind of drift.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Drifting {
    pub drift: Drift,
    pub mended_by: Mend,
    pub people: u64,
}

impl Default for Counts {
    fn default() -> Self {
        Self {
            people: 0,
            with_access: 0,
            matrix: Matrix::default(),
            compliance: Badge::ALL.map(|badge| (badge, 0)).into(),
            exempt_by: BTreeMap::new(),
            drifts: BTreeMap::new(),
        }
    }
}

impl Counts {
    /// Counts one more.
    pub(super) fn add(&mut self, state: &State) {
        self.people += 1;
        self.with_access += u64::from(state.access.granted());
        let Matrix {
            in_scope_entitled,
            in_scope_not_entitled,
            out_of_scope_entitled,
            out_of_scope_not_entitled,
        } = &mut self.matrix;
        let cell = match (state.eligibility.in_scope(), state.entitlement.entitled()) {
            (true, true) => in_scope_entitled,
            (true, false) => in_scope_not_entitled,
            (false, true) => out_of_scope_entitled,
            (false, false) => out_of_scope_not_entitled,
        };
        *cell += 1;
        *self.compliance.entry(state.compliance.badge()).or_default() += 1;
        let exempt_by = state.compliance.exempt_by();
        if let Some(by) = exempt_by {
            *self.exempt_by.entry(by).or_default() += 1;
        }
        for drift in &state.drifts {
            let mend = drift.mended_by(exempt_by.is_some());
            *self.drifts.entry((*drift, mend)).or_default() += 1;
        }
    }

    /// The drifts, by kind and what mends them.
    pub fn drifting(&self) -> impl Iterator<Item = Drifting> {
        self.drifts
            .iter()
            .map(|((drift, mended_by), people)| Drifting {
                drift: *drift,
                mended_by: *mended_by,
                people: *people,
            })
    }
}

fn as_list<S: Serializer>(
    drifts: &BTreeMap<(Drift, Mend), u64>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(drifts.iter().map(|((drift, mended_by), people)| Drifting {
        drift: *drift,
        mended_by: *mended_by,
        people: *people,
    }))
}
