//! Secrets and their limits.

use domain::access::permission::{Permission, PermissionSet};
use domain::credential::passkey::{self, LONGEST_ID, MOST};
use domain::credential::secret::{Kind, Malformed, RANDOM_BYTES, Secret, occurs_in};
use domain::credential::session::{ABSOLUTE_LIMIT, IDLE_LIMIT, ends_at};
use domain::credential::token::{self, Denied, LONGEST_LIFE};
use domain::id::SessionId;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use crate::cases;

const KINDS: [Kind; 5] = [
    Kind::AccessToken,
    Kind::Session,
    Kind::LoginLink,
    Kind::SignIn,
    Kind::Passkey,
];

fn secret(kind: Kind) -> Secret {
    Secret::new(kind, [7; RANDOM_BYTES])
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn what_is_given_out_is_read_back_and_any_other_text_is_not(random: [u8; RANDOM_BYTES], at: usize, by in 1..16_u8) {
        let secret = Secret::new(Kind::AccessToken, random);
        prop_assert_eq!(&Secret::parse(Kind::AccessToken, secret.expose()), &Ok(secret.clone()));
        let mut digits: Vec<u8> = secret.expose().bytes().collect();
        let place = "reeve_pat_".len() + at % (digits.len() - "reeve_pat_".len());
        let digit = char::from(digits[place]).to_digit(16).unwrap();
        digits[place] = b"0123456789abcdef"[((digit + u32::from(by)) % 16) as usize];
        let mistyped = String::from_utf8(digits).unwrap();
        prop_assert_eq!(Secret::parse(Kind::AccessToken, &mistyped), Err(Malformed::Checksum));
    }

    #[test]
    fn no_text_makes_reading_a_secret_fail_otherwise_than_by_saying_so(text: String) {
        for kind in KINDS {
            prop_assert!(Secret::parse(kind, &text).is_err());
        }
    }
}

#[test]
fn a_secret_of_one_kind_is_none_of_another_and_debug_does_not_tell_it() {
    for made in KINDS {
        let secret = secret(made);
        for read in KINDS {
            assert_eq!(Secret::parse(read, secret.expose()).is_ok(), made == read);
        }
        assert_eq!(format!("{secret:?}"), "Secret(..)");
    }
    let short = &secret(Kind::Session).expose()[..60].to_owned();
    assert_eq!(Secret::parse(Kind::Session, short), Err(Malformed::Shape));
    let upper = secret(Kind::Session).expose().replace("07", "0A");
    assert_eq!(Secret::parse(Kind::Session, &upper), Err(Malformed::Shape));
}

#[test]
fn a_session_ends_when_nobody_uses_it_and_at_last_in_any_case() {
    let start = Timestamp::UNIX_EPOCH;
    let moment = SignedDuration::from_secs(1);
    assert_eq!(ends_at(start, start), start + IDLE_LIMIT);
    assert_eq!(
        ends_at(start, start + ABSOLUTE_LIMIT - moment),
        start + ABSOLUTE_LIMIT
    );
}

#[test]
fn a_token_has_a_name_an_end_and_no_scope_that_its_owner_lacks() {
    assert_eq!(token::name("  ci "), Ok("ci"));
    assert_eq!(token::name(" "), Err(Denied::Name));
    assert_eq!(token::name(&"x".repeat(101)), Err(Denied::Name));
    let now = Timestamp::UNIX_EPOCH;
    let moment = SignedDuration::from_secs(1);
    assert_eq!(token::expiry(Some(now + moment), now), Ok(now + moment));
    assert_eq!(token::expiry(Some(now), now), Err(Denied::Expiry));
    assert_eq!(
        token::expiry(Some(now + LONGEST_LIFE), now),
        Ok(now + LONGEST_LIFE)
    );
    assert_eq!(
        token::expiry(Some(now + LONGEST_LIFE + moment), now),
        Err(Denied::Expiry)
    );
    assert_eq!(token::expiry(None, Timestamp::MAX), Err(Denied::Expiry));
    assert!(token::expiry(None, now).unwrap() < now + LONGEST_LIFE);
    let of = |name: &str| -> PermissionSet { Permission::of(name).into_iter().collect() };
    let (read, manage) = (of("bookmarks:read"), of("bookmarks:manage"));
    assert_eq!(token::scopes(None, read), Ok(None));
    assert_eq!(
        token::scopes(Some(read), read.union(manage)),
        Ok(Some(read))
    );
    assert_eq!(
        token::scopes(Some(read.union(manage)), read),
        Err(Denied::BeyondOwner {
            missing: vec!["bookmarks:manage"]
        })
    );
}

#[test]
fn a_text_with_a_secret_of_any_kind_in_it_is_told_from_one_without() {
    for kind in KINDS {
        let text = secret(kind).expose().to_owned();
        assert!(occurs_in(&text), "{kind:?}");
        assert!(
            occurs_in(&format!("https://x.test/?link={text}#")),
            "{kind:?}"
        );
    }
    assert!(
        occurs_in("reeve_app reeve_xyz_0123"),
        "a kind that is still to come"
    );
    for text in [
        "",
        "reeve_",
        "reeve_app",
        "reeve_system",
        "reeve_operator_1",
        "token",
    ] {
        assert!(!occurs_in(text), "{text}");
    }
}

#[test]
fn a_passkey_is_registered_by_whoever_is_signed_in_with_a_name_and_not_without_end() {
    use passkey::{Denied, may_register, name, usable};
    let session = Some(SessionId::from(uuid::Uuid::from_u128(1)));
    assert_eq!(may_register(session, 0), Ok(()));
    assert_eq!(may_register(session, MOST - 1), Ok(()));
    assert_eq!(may_register(session, MOST), Err(Denied::TooMany));
    assert_eq!(may_register(None, 0), Err(Denied::NotSignedIn));
    assert_eq!(name(" laptop "), Ok("laptop"));
    for wrong in ["", "  ", &"x".repeat(101)] {
        assert_eq!(name(wrong), Err(Denied::Name), "{wrong}");
    }
    // Browsers need not say whether the authenticator keeps it.
    for kept in [None, Some(true)] {
        assert_eq!(usable(&[7; LONGEST_ID], kept), Ok(()));
    }
    assert_eq!(usable(&[7], Some(false)), Err(Denied::NotKept));
    assert_eq!(usable(&[7; LONGEST_ID + 1], None), Err(Denied::Id));
    assert_eq!(usable(&[], None), Err(Denied::Id));
}
