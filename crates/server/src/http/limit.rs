//! Limits: whoever shows too many credentials that are none, begins too many sign-ins, or asks too much
//! has to wait.
//!
//! Counted by address, by the secret that was shown, and by person, in the memory of this server. Behind
//! a proxy every request has the proxy's address, unless it is one of `trusted_proxies`, whose word on the
//! address counts then. How many are too many is a setting ([`app::rate::Rates`]).

use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use app::public::TrustedProxies;
use axum::extract::{ConnectInfo, Request, State as Extract};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::id::UserId;
use domain::reconcile::digest::Sha256;

use super::State;
use super::problem::{ApiError, Code};

/// What every limit is counted in.
const PERIOD: Duration = Duration::from_secs(60);

/// Whoever is counted. Of each kind at most twice so many are remembered, some megabytes.
const MOST: usize = 25_000;

/// How often somebody came since when.
#[derive(Clone, Copy, Debug)]
struct Count {
    since: Instant,
    times: u32,
}

/// Counts of one kind, in two generations: where one is full it becomes the older one, and what was in
/// that is forgotten. So a flood of keys makes us forget the quiet ones, and grows nothing.
#[derive(Debug)]
struct Generations<K> {
    newer: HashMap<K, Count>,
    older: HashMap<K, Count>,
}

impl<K: Eq + Hash> Generations<K> {
    /// The count of this period, if there is one.
    fn get(&self, key: &K, now: Instant) -> Option<Count> {
        let count = self.newer.get(key).or_else(|| self.older.get(key))?;
        (now.duration_since(count.since) < PERIOD).then_some(*count)
    }

    fn add(&mut self, key: K, now: Instant) {
        let mut count = self.get(&key, now).unwrap_or(Count {
            since: now,
            times: 0,
        });
        count.times = count.times.saturating_add(1);
        self.newer.insert(key, count);
        if self.newer.len() >= MOST {
            self.older = std::mem::take(&mut self.newer);
        }
    }

    /// How long to wait for whoever came `most` times already; `None` if they need not.
    fn wait(&self, key: &K, most: u32, now: Instant) -> Option<Duration> {
        let count = self.get(key, now).filter(|_| most > 0)?;
        let left = PERIOD.saturating_sub(now.duration_since(count.since));
        (count.times >= most).then_some(left)
    }
}

/// [`Generations`] that are shared.
#[derive(Debug)]
struct Counts<K>(Mutex<Generations<K>>);

impl<K> Default for Counts<K> {
    fn default() -> Self {
        Self(Mutex::new(Generations {
            newer: HashMap::new(),
            older: HashMap::new(),
        }))
    }
}

impl<K: Eq + Hash> Counts<K> {
    fn lock(&self) -> MutexGuard<'_, Generations<K>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Refuses whoever came too often, with these words.
    fn check(&self, key: &K, most: u32, who: &str) -> Result<(), ApiError> {
        let wait = self.lock().wait(key, most, Instant::now());
        wait.map_or(Ok(()), |wait| Err(too_many(who, wait)))
    }

    fn add(&self, key: K) {
        self.lock().add(key, Instant::now());
    }

    /// Both in one.
    fn count(&self, key: K, most: u32, who: &str) -> Result<(), ApiError> {
        let (mut counts, now) = (self.lock(), Instant::now());
        if let Some(wait) = counts.wait(&key, most, now) {
            return Err(too_many(who, wait));
        }
        counts.add(key, now);
        Ok(())
    }
}

fn too_many(who: &str, wait: Duration) -> ApiError {
    let problem = format!("too many {who}; wait as `Retry-After` says");
    ApiError {
        retry_after: Some(wait.as_secs() + 1),
        ..ApiError::new(Code::RateLimited, problem)
    }
}

/// Everything that is counted. Clones share it. One kind in a flood makes no other one be forgotten.
#[derive(Clone, Debug, Default)]
pub(super) struct Limits(Arc<Kinds>);

#[derive(Debug, Default)]
struct Kinds {
    failures_of_address: Counts<IpAddr>,
    /// By the secret's hash.
    failures_of_secret: Counts<[u8; 32]>,
    sign_ins_of_address: Counts<IpAddr>,
    requests_of_person: Counts<UserId>,
}

impl State {
    /// Lets somebody be recognised by what they show, unless the same failed too often, wherever it was
    /// shown from. Who has another secret is not kept out by that, whosever it is.
    pub(super) async fn recognise<T>(
        &self,
        shown: &str,
        recognised: impl Future<Output = Result<T, app::Error>>,
    ) -> Result<T, ApiError> {
        let failures = &self.limits.0.failures_of_secret;
        let key = Sha256::of(shown.as_bytes()).bytes();
        let most = self.reeve.live.get().rates.failed_attempts;
        failures.check(
            &key,
            most,
            "attempts that failed were made with this secret",
        )?;
        let outcome = recognised.await.map_err(ApiError::from);
        if matches!(&outcome, Err(error) if error.code == Code::Unauthenticated) {
            failures.add(key);
        }
        outcome
    }

    /// Counts a request of somebody.
    pub(super) fn count_request(&self, user_id: UserId) -> Result<(), ApiError> {
        let most = self.reeve.live.get().rates.requests;
        let requests = &self.limits.0.requests_of_person;
        requests.count(user_id, most, "requests are yours")
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

/// What of an address is somebody's own: of IPv6 a whole network of 2^64 addresses.
fn party(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(ip) => Ipv6Addr::from_bits(ip.to_bits() >> 64 << 64).into(),
    }
}

/// Around every request that shows something or begins a sign-in.
pub(super) async fn by_address(
    Extract(state): Extract<State>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path();
    let signs_in = path.starts_with("/login/");
    let begins = signs_in && path.ends_with("/start");
    let shows = request.headers().contains_key(header::AUTHORIZATION)
        || request.headers().contains_key(header::COOKIE)
        || signs_in
        || path.starts_with("/logout/");
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let (true, Some(ConnectInfo(peer))) = (shows, peer) else {
        return next.run(request).await;
    };
    let live = state.reeve.live.get();
    let from = party(address(peer.ip(), request.headers(), &live.trusted_proxies));
    let (kinds, rates) = (&state.limits.0, live.rates);
    let failures = &kinds.failures_of_address;
    let who = "attempts that failed came from this address";
    let mut allowed = failures.check(&from, rates.failed_attempts, who);
    if begins && allowed.is_ok() {
        let who = "sign-ins were begun from this address";
        let begun = &kinds.sign_ins_of_address;
        allowed = begun.count(from, rates.sign_ins, who);
    }
    if let Err(refused) = allowed {
        return refused.into_response();
    }
    let response = next.run(request).await;
    if response.status() == StatusCode::UNAUTHORIZED {
        failures.add(from);
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

    #[test]
    fn an_address_of_ipv6_counts_by_its_network() {
        for (one, other, same) in [
            ("2001:db8::1", "2001:db8::ffff:1:2:3", true),
            ("2001:db8::1", "2001:db8:0:1::1", false),
            ("198.51.100.1", "198.51.100.2", false),
        ] {
            let [one, other]: [IpAddr; 2] = [one.parse().unwrap(), other.parse().unwrap()];
            assert_eq!(party(one) == party(other), same, "{one} {other}");
        }
    }

    #[test]
    fn a_count_lasts_a_period_and_a_limit_of_0_is_none() {
        let (counts, start) = (Counts::default(), Instant::now());
        let mut counts = counts.lock();
        let at = |seconds| start + Duration::from_secs(seconds);
        for second in 0..3 {
            assert_eq!(counts.wait(&1, 3, at(second)), None);
            counts.add(1, at(second));
        }
        assert_eq!(counts.wait(&1, 3, at(10)), Some(Duration::from_secs(50)));
        assert_eq!(counts.wait(&1, 0, at(10)), None);
        assert_eq!(counts.wait(&2, 3, at(10)), None);
        assert_eq!(counts.wait(&1, 3, at(60)), None);
        counts.add(1, at(61));
        assert_eq!(counts.wait(&1, 3, at(61)), None, "a new period");
    }

    #[test]
    fn a_million_keys_fill_no_more_than_two_generations_and_whoever_goes_on_stays_known() {
        let (counts, now) = (Counts::default(), Instant::now());
        let mut counts = counts.lock();
        for key in 1..=1_000_000_u32 {
            counts.add(key, now);
            if key % 10_000 == 0 {
                counts.add(0, now);
            }
            assert!(counts.newer.len() + counts.older.len() <= 2 * MOST);
        }
        assert!(
            counts.wait(&0, 100, now).is_some(),
            "it came a hundred times"
        );
        assert!(counts.wait(&1, 1, now).is_none(), "forgotten");
    }
}
