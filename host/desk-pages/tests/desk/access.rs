//! Every route as every role: nothing is reached without its right.

use crate::support::{Answer, TestDesk};
use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use kakekomi_accounts::{Role, TokenScope};
use kakekomi_casework::may;
use kakekomi_desk_pages::routes::{Access, Method, ROUTES, Route};

/// A path of the route with values for its parts.
fn path(route: &Route, number: &str) -> String {
    route
        .path
        .replace("{number}", number)
        .replace("{kind}", "note")
        .replace("{form}", "ppc")
        .replace("{file}", "none.css")
        .replace("{token}", "none")
        .replace("{name}", "nobody")
        .replace("{id}", "0")
}

async fn call(desk: &TestDesk, route: &Route, number: &str, cookie: &str) -> Answer {
    let path = path(route, number);
    match route.method {
        // The stream would not end.
        Method::Get if route.path == "/queue/events" => desk.get(&path, cookie).await,
        Method::Get => desk.get(&path, cookie).await,
        Method::Post => desk.post(&path, cookie, "n=1").await,
    }
}

/// Reports whether a response says that the caller may not do this.
fn is_refused(answer: &Answer) -> bool {
    let to_login = answer.status == StatusCode::SEE_OTHER && answer.header("location").starts_with("/login");
    to_login || matches!(answer.status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_is_reached_with_its_right_alone() {
    let desk = TestDesk::open("access").await;
    let number = desk.submit("ransomware").await;
    // The stream ends at once, so that the walk does not wait for it.
    desk.stop.send(true).unwrap();
    for role in Role::ALL {
        let cookie = desk.sign_in(role).await;
        for route in ROUTES.iter().filter(|route| route.path != "/logout") {
            let answer = call(&desk, route, &number, &cookie).await;
            let allowed = match route.access {
                Access::Public | Access::SignedIn => true,
                Access::Right(right) => may(role, right),
                Access::Token(_) => false,
            };
            assert_eq!(!is_refused(&answer), allowed, "{role} {:?} {}: {}", route.method, route.path, answer.status);
            if role == Role::Admin && route.path.starts_with("/cases") {
                assert!(!answer.body.contains("みなと精機"), "an administrator sees no content");
            }
        }
    }
    for route in ROUTES {
        let answer = call(&desk, route, &number, "kakekomi-desk=0000").await;
        let is_public = route.access == Access::Public;
        assert_eq!(is_refused(&answer), !is_public, "nobody {:?} {}: {}", route.method, route.path, answer.status);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_reads_what_its_scope_allows() {
    let desk = TestDesk::open("tokens").await;
    let number = desk.submit("ransomware").await;
    desk.sign_in(Role::Operator).await;
    desk.sign_in(Role::Admin).await;
    let get = async |path: String, token: String| {
        desk.send(
            Request::get(path).header(header::AUTHORIZATION, format!("Bearer {token}")).body(Body::empty()).unwrap(),
        )
        .await
    };
    let queue = desk.accounts.add_token("cli:test", "operator", TokenScope::Queue).await.unwrap();
    let cases = desk.accounts.add_token("cli:test", "operator", TokenScope::Cases).await.unwrap();
    let admin = desk.accounts.add_token("cli:test", "admin", TokenScope::Cases).await.unwrap();

    let list = get("/api/cases".to_owned(), queue.clone()).await;
    let listed: serde_json::Value = serde_json::from_str(&list.body).unwrap();
    assert_eq!((list.status, listed["cases"][0]["number"].as_str()), (StatusCode::OK, Some(number.as_str())));
    assert!(!list.body.contains("みなと精機"));
    let described: serde_json::Value = serde_json::from_str(&desk.get("/openapi.json", "").await.body).unwrap();
    let described = described["components"]["schemas"]["Case"]["properties"].as_object().unwrap();
    assert!(listed["cases"][0].as_object().unwrap().keys().eq(described.keys()), "{}", list.body);
    let next = format!("/api/cases?after={}", listed["next"].as_str().unwrap());
    assert!(get(next, queue.clone()).await.body.contains("\"cases\":[]"));

    let clear = get(format!("/api/cases/{number}"), queue.clone()).await;
    assert!(clear.status == StatusCode::OK && !clear.body.contains("みなと精機") && !clear.body.contains("\"events\""));
    assert_eq!(desk.changed_n(&number).await, 1);
    let whole = get(format!("/api/cases/{number}"), cases).await;
    assert!(whole.body.contains("みなと精機") && whole.body.contains("case.viewed"), "{}", whole.body);

    assert_eq!(get(format!("/api/cases/{number}"), admin).await.status, StatusCode::FORBIDDEN);
    for limit in ["1", "200"] {
        let answer = get(format!("/api/cases?limit={limit}"), queue.clone()).await;
        assert!(answer.status == StatusCode::OK && answer.body.contains(&number), "{limit}: {}", answer.body);
    }
    for wrong in
        ["state=received", "limit=x", "limit=0", "limit=-1", "limit=201", "limit=99999999999", "after=1", "kind=%00"]
    {
        let answer = get(format!("/api/cases?{wrong}"), queue.clone()).await;
        assert!(answer.body.contains("\"desk.bad_request\""), "{wrong}: {}", answer.body);
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (StatusCode::BAD_REQUEST, "application/problem+json")
        );
    }
    let unknown = get("/api/cases".to_owned(), "kakekomi_00".to_owned()).await;
    assert_eq!((unknown.status, unknown.header("www-authenticate")), (StatusCode::UNAUTHORIZED, "Bearer"));
    assert_eq!(get("/api/cases/none".to_owned(), queue).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_the_queue_hold_each_case_once() {
    let desk = TestDesk::open("paging").await;
    let mut numbers = BTreeSet::new();
    for kind in ["other", "ransomware", "malware", "other", "phishing_fraud"] {
        numbers.insert(desk.submit(kind).await);
    }
    let cookie = desk.sign_in(Role::Operator).await;
    let token = desk.accounts.add_token("cli:test", "operator", TokenScope::Queue).await.unwrap();
    for status in ["received", "closed"] {
        let (mut found, mut after) = (Vec::new(), String::new());
        loop {
            let request = Request::get(format!("/api/cases?status={status}&limit=2{after}"));
            let request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
            let page: serde_json::Value =
                serde_json::from_str(&desk.send(request.body(Body::empty()).unwrap()).await.body).unwrap();
            found.extend(
                page["cases"].as_array().unwrap().iter().map(|case| case["number"].as_str().unwrap().to_owned()),
            );
            let Some(next) = page["next"].as_str() else { break };
            after = format!("&after={next}");
        }
        assert_eq!(found.len(), numbers.len(), "{status}");
        assert_eq!(found.iter().cloned().collect::<BTreeSet<_>>(), numbers, "{status}");
        let chosen: Vec<_> = numbers.iter().map(|number| format!("case={number}:1")).collect();
        desk.post("/cases/close", &cookie, &format!("{}&reason=a", chosen.join("&"))).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn long_bodies_are_refused() {
    let desk = TestDesk::open("bodies").await;
    let number = desk.submit("other").await;
    let cookie = desk.sign_in(Role::Operator).await;
    let path = format!("/cases/{number}/actions/note");
    let text = "a".repeat(60_000);
    assert_eq!(desk.post(&path, &cookie, &format!("n=1&text={text}")).await.status, StatusCode::SEE_OTHER);
    let long = "a".repeat(1 << 20);
    let refused = desk.post(&path, &cookie, &format!("n=2&text={long}")).await;
    assert!(refused.status == StatusCode::PAYLOAD_TOO_LARGE && refused.body.contains("文字数が多く"));
    assert_eq!(desk.post("/login", "", &format!("name={text}")).await.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_of_other_sites_change_nothing() {
    let desk = TestDesk::open("csrf").await;
    let number = desk.submit("ransomware").await;
    let cookie = desk.sign_in(Role::Operator).await;
    let path = format!("/cases/{number}/actions/note");
    for (name, value) in [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example"), ("x-none", "1")] {
        let request = Request::post(&path)
            .header(header::COOKIE, &cookie)
            .header(header::HOST, "desk.example")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(name, value);
        let answer = desk.send(request.body(Body::from("n=1&text=a")).unwrap()).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{name}: {value}");
    }
    assert_eq!(desk.changed_n(&number).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_response_has_the_security_headers() {
    let desk = TestDesk::open("headers").await;
    let cookie = desk.sign_in(Role::Operator).await;
    for path in ["/", "/login", "/nowhere", "/audit", "/openapi.json", "/api/cases"] {
        let answer = desk.get(path, &cookie).await;
        let csp = answer.header("content-security-policy");
        assert!(csp.contains("default-src 'none'") && csp.contains("frame-ancestors 'none'"), "{path}: {csp}");
        assert!(!csp.contains("unsafe"), "{path}: {csp}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        assert_eq!(answer.header("referrer-policy"), "same-origin", "{path}");
    }
}
