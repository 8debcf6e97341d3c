//! Pages for people beside the form: an address that does not exist, the mark, and what others show of a link.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on stops")]

use kakekomi_tests::server::Server;
use kakekomi_tests::wire::{Answer, Request};

/// The types that a browser accepts when it opens an address.
const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

fn opened(server: &Server, target: &str) -> Answer {
    server.send(&Request::get(target).header("accept", BROWSER))
}

#[test]
fn person_at_an_unknown_address_finds_phone_and_form() {
    let server = Server::start();
    let desk = server.send(&Request::get("/v1/desk")).json();
    // While the desk is closed nobody is sent to its telephone.
    let called = if desk["opening"]["open"] == true { &desk["phone"] } else { &desk["outside_hours"][0]["phone"] };
    let called = format!("href=\"tel:{}\"", called.as_str().unwrap().replace('-', ""));
    for target in ["/nowhere", "/documents/ja/0", "/page/none.js"] {
        let page = opened(&server, target);
        assert_eq!((page.status, page.header("content-type")), (404, Some("text/html; charset=utf-8")), "{target}");
        assert_eq!((page.header("cache-control"), page.header("vary")), (Some("no-store"), Some("Accept")));
        let html = page.text();
        for part in ["ページが見つかりません", "Page not found", "9:00–17:00", "href=\"/\"", &called] {
            assert!(html.contains(part), "{target}: {part}: {html}");
        }
        assert!(html.find("見つかりません") < html.find("not found"), "Japanese comes first");
        assert!(!html.contains("<script") && !html.contains("{{"), "{html}");
        assert!(!page.header("content-security-policy").unwrap().contains("script-src"));
    }
}

#[test]
fn program_at_an_unknown_address_gets_the_problem() {
    let server = Server::start();
    for accept in ["*/*", "application/json", "text/html2"] {
        let answer = server.send(&Request::get("/nowhere").header("accept", accept));
        answer.assert_problem(accept, 404, "http.not_found");
    }
    server.send(&Request::get("/nowhere")).assert_problem("nothing accepted", 404, "http.not_found");
    for target in ["/v1/nowhere", "/module/none.wasm", "/embed/9/kakekomi.js"] {
        opened(&server, target).assert_problem(target, 404, "http.not_found");
    }
    server.send(&Request::post("/nowhere").header("accept", BROWSER)).assert_problem("post", 404, "http.not_found");
}

#[test]
fn page_has_a_mark_and_describes_itself() {
    let server = Server::start();
    let mark = server.send(&Request::get("/favicon.ico"));
    assert_eq!((mark.status, mark.header("content-type")), (200, Some("image/svg+xml")));
    assert!(mark.text().starts_with("<svg"));
    let html = server.send(&Request::get("/")).text();
    for tag in ["<meta name=\"description\" content=\"", "\"og:title\" content=\"", "\"og:description\" content=\""] {
        let (_, rest) = html.split_once(tag).unwrap();
        let (content, _) = rest.split_once('"').unwrap();
        assert!(content.chars().count() > 10 && !content.contains('{'), "{tag}: {content}");
    }
}
