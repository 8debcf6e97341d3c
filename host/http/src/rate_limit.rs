//! How often one address, and the pages of one partner, may ask: past that it is 429 with `Retry-After`.
//!
//! Drafts cost the desk work and are counted apart from what is only read. Loopback is not limited: behind
//! it is the operator, or a proxy that is not trusted to name its clients (`--trusted-proxies`). It is
//! kept as a theoretical arrival time for each address (GCRA, the crate governor), so that it costs the same however
//! many ask, and addresses that have been quiet are forgotten.

use std::net::{IpAddr, Ipv6Addr};
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
use kakekomi_service::desk::Desk;
use kakekomi_service::submit::Intake;

use super::body::drain;
use super::client_ip::{Ambiguous, Client, Peer, Trusted};
use super::extract::{RequestedLocale, RequestedPartner};
use super::headers::with_current_module;
use super::problem::Problem;
use super::problem_code::ProblemCode;
use super::submissions::through;

/// Drafts a minute from one address, checked and handed in together, unless `--rate-limit` says otherwise:
/// a page checks at each step and after each change.
pub const DRAFTS_A_MINUTE: u32 = 240;
/// For each draft, so many requests that only read: a first visit makes about ten.
pub const READS_FOR_A_DRAFT: u32 = 5;
/// For each draft of one address, so many from all visitors of one partner's pages.
pub const ADDRESSES_A_PARTNER: u32 = 10;
/// A fourth of a minute's requests may come at once.
pub const BURST: u32 = 4;
/// An IPv6 customer has a network of this length, and is one client.
const CUSTOMER: u32 = 64;
/// After so many requests the quiet ones are forgotten.
const FORGET_EVERY: u32 = 4096;

/// The limits, and whose word is taken for an address.
#[derive(Debug)]
pub struct RateLimits {
    trusted: Trusted,
    counted: Option<Counted>,
    asked: AtomicU32,
}

#[derive(Debug)]
struct Counted {
    drafts: DefaultKeyedRateLimiter<IpAddr>,
    reads: DefaultKeyedRateLimiter<IpAddr>,
    partners: DefaultKeyedRateLimiter<String>,
}

impl RateLimits {
    /// So many drafts a minute from one address; with 0 nothing is limited.
    pub fn new(drafts_a_minute: u32, trusted: Trusted) -> RateLimits {
        let counted = NonZeroU32::new(drafts_a_minute).map(|drafts| Counted {
            drafts: RateLimiter::keyed(quota(drafts.get())),
            reads: RateLimiter::keyed(quota(drafts.get().saturating_mul(READS_FOR_A_DRAFT))),
            partners: RateLimiter::keyed(quota(drafts.get().saturating_mul(ADDRESSES_A_PARTNER))),
        });
        RateLimits { trusted, counted, asked: AtomicU32::new(0) }
    }

    /// Who asks.
    fn client(&self, peer: IpAddr, request: &Request) -> IpAddr {
        customer(self.trusted.client(peer, request.headers()))
    }

    /// How long a client's request has to wait, if it has to.
    fn wait(&self, client: IpAddr, request: &Request, partner: impl FnOnce() -> Option<String>) -> Option<Duration> {
        let counted = self.counted.as_ref()?;
        if client.is_loopback() {
            return None;
        }
        if self.asked.fetch_add(1, Ordering::Relaxed) % FORGET_EVERY == FORGET_EVERY - 1 {
            counted.drafts.retain_recent();
            counted.reads.retain_recent();
            counted.partners.retain_recent();
        }
        if request.method() != Method::POST {
            return waiting(&counted.reads, &client);
        }
        waiting(&counted.drafts, &client).or_else(|| waiting(&counted.partners, &partner()?))
    }
}

fn quota(a_minute: u32) -> Quota {
    let a_minute = NonZeroU32::new(a_minute).unwrap_or(NonZeroU32::MIN);
    let burst = NonZeroU32::new(a_minute.get().div_ceil(BURST)).unwrap_or(NonZeroU32::MIN);
    Quota::per_minute(a_minute).allow_burst(burst)
}

fn waiting<K: Clone + Eq + std::hash::Hash>(limiter: &DefaultKeyedRateLimiter<K>, key: &K) -> Option<Duration> {
    let now = limiter.clock().now();
    limiter.check_key(key).err().map(|until| until.wait_time_from(now))
}

/// The client that an address stands for.
fn customer(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(address) if !address.is_loopback() => {
            let mask = u128::MAX << (Ipv6Addr::BITS - CUSTOMER);
            IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & mask))
        }
        _ => address,
    }
}

/// The partner through whose page a draft comes, if it would be taken: nobody else uses up what a partner's visitors have.
fn partner(desk: &Desk, request: &Request) -> Option<String> {
    let through = through(RequestedPartner::read(request.uri()), request.headers())?;
    through.refused(desk).is_none().then_some(through.key)
}

/// Refuses what comes too often, and heads that could be read in more than one way.
pub async fn limit(
    State(intake): State<Intake>,
    State(rates): State<Arc<RateLimits>>,
    RequestedLocale(locale): RequestedLocale,
    mut request: Request,
    next: Next,
) -> Response {
    let refuse = |problem: Problem| with_current_module(problem.into_response(), &intake.sandbox);
    if request.extensions().get::<Ambiguous>().is_some() {
        return closing(refuse(Problem::new(ProblemCode::HttpBadRequest, locale)));
    }
    let client = request.extensions().get::<Peer>().map(|Peer(peer)| rates.client(*peer, &request));
    if let Some(wait) = client.and_then(|client| rates.wait(client, &request, || partner(&intake.desk, &request))) {
        drain(request.into_body()).await;
        return refuse(Problem::new(ProblemCode::RateLimited, locale).retry_after(wait));
    }
    request.extensions_mut().insert(Client(client));
    let chunked = request.headers().contains_key(header::TRANSFER_ENCODING);
    let response = next.run(request).await;
    // Where a body in chunks ends only hyper knows: nothing behind it is taken for a request.
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
    fn an_address_has_its_burst_and_no_more() {
        let limits = RateLimits::new(40, Trusted::default());
        assert_eq!(allowed(&limits, "198.51.100.1", &post("/v1/check")), 10);
        assert_eq!(allowed(&limits, "198.51.100.2", &post("/v1/check")), 10);
        // While they are asked for, one or two more become free.
        let reads = allowed(&limits, "198.51.100.1", &Request::get("/").body(Body::empty()).unwrap());
        assert!((50..60).contains(&reads), "{reads}");
        let wait = limits.wait("198.51.100.1".parse().unwrap(), &post("/v1/check"), || None).unwrap();
        assert!(wait <= Duration::from_millis(1500), "{wait:?}");
    }

    #[test]
    fn an_ipv6_customer_is_one_client() {
        let limits = RateLimits::new(40, Trusted::default());
        assert_eq!(allowed(&limits, "2001:db8::1", &post("/v1/check")), 10);
        assert_eq!(allowed(&limits, "2001:db8::2:1", &post("/v1/check")), 0);
        assert_eq!(allowed(&limits, "2001:db8:0:1::1", &post("/v1/check")), 10);
    }

    #[test]
    fn loopback_and_no_limit_are_not_limited() {
        assert_eq!(allowed(&RateLimits::new(40, Trusted::default()), "127.0.0.1", &post("/")), 1000);
        assert_eq!(allowed(&RateLimits::new(40, Trusted::default()), "::1", &post("/")), 1000);
        assert_eq!(allowed(&RateLimits::new(0, Trusted::default()), "198.51.100.1", &post("/")), 1000);
    }

    #[test]
    fn a_partners_visitors_are_counted_together() {
        let limits = RateLimits::new(4, Trusted::default());
        let request = post("/v1/check?p=pk_1");
        let through = (1..=30).filter(|host| allowed(&limits, &format!("198.51.100.{host}"), &request) == 1).count();
        assert_eq!(through, 10);
        assert_eq!(allowed(&limits, "198.51.100.99", &post("/v1/check?p=pk_2")), 1);
    }
}
