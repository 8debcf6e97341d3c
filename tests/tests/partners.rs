//! Partners' pages over HTTP: who may read a response, who may frame the form, and the partner of a case.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on stops"
)]

use kakekomi_tests::applicant::{CHECK, SUBMIT, example, submission};
use kakekomi_tests::origins::near_misses;
use kakekomi_tests::server::{Home, Server};
use kakekomi_tests::wire::{Answer, Request};
use serde_json::Value;

const CHAMBER: &str = "https://www.chamber.example.jp";
const SHOP: &str = "https://shop.example.jp:8443";

const PARTNERS: &str = r##"
[[partner]]
key = "pk_live_chamber"
name = { ja = "れい商工会議所", en = "Rei Chamber" }
origins = ["https://www.chamber.example.jp", "https://shop.example.jp:8443"]
theme = { accent = "#123456" }

[[partner]]
key = "pk_test_trying"
name = { ja = "お試し", en = "Trying" }
origins = ["http://localhost:3000"]
"##;

fn desk() -> Server {
    Server::start_in(Home::with_desk(PARTNERS))
}

fn allowed(answer: &Answer) -> Option<&str> {
    answer.header("access-control-allow-origin")
}

fn preflight(target: &str, origin: &str) -> Request {
    Request::options(target).header("origin", origin).header("access-control-request-method", "POST")
}

fn through(key: &str, draft: &[u8], idempotency: &str) -> Request {
    Request::post(&format!("{SUBMIT}?p={key}")).header("idempotency-key", idempotency).json(draft)
}

#[test]
fn partner_page_may_read_the_resources_of_its_form() {
    let server = desk();
    let digest = server.send(&Request::get("/v1/desk")).json()["module"].as_str().unwrap().replace("sha256:", "");
    let module = format!("/module/{digest}.wasm");
    for origin in [CHAMBER, SHOP, "http://localhost:3000"] {
        for target in ["/v1/desk", "/v1/consent/ja", module.as_str()] {
            let answer = server.send(&Request::get(target).header("origin", origin));
            assert_eq!((answer.status, allowed(&answer)), (200, Some(origin)), "{target}");
            assert!(varies(&answer), "{target}");
        }
        let answer = server.send(&preflight(SUBMIT, origin));
        assert_eq!((answer.status, allowed(&answer)), (204, Some(origin)));
        let headers = answer.header("access-control-allow-headers").unwrap();
        assert!(headers.contains("idempotency-key") && headers.contains("kakekomi-module"), "{headers}");
        assert!(answer.header("access-control-allow-credentials").is_none());
    }
    let refused = server.send(&Request::post(CHECK).header("origin", CHAMBER).body(b"{}"));
    assert_eq!((refused.status, allowed(&refused)), (415, Some(CHAMBER)), "a page may read why");
    let page = server.send(&Request::get("/").header("origin", CHAMBER));
    assert_eq!((page.status, allowed(&page)), (200, None), "the page itself is for nobody's scripts");
}

fn varies(answer: &Answer) -> bool {
    answer.headers.iter().any(|(name, value)| name == "vary" && value.contains("Origin"))
}

#[test]
fn similar_origins_are_refused() {
    let server = desk();
    let misses: Vec<_> = [CHAMBER, SHOP].iter().flat_map(|origin| near_misses(origin)).collect();
    let misses: Vec<_> = misses.into_iter().filter(|miss| ![CHAMBER, SHOP].contains(&miss.as_str())).collect();
    assert!(misses.len() >= 1_000, "{}", misses.len());
    for (index, miss) in misses.iter().enumerate() {
        let target = [SUBMIT, CHECK, "/v1/desk"][index % 3];
        let asked = server.send(&preflight(target, miss));
        assert!(asked.headers.iter().all(|(name, _)| !name.starts_with("access-control-")), "preflight: {miss}");
        let answer = server.send(&Request::get("/v1/schema").header("origin", miss));
        assert!(answer.status == 400 || allowed(&answer).is_none(), "{miss}");
    }
    let two = Request::get("/v1/desk").header("origin", CHAMBER).header("origin", CHAMBER);
    assert_eq!(allowed(&server.send(&two)), None, "two origins are none");
}

#[test]
fn only_the_partners_pages_may_frame_the_form() {
    let server = desk();
    let ancestors = |target: &str| {
        let answer = server.send(&Request::get(target));
        let policy = answer.header("content-security-policy").unwrap().to_owned();
        assert_eq!(answer.status, 200);
        assert!(answer.header("x-frame-options").is_none_or(|_| policy.ends_with("'none'")), "{target}");
        policy.split("frame-ancestors ").nth(1).unwrap().to_owned()
    };
    assert_eq!(ancestors("/?p=pk_live_chamber&lang=ja"), format!("{CHAMBER} {SHOP}"));
    assert_eq!(ancestors("/?p=pk_test_trying"), "http://localhost:3000");
    assert_eq!(ancestors("/?p=pk_live_chamber&preview=1"), "'self'");
    for other in [
        "/",
        "/?p=",
        "/?p=pk_live_",
        "/?p=pk_live_chamber%20",
        "/?p=PK_LIVE_CHAMBER",
        "/?preview=1",
        "/?q=pk_live_chamber",
    ] {
        assert_eq!(ancestors(other), "'none'", "{other}");
    }
}

#[test]
fn visitor_who_changes_the_language_keeps_the_partner() {
    let server = desk();
    let links = |target: &str| {
        let html = server.send(&Request::get(target)).text();
        let (_, rest) = html.split_once("class=\"page-header__languages\">").unwrap();
        let rest = rest.split_once("</div>").unwrap().0;
        let links = rest.split("href=\"").skip(1).map(|link| link.split('"').next().unwrap().replace("&amp;", "&"));
        links.collect::<Vec<_>>()
    };
    for (target, end) in [
        ("/?p=pk_live_chamber&lang=en", "&p=pk_live_chamber"),
        ("/?p=pk_test_trying", "&p=pk_test_trying"),
        ("/?p=pk_live_chamber&preview=1", "&p=pk_live_chamber&preview=1"),
        ("/", ""),
        ("/?lang=en&preview=1", ""),
        ("/?p=pk_live_unknown", ""),
        ("/?p=%22%3E%3Cscript%3E", ""),
    ] {
        assert_eq!(links(target), ["ja", "en", "easy"].map(|language| format!("?lang={language}{end}")), "{target}");
    }
}

#[test]
fn embedded_page_learns_its_partner() {
    let server = desk();
    let partner = |query: &str| server.send(&Request::get(&format!("/v1/desk?{query}"))).json()["partner"].clone();
    let chamber = partner("p=pk_live_chamber&locale=ja");
    assert_eq!((&chamber["name"], &chamber["test"]), (&Value::from("れい商工会議所"), &Value::from(false)));
    assert_eq!(chamber["theme"]["accent"], "#123456");
    assert_eq!(partner("p=pk_test_trying")["test"], true);
    assert_eq!(partner("p=pk_live_chamber&preview=1")["test"], true);
    assert_eq!(partner("p=pk_live_other"), Value::Null);
}

#[test]
fn case_has_its_partner_and_test_mark() {
    let server = desk();
    let draft = example(&server.home, &[]);
    let receipt = |request: &Request| {
        let answer = server.send(request);
        assert_eq!(answer.status, 201, "{}", answer.text());
        answer.json()
    };
    let own = receipt(&submission("own", &draft));
    let live = receipt(&through("pk_live_chamber", &draft, "live").header("origin", CHAMBER));
    let test = receipt(&through("pk_test_trying", &draft, "test").header("origin", "http://localhost:3000"));
    let looked = receipt(&from_the_desk(&server, &through("pk_live_chamber&preview=1", &draft, "looked")));
    let marks = [&own, &live, &test, &looked].map(|receipt| receipt["test"].clone());
    assert_eq!(marks, [Value::Null, Value::Null, true.into(), true.into()], "on the receipt");
    let listed = |more: &[&str]| -> Vec<Value> {
        let output = server.home.run(&[&["cases", "list", "--json"], more].concat());
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let (meant, tests) = (listed(&[]), listed(&["--test"]));
    assert_eq!((meant.len(), tests.len()), (2, 2), "tests are kept apart");
    let cases = [meant, tests].concat();
    let case = |receipt: &Value| cases.iter().find(|case| case["number"] == receipt["number"]).unwrap();
    assert_eq!(
        [&own, &live, &test].map(|receipt| case(receipt)["partner"].clone()),
        [Value::Null, "pk_live_chamber".into(), "pk_test_trying".into()]
    );
    assert_eq!([&own, &live, &test, &looked].map(|receipt| case(receipt)["test"] == true), [false, false, true, true]);
}

/// Makes a submission of the desk's own page, which a partner's page shows in a frame.
fn from_the_desk(server: &Server, request: &Request) -> Request {
    request.clone().header("origin", &format!("http://{}", server.at)).header("sec-fetch-site", "same-origin")
}

#[test]
fn tests_are_accepted_only_from_a_registered_page_or_its_frame() {
    let server = desk();
    let draft = example(&server.home, &[]);
    for (name, key) in
        [("test", "pk_test_trying"), ("look", "pk_live_chamber&preview=1"), ("both", "pk_test_trying&preview=1")]
    {
        let request = through(key, &draft, name);
        server.send(&request).assert_problem("nobody says from where", 403, "partner.origin");
        let elsewhere = request.clone().header("sec-fetch-site", "cross-site");
        server.send(&elsewhere).assert_problem("without its origin", 403, "partner.origin");
        for origin in ["https://evil.example", "null", "http://localhost:3001"] {
            server.send(&request.clone().header("origin", origin)).assert_problem(origin, 403, "partner.origin");
        }
        assert_eq!(server.home.cases().len(), 0, "{name}: nothing was stored");
        let framed = server.send(&from_the_desk(&server, &request));
        assert_eq!((framed.status, &framed.json()["test"]), (201, &true.into()), "{name}: {}", framed.text());
    }
    let registered = through("pk_test_trying", &draft, "inline").header("origin", "http://localhost:3000");
    assert_eq!(server.send(&registered).status, 201);
    assert_eq!(server.send(&through("pk_live_chamber", &draft, "live")).status, 201, "a live key needs no browser");
}

#[test]
fn refused_requests_do_not_count_against_a_partners_rate() {
    let more = ["--trusted-proxies", "127.0.0.1", "--rate-limit", "4"];
    let server = Server::start_with(Home::with_desk(PARTNERS), &more);
    let from = |host: u8, key: &str, origin: &str| {
        let request =
            Request::post(&format!("{CHECK}?p={key}")).header("x-forwarded-for", &format!("198.51.100.{host}"));
        server.send(&request.header("origin", origin).json(b"{}")).status
    };
    // Here a partner's visitors may send ten drafts at once, an address one.
    for host in 0..30 {
        from(host, "pk_live_chamber", "https://evil.example");
        from(host + 30, "pk_test_trying", "null");
        from(host + 60, "pk_live_other", CHAMBER);
    }
    assert_eq!(from(200, "pk_live_chamber", CHAMBER), 200, "a partner's visitor is served");
    let visitors = (201..=230).filter(|host| from(*host, "pk_live_chamber", CHAMBER) == 200).count();
    assert!((9..=12).contains(&visitors), "the partner's own rate holds: {visitors}");
}

#[test]
fn partner_page_input_is_never_a_placeholder() {
    let server = desk();
    for blank in ["choices", "known", "query", "w.title", "desk", "snippet"] {
        let page = server.send(&Request::get(&format!("/partners?p=%7B%7B{blank}%7D%7D"))).text();
        assert!(page.contains(&format!("value=\"{{{{{blank}}}}}\"")), "{blank}: it stands where it was typed");
        assert_eq!(page.matches("<fieldset>").count(), 4, "{blank}");
        assert_eq!(page.matches("<h1>").count(), 1, "{blank}");
    }
}

#[test]
fn embed_files_can_be_read_from_every_origin() {
    let server = desk();
    for target in ["/embed/1/kakekomi.js", "/embed/1/inline.json"] {
        for origin in [CHAMBER, "https://evil.example", "null"] {
            let answer = server.send(&Request::get(target).header("origin", origin));
            assert_eq!((answer.status, allowed(&answer)), (200, Some("*")), "{target}");
            assert!(answer.header("access-control-allow-credentials").is_none());
        }
    }
}

#[test]
fn partner_submissions_from_other_origins_are_refused() {
    let server = desk();
    let draft = example(&server.home, &[]);
    let request = through("pk_live_chamber", &draft, "k");
    for origin in ["https://evil.example", "https://chamber.example.jp", "null", "http://localhost:3000"] {
        server.send(&request.clone().header("origin", origin)).assert_problem(origin, 403, "partner.origin");
    }
    server.send(&through("pk_live_other", &draft, "k")).assert_problem("an unknown key", 403, "partner.unknown");
    assert_eq!(server.home.cases().len(), 0, "nothing was stored");
    let framed = request.clone().header("origin", "https://desk.example.jp").header("sec-fetch-site", "same-origin");
    assert_eq!(server.send(&framed).status, 201, "the frame is the desk's own page");
    let again = server.send(&request.header("origin", "https://evil.example"));
    assert_eq!(again.status, 201, "what has its receipt gets it again: {}", again.text());
}

#[test]
fn partners_pages_may_not_read_a_case() {
    let server = desk();
    let shared = server.send(&Request::get("/v1/desk").header("origin", CHAMBER));
    assert_eq!(shared.header("access-control-allow-origin"), Some(CHAMBER));
    for path in ["/v1/return", "/v1/answers", "/v1/answers/check", "/v1/amendments", "/v1/withdrawals", "/v1/intents"] {
        let preflight = Request::options(path)
            .header("origin", CHAMBER)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "authorization, content-type");
        for request in [preflight, Request::get(path).header("origin", CHAMBER)] {
            assert_eq!(server.send(&request).header("access-control-allow-origin"), None, "{path}");
        }
    }
}
