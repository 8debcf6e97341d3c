//! The description of the HTTP interface is served and printed alike, and the page that shows it loads nothing from elsewhere.
//!
//! `tests/schemathesis.sh` compares the server's responses with it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on stops")]

use kakekomi_tests::server::Server;
use kakekomi_tests::wire::Request;
use serde_json::Value;

#[test]
fn command_and_route_give_the_same_openapi() {
    let server = Server::start();
    let answer = server.send(&Request::get("/openapi.json"));
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")));
    let printed = server.home.run(&["openapi"]);
    let mut printed: Value = serde_json::from_slice(&printed.stdout).unwrap();
    let mut answered = answer.json();
    // The consent in an example has the moment at which the example was made.
    for document in [&mut printed, &mut answered] {
        for path in ["/v1/check", "/v1/submissions"] {
            let body = &mut document["paths"][path]["post"]["requestBody"]["content"]["application/json"];
            assert!(body["example"].is_object(), "{path}");
            body["example"]["consent"]["agreed_at"] = Value::Null;
        }
    }
    assert_eq!(printed, answered);
}

#[test]
fn openapi_page_loads_all_files_under_its_policy() {
    let server = Server::start();
    let page = server.send(&Request::get("/docs"));
    assert_eq!(page.status, 200, "{}", page.text());
    let policy = page.header("content-security-policy").unwrap();
    assert!(!policy.contains("unsafe-inline") && policy.contains("default-src 'none'"), "{policy}");
    let text = page.text();
    let files: Vec<_> = text.split("\"docs/").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert_eq!(files.len(), 5, "{text}");
    assert!(text.contains("<a href=\"/\">") && text.contains("<h1>"), "the way back to the form: {text}");
    for file in files {
        let answer = server.send(&Request::get(&format!("/docs/{file}")));
        assert_eq!((answer.status, answer.header("x-content-type-options")), (200, Some("nosniff")), "{file}");
    }
    assert_eq!(server.send(&Request::get("/docs/index.html")).status, 404);
}
