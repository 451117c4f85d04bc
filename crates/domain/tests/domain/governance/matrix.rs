//! The four cells: what the runbook demands in each and what it is called (P-06).

use std::collections::BTreeSet;

use domain::governance::matrix::Cell;
use domain::governance::outcome::PolicyOutcome;
use domain::identity::Status;

/// The runbook's list: in scope, entitled, status, roles removed.
const RUNBOOK: [(bool, bool, &str, bool); 4] = [
    (true, true, "active", false),
    (true, false, "suspended", true),
    (false, true, "suspended", true),
    (false, false, "suspended", true),
];

#[test]
fn each_cell_demands_what_the_runbook_lists() {
    for (in_scope, entitled, status, roles_removed) in RUNBOOK {
        let demand = Cell::of(in_scope, entitled).demand();
        assert_eq!(
            demand.status.as_str(),
            status,
            "in scope {in_scope}, entitled {entitled}"
        );
        assert_eq!(
            demand.strip_roles, roles_removed,
            "in scope {in_scope}, entitled {entitled}"
        );
        assert_ne!(demand.status, Status::Disabled, "reconcile never disables");
    }
}

#[test]
fn each_cell_of_the_matrix_has_a_policy_outcome_with_its_own_name() {
    let name = |in_scope, entitled| {
        serde_json::to_value(PolicyOutcome::from(Cell::of(in_scope, entitled))).unwrap()
    };
    assert_eq!(name(true, true), "compliant");
    assert_eq!(name(true, false), "missing_entitlement");
    assert_eq!(name(false, true), "excess_entitlement");
    assert_eq!(name(false, false), "out_of_scope");
    let all = Cell::ALL.map(|cell| format!("{:?}", PolicyOutcome::from(cell)));
    assert_eq!(BTreeSet::from(all).len(), 4);
}
