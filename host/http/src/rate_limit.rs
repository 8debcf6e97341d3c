//! Limits of the requests from one address and through one partner's pages: above them 429 with `Retry-After`.
//!
//! 240 drafts a minute from `198.51.100.7`, 60 of them at once · the 61st at once → 429 `rate.limited`
//!
//! Drafts cost the desk work and are counted apart from reading. Loopback is not limited: it is the operator, or a proxy that
//! is not trusted to name its clients (`--trusted-proxies`). The limiter keeps a theoretical arrival time for each address
//! (GCRA, the crate governor), so it costs the same for any number of requests; quiet addresses are forgotten.

use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use governor::clock::Clock as _;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use ipnet::Ipv6Net;
use kakekomi_service::desk::Desk;

use super::body::drain;
use super::client_ip::{Ambiguous, Client, Peer, Trusted};
use super::extract::{Clock, RequestedLocale, RequestedPartner};
use super::problem::Problem;
use super::problem_code::ProblemCode;
use super::submissions::through;

/// Drafts a minute from one address, checked and submitted together, unless `--rate-limit` says otherwise: a page checks at
/// each step and after each change.
pub const DRAFTS_A_MINUTE: u32 = 240;
/// Requests that only read, for each draft: a first visit makes about ten.
pub const READS_FOR_A_DRAFT: u32 = 5;
/// Drafts from all visitors of one partner's pages, for each draft of one address.
pub const ADDRESSES_A_PARTNER: u32 = 10;
/// A fourth of a minute's requests may come at once.
pub const BURST: u32 = 4;
/// Length of the prefix of an IPv6 customer's network.
const CUSTOMER: u8 = 64;
/// Number of requests after which the quiet addresses are forgotten.
const FORGET_EVERY: u32 = 4096;

/// The limits, and the proxies that are trusted to name addresses.
#[derive(Debug)]
pub struct RateLimits {
    trusted: Trusted,
    /// `None` if nothing is limited.
    limiters: Option<Limiters>,
}

#[derive(Debug)]
struct Limiters {
    drafts: DefaultKeyedRateLimiter<IpAddr>,
    reads: DefaultKeyedRateLimiter<IpAddr>,
    partners: DefaultKeyedRateLimiter<String>,
    requests: AtomicU32,
}

impl RateLimits {
    /// Allows this number of drafts a minute from one address; 0 limits nothing.
    pub fn new(drafts_a_minute: u32, trusted: Trusted) -> RateLimits {
        let limiters = NonZeroU32::new(drafts_a_minute).map(|drafts| Limiters {
            drafts: limiter(drafts, 1),
            reads: limiter(drafts, READS_FOR_A_DRAFT),
            partners: limiter(drafts, ADDRESSES_A_PARTNER),
            requests: AtomicU32::new(0),
        });
        RateLimits { trusted, limiters }
    }

    /// Returns the client of a request; an IPv6 customer's whole network is one client.
    fn client(&self, peer: IpAddr, request: &Request) -> IpAddr {
        match self.trusted.client(peer, request.headers()) {
            IpAddr::V6(ip) if !ip.is_loopback() => Ipv6Net::new(ip, CUSTOMER).map_or(ip, |net| net.network()).into(),
            ip => ip,
        }
    }

    /// Returns the time that a client's request has to wait, if it has to.
    fn wait(&self, client: IpAddr, request: &Request, partner: impl FnOnce() -> Option<String>) -> Option<Duration> {
        let Limiters { drafts, reads, partners, requests } = self.limiters.as_ref()?;
        if client.is_loopback() {
            return None;
        }
        if requests.fetch_add(1, Ordering::Relaxed) % FORGET_EVERY == FORGET_EVERY - 1 {
            drafts.retain_recent();
            reads.retain_recent();
            partners.retain_recent();
        }
        if request.method() != Method::POST {
            return wait_time(reads, &client);
        }
        wait_time(drafts, &client).or_else(|| wait_time(partners, &partner()?))
    }
}

fn limiter<K: Clone + Eq + Hash>(drafts: NonZeroU32, factor: u32) -> DefaultKeyedRateLimiter<K> {
    let a_minute = NonZeroU32::new(factor).map_or(drafts, |factor| drafts.saturating_mul(factor));
    let burst = NonZeroU32::new(a_minute.get().div_ceil(BURST)).unwrap_or(NonZeroU32::MIN);
    RateLimiter::keyed(Quota::per_minute(a_minute).allow_burst(burst))
}

fn wait_time<K: Clone + Eq + Hash>(limiter: &DefaultKeyedRateLimiter<K>, key: &K) -> Option<Duration> {
    let now = limiter.clock().now();
    limiter.check_key(key).err().map(|until| until.wait_time_from(now))
}

/// Returns the partner through whose page a draft comes. A draft that would be refused there has none, so that others cannot
/// use up the limit of a partner's visitors.
fn partner(desk: &Desk, now: i64, request: &Request) -> Option<String> {
    let through = through(RequestedPartner::read(request.uri()), request.headers())?;
    through.partner(desk, now).ok().map(|partner| partner.key.clone())
}

/// Refuses requests above the limits, and heads that can be read in more than one way.
pub async fn limit(
    State(desk): State<Arc<Desk>>,
    State(rates): State<Arc<RateLimits>>,
    State(now): State<Clock>,
    RequestedLocale(locale): RequestedLocale,
    mut request: Request,
    next: Next,
) -> Response {
    if request.extensions().get::<Ambiguous>().is_some() {
        return closing(Problem::new(ProblemCode::HttpBadRequest, locale).into_response());
    }
    let client = request.extensions().get::<Peer>().map(|Peer(peer)| rates.client(*peer, &request));
    if let Some(wait) = client.and_then(|client| rates.wait(client, &request, || partner(&desk, now(), &request))) {
        drain(request.into_body()).await;
        return Problem::new(ProblemCode::RateLimited, locale).retry_after(wait).into_response();
    }
    request.extensions_mut().insert(Client(client));
    let chunked = request.headers().contains_key(header::TRANSFER_ENCODING);
    let response = next.run(request).await;
    // Only hyper knows the end of a body in chunks: nothing behind it is taken for a request.
    if chunked { closing(response) } else { response }
}

fn closing(mut response: Response) -> Response {
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    fn post(target: &str) -> Request {
        Request::post(target).body(Body::empty()).unwrap()
    }

    fn allowed(limits: &RateLimits, peer: &str, request: &Request) -> usize {
        let peer: IpAddr = peer.parse().unwrap();
        let named = || request.uri().query().map(str::to_owned);
        (0..1000).take_while(|_| limits.wait(limits.client(peer, request), request, named).is_none()).count()
    }

    #[test]
    fn address_has_its_burst_and_no_more() {
        let limits = RateLimits::new(40, Trusted::default());
        assert_eq!(allowed(&limits, "198.51.100.1", &post("/v1/check")), 10);
        assert_eq!(allowed(&limits, "198.51.100.2", &post("/v1/check")), 10);
        // One or two more become free during the loop.
        let reads = allowed(&limits, "198.51.100.1", &Request::get("/").body(Body::empty()).unwrap());
        assert!((50..60).contains(&reads), "{reads}");
        let wait = limits.wait("198.51.100.1".parse().unwrap(), &post("/v1/check"), || None).unwrap();
        assert!(wait <= Duration::from_millis(1500), "{wait:?}");
    }

    #[test]
    fn ipv6_customer_is_one_client() {
        let limits = RateLimits::new(40, Trusted::default());
        assert_eq!(allowed(&limits, "2001:db8::1", &post("/v1/check")), 10);
        assert_eq!(allowed(&limits, "2001:db8::2:1", &post("/v1/check")), 0);
        assert_eq!(allowed(&limits, "2001:db8:0:1::1", &post("/v1/check")), 10);
    }

    #[test]
    fn loopback_is_not_limited_and_zero_limits_nobody() {
        assert_eq!(allowed(&RateLimits::new(40, Trusted::default()), "127.0.0.1", &post("/")), 1000);
        assert_eq!(allowed(&RateLimits::new(40, Trusted::default()), "::1", &post("/")), 1000);
        assert_eq!(allowed(&RateLimits::new(0, Trusted::default()), "198.51.100.1", &post("/")), 1000);
    }

    #[test]
    fn partners_visitors_are_counted_together() {
        let limits = RateLimits::new(4, Trusted::default());
        let request = post("/v1/check?p=pk_1");
        let through = (1..=30).filter(|host| allowed(&limits, &format!("198.51.100.{host}"), &request) == 1).count();
        assert_eq!(through, 10);
        assert_eq!(allowed(&limits, "198.51.100.99", &post("/v1/check?p=pk_2")), 1);
    }
}
