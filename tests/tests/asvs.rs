//! `docs/asvs.md`: each requirement of OWASP ASVS 5.0.0, levels 1 and 2, has one row, and everything that a row names exists.
//!
//! `| V4.2.1 | 2 | boundaries of messages | met | tests/tests/hostile_requests.rs: name |` → level and status are right, and
//! `hostile_requests.rs` has a function of that name. The tests at the end cover requirements without another test.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on stops"
)]

use std::collections::BTreeSet;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use kakekomi_tests::applicant::{CHECK, example, submission};
use kakekomi_tests::server::Server;
use kakekomi_tests::source_tree::{files, named_in, root};
use kakekomi_tests::wire::Request;

/// The sections of the standard, each with the level of its first, second, … requirement.
const LEVELS: &str = "
    V1.1 22  V1.2 1111122223  V1.3 112222222223  V1.4 222  V1.5 123
    V2.1 122  V2.2 112  V2.3 12223  V2.4 23
    V3.1 3  V3.2 113  V3.3 12223  V3.4 11222233  V3.5 11122333  V3.6 3  V3.7 22333
    V4.1 12233  V4.2 23333  V4.3 22  V4.4 1222
    V5.1 2  V5.2 112333  V5.3 113  V5.4 222
    V6.1 122  V6.2 111111112222  V6.3 11223333  V6.4 112233  V6.5 22222333  V6.6 2223  V6.7 33  V6.8 2222
    V7.1 222  V7.2 1111  V7.3 22  V7.4 11222  V7.5 223  V7.6 22
    V8.1 1233  V8.2 1123  V8.3 133  V8.4 23
    V9.1 111  V9.2 1222
    V10.1 22  V10.2 223  V10.3 22223  V10.4 1111122222233333  V10.5 22222  V10.6 22  V10.7 222
    V11.1 2233  V11.2 22233  V11.3 11233  V11.4 1222  V11.5 23  V11.6 23  V11.7 33
    V12.1 12233  V12.2 11  V12.3 22223
    V13.1 2333  V13.2 222223  V13.3 2233  V13.4 1222233
    V14.1 22  V14.2 12223333  V14.3 122
    V15.1 12233  V15.2 12233  V15.3 1222222  V15.4 3333
    V16.1 2  V16.2 22222  V16.3 2222  V16.4 222  V16.5 2223
    V17.1 23  V17.2 22223333  V17.3 22";

/// The number of requirements of levels 1, 2 and 3 that the standard publishes.
const PUBLISHED: [(char, usize); 3] = [('1', 70), ('2', 183), ('3', 92)];

/// The statuses, in the order of the summary's columns.
const STATUSES: [&str; 5] = ["met", "operator", "waits for", "not applicable", "open"];

/// The parts that a row may wait for.
const PARTS: [&str; 4] = ["accounts", "desk", "evidence", "delivery"];

/// A row of the document.
struct Row {
    id: String,
    level: String,
    subject: String,
    status: String,
    /// The tests, documents or reasons.
    answer: String,
}

fn document() -> String {
    fs::read_to_string(root().join("docs/asvs.md")).unwrap()
}

fn rows() -> Vec<Row> {
    let document = document();
    let lines = document.lines().filter(|line| line.starts_with("| V"));
    let cells = lines.map(|line| line.trim_matches('|').split('|').map(str::trim).collect::<Vec<_>>());
    // A row of the summary has seven cells.
    let rows = cells.filter(|cells| cells.len() != 7).map(|cells| {
        let [id, level, subject, status, answer] = cells[..] else { panic!("{cells:?} has not five cells") };
        let [id, level, subject, status, answer] = [id, level, subject, status, answer].map(str::to_owned);
        Row { id, level, subject, status, answer }
    });
    rows.collect()
}

/// Fails with all findings at once.
fn none(findings: impl IntoIterator<Item = String>) {
    let findings: Vec<_> = findings.into_iter().collect();
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}

/// The number and the level of each requirement, in the standard's order.
fn requirements() -> Vec<(String, char)> {
    let words: Vec<_> = LEVELS.split_whitespace().collect();
    let section = |pair: &[&str]| {
        let levels: Vec<_> = pair[1].chars().enumerate().collect();
        levels.into_iter().map(|(index, level)| (format!("{}.{}", pair[0], index + 1), level)).collect::<Vec<_>>()
    };
    words.chunks(2).flat_map(section).collect()
}

#[test]
fn each_requirement_has_one_row_in_order() {
    let requirements = requirements();
    for (level, count) in PUBLISHED {
        assert_eq!(requirements.iter().filter(|(_, of)| *of == level).count(), count, "level {level}");
    }
    let expected = requirements.into_iter().filter(|(_, level)| *level != '3');
    let expected: Vec<_> = expected.map(|(id, level)| format!("{id} level {level}")).collect();
    let found: Vec<_> = rows().iter().map(|row| format!("{} level {}", row.id, row.level)).collect();
    assert_eq!(found.iter().collect::<BTreeSet<_>>().len(), found.len(), "a requirement has two rows");
    for (found, expected) in found.iter().zip(&expected) {
        assert_eq!(found, expected);
    }
    assert_eq!(found.len(), expected.len());
}

#[test]
fn each_row_has_a_status_and_what_the_status_asks_for() {
    none(rows().iter().filter_map(|row| {
        let names = references(&row.answer);
        let part = row.answer.split(':').next().unwrap_or_default();
        let fault = match row.status.as_str() {
            "met" if names.is_empty() => "names no test, document or code",
            "operator" if !names.iter().any(|(path, name)| path.starts_with("docs/") && !name.is_empty()) => {
                "names no section of a document"
            }
            "waits for" if !PARTS.contains(&part) => "does not begin with a part",
            status if !STATUSES.contains(&status) => "has no status",
            _ if row.answer.is_empty() || row.subject.is_empty() => "says nothing",
            _ => return None,
        };
        Some(format!("{}: {fault}", row.id))
    }));
}

#[test]
fn each_named_test_document_and_file_exists() {
    none(rows().iter().flat_map(|row| {
        let missing = references(&row.answer).into_iter().filter(|(path, name)| !exists(path, name));
        missing.map(|(path, name)| format!("{}: there is no {path}: {name}", row.id)).collect::<Vec<_>>()
    }));
}

/// Lists the `path: name` and `path` between backticks.
fn references(answer: &str) -> Vec<(String, String)> {
    let spans = answer.split('`').skip(1).step_by(2);
    let named = spans.map(|span| span.split_once(": ").unwrap_or((span, "")));
    let is_path = |path: &str| path.contains('.') && !path.starts_with('/') && !path.contains(' ');
    named.filter(|(path, _)| is_path(path)).map(|(path, name)| (path.to_owned(), name.to_owned())).collect()
}

/// Checks if a file has the function, test, constant or heading; without a name, if the file exists.
fn exists(path: &str, name: &str) -> bool {
    let Ok(text) = fs::read_to_string(root().join(path)) else { return false };
    let has = |forms: &[String]| forms.iter().any(|form| text.contains(form));
    match path.rsplit('.').next() {
        _ if name.is_empty() => true,
        Some("md") => text.lines().any(|line| line.starts_with('#') && line.trim_start_matches('#').trim() == name),
        Some("rs") => has(&[format!("fn {name}("), format!("fn {name}<"), format!("const {name}:")]),
        Some("js") => has(&[format!("function {name}(")]),
        Some("mjs") => has(&[format!("test(\"{name}\"")]),
        _ => text.contains(name),
    }
}

#[test]
fn summary_counts_the_rows() {
    let rows = rows();
    let line = |name: String, is_counted: &dyn Fn(&Row) -> bool| {
        let counted: Vec<_> = rows.iter().filter(|row| is_counted(row)).collect();
        let with = |status: &&str| counted.iter().filter(|row| row.status == **status).count().to_string();
        let cells: Vec<_> = [name, counted.len().to_string()].into_iter().chain(STATUSES.iter().map(with)).collect();
        format!("| {} |", cells.join(" | "))
    };
    let levels = ["1", "2"].map(|level| line(format!("level {level}"), &|row| row.level == level));
    let chapters =
        (1..=17).map(|chapter| line(format!("V{chapter}"), &|row| row.id.starts_with(&format!("V{chapter}."))));
    let expected: Vec<_> =
        levels.into_iter().chain(chapters).chain([line("both levels".to_owned(), &|_| true)]).collect();
    // Prettier pads the cells of a table.
    let unpadded = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let found: Vec<_> = document().lines().map(unpadded).filter(|line| expected.contains(line)).collect();
    assert!(found == expected, "the summary should say:\n{}", expected.join("\n"));
}

#[test]
fn each_open_row_is_explained_as_a_gap() {
    let document = document();
    let (_, gaps) = document.split_once("\n## Gaps\n").expect("the document has no gaps");
    let marked = gaps.split("**").skip(1).step_by(2);
    let mut explained: Vec<_> = marked.flat_map(|ids| ids.trim_end_matches('.').split(", ")).collect();
    let rows = rows();
    let mut open: Vec<_> = rows.iter().filter(|row| row.status == "open").map(|row| row.id.as_str()).collect();
    explained.sort_unstable();
    open.sort_unstable();
    assert_eq!(explained, open);
}

/// Holds the rows that call something absent: other programs, redirects, cookies, sockets, code and markup out of text.
#[test]
fn absent_technologies_are_absent() {
    let host = ["process::Command", "Command::new(", "::ws::", "Multipart", "reqwest", "hyper::client"];
    let page = [
        "eval(",
        "new Function",
        "new RegExp",
        "document.write",
        "insertAdjacentHTML",
        "outerHTML =",
        ".innerHTML",
        "document.cookie",
        "WebSocket",
        "RTCPeerConnection",
        "location.assign",
        "location.replace",
        "location.href",
    ];
    let crates = ["roxmltree", "async-graphql", "tungstenite", "ldap3", "memcache", "webrtc"];
    let ours = files();
    let naming = |folders: &[&str], ending: &str, words: &[&str]| -> Vec<String> {
        let here = ours.iter().filter(|file| file.is(ending) && folders.iter().any(|folder| file.below(folder)));
        // Tests call other programs to compare with them.
        let here = here.filter(|file| !["/tests/", "/examples/"].iter().any(|folder| file.path.contains(folder)));
        let named = here.flat_map(|file| {
            let code = file.code();
            let found = words.iter().filter(|word| code.contains(**word)).map(|word| format!("{}: {word}", file.path));
            found.collect::<Vec<_>>()
        });
        named.collect()
    };
    none(naming(&["host", "core/src", "core/describe/src", "wasm/src"], ".rs", &host));
    // The operators' pages have a session and lead from a form to its result; the applicants' have neither.
    let session = ["Redirect::", "header::LOCATION", "SET_COOKIE", "set-cookie"];
    let found = naming(&["host/http", "host/service", "host/src"], ".rs", &session);
    // It is the address of a new upload, with the status 201, and the command `upload` reads it.
    assert_eq!(
        found,
        ["host/http/src/files.rs: header::LOCATION", "host/src/cli/upload/connection.rs: header::LOCATION"]
    );
    // The operator's own documents are the only markup that a script inserts.
    let found = naming(&["www"], ".js", &page);
    assert_eq!(found, ["www/components/consent/consent.js: .innerHTML"]);
    let lock = fs::read_to_string(root().join("Cargo.lock")).unwrap();
    none(crates.iter().filter(|name| lock.contains(&format!("name = \"{name}\""))).map(|name| (*name).to_owned()));
}

#[test]
fn page_policy_allows_no_base_no_plugin_and_no_inline_script() {
    let server = Server::start();
    for target in ["/", "/sheet", "/docs", "/partners", "/partners/preview"] {
        let answer = server.send(&Request::get(target));
        let policy = answer.header("content-security-policy").unwrap();
        let directives: Vec<_> = policy.split("; ").collect();
        // `default-src` covers `object-src`.
        for directive in ["default-src 'none'", "base-uri 'none'", "script-src 'self' 'wasm-unsafe-eval'"] {
            assert!(directives.contains(&directive), "{target}: {policy}");
        }
        assert!(!policy.contains("object-src"), "{target}: {policy}");
    }
}

#[test]
fn text_is_sent_with_its_charset() {
    let server = Server::start();
    let pages = ["/", "/sheet", "/docs", "/partners", "/partners/preview"].map(str::to_owned);
    let files: Vec<_> = pages.iter().flat_map(|page| named_in(&server.send(&Request::get(page)).text())).collect();
    let documented = ["swagger-ui.css", "swagger-ui-bundle.js"].map(|file| format!("/docs/{file}"));
    let embedded = ["/embed/1/kakekomi.js".to_owned()];
    let is_file = |target: &String| target.rsplit('/').next().is_some_and(|name| name.contains('.'));
    let targets = pages.iter().chain(files.iter().filter(|target| is_file(target))).chain(&documented).chain(&embedded);
    let mut texts = 0;
    for target in targets {
        let answer = server.send(&Request::get(target));
        let kind = answer.header("content-type").unwrap();
        assert_eq!(answer.status, 200, "{target}");
        if kind.starts_with("text/") {
            assert!(kind.ends_with("; charset=utf-8"), "{target}: {kind}");
            texts += 1;
        }
    }
    assert!(texts >= 12, "{texts}");
}

#[test]
fn public_listener_lists_no_folder_and_has_no_operator_endpoint() {
    let server = Server::start();
    for target in
        ["/page/", "/module/", "/docs/", "/embed/", "/partners/", "/.git/HEAD", "/livez", "/readyz", "/metrics"]
    {
        assert_eq!(server.send(&Request::get(target)).status, 404, "{target}");
    }
}

#[test]
fn trace_is_refused() {
    let server = Server::start();
    for target in ["/", CHECK] {
        let mut stream = TcpStream::connect(server.at).unwrap();
        stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
        let request = format!("TRACE {target} HTTP/1.1\r\nHost: a\r\nX-Own: marked\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 405 ") && !answer.contains("marked"), "{target}: {answer}");
    }
}

#[test]
fn verdicts_receipts_and_problems_are_not_cached() {
    let server = Server::start();
    let draft = example(&server.home, &[]);
    let rows =
        [(Request::post(CHECK).json(&draft), 200), (submission("k", &draft), 201), (submission("k", b"{}"), 422)];
    for (request, status) in rows {
        let answer = server.send(&request);
        assert_eq!((answer.status, answer.header("cache-control")), (status, Some("no-store")), "{}", answer.text());
    }
}

#[test]
fn failed_store_is_logged() {
    let server = Server::start();
    let draft = example(&server.home, &[]);
    assert_eq!(server.send(&submission("first", &draft)).status, 201);
    // SQLite's log still has room for a few cases.
    server.fill_disk(40 * 1024);
    let refused = (0..50).map(|number| server.send(&submission(&format!("k{number}"), &draft)).status);
    assert!(refused.into_iter().any(|status| status == 503), "the disk is never full");
    let log = server.stop().log;
    assert!(log.lines().any(|line| line.contains("ERROR") && line.contains("the store failed")), "{log}");
}
