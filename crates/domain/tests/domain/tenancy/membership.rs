//! Strict mode (I-20), and what is given up together.

use domain::access::ceiling::{Authority, GrantDenied, Held};
use domain::access::role::{BUILT_IN, RoleDefinition};
use domain::id::RoleId;
use domain::tenancy::membership::{CrossTenant, Taken, can_take, fits_strict_mode};
use uuid::Uuid;

use crate::plain::{ELSEWHERE, HOME};
use crate::world::TENANT;

#[test]
fn in_strict_mode_a_person_belongs_to_one_organization() {
    for (current, wanted, fits) in [
        (None, vec![], true),
        (None, vec![HOME], true),
        (None, vec![HOME, HOME], true),
        (Some(HOME), vec![], true),
        (Some(HOME), vec![HOME], true),
        (Some(HOME), vec![ELSEWHERE], false),
        (None, vec![HOME, ELSEWHERE], false),
    ] {
        let expected = if fits { Ok(()) } else { Err(CrossTenant) };
        assert_eq!(
            fits_strict_mode(current, wanted.clone()),
            expected,
            "{current:?} {wanted:?}"
        );
    }
}

#[test]
fn of_what_is_given_up_together_one_no_is_a_no() {
    let roles: Vec<_> = ["tenant_owner", "tenant_member"]
        .into_iter()
        .map(|name| {
            let role = BUILT_IN.iter().find(|role| role.name == name).unwrap();
            RoleDefinition {
                role_id: RoleId(Uuid::nil()),
                name: name.to_owned(),
                scope: role.scope,
                tenant_id: None,
                rank: role.rank,
                portal: false,
                permissions: role.permissions(),
            }
        })
        .collect();
    let admin = BUILT_IN.iter().find(|role| role.name == "tenant_admin");
    let admin = admin.unwrap();
    let authority = Authority::Holder {
        tenant: Held {
            rank: admin.rank,
            permissions: admin.permissions(),
        },
        project: Held::default(),
    };
    let taken = |role| Taken {
        role,
        scope: TENANT,
        authority: &authority,
    };
    assert_eq!(can_take([taken(&roles[1])]), Ok(()));
    let refused = can_take(roles.iter().rev().map(taken));
    assert!(matches!(refused, Err(GrantDenied::AboveCeiling { .. })));
    assert_eq!(can_take([]), Ok(()));
}
