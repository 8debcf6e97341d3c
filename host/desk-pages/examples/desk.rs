//! Serves the pages with some cases, for looking at them: `cargo run --example desk` → `http://127.0.0.1:8090/as/lead`
//!
//! `/as/ROLE?to=/audit` signs in as the account of a role. Only for one's own machine: nothing asks for a password.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a tool for developers"
)]

#[path = "../tests/desk/support.rs"]
mod support;

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{Path, Query};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Redirect;
use axum::routing::get;
use kakekomi_accounts::Role;
use kakekomi_service::example;
use support::TestDesk;

const ADDRESS: &str = "127.0.0.1:8090";

#[tokio::main]
async fn main() {
    let desk = TestDesk::open("example").await;
    let mut cookies = HashMap::new();
    for role in Role::ALL {
        cookies.insert(role.as_str().to_owned(), desk.sign_in(role).await);
    }
    let mut numbers = Vec::new();
    for kind in example::kinds() {
        numbers.push(desk.submit(kind).await);
    }
    let lead = &cookies["lead"];
    for (index, (word, body)) in ACTIONS.iter().enumerate() {
        let number = &numbers[index % 4];
        let n = desk.changed_n(number).await;
        let answer = desk.post(&format!("/cases/{number}/actions/{word}"), lead, &format!("n={n}&{body}")).await;
        println!("{number} {word}: {}", answer.status);
    }
    println!("{}", numbers.join(" "));
    let cookies = Arc::new(cookies);
    let sign_in = get(move |Path(role): Path<String>, Query(query): Query<HashMap<String, String>>| async move {
        let cookie = HeaderValue::from_str(&format!("{}; Path=/; HttpOnly", cookies[&role])).unwrap();
        let to = query.get("to").map_or("/", String::as_str);
        (HeaderMap::from_iter([(header::SET_COOKIE, cookie)]), Redirect::to(to))
    });
    let router = desk.router.clone().route("/as/{role}", sign_in);
    let listener = tokio::net::TcpListener::bind(ADDRESS).await.unwrap();
    println!("http://{ADDRESS}/as/lead");
    axum::serve(listener, router).await.unwrap();
}

/// Actions on the first four cases in turn.
const ACTIONS: [(&str, &str); 14] = [
    ("start", ""),
    ("start", ""),
    ("start", ""),
    ("urgency", "urgency=critical&reason=被害が続いている"),
    (
        "call",
        "reached=yes&text=状況を伺った。%0A共有フォルダのサーバーは電源を入れたまま、LANから外してある。&disclosed=同じ手口の被害が続いていること",
    ),
    ("note", "text=明日の朝、もう一度電話する。"),
    (
        "ask",
        "title.1=バックアップはありますか&kind.1=yes_no&required.1=yes&title.2=いつのバックアップですか&kind.2=moment",
    ),
    ("follow_up", "at="),
    (
        "advice",
        "text=電源を切らず、ネットワークから外した状態で保ってください。&confidence=medium&limits=ログをまだ見ていません。&channel=phone",
    ),
    ("close", "outcome=referred_to_vendor&link=https://example.com/support&reason=メーカーのサポートを案内"),
    ("note", "text=%3Cscript%3Ealert(1)%3C/script%3E %E2%80%AE txt.exe"),
    ("disclose", "text=調査の進め方をお送りします。"),
    ("limitation", "limitation=interview_incomplete&text=担当の方が不在で、機器の構成が分からない。"),
    ("assign", "assignee=operator"),
];
