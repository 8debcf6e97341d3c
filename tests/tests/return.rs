//! The return of an applicant: number and code, questions and answers, additions, a withdrawal.

#![allow(
    clippy::needless_pass_by_value, // a test owns its home
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr, // the medians of a long run
    reason = "a test that cannot go on stops"
)]

use std::time::{Duration, Instant};

use kakekomi_sealing::KeyFolder;
use kakekomi_service::return_visit::ReturnCode;
use kakekomi_service::sealed_case::open_event;
use kakekomi_store::EventKind;
use kakekomi_store::digest::sha256;
use kakekomi_store::receipt_number::Number;
use kakekomi_tests::applicant::{example, submission, with};
use kakekomi_tests::on_both_databases;
use kakekomi_tests::returning::{
    Returning, authorized, events, header_of, kinds, open, open_request, post, questions, start, state, submit, token,
    write, write_with,
};
use kakekomi_tests::server::Home;
use kakekomi_tests::source_tree::root;
use kakekomi_tests::wire::{Answer, Request};
use serde_json::{Value, json};

on_both_databases! {
    a_question_is_answered_from_the_receipt_to_the_event
    requests_are_replayed_and_never_doubled
    a_replay_never_rebinds_a_code
    a_new_code_ends_the_old_one_and_its_visits
    wrong_numbers_and_wrong_codes_are_the_same
    an_erased_case_opens_nothing
    a_token_is_worth_nothing_after_its_end
    a_withdrawal_closes_and_an_addition_reopens
    a_vendors_page_is_shown_with_its_outcome_alone
}

/// Attempts of each kind in `wrong_numbers_and_wrong_codes_are_the_same`, unless `KAKEKOMI_RETURN_ATTEMPTS` names another
/// number.
const ATTEMPTS: usize = 200;

fn a_question_is_answered_from_the_receipt_to_the_event(home: Home) {
    let server = start(home);
    let case = submit(&server, "key-1");
    let token = token(&server, &case);
    let before = state(&server, &token);
    assert_eq!((&before["number"], &before["state"]), (&json!(case.number), &json!("received")));
    assert_eq!((&before["questions"], &before["files"], &before["disclosures"]), (&json!([]), &json!([]), &json!([])));
    assert!(before["received_at"].is_i64() && before["outcome"].is_null(), "{before}");
    let none = post(&server, "/v1/answers", &token, "a", &json!({"other": {"q1": "yes"}}));
    none.assert_problem("answers without questions", 409, "return.no_questions");

    write(&server.home, &case.number, EventKind::QuestionAsked, &questions("q1"));
    let asked = state(&server, &token);
    assert_eq!((&asked["state"], &asked["questions"][0]["id"]), (&json!("waiting"), &json!("q1")));
    assert_eq!(asked["context"]["questions"], asked["questions"]);
    let checked = post(&server, "/v1/answers/check", &token, "", &json!({"other": {}}));
    assert_eq!(
        (checked.status, checked.json()["issues"][0]["path"].clone()),
        (200, json!("/other/q1")),
        "{}",
        checked.text()
    );
    let missing = post(&server, "/v1/answers", &token, "a", &json!({"other": {}}));
    missing.assert_problem("a required answer is missing", 422, "draft.issues");
    assert_eq!(missing.json()["report"]["issues"][0]["path"], "/other/q1");
    let no_json = authorized(Request::post("/v1/answers"), &token).header("idempotency-key", "a").json(b"{");
    server.send(&no_json).assert_problem("no JSON", 400, "text.not_json");

    let answer = post(&server, "/v1/answers", &token, "a", &json!({"other": {"q1": "yes"}}));
    assert_eq!((answer.status, answer.json()), (201, json!({"n": 3})), "{}", answer.text());
    let after = state(&server, &token);
    assert_eq!((&after["state"], &after["questions"]), (&json!("in_progress"), &json!([])));
    let (event, body) = events(&server.home, &case.number).pop().unwrap();
    assert_eq!((event.kind.as_str(), event.actor.as_str()), ("answer.received", "applicant"));
    let body = body.unwrap();
    assert_eq!(body["text"], r#"{"other":{"q1":"yes"}}"#);
    let report: Value = serde_json::from_str(body["report"].as_str().unwrap()).unwrap();
    assert_eq!((&report["accepted"], &report["values"]["other"]["q1"]), (&json!(true), &json!("yes")));
    let service = KeyFolder::at(server.home.keys()).service().unwrap();
    assert!(open_event(&service, &event).is_err(), "this host cannot read the answers back");
}

fn requests_are_replayed_and_never_doubled(home: Home) {
    let server = start(home);
    let case = submit(&server, "key-1");
    let token = token(&server, &case);
    write(&server.home, &case.number, EventKind::QuestionAsked, &questions("q1"));
    for (path, body, other) in [
        ("/v1/answers", json!({"other": {"q1": "yes"}}), json!({"other": {"q1": "no"}})),
        ("/v1/amendments", json!({"text": "VPNの装置も再起動しました。"}), json!({"text": "another"})),
        ("/v1/withdrawals", json!({"what": "application"}), json!({"what": "application", "x": 1})),
    ] {
        let first = post(&server, path, &token, path, &body);
        assert_eq!((first.status, first.header("idempotency-replayed")), (201, None), "{path}: {}", first.text());
        // The answer is lost, and the page sends the same again, perhaps in a later visit.
        for again in [
            post(&server, path, &token, path, &body),
            post(&server, path, &kakekomi_tests::returning::token(&server, &case), path, &body),
        ] {
            assert_eq!((again.status, &again.body), (201, &first.body), "{path}");
            assert_eq!(again.header("idempotency-replayed"), Some("true"), "{path}");
        }
        let reused = post(&server, path, &token, path, &other);
        assert!(["idempotency.reused", "http.body"].contains(&reused.code().as_str()), "{path}: {}", reused.text());
        assert!(!reused.text().contains("お申し込み"), "an answer is no application: {}", reused.text());
    }
    let expected = ["case.received", "question.asked", "answer.received", "amendment.received", "case.withdrawn"];
    assert_eq!(kinds(&server.home, &case.number), expected);
    let elsewhere = post(&server, "/v1/amendments", &token, "/v1/answers", &json!({"text": "a"}));
    elsewhere.assert_problem("a key of another address", 422, "idempotency.reused");
    let body = json!({"text": "a"}).to_string();
    let without = authorized(Request::post("/v1/amendments"), &token).json(body.as_bytes());
    server.send(&without).assert_problem("no key", 400, "idempotency.missing");
}

fn a_replay_never_rebinds_a_code(home: Home) {
    let server = start(home);
    let case = submit(&server, "key-1");
    let draft = example(&server.home, &[]);
    let send =
        |key: &str, code: &str| server.send(&submission(key, &draft).header("kakekomi-return", &header_of(code)));
    let other = ReturnCode::random().unwrap().to_string();
    let [first, again, stolen] = [&case.code, &case.code, &other].map(|code| send("key-1", code));
    assert!([&first, &again, &stolen].iter().all(|answer| answer.status == 201 && answer.body == first.body));
    let bound = |answer: &Answer| answer.header("kakekomi-return-bound").map(str::to_owned);
    assert_eq!(
        [bound(&first), bound(&again), bound(&stolen)],
        ["true", "true", "false"].map(|word| Some(word.to_owned()))
    );
    assert_eq!(server.send(&open_request(&case.number, &other, "198.51.100.1")).status, 401);
    assert_eq!(open(&server, &case).status, 200);
    let changed = with(&draft, "/contact/person", "別人");
    let reused = server.send(&submission("key-1", &changed).header("kakekomi-return", &header_of(&other)));
    assert_eq!((reused.code().as_str(), bound(&reused)), ("idempotency.reused", None));

    let without = server.send(&submission("key-2", &draft));
    assert_eq!((without.status, bound(&without)), (201, None));
    assert_eq!(bound(&send("key-2", &other)), Some("false".to_owned()), "a replay binds no code");
    let hex = header_of(&other);
    for wrong in [&hex[1..], "sha256:", "", &hex.replace("sha256", "md5")] {
        let answer = server.send(&submission("key-3", &draft).header("kakekomi-return", wrong));
        answer.assert_problem(wrong, 400, "return.header");
    }
    let twice = submission("key-3", &draft).header("kakekomi-return", &hex).header("kakekomi-return", &hex);
    server.send(&twice).assert_problem("two headers", 400, "return.header");
}

fn a_new_code_ends_the_old_one_and_its_visits(home: Home) {
    let server = start(home);
    let case = submit(&server, "key-1");
    let old = token(&server, &case);
    let code = ReturnCode::random().unwrap();
    let bound = code.hash().bound_to(&Number::read(&case.number).unwrap());
    write_with(&server.home, &case.number, EventKind::CodeIssued, &json!({"channel": "phone"}), Some(bound));
    let shown = server.send(&authorized(Request::get("/v1/return"), &old));
    shown.assert_problem("a visit with the old code", 401, "return.expired");
    open(&server, &case).assert_problem("the old code", 401, "return.refused");
    let issued = Returning { number: case.number.clone(), code: code.to_string() };
    assert_eq!(open(&server, &issued).status, 200);
    let draft = example(&server.home, &[]);
    let replay = server.send(&submission("key-1", &draft).header("kakekomi-return", &header_of(&case.code)));
    assert_eq!((replay.status, replay.header("kakekomi-return-bound")), (201, Some("false")));
}

/// Removes the headers that differ with each response.
fn comparable(answer: &Answer) -> (u16, Vec<(String, String)>, Vec<u8>) {
    let headers = answer.headers.iter().filter(|(name, _)| !["date", "x-request-id"].contains(&name.as_str()));
    (answer.status, headers.cloned().collect(), answer.body.clone())
}

/// `KAKEKOMI_RETURN_ATTEMPTS=10000` prints the medians of a long run.
fn wrong_numbers_and_wrong_codes_are_the_same(home: Home) {
    let server = start(home);
    let case = submit(&server, "key-1");
    let (erased, none) = (submit(&server, "key-2"), server.send(&submission("key-3", &example(&server.home, &[]))));
    let erase = server.home.run(&["cases", "erase", &erased.number, "--yes"]);
    assert!(erase.status.success(), "{}", String::from_utf8_lossy(&erase.stderr));
    let without = none.json()["number"].as_str().unwrap().to_owned();
    let attempts = std::env::var("KAKEKOMI_RETURN_ATTEMPTS").map_or(ATTEMPTS, |value| value.parse().unwrap());
    let mut times: [Vec<Duration>; 5] = Default::default();
    let mut answers = Vec::new();
    for index in 0..attempts {
        // Each address tries a number twice.
        let address = format!("2001:db8:{:x}:{:x}::1", index >> 16, index & 0xffff);
        let (wrong, code) = (ReturnCode::random().unwrap().to_string(), &case.code);
        let number = Number::random().unwrap().to_string();
        let pairs = [
            (&case.number, &wrong),
            (&number, code),
            (&erased.number, &erased.code),
            (&without, code),
            (&"1".to_owned(), code),
        ];
        for turn in 0..pairs.len() {
            // The first request of a round is slower, whichever it is.
            let kind = (turn + index) % pairs.len();
            let (number, code) = pairs[kind];
            let request = open_request(number, code, &address);
            let started = Instant::now();
            let answer = server.send(&request);
            times[kind].push(started.elapsed());
            answers.push(comparable(&answer));
        }
    }
    assert_eq!(answers[0].0, 401, "{:?}", answers[0]);
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{:?}", answers.iter().find(|one| **one != answers[0]));
    let medians = times.map(|mut times| {
        times.sort();
        times[times.len() / 2].as_secs_f64() * 1e6
    });
    eprintln!(
        "{attempts} each, medians in µs: wrong code, wrong number, erased, without code, unreadable: {medians:.1?}"
    );
    let [wrong_code, others @ ..] = medians;
    // Both databases and other tests run beside this one; the long run compares more closely.
    assert!(others.iter().all(|other| (other / wrong_code - 1.0).abs() < 0.5), "{medians:?}");
}

fn an_erased_case_opens_nothing(home: Home) {
    let server = start(home);
    let case = submit(&server, "key-1");
    let token = token(&server, &case);
    assert_eq!(post(&server, "/v1/amendments", &token, "a", &json!({"text": "a"})).status, 201);
    let erase = server.home.run(&["cases", "erase", &case.number, "--yes"]);
    assert!(erase.status.success(), "{}", String::from_utf8_lossy(&erase.stderr));
    server.send(&authorized(Request::get("/v1/return"), &token)).assert_problem("its visit", 401, "return.expired");
    post(&server, "/v1/amendments", &token, "a", &json!({"text": "a"})).assert_problem(
        "a replay",
        401,
        "return.expired",
    );
    open(&server, &case).assert_problem("its code", 401, "return.refused");
}

fn a_token_is_worth_nothing_after_its_end(home: Home) {
    let server = start(home);
    let case = submit(&server, "key-1");
    let get = |token: &str| server.send(&authorized(Request::get("/v1/return"), token));
    let [ended, expired, valid] = [(); 3].map(|()| token(&server, &case));
    let end = server.send(&authorized(Request::delete("/v1/return"), &ended));
    assert_eq!((end.status, end.body.len()), (204, 0));
    let digest = sha256(expired.as_bytes());
    server.home.alter(&format!("UPDATE return_tokens SET expires_at = 1 WHERE token_hash = x'{digest}'"));
    for token in [ended.as_str(), &expired, "", "x", &valid[1..]] {
        get(token).assert_problem(token, 401, "return.expired");
        server.send(&authorized(Request::delete("/v1/return"), token)).assert_problem(token, 401, "return.expired");
    }
    let bare = server.send(&Request::get("/v1/return"));
    bare.assert_problem("no token", 401, "return.expired");
    assert_eq!(bare.header("www-authenticate"), Some("Bearer"));
    for path in ["/v1/answers", "/v1/answers/check", "/v1/amendments", "/v1/withdrawals", "/v1/intents"] {
        post(&server, path, &ended, "a", &json!({})).assert_problem(path, 401, "return.expired");
    }
    assert_eq!(get(&valid).status, 200);
    for body in [&b"{}"[..], b"{", br#"{"number":1,"code":"2"}"#, br#"{"number":"1","code":"2","more":3}"#] {
        server.send(&Request::post("/v1/return").json(body)).assert_problem("another shape", 400, "http.body");
    }
}

fn a_withdrawal_closes_and_an_addition_reopens(home: Home) {
    let server = start(home);
    let case = submit(&server, "key-1");
    let token = token(&server, &case);
    write(&server.home, &case.number, EventKind::QuestionAsked, &questions("q1"));
    post(&server, "/v1/withdrawals", &token, "i", &json!({"what": "all"})).assert_problem("a word", 400, "http.body");
    assert_eq!(post(&server, "/v1/withdrawals", &token, "w", &json!({"what": "application"})).status, 201);
    let closed = state(&server, &token);
    assert_eq!((&closed["state"], &closed["outcome"]), (&json!("closed"), &json!("withdrawn")));
    assert_eq!(closed["questions"], json!([]), "a closed case asks nothing");
    let again = post(&server, "/v1/withdrawals", &token, "w2", &json!({"what": "application"}));
    again.assert_problem("closed already", 409, "case.closed");

    for (text, code) in [
        (String::new(), "required"),
        ("あ".repeat(4001), "length.too_long"),
        ("a\u{0}b".to_owned(), "chars.control"),
        ("a\u{202e}b".to_owned(), "chars.bidi"),
    ] {
        let refused = post(&server, "/v1/amendments", &token, "t", &json!({ "text": text }));
        refused.assert_problem(code, 422, "draft.issues");
        let found = refused.json()["report"]["issues"][0]["code"].as_str().unwrap().to_owned();
        assert!(found.starts_with(code), "{found}");
    }
    let text = "あ".repeat(4000);
    assert_eq!(post(&server, "/v1/amendments", &token, "t", &json!({ "text": text })).status, 201);
    let (event, body) = events(&server.home, &case.number).pop().unwrap();
    assert_eq!((event.kind.as_str(), &body.unwrap()["text"]), ("amendment.received", &json!(text)));
    let open = state(&server, &token);
    assert_eq!((&open["state"], open.get("outcome")), (&json!("in_progress"), None));
    assert_eq!(open["questions"][0]["id"], "q1");
}

fn a_vendors_page_is_shown_with_its_outcome_alone(home: Home) {
    let server = start(home);
    let case = submit(&server, "key-1");
    let token = token(&server, &case);
    let link = "https://vendor.example/support";
    let arguments = ["cases", "close", &case.number, "--outcome", "referred_to_vendor", "--link", link];
    assert!(server.home.run(&arguments).status.success());
    assert_eq!(state(&server, &token)["vendor_link"], link);
    write(&server.home, &case.number, EventKind::CaseReopened, &json!({}));
    assert_eq!(state(&server, &token).get("vendor_link"), None);
    write(&server.home, &case.number, EventKind::CaseClosed, &json!({"outcome": "advised"}));
    assert_eq!(state(&server, &token).get("vendor_link"), None);
}

#[test]
fn two_hosts_on_one_database_serve_any_visit() {
    let Some(home) = Home::on_postgres() else { return };
    let first = start(home);
    let second = start(Home::at(first.home.database_url().unwrap()));
    let case = submit(&first, "key-1");
    let token = token(&second, &case);
    write(&first.home, &case.number, EventKind::QuestionAsked, &questions("q1"));
    assert_eq!(state(&first, &token)["questions"], state(&second, &token)["questions"]);
    let body = json!({"other": {"q1": "yes"}});
    let answers = std::thread::scope(|scope| {
        let threads = [&first, &second, &first, &second]
            .map(|host| scope.spawn(|| post(host, "/v1/answers", &token, "a", &body)));
        threads.map(|thread| thread.join().unwrap())
    });
    assert!(answers.iter().all(|answer| answer.status == 201 && answer.body == answers[0].body));
    assert_eq!(answers.iter().filter(|answer| answer.header("idempotency-replayed").is_none()).count(), 1);
    assert_eq!(kinds(&first.home, &case.number), ["case.received", "question.asked", "answer.received"]);
    assert_eq!(first.send(&authorized(Request::delete("/v1/return"), &token)).status, 204);
    let ended = second.send(&authorized(Request::get("/v1/return"), &token));
    ended.assert_problem("ended at the other host", 401, "return.expired");
}

/// The digest of the module in `tests/fixtures/modules`, which knows no questions.
const OLDER: &str = "61ee3b540a702afa61aeed6758341603b7496665d7fcfcf1258013ee68ff9f48";

#[test]
fn answers_of_a_page_whose_module_knows_no_questions_are_refused() {
    let home = Home::new();
    let (name, modules) = (format!("{OLDER}.wasm"), home.path().join("data/modules"));
    std::fs::create_dir_all(&modules).unwrap();
    std::fs::copy(root().join("tests/fixtures/modules").join(&name), modules.join(&name)).unwrap();
    let server = start(home);
    let case = submit(&server, "key-1");
    let token = token(&server, &case);
    write(&server.home, &case.number, EventKind::QuestionAsked, &questions("q1"));
    let send = |module: &str| {
        let request = authorized(Request::post("/v1/answers"), &token).header("idempotency-key", "a");
        server.send(&request.header("kakekomi-module", module).json(br#"{"other":{"q1":"yes"}}"#))
    };
    let outdated = send(&format!("sha256:{OLDER}"));
    outdated.assert_problem("an older module", 409, "module.outdated");
    let current = outdated.json()["current"]["module"].as_str().unwrap().to_owned();
    send(&format!("sha256:{}", "ab".repeat(32))).assert_problem("an unknown module", 409, "module.unknown");
    send("x").assert_problem("no digest", 400, "module.header");
    assert_eq!(send(&current).status, 201);
    assert_eq!(send(&format!("sha256:{OLDER}")).header("idempotency-replayed"), Some("true"), "the key is bound");
}
