//! Applicants who come back, for tests of the return, and events as an operator's desk writes them.
//!
//! `submit(&server, "key-1")` → a case with its code; `token(&server, &case)` → the token of a visit

use kakekomi_sealing::KeyFolder;
use kakekomi_service::return_visit::ReturnCode;
use kakekomi_service::sealed_case::{CaseReader, EventDraft, open_event, seal_event};
use kakekomi_store::digest::sha256;
use kakekomi_store::receipt_number::Number;
use kakekomi_store::{self as store, Appended, Event, EventKind, NewEvent, Store, clock};
use serde_json::{Value, json};

use crate::applicant::{example, submission, with};
use crate::server::{Home, Server};
use crate::wire::{Answer, Request};

/// A case with the code of its applicant.
#[derive(Debug)]
pub struct Returning {
    /// The reception number.
    pub number: String,
    /// The code, in its groups.
    pub code: String,
}

/// Starts a desk that takes the clients' addresses from the tests.
pub fn start(home: Home) -> Server {
    Server::start_with(home, &["--trusted-proxies", "127.0.0.1"])
}

/// The header that binds a code.
pub fn header_of(code: &str) -> String {
    format!("sha256:{}", sha256(code.replace(' ', "").as_bytes()))
}

/// Submits a case with a new code.
pub fn submit(server: &Server, key: &str) -> Returning {
    submit_draft(server, key, &example(&server.home, &[]))
}

/// Submits a case that wishes the introduction of the forensics company, with or without the consent of clause 1②.
pub fn submit_referral(server: &Server, key: &str, transfer_consent: bool) -> Returning {
    submit_service(server, key, json!({ "forensics": { "transfer_consent": transfer_consent } }))
}

/// Submits a case that wishes these services beside consultation.
pub fn submit_service(server: &Server, key: &str, service: Value) -> Returning {
    submit_draft(server, key, &with(&example(&server.home, &[]), "/service", service))
}

fn submit_draft(server: &Server, key: &str, draft: &[u8]) -> Returning {
    let code = ReturnCode::random().unwrap().to_string();
    let request = submission(key, draft).header("kakekomi-return", &header_of(&code));
    let answer = server.send(&request);
    assert_eq!((answer.status, answer.header("kakekomi-return-bound")), (201, Some("true")), "{}", answer.text());
    Returning { number: answer.json()["number"].as_str().unwrap().to_owned(), code }
}

/// A request that begins a visit from an address.
pub fn open_request(number: &str, code: &str, address: &str) -> Request {
    let body = json!({ "number": number, "code": code }).to_string();
    Request::post("/v1/return").header("x-forwarded-for", address).json(body.as_bytes())
}

/// Begins a visit.
pub fn open(server: &Server, case: &Returning) -> Answer {
    server.send(&open_request(&case.number, &case.code, "198.51.100.1"))
}

/// Begins a visit; returns its token.
pub fn token(server: &Server, case: &Returning) -> String {
    let answer = open(server, case);
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["token"].as_str().unwrap().to_owned()
}

/// A request with a token.
pub fn authorized(request: Request, token: &str) -> Request {
    request.header("authorization", &format!("Bearer {token}"))
}

/// The case as its applicant sees it.
pub fn state(server: &Server, token: &str) -> Value {
    let answer = server.send(&authorized(Request::get("/v1/return"), token));
    assert_eq!((answer.status, answer.header("cache-control")), (200, Some("no-store")), "{}", answer.text());
    answer.json()
}

/// A request of a visit with a body.
pub fn post(server: &Server, path: &str, token: &str, key: &str, body: &Value) -> Answer {
    let request = authorized(Request::post(path), token).header("idempotency-key", key);
    server.send(&request.json(body.to_string().as_bytes()))
}

/// Opens the store beside a desk that serves.
pub fn run<T>(home: &Home, work: impl AsyncFnOnce(&dyn Store) -> T) -> T {
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let file = store::url_in(&home.path().join("data"));
        let store = store::open_to_write(home.database_url().unwrap_or(&file)).await.unwrap();
        let done = work(&*store).await;
        store.close().await.unwrap();
        done
    })
}

/// Writes an event as an operator's desk does.
pub fn write(home: &Home, number: &str, kind: EventKind, body: &Value) -> i64 {
    write_with(home, number, kind, body, None)
}

/// As [`write`], with a new return code.
pub fn write_with(home: &Home, number: &str, kind: EventKind, body: &Value, return_code: Option<[u8; 32]>) -> i64 {
    let service = KeyFolder::at(home.keys()).service().unwrap().recipients();
    run(home, async |store| {
        let number = Number::read(number).unwrap();
        let case = store.show(&number).await.unwrap().unwrap().unwrap();
        let also_to = service.first().map(String::as_str);
        let draft = EventDraft { at: clock::now(), actor: "operator:sato", kind, body, after: None, also_to };
        let event = NewEvent { return_code, ..seal_event(&case, &draft).unwrap() };
        match store.append(vec![event]).await.unwrap()[..] {
            [Appended::Stored { n: Some(n), .. }] => n,
            ref other => panic!("{other:?}"),
        }
    })
}

/// Reads the events of a case with their bodies, as the desk sees them.
pub fn events(home: &Home, number: &str) -> Vec<(Event, Option<Value>)> {
    let reader = CaseReader::load(&KeyFolder::at(home.keys()), None).unwrap().unwrap();
    run(home, async |store| {
        let number = Number::read(number).unwrap();
        let case = store.show(&number).await.unwrap().unwrap().unwrap();
        let opened = reader.open(&case).unwrap();
        let events = store.events(0, 100, Some(&number)).await.unwrap();
        events
            .into_iter()
            .map(|event| {
                let body = opened.as_ref().and_then(|opened| open_event(&opened.identity, &event).unwrap());
                (event, body)
            })
            .collect()
    })
}

/// The kinds of all events of a case.
pub fn kinds(home: &Home, number: &str) -> Vec<String> {
    events(home, number).into_iter().map(|(event, _)| event.kind).collect()
}

/// The body of `question.asked` with one question of yes or no.
pub fn questions(id: &str) -> Value {
    let question =
        json!({"id": id, "kind": "yes_no", "required": true, "title": {"ja": "再起動しましたか", "en": "Restarted?"}});
    json!({ "questions": [question] })
}
