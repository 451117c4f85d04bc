//! Links to external accounts (P-01), and which issuers may be named.

use domain::id::DiscordId;
use domain::identity::link::{BadLink, Link};
use proptest::prelude::*;

use crate::cases;

#[test]
fn an_issuer_is_an_https_url_or_http_on_loopback() {
    for issuer in [
        "https://id.example.org",
        "https://id.example.org:8443/realms/a",
        "http://localhost",
        "http://localhost:9000/",
        "http://127.0.0.1:9000",
        "http://127.0.0.1/realm",
        "http://[::1]:9000/realm",
    ] {
        assert!(Link::oidc(issuer, "ada").is_ok(), "{issuer}");
    }
    for issuer in [
        "http://id.example.org",
        "http://localhost.evil.example",
        "http://localhosts",
        "http://127.0.0.1.evil.example/",
        "http://127.0.0.100.evil.example",
        "http://localhost@evil.example",
        "http://localhost:80@evil.example",
        "http://[::1].evil.example",
        "https://",
        "https:///realm",
        "ftp://id.example.org",
        "id.example.org",
        "https://id.example.org /",
        "HTTPS",
    ] {
        assert_eq!(
            Link::oidc(issuer, "ada"),
            Err(BadLink::Issuer(issuer.to_owned()))
        );
    }
}

#[test]
fn issuer_and_subject_go_together() {
    assert_eq!(
        Link::oidc("https://x.org", ""),
        Err(BadLink::Half("oidc_subject"))
    );
    assert_eq!(Link::oidc("", "ada"), Err(BadLink::Half("oidc_issuer")));
}

#[test]
fn a_link_is_stored_as_provider_and_external_id() {
    let discord = Link::Discord(DiscordId::try_from(42).unwrap());
    assert_eq!(
        (discord.provider(), discord.external_id().as_str()),
        ("discord", "42")
    );
    let oidc = Link::oidc("https://x.org", "Ada").unwrap();
    assert_eq!(
        (oidc.provider(), oidc.external_id().as_str()),
        ("https://x.org", "Ada")
    );
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn no_text_makes_a_link_panic_and_none_is_called_discord(issuer in ".*|http://.*", subject in ".*") {
        if let Ok(link) = Link::oidc(&issuer, &subject) {
            prop_assert!(link.provider() != "discord");
        }
    }
}
