//! Privilege, and the break-glass lists as operators type them (R-40 to, D18).

use domain::access::role::Administrative;
use domain::governance::privileged::{BreakGlass, Privilege};
use domain::id::UserId;
use proptest::prelude::*;
use uuid::Uuid;

use crate::cases;

const ADA: UserId = UserId(Uuid::from_u128(0xada));
const BOB: UserId = UserId(Uuid::from_u128(0xb0b));
const SEPARATORS: [&str; 9] = [",", " ", "\t", "\n", "\r\n", ", ", " , ", ",,", "\u{a0}"];

#[test]
fn privilege_is_break_glass_before_admin_before_subadmin_before_none() {
    let (admin, subadmin) = (Some(Administrative::Admin), Some(Administrative::Subadmin));
    assert_eq!(Privilege::of(None, false), None);
    assert_eq!(Privilege::of(subadmin, false), Some(Privilege::Subadmin));
    assert_eq!(Privilege::of(admin, false), Some(Privilege::Admin));
    for role in [None, subadmin, admin] {
        assert_eq!(Privilege::of(role, true), Some(Privilege::BreakGlass));
    }
}

#[test]
fn an_empty_list_lets_nobody_pass() {
    for nothing in ["", " ", ",", " , \n,\t"] {
        let list = BreakGlass::parse(nothing, nothing);
        assert!(
            list.is_empty() && list.malformed().is_empty(),
            "{nothing:?}"
        );
        assert!(!list.lists(ADA, "ada@example.org"));
        assert!(!list.lists(ADA, ""));
    }
}

#[test]
fn either_list_is_enough_and_every_separator_parts_its_entries() {
    for separator in SEPARATORS {
        let ids = BreakGlass::parse(&format!("{ADA}{separator}{BOB}"), "");
        assert!(ids.lists(ADA, "") && ids.lists(BOB, ""), "{separator:?}");
        let mails = BreakGlass::parse("", &format!("ada@x.org{separator}bob@x.org"));
        assert!(
            mails.lists(ADA, "ada@x.org") && mails.lists(BOB, "bob@x.org"),
            "{separator:?}"
        );
        assert!(!mails.lists(ADA, "eve@x.org"));
        assert!(
            ids.malformed().is_empty() && mails.malformed().is_empty(),
            "{separator:?}"
        );
    }
}

#[test]
fn ids_and_addresses_are_matched_in_any_case() {
    let id = ADA.to_string().to_uppercase();
    let list = BreakGlass::parse(&id, "Bob@Example.ORG józsef@example.org");
    assert!(list.lists(ADA, "nobody@example.org"));
    for address in ["bob@example.org", "BOB@EXAMPLE.ORG", "bOB@example.org"] {
        assert!(list.lists(BOB, address), "{address}");
    }
    // `app_user.email` may have been written by SQL in any case.
    assert!(list.lists(BOB, "JÓZSEF@example.org"));
}

#[test]
fn what_is_neither_id_nor_address_is_kept_apart_and_matches_nobody() {
    let list = BreakGlass::parse("7 ada@x.org", &format!("ada;bob@x.org {ADA} @x.org"));
    assert_eq!(
        list.malformed(),
        [
            "7",
            "ada@x.org",
            "ada;bob@x.org",
            &ADA.to_string(),
            "@x.org"
        ]
    );
    assert!(list.is_empty());
    assert!(!list.lists(ADA, "ada@x.org"));
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn the_lists_hold_what_was_typed_and_nothing_else(
        ids in prop::collection::btree_set(any::<u128>(), 0..5),
        other in any::<u128>(),
        separator in prop::sample::select(SEPARATORS.to_vec()),
        shout in any::<bool>(),
    ) {
        let ids = ids.into_iter().map(|id| UserId(Uuid::from_u128(id))).collect::<Vec<_>>();
        let typed = ids.iter().map(UserId::to_string).collect::<Vec<_>>().join(separator);
        let list = BreakGlass::parse(&if shout { typed.to_uppercase() } else { typed }, "");
        prop_assert_eq!(list.user_ids().collect::<Vec<_>>(), ids.clone());
        let other = UserId(Uuid::from_u128(other));
        prop_assert_eq!(list.lists(other, "a@b.org"), ids.contains(&other));
    }

    #[test]
    fn no_text_makes_the_lists_panic_or_lists_an_empty_address(ids in ".*", mails in ".*") {
        let list = BreakGlass::parse(&ids, &mails);
        prop_assert!(!list.emails().any(|email| list.lists(ADA, "") || email.as_str().is_empty()));
    }
}

#[test]
fn a_privilege_is_called_by_one_word_everywhere() {
    for privilege in [Privilege::BreakGlass, Privilege::Admin, Privilege::Subadmin] {
        assert_eq!(serde_json::to_value(privilege).unwrap(), privilege.as_str());
    }
    assert_eq!(Privilege::BreakGlass.as_str(), "break_glass");
}

#[test]
fn a_list_is_empty_only_without_ids_and_without_addresses() {
    let id = UserId(Uuid::from_u128(7));
    for (ids, emails, empty) in [
        ("", "", true),
        (" , ", ",", true),
        ("7", "not-an-address", true),
        (&*id.to_string(), "", false),
        ("", "ada@example.test", false),
        (&*id.to_string(), "ada@example.test", false),
    ] {
        let list = BreakGlass::parse(ids, emails);
        assert_eq!(list.is_empty(), empty, "`{ids}` `{emails}`");
    }
    let list = BreakGlass::parse(&id.to_string(), "ada@example.test bob@example.test");
    let emails: Vec<_> = list.emails().map(ToString::to_string).collect();
    assert_eq!(emails, ["ada@example.test", "bob@example.test"]);
    assert_eq!(list.user_ids().collect::<Vec<_>>(), [id]);
}

#[test]
fn other_servers_lists_add_to_ones_own_and_take_nothing_from_it() {
    let (mine, theirs) = (UserId(Uuid::from_u128(7)), UserId(Uuid::from_u128(8)));
    let list = BreakGlass::parse(&mine.to_string(), "ada@example.test").and([theirs]);
    assert!(list.lists(mine, "") && list.lists(theirs, ""));
    assert!(list.lists(UserId(Uuid::from_u128(9)), "ADA@example.test"));
    assert!(!list.lists(UserId(Uuid::from_u128(9)), "eve@example.test"));
    assert!(!BreakGlass::default().and([theirs]).is_empty());
}
