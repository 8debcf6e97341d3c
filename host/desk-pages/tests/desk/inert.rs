//! Hostile text of applicants and operators on every surface of the desk: it is shown as it is, and does nothing.
//!
//! A page with a payload has the elements and attributes of the same page with a plain text.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use kakekomi_accounts::{Role, TokenScope};
use serde_json::{Value, json};

use crate::clauses::register;
use crate::pages::act;
use crate::support::TestDesk;

/// A text that can do no harm, to compare with.
const PLAIN: &str = "plain";

/// A digest that fits its form.
const DIGEST: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

/// Payloads of each kind.
const PAYLOADS: [&str; 27] = [
    // Markup, in content, within attributes, and within elements that have no markup.
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example/x.js></sCrIpT>",
    "\"><img src=x onerror=alert(1)>",
    "\" autofocus onfocus=alert(1) x=\"",
    "' onmouseover='alert(1)",
    "</textarea></title></option></select><svg/onload=alert(1)>",
    "--><iframe srcdoc=\"<script>alert(1)</script>\"></iframe><!--",
    "]]><a href=\"javascript:alert(1)\">here</a>",
    "<base href=//evil.example/><meta http-equiv=refresh content=0><style>*{display:none}</style>",
    "&lt;script&gt;alert(1)&lt;/script&gt;&#60;b&#62;",
    "javascript:alert(1)",
    // SQL.
    "'; DROP TABLE cases; --",
    "\" OR \"\"=\"",
    "%' UNION SELECT body FROM events -- _",
    // Formulas of spreadsheets.
    "=HYPERLINK(\"http://evil.example\",\"open\")",
    "+cmd|' /C calc'!A0",
    "@SUM(1+1)",
    // Blanks of format strings and templates.
    "%s%n%x%99999d",
    "{0}{number}{reason}{count}{min}",
    "{{7*7}}${7*7}#{7*7}<%= 7*7 %>",
    "$(id)`id`|id;id",
    // Terminals.
    "\u{1b}[2J\u{1b}]0;title\u{7}",
    "\u{9b}2J\r\u{8}\u{8}end",
    // Directions and invisible characters.
    "invoice\u{202e}fdp.exe",
    "\u{2067}right\u{2069}\u{200f}\u{61c}",
    "ad\u{200b}min\u{feff}\u{2060}\u{ad}",
    "\u{e0041}\u{e0042}\u{fff9}\u{2028}end",
];

/// The texts of a draft.
const FIELDS: [&str; 14] = [
    "/contact/company",
    "/contact/department",
    "/contact/person",
    "/contact/responsible",
    "/incident/summary",
    "/incident/purpose",
    "/incident/discovery_trigger/note",
    "/incident/target",
    "/incident/requests",
    "/devices/0/os",
    "/devices/0/antivirus",
    "/devices/0/notes",
    "/network/topology",
    "/logs/0/name",
];

/// Reports whether a character would be obeyed, or would reorder or hide its neighbours.
fn is_dangerous(character: char) -> bool {
    (character.is_control() && character != '\n')
        || "\u{ad}\u{61c}\u{200b}\u{200e}\u{200f}\u{2028}\u{2029}\u{feff}".contains(character)
        || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Lists the elements of a page, each with the names of its attributes.
fn elements(page: &str) -> BTreeSet<String> {
    let shape = |tag: &str| {
        let outside = tag.split('"').step_by(2).collect::<Vec<_>>().join("");
        outside.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    page.split('<').skip(1).map(|rest| shape(rest.split('>').next().unwrap())).collect()
}

/// Leaves out the values of fields: a field keeps what was typed, which only its own box shows.
fn without_values(page: &str) -> String {
    let without = |page: &str, begin: &str, end: &str| -> String {
        let mut parts = page.split(begin);
        let first = parts.next().unwrap().to_owned();
        parts.fold(first, |kept, part| kept + part.split_once(end).map_or("", |(_, rest)| rest))
    };
    without(&without(page, " value=\"", "\""), "<textarea", "</textarea>")
}

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// Brings a text into all fields, notes and names, and returns every surface that may show it, by its name.
async fn surfaces(desk: &TestDesk, cookie: &str, admin: &str, text: &str) -> Vec<(&'static str, String)> {
    // The form itself refuses characters that act.
    let field_text = if text.contains(is_dangerous) { PLAIN } else { text };
    let number = desk
        .submit_changed("ransomware", |draft| {
            for field in FIELDS {
                *draft.pointer_mut(field).unwrap() = json!(field_text);
            }
        })
        .await;
    let typed = encoded(text);
    let version = &desk.intake.desk.risk_notice().version;
    for (word, fields) in [
        ("start", String::new()),
        ("note", format!("text={typed}")),
        ("call", format!("reached=yes&text={typed}&disclosed={typed}")),
        ("advice", format!("text={typed}&confidence=low&limits={typed}&channel=phone")),
        ("limitation", format!("limitation=tools_do_not_run&text={typed}")),
        ("ask", format!("title.1={typed}&kind.1=choice&choices.1={}", encoded(&format!("{text}\nother")))),
        ("disclose", format!("text={typed}")),
        ("hold", format!("hold=yes&reason={typed}")),
        ("applied", format!("reason={typed}")),
        ("intent", format!("name={typed}&role={typed}&document={typed}%20{DIGEST}&read_out=yes&text={typed}")),
        ("remote_order", format!("price={typed}&approved_by={typed}&text={typed}")),
        ("remote_notice", format!("mode=remote&version={version}")),
        ("remote_acknowledge", format!("by={typed}&how=mail&version={version}")),
        ("remote_action", format!("device={typed}&account={typed}&by=applicant&text={typed}")),
        ("remote_end", format!("text={typed}")),
        ("report", format!("organization=ntt-at&title={typed}&text={typed}")),
        ("withdraw_intent", format!("reason={typed}")),
        ("close", format!("outcome=referred_to_vendor&link=https%3A%2F%2Fvendor.example%2F{typed}&reason={typed}")),
        ("reopen", format!("reason={typed}")),
    ] {
        let answer = act(desk, cookie, &number, word, &fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{word} {text:?}: {}", answer.body);
    }
    let report = desk.changed_n(&number).await - 3;
    let used =
        act(desk, cookie, &number, "use_report", &format!("report={report}&purpose=security_proposal&text={typed}"))
            .await;
    assert_eq!(used.status, StatusCode::SEE_OTHER, "use_report {text:?}: {}", used.body);
    // A name is a clear column, and that of an account: no hostile one is.
    let assigned = act(desk, cookie, &number, "assign", &format!("assignee={typed}")).await;
    assert_eq!(assigned.status == StatusCode::SEE_OTHER, text == PLAIN, "{text:?}");
    let case = format!("/cases/{number}");
    let stale = desk.post(&format!("{case}/actions/note"), cookie, &format!("n=1&text={typed}")).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    let refused = act(desk, cookie, &number, "advice", &format!("text={typed}&confidence={typed}&limits=")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let get = async |path: &str, cookie: &str| desk.get(path, cookie).await.body;
    vec![
        ("case", get(&case, cookie).await),
        ("record of work", get(&format!("{case}/work-record"), cookie).await),
        ("items for authorities", get(&format!("{case}/authorities/ppc"), cookie).await),
        ("case in English", get(&format!("{case}?lang=en"), cookie).await),
        ("queue", get("/", cookie).await),
        ("search", desk.post("/search", cookie, &format!("words={typed}")).await.body),
        ("conflict", stale.body),
        ("refused form", refused.body),
        ("intake", desk.post("/cases/new", cookie, &format!("key=1&company={typed}&summary={typed}")).await.body),
        ("audit", get("/audit", cookie).await),
        ("accounts", get("/accounts", admin).await),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_text_adds_no_element_and_no_character_that_acts() {
    let desk = TestDesk::open("inert").await;
    let (cookie, admin) = (desk.sign_in(Role::Lead).await, desk.sign_in(Role::Admin).await);
    desk.accounts.add("cli:test", "plain", PLAIN, Role::Operator).await.unwrap();
    register(&desk, "ntt-at", "<script>alert(1)</script>").await;
    let plain = surfaces(&desk, &cookie, &admin, PLAIN).await;
    let in_vain = desk.post("/search", &cookie, "words=nobody").await.body;
    let expected: BTreeSet<_> = plain.iter().flat_map(|(_, page)| elements(page)).chain(elements(&in_vain)).collect();
    for (index, payload) in PAYLOADS.iter().enumerate() {
        // A display name may refuse a character; it is never shown raw.
        let _ = desk.accounts.add("cli:test", &format!("hostile{index}"), payload, Role::Operator).await;
        for (name, page) in &surfaces(&desk, &cookie, &admin, payload).await {
            let more: Vec<_> = elements(page).into_iter().filter(|shape| !expected.contains(shape)).collect();
            // The list of events has a second page by and by.
            let ours = ["span class=", "/span", "br", "a rel= href="];
            assert!(more.iter().all(|shape| ours.contains(&shape.as_str())), "{name}, {payload:?}: {more:?}");
            let dangerous: Vec<_> = without_values(page).chars().filter(|found| is_dangerous(*found)).collect();
            assert!(dangerous.is_empty(), "{name}, {payload:?}: {dangerous:?}");
            assert!(!page.contains("href=\"javascript:"), "{name}, {payload:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_text_is_whole_on_the_page_and_in_the_interface_for_programs() {
    let desk = TestDesk::open("whole").await;
    let cookie = desk.sign_in(Role::Lead).await;
    let number = desk.submit("other").await;
    for payload in PAYLOADS {
        let noted = act(&desk, &cookie, &number, "note", &format!("text={}", encoded(payload))).await;
        assert_eq!(noted.status, StatusCode::SEE_OTHER, "{payload:?}");
    }
    let page = desk.get(&format!("/cases/{number}"), &cookie).await.body;
    for payload in PAYLOADS.iter().filter(|payload| !payload.contains(is_dangerous)) {
        let escaped = payload.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
        assert!(page.contains(&format!("<bdi>{escaped}</bdi>")), "{payload:?}");
    }
    for symbol in ["␛", "␇", "[U+009B]", "[U+202E]", "[U+2067]", "[U+200B]", "[U+E0041]"] {
        assert!(page.contains(symbol), "{symbol}");
    }
    let token = desk.accounts.add_token("cli:test", "lead", TokenScope::Cases).await.unwrap();
    let request = Request::get(format!("/api/cases/{number}")).header(header::AUTHORIZATION, format!("Bearer {token}"));
    let answer = desk.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(
        (answer.header("content-type"), answer.header("x-content-type-options")),
        ("application/json", "nosniff")
    );
    let case: Value = serde_json::from_str(&answer.body).unwrap();
    let events = case["events"].as_array().unwrap();
    for payload in PAYLOADS {
        assert!(events.iter().any(|event| event["body"]["text"] == *payload), "{payload:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn typed_text_is_inert_where_it_is_shown_again() {
    let desk = TestDesk::open("typed").await;
    let number = desk.submit("other").await;
    let cookie = desk.sign_in(Role::Lead).await;
    let payload = "\"></textarea><script>alert(1)</script><img src=x onerror=alert(1)>";
    let typed: String = url::form_urlencoded::byte_serialize(payload.as_bytes()).collect();
    let answers = [
        desk.post("/search", &cookie, &format!("words={typed}")).await,
        act(&desk, &cookie, &number, "advice", &format!("text={typed}&confidence={typed}&limits=&channel=phone")).await,
        act(&desk, &cookie, &number, "close", &format!("outcome=referred_to_vendor&link={typed}&reason={typed}")).await,
        act(&desk, &cookie, &number, "ask", &format!("title.1={typed}&kind.1=choice&choices.1={typed}")).await,
        desk.post("/cases/new", &cookie, &format!("key=1&company={typed}&summary={typed}&document={typed}")).await,
        desk.get(&format!("/?status={typed}&assignee={typed}&after={typed}"), &cookie).await,
        desk.get(&format!("/cases/{number}?done={typed}&lang={typed}"), &cookie).await,
        desk.get(&format!("/{typed}?lang=en&next={typed}"), &cookie).await,
    ];
    for (index, answer) in answers.iter().enumerate() {
        assert!(answer.status.as_u16() < 500, "{index}: {}", answer.status);
        assert!(!answer.body.contains("<script>alert") && !answer.body.contains("<img"), "{index}: {}", answer.body);
    }
}
