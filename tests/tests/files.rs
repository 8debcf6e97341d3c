//! Evidence files over tus: statuses, names and sizes, and what the desk finds of them.

#![allow(
    clippy::needless_pass_by_value, // a test owns its home
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on stops"
)]

use std::process::Command;

use kakekomi_service::return_visit::ReturnCode;
use kakekomi_store::digest::sha256;
use kakekomi_tests::on_both_databases;
use kakekomi_tests::returning::{Returning, authorized, events, kinds, start, state, submit, token};
use kakekomi_tests::server::{Home, Server};
use kakekomi_tests::source_tree::root;
use kakekomi_tests::uploads::{
    FILES, Upload, declaration, encoded, evidence_folder, listed, metadata, noise, offset_of, opened, resumable,
};
use kakekomi_tests::wire::{Answer, Request};
use serde_json::json;

on_both_databases! {
    a_file_arrives_and_is_opened_by_the_desk
    every_refusal_has_its_status
    number_and_code_open_an_upload_and_wrong_ones_lock
    sizes_around_the_parts_arrive
    a_flipped_bit_is_a_mismatch_that_is_kept
    names_are_kept_as_they_are_and_used_for_nothing
    bytes_may_come_with_the_declaration
}

/// Bytes of a part.
const PART: usize = 8 << 20;

fn assert_head(answer: &Answer, status: u16, headers: &[(&str, &str)]) {
    assert_eq!((answer.status, answer.header("tus-resumable")), (status, Some("1.0.0")), "{}", answer.text());
    for (name, value) in headers {
        assert_eq!(answer.header(name), Some(*value), "{name}");
    }
}

fn a_file_arrives_and_is_opened_by_the_desk(home: Home) {
    let server = start(home);
    let options = server.send(&Request::options(FILES));
    let extensions = "creation,creation-with-upload,expiration,termination";
    assert_head(&options, 204, &[("tus-version", "1.0.0"), ("tus-extension", extensions)]);
    assert_eq!(options.header("tus-max-size"), Some((64_u64 << 30).to_string().as_str()));

    let case = submit(&server, "key-1");
    let token = token(&server, &case);
    let bytes = b"hello world";
    let described = metadata(&[
        ("what", "log"),
        ("log", "0"),
        ("filename", "ファイル.evtx"),
        ("filetype", "text/plain"),
        ("sha256", &sha256(bytes)),
    ]);
    let created = server.send(&declaration(&token, 11, &described));
    assert_head(&created, 201, &[("upload-offset", "0")]);
    assert!(created.header("upload-expires").unwrap().ends_with(" GMT"));
    let path = created.header("location").unwrap().to_owned();
    assert!(path.starts_with("/v1/files/") && path.len() == 42, "{path}");
    let upload = Upload { path, token: token.clone() };
    let declared = listed(&state(&server, &token), &upload);
    assert_eq!((&declared["state"], &declared["offset"]), (&json!("declared"), &json!(0)));

    assert_head(&upload.patch(&server, 0, &bytes[..4]), 204, &[("upload-offset", "4")]);
    assert_head(&upload.head(&server), 200, &[("upload-offset", "4"), ("upload-length", "11")]);
    let receiving = listed(&state(&server, &token), &upload);
    assert_eq!((&receiving["state"], &receiving["offset"]), (&json!("receiving"), &json!(4)));
    assert!(receiving["expires_at"].as_i64() > receiving["created_at"].as_i64(), "{receiving}");
    let last = upload.patch(&server, 4, &bytes[4..]);
    assert_head(&last, 204, &[("upload-offset", "11")]);
    assert_eq!(last.header("upload-expires"), None, "a file that has arrived does not end");

    let arrived = listed(&state(&server, &token), &upload);
    let expected = json!({"id": upload.id(), "what": "log", "log": 0, "length": 11, "offset": 11, "state": "arrived",
        "sha256": sha256(bytes), "created_at": arrived["created_at"]});
    assert_eq!(arrived, expected, "the name is not among it");
    let events = events(&server.home, &case.number);
    let [declared, arrived] =
        [&events[1], &events[2]].map(|(event, body)| (event.kind.as_str(), body.clone().unwrap()));
    assert_eq!(declared.0, "file.declared");
    assert_eq!((&declared.1["name"], &declared.1["type"]), (&json!("ファイル.evtx"), &json!("text/plain")));
    assert_eq!((arrived.0, &arrived.1["sha256"]), ("file.arrived", &json!(sha256(bytes))));
    assert!(events.iter().all(|(event, _)| event.kind == "case.received" || event.actor == "applicant"));
    assert_eq!(opened(&server.home, &evidence_folder(&server.home), &case.number, &upload), bytes);
}

fn every_refusal_has_its_status(home: Home) {
    let server = start(home);
    let (case, other) = (submit(&server, "key-1"), submit(&server, "key-2"));
    let (token, others) = (token(&server, &case), token(&server, &other));
    let upload = Upload::declare(&server, &token, "a.log", 10);
    let named = metadata(&[("filename", "a")]);
    let send = |request: Request| server.send(&request);
    let assert_refused = |what: &str, answer: Answer, status: u16, code: &str| {
        answer.assert_problem(what, status, code);
        assert_eq!(answer.header("tus-resumable"), Some("1.0.0"), "{what}");
        answer
    };

    let version = send(authorized(Request::post(FILES), &token));
    let version = assert_refused("no version", version, 412, "tus.version");
    assert_eq!(version.header("tus-version"), Some("1.0.0"));
    let old = authorized(Request::patch(&upload.path), &token).header("tus-resumable", "0.2.2");
    assert_refused("an old version", send(old), 412, "tus.version");
    assert_refused("no visit", send(resumable(Request::post(FILES))), 401, "return.expired");
    assert_refused("a wrong token", send(declaration("x", 1, &named)), 401, "return.expired");
    for (what, wrong) in [
        ("filename", metadata(&[("what", "log")])),
        ("what", metadata(&[("filename", "a"), ("what", "kanaria")])),
        ("log", metadata(&[("filename", "a"), ("log", "kanaria")])),
        ("sha256", metadata(&[("filename", "a"), ("sha256", "kanaria")])),
        ("filename", metadata(&[("filename", &"a".repeat(256))])),
    ] {
        let refused = assert_refused(what, send(declaration(&token, 1, &wrong)), 400, "file.metadata");
        let text = refused.text();
        assert!(text.contains(what) && !text.contains("kanaria"), "{text}");
    }
    let without = resumable(authorized(Request::post(FILES), &token)).header("upload-metadata", &named);
    let without = assert_refused("no length", send(without), 400, "file.metadata");
    assert!(without.text().contains("Upload-Length"), "{}", without.text());
    assert_refused("a huge file", send(declaration(&token, (64 << 30) + 1, &named)), 413, "file.too_large");
    let typed = declaration(&token, 1, &named).header("content-type", "text/plain").body(b"a");
    assert_refused("bytes of a type", send(typed), 415, "file.content_type");

    let theirs = Upload { token: others.clone(), ..upload.clone() };
    let unknown = Upload { path: format!("{FILES}/{}", "0".repeat(32)), ..upload.clone() };
    let nameless = Upload { path: format!("{FILES}/x"), ..upload.clone() };
    for (what, wrong) in [("another case's", &theirs), ("an unknown one", &unknown), ("no name", &nameless)] {
        assert_refused(what, wrong.patch(&server, 0, b"a"), 404, "file.unknown");
        assert_refused(what, send(wrong.request(Request::delete)), 404, "file.unknown");
        assert_head(&wrong.head(&server), 404, &[]);
    }
    let untyped = upload.request(Request::patch).header("upload-offset", "0").body(b"a");
    assert_refused("bytes without a type", send(untyped), 415, "file.content_type");
    let coded = upload.bytes(0, b"a").header("content-encoding", "gzip");
    assert_refused("compressed bytes", send(coded), 415, "http.content_encoding");
    let nowhere = upload.request(Request::patch).header("content-type", "application/offset+octet-stream").body(b"a");
    let nowhere = assert_refused("no offset", send(nowhere), 400, "file.metadata");
    assert!(nowhere.text().contains("Upload-Offset"), "{}", nowhere.text());
    let ahead = assert_refused("a gap", upload.patch(&server, 1, b"a"), 409, "file.offset");
    assert_eq!(offset_of(&ahead), 0, "the problem tells where the file ends");
    let long = assert_refused("too long", upload.patch(&server, 0, b"0123456789x"), 413, "file.too_large");
    let stored = offset_of(&long);
    assert_eq!(upload.offset(&server), stored);
    let rest = &b"0123456789"[usize::try_from(stored).unwrap()..];
    if !rest.is_empty() {
        assert_eq!(upload.patch(&server, stored, rest).status, 204);
    }
    assert_refused("bytes of a finished file", upload.patch(&server, 0, b"0"), 409, "file.arrived");
    assert_refused("a method", send(Request::get(&upload.path)), 405, "http.method");
    assert_refused("POST alone", send(upload.request(Request::post)), 400, "file.metadata");
    assert_eq!(opened(&server.home, &evidence_folder(&server.home), &case.number, &upload), b"0123456789");
}

fn number_and_code_open_an_upload_and_wrong_ones_lock(home: Home) {
    let server = start(home);
    let case = submit(&server, "key-1");
    let request = |request: Request, Returning { number, code }: &Returning, address: &str| {
        let named = request.header("kakekomi-case", number).header("kakekomi-code", code);
        server.send(&resumable(named).header("x-forwarded-for", address))
    };
    let declare = || Request::post(FILES).header("upload-length", "4").header("upload-metadata", "filename YQ==");
    let created = request(declare(), &case, "198.51.100.1");
    assert_head(&created, 201, &[]);
    let path = created.header("location").unwrap();
    // A client that can only send POST.
    let bytes = Request::post(path).header("x-http-method-override", "PATCH").header("upload-offset", "0");
    let bytes = bytes.header("content-type", "application/offset+octet-stream").body(b"ab");
    assert_head(&request(bytes, &case, "198.51.100.1"), 204, &[("upload-offset", "2")]);
    let head = Request::post(path).header("x-http-method-override", "HEAD");
    assert_head(&request(head, &case, "198.51.100.1"), 200, &[("upload-offset", "2"), ("upload-length", "4")]);

    let wrong = Returning { code: ReturnCode::random().unwrap().to_string(), number: case.number.clone() };
    for _ in 0..10 {
        request(Request::patch(path), &wrong, "198.51.100.2").assert_problem("a wrong code", 401, "return.refused");
    }
    let locked = request(declare(), &case, "198.51.100.2");
    locked.assert_problem("an eleventh attempt", 429, "return.locked");
    assert_eq!(request(declare(), &case, "198.51.100.1").status, 201, "another address");
    let delete = Request::post(path).header("x-http-method-override", "DELETE");
    assert_head(&request(delete, &case, "198.51.100.1"), 204, &[]);
    assert_head(&request(Request::head(path), &case, "198.51.100.1"), 410, &[]);
}

fn sizes_around_the_parts_arrive(home: Home) {
    let server = start(home);
    let case = submit(&server, "key-1");
    let token = token(&server, &case);
    for length in [0, 1, (64 << 10) - 1, 64 << 10, (64 << 10) + 1, PART - 1, PART, PART + 1] {
        let bytes = noise(length, length as u64);
        let upload = Upload::declare(&server, &token, "a", length as u64);
        if length > 0 {
            assert_head(&upload.patch(&server, 0, &bytes), 204, &[("upload-offset", &length.to_string())]);
        }
        let arrived = listed(&state(&server, &token), &upload);
        let expected = (json!("arrived"), json!(sha256(&bytes)), json!(length));
        assert_eq!((arrived["state"].clone(), arrived["sha256"].clone(), arrived["offset"].clone()), expected);
        assert!(opened(&server.home, &evidence_folder(&server.home), &case.number, &upload) == bytes, "{length}");
    }
    // Published digests (NIST FIPS 180-2, B.1 to B.3).
    for (bytes, digest) in [
        (b"abc".to_vec(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".to_vec(),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
        ),
        (vec![b'a'; 1_000_000], "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
    ] {
        let upload = Upload::declare(&server, &token, "vector", bytes.len() as u64);
        // In two pieces, so that the running state is stored between them.
        let middle = bytes.len() / 2;
        assert_eq!(upload.patch(&server, 0, &bytes[..middle]).status, 204);
        assert_eq!(upload.patch(&server, middle as u64, &bytes[middle..]).status, 204);
        assert_eq!(listed(&state(&server, &token), &upload)["sha256"], digest);
    }
}

fn a_flipped_bit_is_a_mismatch_that_is_kept(home: Home) {
    let server = start(home);
    let case = submit(&server, "key-1");
    let token = token(&server, &case);
    let mut bytes = noise(100_000, 7);
    let described = metadata(&[("filename", "a"), ("sha256", &sha256(&bytes))]);
    for place in [0, 50_000, 99_999] {
        let upload = Upload::of(&server, &token, 100_000, &described);
        bytes[place] ^= 1;
        assert_eq!(upload.patch(&server, 0, &bytes).status, 204);
        assert_eq!(listed(&state(&server, &token), &upload)["state"], "mismatch");
        assert!(opened(&server.home, &evidence_folder(&server.home), &case.number, &upload) == bytes);
        let (event, body) = events(&server.home, &case.number).pop().unwrap();
        let body = body.unwrap();
        assert_eq!((event.kind.as_str(), &body["sha256"]), ("file.mismatch", &json!(sha256(&bytes))));
        assert_ne!(body["declared"], body["sha256"]);
        bytes[place] ^= 1;
    }
}

fn names_are_kept_as_they_are_and_used_for_nothing(home: Home) {
    let server = start(home);
    let case = submit(&server, "key-1");
    let token = token(&server, &case);
    let long = "あ".repeat(85);
    for name in [
        "a".repeat(255).as_str(),
        &long,
        "../../../../etc/passwd",
        "..",
        ".",
        "/",
        "C:\\Windows\\system.evtx",
        "a\u{0}b",
        "a\r\nset-cookie: b",
        "\u{202e}cod.exe",
        "\u{1b}[31m",
        "null.tar.gz; rm -rf /",
        " ",
    ] {
        let upload = Upload::declare(&server, &token, name, 1);
        assert_eq!(upload.patch(&server, 0, b"x").status, 204, "{name:?}");
        let declared =
            events(&server.home, &case.number).into_iter().rev().find(|(event, _)| event.kind == "file.declared");
        assert_eq!(declared.unwrap().1.unwrap()["name"], name);
    }
    let output = Command::new("find").arg(server.home.path()).output().unwrap();
    for path in String::from_utf8(output.stdout).unwrap().lines().filter(|path| path.contains("/evidence/parts/")) {
        let name = path.rsplit('/').next().unwrap();
        let digits = name.strip_suffix(".age").unwrap_or(name);
        assert!(digits.bytes().all(|byte| byte.is_ascii_hexdigit()), "{path}");
    }
}

fn bytes_may_come_with_the_declaration(home: Home) {
    let server = start(home);
    let case = submit(&server, "key-1");
    let token = token(&server, &case);
    let with = |length: u64, bytes: &[u8]| {
        declaration(&token, length, &format!("filename {}", encoded("a")))
            .header("content-type", "application/offset+octet-stream")
            .body(bytes)
    };
    assert_head(&server.send(&with(3, b"abc")), 201, &[("upload-offset", "3")]);
    let part = server.send(&with(3, b"ab"));
    assert_head(&part, 201, &[("upload-offset", "2")]);
    let upload = Upload { path: part.header("location").unwrap().to_owned(), token: token.clone() };
    assert_head(&upload.patch(&server, 2, b"c"), 204, &[("upload-offset", "3")]);
    assert_eq!(listed(&state(&server, &token), &upload)["sha256"], sha256(b"abc"));
    assert_head(&server.send(&with(0, b"")), 201, &[("upload-offset", "0")]);
    assert_eq!(state(&server, &token)["files"].as_array().unwrap().len(), 3);
}

#[test]
fn partners_pages_cannot_read_uploads() {
    let server = Server::start();
    let case = submit(&server, "key-1");
    let upload = Upload::declare(&server, &token(&server, &case), "a", 1);
    let answer = server.send(&upload.request(Request::head).header("origin", "https://www.example.com"));
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, None));
    assert_eq!(kinds(&server.home, &case.number), ["case.received", "file.declared"]);
}

/// The blocks of a step of `docs/evidence.md`.
fn step(name: &str) -> String {
    let document = std::fs::read_to_string(root().join("docs/evidence.md")).unwrap();
    let begin = format!("<!-- step: {name} -->\n\n```sh\n");
    let blocks = document.split(&begin).skip(1);
    blocks.map(|rest| rest.split("```").next().unwrap()).collect()
}

#[test]
fn curl_lines_of_the_document_send_a_file() {
    let server = Server::start();
    let case = submit(&server, "key-1");
    let (folder, bytes) = (server.home.path().join("client"), noise(9_000_000, 8));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("security.evtx"), &bytes).unwrap();
    let values = step("curl-values")
        .replace("https://desk.example.jp", &format!("http://{}", server.at))
        .replace("2609-4873-1059", &case.number)
        .replace("1234 5678 9012 3456 7890 89", &case.code);
    let mut bash = Command::new("timeout");
    let output = bash.args(["60", "bash", "-euc", &(values + &step("curl"))]).current_dir(&folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let files = state(&server, &token(&server, &case))["files"].clone();
    assert_eq!((&files[0]["state"], &files[0]["sha256"]), (&json!("arrived"), &json!(sha256(&bytes))));
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1, "the file with the code is removed");
}
