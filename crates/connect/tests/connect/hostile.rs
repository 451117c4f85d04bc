//! Tokens that must never be believed, in one table.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD as BASE64URL};
use connect::oidc::{Failure, Pace, Provider};
use ring::hmac;
use serde_json::{Value, json};
use testkit::oidc::{Algorithm, Issuer};

use crate::provider::now;

/// A token put together by hand.
fn raw(header: &str, claims: &str, signature: &[u8]) -> String {
    let part = |text: &str| BASE64URL.encode(text);
    format!(
        "{}.{}.{}",
        part(header),
        part(claims),
        BASE64URL.encode(signature)
    )
}

/// Signed by HMAC with what everybody knows.
fn by_hmac(header: &Value, claims: &Value, key: &[u8]) -> String {
    let message = format!(
        "{}.{}",
        BASE64URL.encode(header.to_string()),
        BASE64URL.encode(claims.to_string())
    );
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), message.as_bytes());
    format!("{message}.{}", BASE64URL.encode(tag))
}

/// Whatever claims say that should not be believed; signed soundly.
fn bad_claims() -> Vec<(&'static str, Value)> {
    let second = now().as_second();
    vec![
        ("another issuer", json!({ "iss": "https://evil.example" })),
        ("no issuer", json!({ "iss": null })),
        (
            "an issuer in a list",
            json!({ "iss": ["http://127.0.0.1"] }),
        ),
        ("another audience", json!({ "aud": "others" })),
        ("an audience that begins alike", json!({ "aud": "reeve2" })),
        ("no audience", json!({ "aud": null })),
        ("an empty audience", json!({ "aud": [] })),
        (
            "an audience of a mixed list",
            json!({ "aud": ["reeve", 1] }),
        ),
        (
            "an audience that is an object",
            json!({ "aud": { "reeve": true } }),
        ),
        ("no end", json!({ "exp": null })),
        ("an end in words", json!({ "exp": "tomorrow" })),
        ("an end beyond all time", json!({ "exp": 1e300 })),
        ("an end that is a list", json!({ "exp": [second + 300] })),
        ("over since a minute", json!({ "exp": second - 60 })),
        ("over since 1970", json!({ "exp": 0 })),
        ("over before 1970", json!({ "exp": -1 })),
        ("not yet begun", json!({ "nbf": second + 61 })),
        ("a beginning in words", json!({ "nbf": "now" })),
        ("made in the future", json!({ "iat": second + 3600 })),
        ("an id token by its nonce", json!({ "nonce": "n" })),
        ("an id token by its at_hash", json!({ "at_hash": "h" })),
        ("an id token by its c_hash", json!({ "c_hash": "h" })),
        ("an id token by its own typ", json!({ "typ": "ID" })),
        (
            "a refresh token by its own typ",
            json!({ "typ": "Refresh" }),
        ),
        ("a logout token", json!({ "events": {} })),
        ("no subject", json!({ "sub": null })),
        ("an empty subject", json!({ "sub": "" })),
        ("a subject that is a number", json!({ "sub": 1 })),
        ("a subject of a line break", json!({ "sub": "a\nb" })),
        (
            "a subject of 256 letters",
            json!({ "sub": "a".repeat(256) }),
        ),
    ]
}

/// Whatever a header says that should not be believed; signed soundly by ES256.
fn bad_headers() -> Vec<(&'static str, Value)> {
    vec![
        ("the algorithm none", json!({ "alg": "none" })),
        ("the algorithm NONE", json!({ "alg": "NONE" })),
        ("no algorithm", json!({ "alg": null })),
        ("an algorithm in a list", json!({ "alg": ["ES256"] })),
        ("another of our algorithms", json!({ "alg": "RS256" })),
        ("an unknown algorithm", json!({ "alg": "ES384" })),
        ("an algorithm in lower case", json!({ "alg": "es256" })),
        ("no typ", json!({ "typ": null })),
        ("another typ", json!({ "typ": "logout+jwt" })),
        ("a typ that is a number", json!({ "typ": 1 })),
        ("an unknown key", json!({ "kid": "no-such" })),
        ("a path for a key", json!({ "kid": "../../etc/passwd" })),
        ("SQL for a key", json!({ "kid": "x' or '1'='1" })),
        (
            "a key that is for encryption",
            json!({ "kid": "for-encryption" }),
        ),
        ("a key that is a secret", json!({ "kid": "secret" })),
        ("a key that is a number", json!({ "kid": 1 })),
        (
            "an extension that must be known",
            json!({ "crit": ["exp"] }),
        ),
        ("a payload that is not encoded", json!({ "b64": false })),
    ]
}

/// Tokens that are broken, or signed by something else than the issuer's key.
#[expect(clippy::too_many_lines, reason = "a table, a line a token")]
fn forged(issuer: &Issuer, other: &Issuer) -> Vec<(&'static str, String)> {
    let claims = issuer.claims(json!({}));
    let text = claims.to_string();
    let good = issuer.token(json!({}));
    let (message, signature) = good.rsplit_once('.').unwrap();
    let (header, payload) = message.split_once('.').unwrap();
    let hs256 = json!({ "alg": "HS256", "kid": "RS256-1", "typ": "at+jwt" });
    let rsa = issuer.public_rsa();
    let jwk = json!({ "kty": "oct", "k": BASE64URL.encode("key") });
    let there = other.url();
    let foreign = |header| other.sign(Algorithm::Es256, header, &claims);
    let twice = text.replacen('{', "{\"sub\":\"admin\",", 1);
    let nested = text.replacen('{', r#"{"x":{"a":1,"a":2},"#, 1);
    let es256 = r#"{"alg":"ES256","kid":"ES256-1","typ":"at+jwt"}"#;
    let es256_twice = r#"{"alg":"none","alg":"ES256","kid":"ES256-1","typ":"at+jwt"}"#;
    let long = issuer.token(json!({ "padding": "x".repeat(1_000_000) }));
    let escalated = text.replace("subject-1", "subject-2");
    let other_payload = BASE64URL.encode(&escalated);
    let standard = format!("{header}.{payload}.{}", STANDARD.encode([251; 64]));
    vec![
        (
            "unsigned",
            raw(r#"{"alg":"none","typ":"at+jwt"}"#, &text, b""),
        ),
        ("HS256 with the public key", by_hmac(&hs256, &claims, &rsa)),
        ("HS256 with an empty key", by_hmac(&hs256, &claims, b"")),
        (
            "HS256 with the published secret",
            by_hmac(&hs256, &claims, b"secret"),
        ),
        (
            "an HMAC that says RS256",
            by_hmac(
                &json!({ "alg": "RS256", "kid": "RS256-1", "typ": "at+jwt" }),
                &claims,
                &rsa,
            ),
        ),
        ("another provider's key", foreign(json!({}))),
        (
            "keys at jku",
            foreign(json!({ "jku": format!("{there}/jwks") })),
        ),
        (
            "a certificate at x5u",
            foreign(json!({ "x5u": format!("{there}/x5u") })),
        ),
        ("a key of its own in jwk", foreign(json!({ "jwk": jwk }))),
        (
            "a certificate of its own",
            foreign(json!({ "x5c": ["MIIB"] })),
        ),
        (
            "a subject twice",
            issuer.sign_text(Algorithm::Es256, json!({}), &twice),
        ),
        (
            "a name twice inside",
            issuer.sign_text(Algorithm::Es256, json!({}), &nested),
        ),
        (
            "an algorithm twice",
            issuer.sign_all_text(Algorithm::Es256, es256_twice, &text),
        ),
        (
            "claims that are a list",
            issuer.sign_all_text(Algorithm::Es256, es256, "[]"),
        ),
        (
            "claims that are no JSON",
            issuer.sign_all_text(Algorithm::Es256, es256, "{"),
        ),
        (
            "claims with more behind",
            issuer.sign_all_text(Algorithm::Es256, es256, &format!("{text} x")),
        ),
        (
            "a header that is no JSON",
            issuer.sign_all_text(Algorithm::Es256, "alg", &text),
        ),
        ("a megabyte", long),
        (
            "other claims under the same signature",
            format!("{header}.{other_payload}.{signature}"),
        ),
        ("no signature", format!("{message}.")),
        (
            "half a signature",
            format!("{message}.{}", &signature[..40]),
        ),
        (
            "a signature of zeros",
            format!("{message}.{}", BASE64URL.encode([0; 64])),
        ),
        ("a signature in another alphabet", standard),
        ("padding", format!("{message}.{signature}==")),
        ("a fourth part", format!("{good}.x")),
        ("two parts", message.to_owned()),
        ("dots", "..".to_owned()),
        ("a blank inside", good.replacen('.', " .", 1)),
        ("nothing", String::new()),
    ]
}

#[tokio::test]
async fn no_hostile_token_is_believed_and_nothing_that_one_names_is_asked() {
    let issuer = Issuer::start(now()).await;
    let other = Issuer::start(now()).await;
    let provider = Provider::new(issuer.settings(), Pace::default()).unwrap();
    let mut tokens = forged(&issuer, &other);
    for (name, claims) in bad_claims() {
        tokens.push((name, issuer.token(claims)));
    }
    for (name, header) in bad_headers() {
        let claims = issuer.claims(json!({}));
        tokens.push((name, issuer.sign(Algorithm::Es256, header, &claims)));
    }
    assert!(tokens.len() >= 40, "{}", tokens.len());
    for (name, token) in &tokens {
        let refused = provider.access(token, now()).await;
        assert!(
            matches!(refused, Err(Failure::Rejected(_))),
            "{name}: {refused:?}"
        );
    }
    assert_eq!(other.asked("/jwks") + other.asked("/x5u"), 0);
    assert_eq!(issuer.asked("/jwks"), 1);
    // The table would prove nothing if sound tokens were refused too.
    provider
        .access(&issuer.token(json!({})), now())
        .await
        .unwrap();
    let tolerated = json!({ "exp": now().as_second() - 59, "nbf": now().as_second() + 60 });
    provider
        .access(&issuer.token(tolerated), now())
        .await
        .unwrap();
}
