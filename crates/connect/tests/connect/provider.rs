//! Discovery, keys and their rotation, userinfo, introspection, logout tokens.

use std::time::Duration;

use connect::oidc::{Failure, Pace, Provider, Rejected, Said, Settings};
use domain::identity::mapping::Groups;
use jiff::Timestamp;
use serde_json::json;
use testkit::oidc::{Algorithm, Issuer};

pub(crate) fn now() -> Timestamp {
    "2026-11-25T12:00:00Z".parse().unwrap()
}

/// A pace at which nothing has to be waited for.
const AT_ONCE: Pace = Pace {
    unknown_key: Duration::ZERO,
    keys: Duration::from_secs(900),
    keys_without_answer: Duration::from_secs(900),
};

fn with(issuer: &Issuer, change: impl FnOnce(&mut Settings)) -> Provider {
    let mut settings = issuer.settings();
    change(&mut settings);
    Provider::new(settings, Pace::default()).unwrap()
}

#[tokio::test]
async fn tokens_of_every_accepted_algorithm_are_believed() {
    let issuer = Issuer::start(now()).await;
    let provider = with(&issuer, |_| {});
    for algorithm in Algorithm::ALL {
        for kind in ["at+jwt", "application/at+jwt", "JWT"] {
            let token = issuer.sign(algorithm, json!({ "typ": kind }), &issuer.claims(json!({})));
            let claims = provider.access(&token, now()).await.unwrap();
            assert_eq!(claims.subject, "subject-1", "{algorithm:?} {kind}");
        }
    }
    assert_eq!(issuer.asked("/jwks"), 1);
    assert_eq!(issuer.asked("/.well-known/openid-configuration"), 1);
}

#[tokio::test]
async fn after_a_rotation_the_new_key_counts_at_once_and_the_old_one_no_more() {
    let issuer = Issuer::start(now()).await;
    let provider = Provider::new(issuer.settings(), AT_ONCE).unwrap();
    let old = issuer.token(json!({}));
    provider.access(&old, now()).await.unwrap();
    issuer.rotate();
    provider
        .access(&issuer.token(json!({})), now())
        .await
        .unwrap();
    let refused = provider.access(&old, now()).await.unwrap_err();
    assert_eq!(refused, Failure::Rejected(Rejected::UnknownKey));
}

#[tokio::test]
async fn unknown_key_ids_make_the_keys_be_asked_for_once_a_minute_at_most() {
    let issuer = Issuer::start(now()).await;
    let provider = with(&issuer, |_| {});
    for i in 0..20 {
        let header = json!({ "kid": format!("invented-{i}") });
        let token = issuer.sign(Algorithm::Es256, header, &issuer.claims(json!({})));
        let refused = provider.access(&token, now()).await.unwrap_err();
        assert_eq!(refused, Failure::Rejected(Rejected::UnknownKey));
    }
    assert_eq!(issuer.asked("/jwks"), 1);
    provider
        .access(&issuer.token(json!({})), now())
        .await
        .unwrap();
}

#[tokio::test]
async fn a_provider_that_does_not_answer_refuses_nobody_it_knew_and_admits_nobody_new() {
    let issuer = Issuer::start(now()).await;
    issuer.silence(Some("/jwks"));
    let provider = with(&issuer, |_| {});
    let token = issuer.token(json!({}));
    for _ in 0..5 {
        let failed = provider.access(&token, now()).await.unwrap_err();
        assert!(matches!(failed, Failure::Unavailable(_)), "{failed}");
    }
    assert_eq!(issuer.asked("/jwks"), 1, "asked again at each request");
    issuer.silence(None);
    let expired = Pace {
        keys: Duration::ZERO,
        ..AT_ONCE
    };
    let provider = Provider::new(issuer.settings(), expired).unwrap();
    provider.access(&token, now()).await.unwrap();
    issuer.silence(Some("/jwks"));
    provider.access(&token, now()).await.unwrap();
}

#[tokio::test]
async fn a_discovery_document_of_another_issuer_is_not_used() {
    let issuer = Issuer::start(now()).await;
    let provider = with(&issuer, |settings| settings.issuer += "/");
    let failed = provider
        .access(&issuer.token(json!({})), now())
        .await
        .unwrap_err();
    assert!(failed.to_string().contains("OIDC_ISSUER"), "{failed}");
}

#[tokio::test]
async fn userinfo_is_asked_only_if_something_is_missing_and_adds_nothing_that_the_token_says() {
    let issuer = Issuer::start(now()).await;
    let provider = with(&issuer, |_| {});
    let full = json!({ "email": "ada@example.test", "name": "Ada", "groups": ["ops"] });
    let token = issuer.token(full);
    let mut claims = provider.access(&token, now()).await.unwrap();
    assert_eq!(provider.complete(&mut claims, &token).await, Said::All);
    assert_eq!(issuer.asked("/userinfo"), 0);
    issuer.says(
        "subject-1",
        json!({ "email": "other@example.test", "groups": "a, b" }),
    );
    let token = issuer.token(json!({ "email": "ada@example.test" }));
    let mut claims = provider.access(&token, now()).await.unwrap();
    assert_eq!(provider.complete(&mut claims, &token).await, Said::All);
    assert_eq!(issuer.asked("/userinfo"), 1);
    assert_eq!(claims.email().unwrap().as_str(), "ada@example.test");
    let groups = Groups::Known(vec!["a".to_owned(), "b".to_owned()]);
    assert_eq!(claims.groups(provider.settings()), groups);
}

/// That one address is verified must not become true of another (decision 0051).
#[tokio::test]
async fn whether_an_address_is_verified_is_taken_of_that_very_address_only() {
    let (ada, other) = ("ada@example.test", "other@example.test");
    for (token, userinfo, address, verified) in [
        (
            json!({ "email": ada }),
            json!({ "email": other, "email_verified": true }),
            Some(ada),
            None,
        ),
        (
            json!({ "email": ada }),
            json!({ "email_verified": true }),
            Some(ada),
            None,
        ),
        (
            json!({ "email": ada }),
            json!({ "email": ada, "email_verified": true }),
            Some(ada),
            Some(true),
        ),
        (
            json!({ "email_verified": true }),
            json!({ "email": other }),
            None,
            Some(true),
        ),
        (
            json!({}),
            json!({ "email": ada, "email_verified": true }),
            Some(ada),
            Some(true),
        ),
    ] {
        let issuer = Issuer::start(now()).await;
        let provider = with(&issuer, |_| {});
        issuer.says("subject-1", userinfo.clone());
        let signed = issuer.token(token.clone());
        let mut claims = provider.access(&signed, now()).await.unwrap();
        assert_eq!(provider.complete(&mut claims, &signed).await, Said::All);
        let found = claims.email().map(String::from);
        let found = (found.as_deref(), claims.email_verified());
        assert_eq!(found, (address, verified), "{token} {userinfo}");
    }
}

#[tokio::test]
async fn userinfo_about_somebody_else_or_of_no_use_adds_nothing() {
    let issuer = Issuer::start(now()).await;
    let provider = with(&issuer, |_| {});
    let token = issuer.token(json!({}));
    issuer.says(
        "subject-1",
        json!({ "sub": "subject-2", "groups": ["admins"] }),
    );
    let mut claims = provider.access(&token, now()).await.unwrap();
    assert_eq!(provider.complete(&mut claims, &token).await, Said::NotNow);
    assert_eq!(claims.groups(provider.settings()), Groups::Absent);
    issuer.says("subject-1", json!({ "groups": ["admins"] }));
    let mut by_another = claims.clone();
    let said = provider.complete(&mut by_another, "another-api's").await;
    assert_eq!(said, Said::NotByThisToken);
    issuer.silence(Some("/userinfo"));
    assert_eq!(provider.complete(&mut claims, &token).await, Said::NotNow);
    assert_eq!(claims.groups(provider.settings()), Groups::Absent);
}

#[tokio::test]
async fn groups_are_found_by_name_or_path_as_a_list_or_a_text_and_other_shapes_are_unknown() {
    let issuer = Issuer::start(now()).await;
    let known = |names: &[&str]| Groups::Known(names.iter().map(ToString::to_string).collect());
    for (claim, value, expected) in [
        (
            "groups",
            json!({ "groups": ["a", "b"] }),
            known(&["a", "b"]),
        ),
        ("groups", json!({ "groups": "a, b,," }), known(&["a", "b"])),
        ("groups", json!({ "groups": [] }), known(&[])),
        ("groups", json!({}), Groups::Absent),
        ("groups", json!({ "groups": [1] }), Groups::Absent),
        ("groups", json!({ "groups": { "a": true } }), Groups::Absent),
        (
            "groups",
            json!({ "_claim_names": { "groups": "src1" } }),
            Groups::Absent,
        ),
        // Some of them may stand there all the same.
        (
            "groups",
            json!({ "_claim_names": { "groups": "src1" }, "groups": ["a"] }),
            Groups::Absent,
        ),
        (
            "groups",
            json!({ "hasgroups": true, "groups": [] }),
            Groups::Absent,
        ),
        (
            "realm_access.roles",
            json!({ "realm_access": { "roles": ["a"] } }),
            known(&["a"]),
        ),
        (
            "https://x.test/groups",
            json!({ "https://x.test/groups": ["a"] }),
            known(&["a"]),
        ),
    ] {
        let provider = with(&issuer, |settings| {
            claim.clone_into(&mut settings.groups_claim);
        });
        let token = issuer.token(value.clone());
        let claims = provider.access(&token, now()).await.unwrap();
        assert_eq!(
            claims.groups(provider.settings()),
            expected,
            "{claim} {value}"
        );
    }
}

#[tokio::test]
async fn the_display_name_is_the_named_claim_or_one_of_the_usual() {
    let issuer = Issuer::start(now()).await;
    for (claim, said, expected) in [
        (
            Some("nick"),
            json!({ "nick": "A", "name": "Ada" }),
            Some("A"),
        ),
        (Some("nick"), json!({ "name": "Ada" }), Some("Ada")),
        (
            None,
            json!({ "display_name": "D", "name": "Ada" }),
            Some("D"),
        ),
        (
            None,
            json!({ "displayName": "D", "name": "Ada" }),
            Some("D"),
        ),
        (None, json!({ "name": " ", "nickname": "N" }), Some("N")),
        (None, json!({}), None),
    ] {
        let provider = with(&issuer, |s| s.display_name_claim = claim.map(str::to_owned));
        let claims = provider
            .access(&issuer.token(said.clone()), now())
            .await
            .unwrap();
        assert_eq!(claims.display_name(provider.settings()), expected, "{said}");
    }
}

#[tokio::test]
async fn opaque_tokens_are_believed_if_introspection_says_so() {
    let issuer = Issuer::start(now()).await;
    let provider = with(&issuer, |_| {});
    let active = |more| {
        let mut said = issuer.claims(more);
        said["active"] = json!(true);
        said
    };
    issuer.opaque("good", active(json!({ "groups": ["ops"] })));
    issuer.opaque(
        "by-client",
        active(json!({ "aud": null, "iss": null, "client_id": "reeve" })),
    );
    issuer.opaque("inactive", json!({ "active": false }));
    issuer.opaque("maybe", json!({ "active": "true" }));
    issuer.opaque("others", active(json!({ "aud": "somebody-else" })));
    issuer.opaque("over", active(json!({ "exp": 1 })));
    issuer.opaque("endless", active(json!({ "exp": null })));
    issuer.opaque("nobodys", active(json!({ "sub": null })));
    for good in ["good", "by-client"] {
        let claims = provider.access(good, now()).await.unwrap();
        assert_eq!(claims.subject, "subject-1");
    }
    for bad in [
        "inactive", "maybe", "others", "over", "endless", "nobodys", "unknown",
    ] {
        let refused = provider.access(bad, now()).await.unwrap_err();
        assert!(matches!(refused, Failure::Rejected(_)), "{bad}: {refused}");
    }
    let without_secret = with(&issuer, |settings| settings.client_secret = None);
    assert!(without_secret.access("good", now()).await.is_err());
}

#[tokio::test]
async fn a_logout_token_is_told_from_every_other_kind() {
    let issuer = Issuer::start(now()).await;
    let provider = with(&issuer, |_| {});
    let event = json!({ "http://schemas.openid.net/event/backchannel-logout": {} });
    let sign = |more| {
        issuer.sign(
            Algorithm::Rs256,
            json!({ "typ": "logout+jwt" }),
            &issuer.claims(more),
        )
    };
    let good = sign(json!({ "events": event, "sid": "s1", "sub": null }));
    let claims = provider.logout(&good, now()).await.unwrap();
    assert_eq!(claims.provider_session(), Some("s1"));
    for (bad, why) in [
        (sign(json!({})), "no event"),
        (sign(json!({ "events": {} })), "another event"),
        (
            sign(json!({ "events": event, "nonce": "n" })),
            "an id token",
        ),
        (
            sign(json!({ "events": event, "sub": null })),
            "about nobody",
        ),
        (sign(json!({ "events": event, "aud": "others" })), "others'"),
        (sign(json!({ "events": event, "exp": 1 })), "over"),
    ] {
        assert!(provider.logout(&bad, now()).await.is_err(), "{why}");
    }
    assert!(
        provider.access(&good, now()).await.is_err(),
        "no access token"
    );
}
