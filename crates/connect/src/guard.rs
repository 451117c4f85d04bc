//! The guard of outgoing requests: where they may go, how long they take, how much they may answer.
//!
//! Addresses come from settings and from what providers publish. Neither may make this server ask its
//! own network for something: only https, no redirects, and no private address, be it written as a
//! number or hidden behind a name.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Url};
use tracing::Instrument as _;
use tracing::field::Empty;
use url::Host;

use crate::traces::context;

/// How long an answer may take, the connection included. A sign-in waits for it.
const PATIENCE: Duration = Duration::from_secs(5);

/// The longest answer that is read. Discovery documents and key sets have a few kilobytes.
const LONGEST_ANSWER: usize = 1_000_000;

/// Which addresses may be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// The public internet, by https.
    Public,
    /// Private networks too, and this machine by http: `OIDC_ALLOW_PRIVATE`.
    Private,
}

/// Why something was not fetched.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfetched {
    #[error("`{0}` is not an https URL without name and password")]
    NotAllowed(String),
    #[error("{host} is a private address; set OIDC_ALLOW_PRIVATE if that is where it should be")]
    Private { host: String },
    #[error("{host} does not answer: {problem}")]
    NoAnswer { host: String, problem: String },
    #[error("{host} answered {status}")]
    Status { host: String, status: u16 },
    #[error("{host} answered more than {LONGEST_ANSWER} bytes")]
    TooLong { host: String },
}

/// Reads a URL that may be asked.
pub fn url(text: &str, reach: Reach) -> Result<Url, Unfetched> {
    let shown = || text.chars().filter(|c| !c.is_control()).take(200).collect();
    let not_allowed = || Unfetched::NotAllowed(shown());
    let url = Url::parse(text).map_err(|_| not_allowed())?;
    let host = url.host().ok_or_else(not_allowed)?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(not_allowed());
    }
    let here = match host {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(ip) => ip.is_loopback(),
        Host::Ipv6(ip) => ip.is_loopback(),
    };
    let plain = url.scheme() == "http" && here && reach == Reach::Private;
    if url.scheme() != "https" && !plain {
        return Err(not_allowed());
    }
    let public = match host {
        Host::Domain(_) => !here,
        Host::Ipv4(ip) => is_public(ip.into()),
        Host::Ipv6(ip) => is_public(ip.into()),
    };
    if !public && reach == Reach::Public {
        return Err(Unfetched::Private {
            host: host.to_string(),
        });
    }
    Ok(url)
}

/// Whether an address is one of the public internet's.
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let shared = a == 100 && (64..128).contains(&b);
    let protocols = a == 192 && b == 0 && c == 0;
    let benchmarks = a == 198 && (b == 18 || b == 19);
    !(ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_documentation()
        || ip.is_multicast()
        || a == 0
        || a >= 240
        || shared
        || protocols
        || benchmarks)
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [first, second, third, ..] = ip.segments();
    // IPv4 inside IPv6: mapped, compatible, NAT64, 6to4.
    let [.., high, low] = ip.segments();
    let embedded = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    if ip.segments()[..5].iter().all(|part| *part == 0) || (first == 0x64 && second == 0xff9b) {
        return !ip.is_unspecified() && !ip.is_loopback() && embedded(high, low);
    }
    if first == 0x2002 {
        return embedded(second, third);
    }
    // Only 2000::/3 is given out; of it, Teredo and documentation are not for this.
    (0x2000..0x4000).contains(&first) && !(first == 0x2001 && (second == 0 || second == 0xdb8))
}

/// Resolves names to public addresses only.
struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let (public, private): (Vec<SocketAddr>, Vec<_>) =
                found.partition(|address| is_public(address.ip()));
            if !private.is_empty() {
                let host = name.as_str().to_owned();
                return Err(Unfetched::Private { host }.into());
            }
            let addresses: Addrs = Box::new(public.into_iter());
            Ok(addresses)
        })
    }
}

/// The client of all requests; follows no redirect and uses no proxy of the environment.
pub fn client(reach: Reach) -> Result<Client, Unfetched> {
    // The one cryptography that is in the house already; whoever was first has chosen the same.
    drop(rustls::crypto::ring::default_provider().install_default());
    let builder = Client::builder()
        .redirect(Policy::none())
        .no_proxy()
        .timeout(PATIENCE)
        .user_agent(concat!("reeve/", env!("CARGO_PKG_VERSION")));
    let builder = match reach {
        Reach::Public => builder.dns_resolver(PublicOnly),
        Reach::Private => builder,
    };
    builder.build().map_err(|problem| Unfetched::NoAnswer {
        host: "the HTTP client".to_owned(),
        problem: problem.to_string(),
    })
}

/// Sends a request and reads the answer, of a status of success. Where spans are exported, this is one,
/// and the request says so.
pub async fn send(request: RequestBuilder, url: &Url) -> Result<Vec<u8>, Unfetched> {
    let host = url.host_str().unwrap_or_default();
    // The path may be somebody's own, but what is asked for is in no query and in no log.
    let span = tracing::trace_span!(
        "fetch",
        otel.name = format!("fetch {host}"),
        otel.kind = "client",
        otel.status_code = Empty,
        server.address = host,
        url.path = url.path(),
    );
    let request = match context::traceparent(&span) {
        Some(parent) => request.header(context::TRACEPARENT, parent),
        None => request,
    };
    let answer = fetch(request, url).instrument(span.clone()).await;
    if answer.is_err() {
        span.record("otel.status_code", "ERROR");
    }
    answer
}

async fn fetch(request: RequestBuilder, url: &Url) -> Result<Vec<u8>, Unfetched> {
    let host = || url.host_str().unwrap_or_default().to_owned();
    let no_answer = |problem: reqwest::Error| Unfetched::NoAnswer {
        host: host(),
        problem: causes(&problem.without_url()),
    };
    let mut response = request.send().await.map_err(no_answer)?;
    if !response.status().is_success() {
        return Err(Unfetched::Status {
            host: host(),
            status: response.status().as_u16(),
        });
    }
    let mut answer = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(no_answer)? {
        if answer.len() + chunk.len() > LONGEST_ANSWER {
            return Err(Unfetched::TooLong { host: host() });
        }
        answer.extend_from_slice(&chunk);
    }
    Ok(answer)
}

/// An error with what caused it, in one line.
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
