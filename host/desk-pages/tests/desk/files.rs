//! Evidence files on the page of a case, and their downloads.

use crate::support::TestDesk;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use futures_util::stream;
use kakekomi_accounts::{Role, TokenScope};
use kakekomi_evidence::{NewUpload, What};
use kakekomi_service::sealed_case::{EventDraft, seal_event};
use kakekomi_store::digest::hex;
use kakekomi_store::receipt_number::Number;
use kakekomi_store::{EventKind, FileId, clock};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tower::ServiceExt as _;

/// Declares a file and sends its first bytes.
async fn send(desk: &TestDesk, number: &str, name: &str, bytes: &[u8], length: u64, sha256: [u8; 32]) -> FileId {
    let number = Number::read(number).unwrap();
    let new = NewUpload {
        what: What::Log,
        log: Some(0),
        name: name.to_owned(),
        media_type: "text/html".to_owned(),
        length,
        sha256: Some(sha256),
    };
    let id = desk.evidence.create(&number, new, clock::now()).await.unwrap().id;
    let chunks: Vec<_> = bytes.chunks(10_000).map(|chunk| Ok::<_, ()>(chunk.to_vec().into())).collect();
    let sent = desk.evidence.append(&number, &id, 0, stream::iter(chunks), clock::now).await;
    assert_eq!(sent.unwrap().offset, bytes.len() as u64);
    id
}

/// Sends a whole file.
async fn file(desk: &TestDesk, number: &str, name: &str, bytes: &[u8]) -> FileId {
    send(desk, number, name, bytes, bytes.len() as u64, Sha256::digest(bytes).into()).await
}

async fn download(desk: &TestDesk, path: &str, cookie: &str) -> (StatusCode, HeaderMap, Vec<u8>) {
    let request = Request::get(path).header(header::COOKIE, cookie).body(Body::empty()).unwrap();
    let (parts, body) = desk.router.clone().oneshot(request).await.unwrap().into_parts();
    (parts.status, parts.headers, to_bytes(body, usize::MAX).await.unwrap().to_vec())
}

/// Counts the events of a kind in a case.
async fn count(desk: &TestDesk, number: &str, kind: &str) -> usize {
    let events = desk.intake.store.events(0, 1000, Some(&Number::read(number).unwrap())).await.unwrap();
    events.iter().filter(|event| event.kind == kind).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_saved_with_the_same_bytes_and_its_custody_says_so() {
    let mut desk = TestDesk::open("file").await;
    desk.evidence.limits.part_bytes = 64 << 10;
    let number = desk.submit("ransomware").await;
    let cookie = desk.sign_in(Role::Operator).await;
    let bytes: Vec<u8> = (0..300_000_u32).flat_map(u32::to_le_bytes).collect();
    let id = file(&desk, &number, "記録 1.html", &bytes).await;

    let page = desk.get(&format!("/cases/{number}"), &cookie).await.body;
    let digest = hex(&Sha256::digest(&bytes));
    for shown in ["記録 1.html", "ウイルス検査はしていません", &digest, "1,200,000バイト", "証拠ファイルを受け取った"]
    {
        assert!(page.contains(shown), "{shown}");
    }
    assert!(!page.contains("申告と一致しない") && !page.contains("証拠ファイルを取り出した"));

    let path = format!("/cases/{number}/files/{id}");
    let (status, headers, opened) = download(&desk, &path, &cookie).await;
    assert!(status == StatusCode::OK && opened == bytes, "{status}");
    let csp = headers["content-security-policy"].to_str().unwrap();
    assert!(csp.starts_with("default-src 'none';") && csp.ends_with("; sandbox"), "{csp}");
    for (name, value) in [
        ("content-type", "application/octet-stream"),
        ("content-length", "1200000"),
        ("x-content-type-options", "nosniff"),
        ("cache-control", "no-store"),
        ("content-disposition", "attachment; filename=\"__ 1.html\"; filename*=UTF-8''%E8%A8%98%E9%8C%B2%201.html"),
    ] {
        assert_eq!(headers[name], value, "{name}");
    }

    let (status, headers, tar) = download(&desk, &format!("{path}/sealed"), &cookie).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(headers["content-length"].to_str().unwrap(), tar.len().to_string());
    let name = format!("attachment; filename=\"{number}-{}.tar\"", &id.to_string()[..8]);
    assert!(headers["content-disposition"].to_str().unwrap().starts_with(&name));
    // 1.2 MB are nineteen parts of 64 KiB at most.
    let ages = tar.windows(21).filter(|window| window == b"age-encryption.org/v1").count();
    assert!(ages == 19 && !tar.windows(64).any(|window| window == &bytes[..64]), "{ages}");

    for path in [&path, &format!("{path}/sealed"), &format!("/cases/{number}/sealed")] {
        let request = Request::head(path).header(header::COOKIE, &cookie).body(Body::empty()).unwrap();
        let answer = desk.router.clone().oneshot(request).await.unwrap();
        assert_eq!(
            (answer.status(), &answer.headers()["allow"]),
            (StatusCode::METHOD_NOT_ALLOWED, &"GET".parse().unwrap())
        );
    }

    let page = desk.get(&format!("/cases/{number}"), &cookie).await.body;
    assert!(page.contains("証拠ファイルを取り出した (開いた形で)") && page.contains("(封印したまま)"), "{page}");
    assert_eq!(count(&desk, &number, "file.downloaded").await, 2);
    let english = desk.get(&format!("/cases/{number}?lang=en"), &cookie).await.body;
    assert!(english.contains("Not scanned for viruses") && english.contains("Evidence file downloaded (opened)"));
}

/// Records a scan as the task of a host with clamd does.
async fn scanned(desk: &TestDesk, number: &str, body: &Value) {
    let case = desk.intake.store.show(&Number::read(number).unwrap()).await.unwrap().unwrap().unwrap();
    let kind = EventKind::FileScanned;
    let draft = EventDraft { at: clock::now(), actor: "system", kind, body, after: None, also_to: None };
    desk.intake.store.append(vec![seal_event(&case, &draft).unwrap()]).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_mark_of_a_scan_names_patterns_and_calls_no_file_harmless() {
    let desk = TestDesk::open("scan").await;
    let number = desk.submit("ransomware").await;
    let cookie = desk.sign_in(Role::Operator).await;
    let mut ids = Vec::new();
    for name in ["a", "b", "c", "d"] {
        ids.push(file(&desk, &number, name, name.as_bytes()).await.to_string());
    }
    let scan = |id: &str, result: &str| json!({ "file": id, "result": result, "scanner": "ClamAV 1.4.6" });
    scanned(&desk, &number, &scan(&ids[0], "no_pattern")).await;
    scanned(&desk, &number, &scan(&ids[1], "too_large")).await;
    let mut found = scan(&ids[2], "pattern");
    found["pattern"] = json!("<b>Eicar</b>");
    scanned(&desk, &number, &found).await;
    // A writer of the database could add another event.
    scanned(&desk, &number, &scan(&ids[2], "no_pattern")).await;
    let marks = |page: &str| {
        let files = page.split("<article class=\"file\"").skip(1);
        let marks = files.map(|file| file.split("</p>").next().unwrap().rsplit("<span").next().unwrap().to_owned());
        marks.map(|mark| mark.split_once('>').unwrap().1.replace("</span>", "")).collect::<Vec<_>>()
    };
    let japanese = desk.get(&format!("/cases/{number}"), &cookie).await.body;
    let expected = [
        "検査：既知のパターンは見つかりませんでした",
        "大きすぎるため、ウイルス検査はしていません",
        "検査：既知のパターンが見つかりました： <bdi>&lt;b&gt;Eicar&lt;/b&gt;</bdi>",
        "ウイルス検査はしていません",
    ];
    assert_eq!(marks(&japanese), expected);
    assert!(japanese.contains("害がないとは限りません") && japanese.contains("ClamAV 1.4.6"), "{japanese}");
    let english = desk.get(&format!("/cases/{number}?lang=en"), &cookie).await.body;
    assert_eq!(marks(&english)[..2], ["Scan: no known pattern found", "Not scanned for viruses: too large"]);
    for page in [japanese, english.to_lowercase()] {
        // The consent document, which is there to be read out, names the safety of programs.
        let (before, document) = page.split_once("<details class=\"document\">").unwrap();
        let page = format!("{before}{}", document.split_once("</details>").unwrap().1);
        assert!(!["安全", "clean", "no virus"].iter().any(|word| page.contains(word)), "{page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_see_the_files_of_a_case_and_their_names_within_its_scope_alone() {
    let desk = TestDesk::open("api").await;
    let number = desk.submit("ransomware").await;
    desk.sign_in(Role::Operator).await;
    let id = file(&desk, &number, "秘密.log", b"abc").await.to_string();
    scanned(&desk, &number, &json!({ "file": id, "result": "pattern", "pattern": "Eicar", "scanner": "ClamAV" })).await;
    let document: Value = serde_json::from_str(&desk.get("/openapi.json", "").await.body).unwrap();
    let described = document["components"]["schemas"]["File"]["properties"].as_object().unwrap();
    for (scope, name, scan) in
        [(TokenScope::Queue, Value::Null, Value::Null), (TokenScope::Cases, json!("秘密.log"), json!("pattern"))]
    {
        let token = desk.accounts.add_token("cli:test", "operator", scope).await.unwrap();
        let request = Request::get(format!("/api/cases/{number}"));
        let request = request.header(header::AUTHORIZATION, format!("Bearer {token}")).body(Body::empty()).unwrap();
        let answer = desk.router.clone().oneshot(request).await.unwrap().into_body();
        let case: Value = serde_json::from_slice(&to_bytes(answer, usize::MAX).await.unwrap()).unwrap();
        let shown = &case["files"][0];
        assert!(shown.as_object().unwrap().keys().eq(described.keys()), "{shown}");
        assert_eq!((&shown["id"], &shown["state"], &shown["length"]), (&json!(id), &json!("arrived"), &json!(3)));
        assert_eq!((&shown["sha256"], &shown["name"]), (&json!(hex(&Sha256::digest(b"abc"))), &name));
        assert_eq!((&shown["scan"], case["files"].as_array().unwrap().len()), (&scan, 1));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_digest_than_the_declared_one_is_marked_and_the_file_kept() {
    let desk = TestDesk::open("mismatch").await;
    let number = desk.submit("other").await;
    let cookie = desk.sign_in(Role::Operator).await;
    let id = send(&desk, &number, "a.log", b"abc", 3, [7; 32]).await;
    let page = desk.get(&format!("/cases/{number}"), &cookie).await.body;
    let declared = "07".repeat(32);
    for shown in ["申告と一致しない", "お客さまにお確かめください", &declared, &hex(&Sha256::digest(b"abc"))]
    {
        assert!(page.contains(shown), "{shown}");
    }
    // In the timeline, too, each digest has its own title.
    let titled = |title: &str, digest: &str| {
        page.split(title).skip(1).any(|after| after.chars().take(120).collect::<String>().contains(digest))
    };
    assert!(titled("申告されたSHA-256", &declared) && !titled("受け取った内容のSHA-256", &declared), "{page}");
    let (status, _, bytes) = download(&desk, &format!("/cases/{number}/files/{id}"), &cookie).await;
    assert_eq!((status, bytes.as_slice()), (StatusCode::OK, b"abc".as_slice()));
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_names_are_inert_on_the_page_and_harmless_in_the_header() {
    let desk = TestDesk::open("names").await;
    let number = desk.submit("other").await;
    let cookie = desk.sign_in(Role::Operator).await;
    for (name, safe) in [
        ("<script>alert(1)</script>.html", "_script_alert(1)__script_.html"),
        ("../../etc/passwd", "_._.._etc_passwd"),
        ("a\r\nSet-Cookie: x=y\"", "a__Set-Cookie_ x=y_"),
        ("請求書\u{202e}fdp.exe", "____fdp.exe"),
        ("\u{0}\u{7f}", "__"),
        ("NUL", "_UL"),
    ] {
        let id = file(&desk, &number, name, b"x").await;
        let page = desk.get(&format!("/cases/{number}"), &cookie).await.body;
        assert!(!page.contains("<script>alert") && !page.contains(['\u{202e}', '\0', '\u{7f}']), "{name:?}");
        let (_, headers, _) = download(&desk, &format!("/cases/{number}/files/{id}"), &cookie).await;
        let disposition = headers["content-disposition"].to_str().unwrap();
        assert!(disposition.starts_with(&format!("attachment; filename=\"{safe}\"; ")), "{name:?}: {disposition}");
        for raw in ["%2F", "%0D", "%00", "%E2%80%AE", "%22"] {
            assert!(!disposition.contains(raw), "{name:?}: {disposition}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_not_whole_or_of_another_case_is_not_there() {
    let desk = TestDesk::open("nofile").await;
    let (number, other) = (desk.submit("other").await, desk.submit("malware").await);
    let cookie = desk.sign_in(Role::Lead).await;
    let unfinished = send(&desk, &number, "a.log", b"abc", 9, [7; 32]).await;
    let whole = file(&desk, &number, "b.log", b"abc").await;
    let wrong = [
        format!("/cases/{number}/files/{unfinished}"),
        format!("/cases/{other}/files/{whole}"),
        format!("/cases/{number}/files/{}", "0".repeat(32)),
        format!("/cases/{number}/files/{whole}0"),
    ];
    for path in wrong.iter().flat_map(|path| [path.clone(), format!("{path}/sealed")]) {
        assert_eq!(download(&desk, &path, &cookie).await.0, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(count(&desk, &number, "file.downloaded").await, 0);
    let page = desk.get(&format!("/cases/{number}"), &cookie).await.body;
    assert!(page.contains("受け取っている途中") && page.contains("証拠ファイル（2件）"));

    let n = desk.changed_n(&number).await;
    desk.post(&format!("/cases/{number}/actions/erase"), &cookie, &format!("n={n}&confirm=yes")).await;
    assert_eq!(download(&desk, &format!("/cases/{number}/files/{whole}"), &cookie).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_auditor_sees_that_a_file_came_and_not_its_name() {
    let desk = TestDesk::open("auditfile").await;
    let number = desk.submit("other").await;
    let auditor = desk.sign_in(Role::Auditor).await;
    let id = file(&desk, &number, "秘密.log", b"abc").await;
    let page = desk.get(&format!("/cases/{number}"), &auditor).await.body;
    assert!(page.contains(&id.to_string()) && page.contains("ウイルス検査はしていません"));
    assert!(!page.contains("秘密.log") && !page.contains(&format!("/cases/{number}/files/")), "{page}");
    for path in [format!("/cases/{number}/files/{id}"), format!("/cases/{number}/files/{id}/sealed")] {
        assert_eq!(download(&desk, &path, &auditor).await.0, StatusCode::FORBIDDEN);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_is_not_stale_after_a_download() {
    let desk = TestDesk::open("notstale").await;
    let number = desk.submit("other").await;
    let cookie = desk.sign_in(Role::Operator).await;
    let id = file(&desk, &number, "a.log", b"abc").await;
    let n = desk.changed_n(&number).await;
    download(&desk, &format!("/cases/{number}/files/{id}"), &cookie).await;
    let note = desk.post(&format!("/cases/{number}/actions/note"), &cookie, &format!("n={n}&text=a")).await;
    assert_eq!(note.status, StatusCode::SEE_OTHER);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_part_ends_the_download() {
    let desk = TestDesk::open("damaged").await;
    let number = desk.submit("other").await;
    let cookie = desk.sign_in(Role::Operator).await;
    let id = file(&desk, &number, "a.log", &vec![7; 100_000]).await;
    desk.damage_parts();
    let path = format!("/cases/{number}/files/{id}");
    let request = Request::get(path).header(header::COOKIE, &cookie).body(Body::empty()).unwrap();
    let response = desk.router.clone().oneshot(request).await.unwrap();
    assert_eq!(response.headers()["content-length"], "100000");
    assert!(to_bytes(response.into_body(), usize::MAX).await.is_err());
}
