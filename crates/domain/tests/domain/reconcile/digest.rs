//! SHA-256 as text.

use domain::reconcile::digest::{Hasher, Sha256};

/// FIPS 180-4's own examples.
const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
const NOTHING: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

#[test]
fn a_digest_is_what_the_standard_says_however_the_bytes_come() {
    assert_eq!(Sha256::of(b"abc").to_string(), ABC);
    assert_eq!(Sha256::of(b"").to_string(), NOTHING);
    let mut hasher = Hasher::default();
    for byte in [b"a", b"b", b"c"] {
        hasher.update(byte);
    }
    assert_eq!(hasher.finish(), ABC.parse().unwrap());
}

#[test]
fn a_digest_is_64_hexadecimal_digits_in_any_case() {
    assert_eq!(
        ABC.to_uppercase().parse::<Sha256>().unwrap(),
        Sha256::of(b"abc")
    );
    let long = format!("{ABC}0");
    let odd = ABC.replace('b', "g");
    let wide = "é".repeat(32);
    for bad in [
        "",
        &ABC[1..],
        &long,
        &odd,
        &wide,
        &format!("+{}", &ABC[1..]),
    ] {
        let refused = bad.parse::<Sha256>().unwrap_err().to_string();
        assert!(
            refused.contains("64 hexadecimal digits"),
            "{bad}: {refused}"
        );
    }
}
