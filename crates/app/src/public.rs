//! Where this installation is found from outside, and which proxies stand before it.

use std::net::IpAddr;
use std::str::FromStr;

/// `public_url`: scheme, host and port, as browsers send it in `Origin`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl(String);

/// Why a text is no [`PublicUrl`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected https://HOST or https://HOST:PORT without a path; http for localhost alone")]
pub struct NotAPublicUrl;

impl Default for PublicUrl {
    fn default() -> Self {
        Self("http://localhost:8080".to_owned())
    }
}

impl FromStr for PublicUrl {
    type Err = NotAPublicUrl;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let origin = text.trim().trim_end_matches('/').to_ascii_lowercase();
        let (scheme, rest) = origin.split_once("://").ok_or(NotAPublicUrl)?;
        let (host, port) = match rest.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
            _ => (rest, None),
        };
        let host_sound = !host.is_empty()
            && host
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '[' | ']' | ':'));
        let port_sound = port.is_none_or(|port| port.parse::<u16>().is_ok());
        let scheme_sound = match scheme {
            "https" => true,
            "http" => ["localhost", "127.0.0.1", "[::1]"].contains(&host),
            _ => false,
        };
        if !(host_sound && port_sound && scheme_sound) {
            return Err(NotAPublicUrl);
        }
        // A browser leaves out the port that the scheme has anyway.
        let usual = match scheme {
            "https" => ":443",
            _ => ":80",
        };
        Ok(Self(
            origin.strip_suffix(usual).unwrap_or(&origin).to_owned(),
        ))
    }
}

impl PublicUrl {
    /// `https://host[:port]`.
    pub fn origin(&self) -> &str {
        &self.0
    }

    /// Whether cookies may be for https alone.
    pub fn is_secure(&self) -> bool {
        self.0.starts_with("https://")
    }

    /// The address of a path, which begins with `/`.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }
}

/// The proxies whose word counts on where a request came from; none by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<(IpAddr, u8)>);

/// An entry that is no address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an IP address, nor a network like 10.0.0.0/8")]
pub struct NotANetwork(pub String);

impl TrustedProxies {
    /// Reads addresses and networks.
    pub fn parse<'a>(entries: impl IntoIterator<Item = &'a str>) -> Result<Self, NotANetwork> {
        let networks = entries.into_iter().map(|entry| {
            network(entry).ok_or_else(|| NotANetwork(entry.chars().take(80).collect()))
        });
        Ok(Self(networks.collect::<Result<_, _>>()?))
    }

    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0
            .iter()
            .any(|(network, bits)| within(address, *network, *bits))
    }
}

fn network(text: &str) -> Option<(IpAddr, u8)> {
    let (address, bits) = match text.split_once('/') {
        Some((address, bits)) => (address, Some(bits)),
        None => (text, None),
    };
    let address: IpAddr = address.parse().ok()?;
    let all = if address.is_ipv4() { 32 } else { 128 };
    let bits = bits.map_or(Some(all), |bits| bits.parse().ok())?;
    (bits <= all).then_some((address, bits))
}

fn within(address: IpAddr, network: IpAddr, bits: u8) -> bool {
    let (a, b, size) = match (address, network) {
        (IpAddr::V4(a), IpAddr::V4(b)) => (u32::from(a).into(), u32::from(b).into(), 32),
        (IpAddr::V6(a), IpAddr::V6(b)) => (u128::from(a), u128::from(b), 128),
        _ => return false,
    };
    let free = size - u32::from(bits);
    free >= 128 || a >> free == b >> free
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_url_is_an_https_origin_or_localhost() {
        for (text, origin) in [
            ("https://Reeve.example.org/", "https://reeve.example.org"),
            ("https://reeve.example.org:443", "https://reeve.example.org"),
            (
                "https://reeve.example.org:8443",
                "https://reeve.example.org:8443",
            ),
            ("http://localhost:8080", "http://localhost:8080"),
            ("http://[::1]:8080", "http://[::1]:8080"),
        ] {
            assert_eq!(text.parse::<PublicUrl>().unwrap().origin(), origin);
        }
        for text in [
            "",
            "reeve.example.org",
            "http://reeve.example.org",
            "http://localhost.example.org",
            "https://",
            "https://a/b",
            "https://a@b",
            "https://a:x",
            "javascript://a",
        ] {
            assert!(text.parse::<PublicUrl>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_proxy_is_trusted_by_address_or_network() {
        let trusted = TrustedProxies::parse(["10.0.0.0/8", "192.0.2.7", "2001:db8::/32"]).unwrap();
        for (address, expected) in [
            ("10.1.2.3", true),
            ("::ffff:10.1.2.3", true),
            ("11.0.0.1", false),
            ("192.0.2.7", true),
            ("192.0.2.8", false),
            ("2001:db8:1::1", true),
            ("2001:db9::1", false),
        ] {
            assert_eq!(
                trusted.contains(address.parse().unwrap()),
                expected,
                "{address}"
            );
        }
        assert!(
            TrustedProxies::parse(["0.0.0.0/0"])
                .unwrap()
                .contains([9, 9, 9, 9].into())
        );
        assert!(!TrustedProxies::default().contains([127, 0, 0, 1].into()));
        for entry in ["x", "10.0.0.0/33", "10.0.0.0/x", "10.0.0.0/-1", "/8"] {
            assert!(TrustedProxies::parse([entry]).is_err(), "{entry}");
        }
    }
}
