//! The limit of failed attempts: whoever shows too many credentials that are none has to wait.
//!
//! Counted by address and in the memory of this server. Behind a proxy every request has the proxy's
//! address, unless it is one of `trusted_proxies`, whose word on the address counts then.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use app::public::TrustedProxies;
use axum::extract::{ConnectInfo, Request, State as Extract};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::State;
use super::problem::{ApiError, Code};

/// Failures from one address in [`PERIOD`]. A person mistypes a few times, a program with a stale token
/// fails at each of its requests and should notice.
const MOST: u32 = 30;
const PERIOD: Duration = Duration::from_secs(60);

/// Most addresses that are remembered; beyond, the oldest counts are forgotten.
const MOST_ADDRESSES: usize = 50_000;

/// Failures by address, each since when.
#[derive(Clone, Debug, Default)]
pub(super) struct Limits(Arc<Mutex<HashMap<IpAddr, (Instant, u32)>>>);

impl Limits {
    fn counts(&self) -> MutexGuard<'_, HashMap<IpAddr, (Instant, u32)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How long an address has to wait; `None` if not at all.
    fn wait(&self, address: IpAddr) -> Option<Duration> {
        let (since, failures) = self.counts().get(&address).copied()?;
        let left = PERIOD.checked_sub(since.elapsed())?;
        (failures >= MOST).then_some(left)
    }

    fn fail(&self, address: IpAddr) {
        let mut counts = self.counts();
        if counts.len() >= MOST_ADDRESSES && !counts.contains_key(&address) {
            counts.retain(|_, (since, _)| since.elapsed() < PERIOD);
            if counts.len() >= MOST_ADDRESSES {
                counts.clear();
            }
        }
        let count = counts.entry(address).or_insert((Instant::now(), 0));
        if count.0.elapsed() >= PERIOD {
            *count = (Instant::now(), 0);
        }
        count.1 += 1;
    }
}

/// Where a request came from: the nearest address that is no trusted proxy's. Everything before that in
/// `X-Forwarded-For` may be invented.
fn address(peer: IpAddr, headers: &HeaderMap, trusted: &TrustedProxies) -> IpAddr {
    let mut nearest = peer.to_canonical();
    let forwarded = headers.get_all("x-forwarded-for").iter();
    let mut named: Vec<&str> = forwarded
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(','))
        .map(str::trim)
        .collect();
    while trusted.contains(nearest) {
        let Some(before) = named.pop().and_then(|text| text.parse::<IpAddr>().ok()) else {
            break;
        };
        nearest = before.to_canonical();
    }
    nearest
}

/// Around every request that shows something.
pub(super) async fn failures(
    Extract(state): Extract<State>,
    request: Request,
    next: Next,
) -> Response {
    let shows = request.headers().contains_key(header::AUTHORIZATION)
        || request.headers().contains_key(header::COOKIE)
        || request.uri().path().starts_with("/login/")
        || request.uri().path().starts_with("/logout/");
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let (true, Some(ConnectInfo(peer))) = (shows, peer) else {
        return next.run(request).await;
    };
    let trusted = &state.reeve.live.get().trusted_proxies;
    let address = address(peer.ip(), request.headers(), trusted);
    if let Some(wait) = state.limits.wait(address) {
        let problem =
            "too many attempts that failed came from this address; wait as `Retry-After` says";
        let mut response = ApiError::new(Code::RateLimited, problem).into_response();
        let seconds = HeaderValue::from(wait.as_secs() + 1);
        response.headers_mut().insert(header::RETRY_AFTER, seconds);
        return response;
    }
    let response = next.run(request).await;
    if response.status() == StatusCode::UNAUTHORIZED {
        state.limits.fail(address);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_the_nearest_that_no_trusted_proxy_has() {
        let trusted = TrustedProxies::parse(["10.0.0.0/8"]).unwrap();
        let none = TrustedProxies::default();
        for (peer, forwarded, proxies, expected) in [
            ("198.51.100.1", "9.9.9.9", &trusted, "198.51.100.1"),
            ("10.0.0.1", "9.9.9.9", &none, "10.0.0.1"),
            ("10.0.0.1", "9.9.9.9", &trusted, "9.9.9.9"),
            (
                "10.0.0.1",
                "1.2.3.4, 9.9.9.9, 10.0.0.2",
                &trusted,
                "9.9.9.9",
            ),
            ("10.0.0.1", "1.2.3.4, nonsense", &trusted, "10.0.0.1"),
            ("10.0.0.1", "", &trusted, "10.0.0.1"),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert("x-forwarded-for", forwarded.parse().unwrap());
            let found = address(peer.parse().unwrap(), &headers, proxies);
            assert_eq!(found.to_string(), expected, "{peer} {forwarded}");
        }
    }
}
