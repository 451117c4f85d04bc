//! The switches of user management (U-01 to U-09).

use domain::flags::Flags;

#[test]
fn everything_is_on_unless_somebody_says_off_and_row_security_follows_enforcement() {
    let default = Flags::default();
    assert!(default.core && default.ui && default.enforce && default.rls_enforce);
    for said in [None, Some(false), Some(true)] {
        let is = said.unwrap_or(true);
        assert_eq!(
            Flags::of(said, None, None, None),
            Flags {
                core: is,
                ..default
            }
        );
        assert_eq!(
            Flags::of(None, said, None, None),
            Flags { ui: is, ..default }
        );
        let both = Flags {
            enforce: is,
            rls_enforce: is,
            ..default
        };
        assert_eq!(Flags::of(None, None, said, None), both, "inherited");
        for explicit in [true, false] {
            let own = Flags {
                rls_enforce: explicit,
                ..both
            };
            assert_eq!(
                Flags::of(None, None, said, Some(explicit)),
                own,
                "explicit wins"
            );
        }
    }
}
