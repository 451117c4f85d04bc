//! Where requests may go.

use std::net::IpAddr;

use connect::guard::{Reach, Unfetched, client, is_public, send, url};

#[test]
fn private_and_special_addresses_are_not_public_in_any_writing() {
    for text in [
        "127.0.0.1",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "0.0.0.0",
        "100.64.0.1",
        "192.0.0.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
        "fc00::1",
        "fd12::1",
        "ff02::1",
        "::ffff:10.0.0.1",
        "::127.0.0.1",
        "64:ff9b::10.0.0.1",
        "2002:a00:1::",
        "2001:db8::1",
        "2001::1",
        "fec0::1",
    ] {
        let ip: IpAddr = text.parse().unwrap();
        assert!(!is_public(ip), "{text}");
    }
    for text in [
        "1.1.1.1",
        "172.32.0.1",
        "2606:4700::1111",
        "::ffff:1.1.1.1",
        "64:ff9b::1.1.1.1",
    ] {
        let ip: IpAddr = text.parse().unwrap();
        assert!(is_public(ip), "{text}");
    }
}

#[test]
fn only_https_to_public_hosts_is_allowed_and_loopback_only_if_set() {
    for text in [
        "http://example.org",
        "ftp://example.org",
        "file:///etc/passwd",
        "https://a:b@example.org",
        "https://a@example.org",
        "example.org",
        "",
        "https://",
        "http://10.0.0.1",
    ] {
        for reach in [Reach::Public, Reach::Private] {
            assert!(url(text, reach).is_err(), "{text}");
        }
    }
    for text in [
        "https://127.0.0.1",
        "https://2130706433",
        "https://0x7f.1",
        "https://[::1]",
        "https://localhost",
        "https://169.254.169.254/latest",
        "https://[::ffff:10.0.0.1]",
    ] {
        assert!(
            matches!(url(text, Reach::Public), Err(Unfetched::Private { .. })),
            "{text}"
        );
        assert!(url(text, Reach::Private).is_ok(), "{text}");
    }
    assert!(url("https://example.org/x", Reach::Public).is_ok());
    assert!(url("http://127.0.0.1:8080", Reach::Private).is_ok());
    assert!(url("http://127.0.0.1:8080", Reach::Public).is_err());
}

#[tokio::test]
async fn a_name_that_leads_to_a_private_address_is_not_asked() {
    // The resolver of this machine says where `localhost` is; the URL is made past the first check.
    let address = reqwest::Url::parse("https://localhost:1/").unwrap();
    let request = client(Reach::Public).unwrap().get(address.clone());
    let failed = send(request, &address).await.unwrap_err().to_string();
    assert!(failed.contains("is a private address"), "{failed}");
}
