//! The table of routes in `docs/http.md`, made from the router's list.
//!
//! `.with(routes!(desk::desk), &[&[EngineFailed]])` → `| GET | /v1/desk | Who the desk is now … | engine.failed |`.

use std::fmt::Write;

use kakekomi_service::desk::Desk;
use serde_json::Value;

use crate::source_tree::root;

const BEGIN: &str = "<!-- routes: made by `cargo run --release -p kakekomi-tests --bin http-md` -->\n";
const END: &str = "<!-- end of routes -->\n";

/// Problems of every route, which the table leaves out.
const COMMON: [&str; 4] = ["desk.busy", "http.bad_request", "http.failed", "rate.limited"];

/// The file as it is, and the file with the table of the present routes.
///
/// # Panics
/// The file has no marks between which the table belongs.
pub fn http_md() -> (String, String) {
    let text = std::fs::read_to_string(root().join("docs/http.md")).unwrap();
    let (before, rest) = text.split_once(BEGIN).expect("docs/http.md has no beginning of the table of routes");
    let (_, after) = rest.split_once(END).expect("docs/http.md has no end of the table of routes");
    let made = [before, BEGIN, &table(), END, after].concat();
    (text, made)
}

fn table() -> String {
    let document = kakekomi_http::openapi(&Desk::load(None).unwrap());
    let mut text = String::from(
        "\n<!-- prettier-ignore -->\n| Method | Path | Response | Problems of its own |\n| --- | --- | --- | --- |\n",
    );
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let summary = operation["summary"].as_str().unwrap_or_default().trim_end_matches('.');
            let problems = problems(operation).join(", ");
            _ = writeln!(text, "| {} | `{path}` | {summary} | {problems} |", method.to_uppercase());
        }
    }
    text + "\n"
}

/// The codes that an operation's responses list, without those of every route.
fn problems(operation: &Value) -> Vec<String> {
    let responses = operation["responses"].as_object().unwrap().values();
    let schemas = responses.map(|response| &response["content"]["application/problem+json"]["schema"]["allOf"]);
    let codes = schemas.filter_map(|all| all[1]["properties"]["code"]["enum"].as_array()).flatten();
    let codes = codes.filter_map(Value::as_str).filter(|code| !COMMON.contains(code));
    codes.map(|code| format!("`{code}`")).collect()
}
