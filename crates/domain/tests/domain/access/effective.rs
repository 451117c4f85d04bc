//! Effective access is the decision about a governed permission, asked about on the platform.

use domain::access::decide::{Request, decide};
use domain::access::effective::{AccessState, Effective};
use domain::access::permission::{HAULING_MEMBER, HAULING_USE};
use domain::access::role::Scope;
use domain::governance::privileged::Privilege;
use domain::identity::Status;
use proptest::prelude::*;

use crate::cases;
use crate::plain::{self, ME, NOW};
use crate::population::any_population;
use crate::world::World;

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn effective_access_of_everybody_is_what_a_decision_says(population in any_population()) {
        let setting = population.setting;
        for one in &population.people {
            let mut world = World::of(&setting, &one.body);
            world.status = one.status;
            world.privilege = one.privilege;
            let effective = Effective::of(one.status, one.privilege, &setting.assess(&one.body));
            for permission in [HAULING_USE, HAULING_MEMBER] {
                let request = Request {
                    user_id: ME,
                    permission,
                    scope: Scope::Platform,
                    owner_id: None,
                    credential: None,
            enforced: true,
                };
                let decision = decide(&world, &request, NOW);
                prop_assert_eq!(effective.granted(), decision.allowed);
                prop_assert_eq!(effective.denied_by(), decision.denied_by().cloned());
            }
        }
    }

    #[test]
    fn the_access_state_names_what_grants_or_what_stands_in_the_way(population in any_population()) {
        let setting = population.setting;
        for one in &population.people {
            let found = Effective::of(one.status, one.privilege, &setting.assess(&one.body));
            let let_in = one.privilege == Some(Privilege::BreakGlass);
            let body = &one.body;
            let expected = match one.status {
                Status::Disabled => AccessState::Disabled,
                Status::Suspended if !let_in => AccessState::Suspended,
                _ if body.exempted => AccessState::Exempted,
                _ if !plain::in_scope(body) => AccessState::OutOfScope,
                _ if plain::nobody_could_look(&setting, body) => AccessState::Unobserved,
                _ if !plain::entitled(&setting, body) => AccessState::NotEntitled,
                _ if plain::portal_is_blind(&setting) => AccessState::Unobserved,
                Status::Suspended => AccessState::BreakGlass,
                Status::Active => AccessState::Granted,
            };
            prop_assert_eq!(found.state(), expected);
        }
    }
}

#[test]
fn a_state_is_called_the_same_wherever_it_is_written() {
    for state in [
        AccessState::Granted,
        AccessState::Exempted,
        AccessState::BreakGlass,
        AccessState::Suspended,
        AccessState::Disabled,
        AccessState::OutOfScope,
        AccessState::NotEntitled,
        AccessState::Unobserved,
    ] {
        assert_eq!(serde_json::to_value(state).unwrap(), state.as_str());
    }
}
