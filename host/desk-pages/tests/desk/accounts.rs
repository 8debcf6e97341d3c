//! The pages of accounts over a real store: set-up, sign-in, sessions, tokens, management.

use crate::support::{Answer, PASSWORD, TestDesk};
use axum::http::StatusCode;
use kakekomi_accounts::Role;
use url::form_urlencoded::Serializer;

/// A form of names and values.
fn form(pairs: &[(&str, &str)]) -> String {
    Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// Finds the text between two others.
fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let start = text.split_once(before).unwrap_or_else(|| panic!("{before} in {text}")).1;
    start.split_once(after).unwrap().0
}

/// The code that an authenticator shows for a set-up page.
async fn code_of(desk: &TestDesk, token: &str) -> String {
    let set_up = desk.accounts.set_up(token).await.unwrap().unwrap();
    let now = u64::try_from(kakekomi_store::clock::now() / 1000).unwrap();
    totp_rs::Totp::from_url(&set_up.totp_uri).unwrap().generate(now).to_string()
}

/// Sets an account up by its page; returns its recovery codes.
async fn set_up(desk: &TestDesk, token: &str) -> Vec<String> {
    let code = code_of(desk, token).await;
    let body = form(&[("password", PASSWORD), ("again", PASSWORD), ("code", &code)]);
    let shown = desk.post(&format!("/setup/{token}"), "", &body).await;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.body);
    let list = between(&shown.body, "<ul class=\"codes\">", "</ul>");
    list.split("<code class=\"number\">").skip(1).map(|rest| rest.split_once('<').unwrap().0.to_owned()).collect()
}

fn session_cookie(answer: &Answer) -> String {
    let cookie = answer.header("set-cookie").split_once(';').unwrap().0.to_owned();
    assert!(cookie.starts_with("kakekomi-desk=") && cookie.len() == "kakekomi-desk=".len() + 64, "{cookie}");
    cookie
}

async fn sign_in(desk: &TestDesk, name: &str, password: &str, code: &str, next: &str) -> Answer {
    desk.post("/login", "", &form(&[("name", name), ("password", password), ("code", code), ("next", next)])).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_set_up_and_signs_in_by_pages_alone() {
    let desk = TestDesk::open("accounts-way").await;
    let token = desk.accounts.add("cli:test", "sato", "<b>佐藤</b>", Role::Operator).await.unwrap().token;
    let page = desk.get(&format!("/setup/{token}"), "").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(
        page.body.contains("<svg ") && page.body.contains("&lt;b&gt;佐藤&lt;/b&gt;") && !page.body.contains("<b>佐藤")
    );
    let secret = desk.accounts.set_up(&token).await.unwrap().unwrap().totp_secret;
    assert!(page.body.contains(&secret));
    for (password, again, code, sentence) in [
        ("short", "short", "", "12文字以上にしてください"),
        (PASSWORD, "another horse battery", "", "一致していません"),
        (PASSWORD, PASSWORD, "000000", "確認コードが違います"),
    ] {
        let body = form(&[("password", password), ("again", again), ("code", code)]);
        let rejected = desk.post(&format!("/setup/{token}"), "", &body).await;
        assert_eq!(rejected.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            rejected.body.contains(sentence) && rejected.body.contains("aria-invalid=\"true\""),
            "{}",
            rejected.body
        );
        assert!(!rejected.body.contains(PASSWORD), "a typed password is never shown");
    }
    let codes = set_up(&desk, &token).await;
    assert_eq!(codes.len(), 10);
    let used = desk.get(&format!("/setup/{token}"), "").await;
    assert!(used.status == StatusCode::NOT_FOUND && used.body.contains("このリンクは使えません"));

    let signed_in = sign_in(&desk, "sato", PASSWORD, &codes[0], "/sessions?lang=en").await;
    assert_eq!((signed_in.status, signed_in.header("location")), (StatusCode::SEE_OTHER, "/sessions?lang=en"));
    let cookie = session_cookie(&signed_in);
    let sessions = desk.get("/sessions", &cookie).await;
    assert!(sessions.body.contains("この端末"), "{}", sessions.body);
    let signed_out = desk.post("/logout", &cookie, "").await;
    assert!(
        signed_out.header("location").starts_with("/login") && signed_out.header("set-cookie").contains("Max-Age=0")
    );
    assert_eq!(desk.get("/sessions", &cookie).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_has_the_same_bytes_whatever_is_wrong() {
    let desk = TestDesk::open("accounts-refusal").await;
    let token = desk.accounts.add("cli:test", "sato", "佐藤", Role::Operator).await.unwrap().token;
    let codes = set_up(&desk, &token).await;
    let mut pages = Vec::new();
    for (name, password, code) in [
        ("nobody", PASSWORD, codes[0].as_str()),
        ("sato", "another horse battery", &codes[0]),
        ("sato", PASSWORD, "000000"),
        ("sato", PASSWORD, "00000-00000"),
    ] {
        let refused = sign_in(&desk, name, password, code, "").await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.headers.get("set-cookie").is_none());
        // The name alone is shown again.
        let headers = format!("{:?}", refused.headers);
        pages.push((headers, refused.body.replace(&format!("value=\"{name}\""), "value=\"\"").len(), refused.body));
    }
    let lengths: Vec<_> = pages.iter().map(|(_, length, _)| *length).collect();
    assert!(lengths.iter().all(|length| *length == lengths[0]), "{lengths:?}");
    assert_eq!(pages[1].2, pages[2].2);
    assert_eq!(pages[2].2, pages[3].2);
    let empty = sign_in(&desk, "sato", "", "", "").await;
    assert!(
        empty.status == StatusCode::UNPROCESSABLE_ENTITY && empty.body.matches("入力してください</p>").count() == 2
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_name_is_told_when_to_come_back() {
    let desk = TestDesk::open("accounts-lock").await;
    for _ in 0..10 {
        assert_eq!(sign_in(&desk, "sato", "guess", "123456", "").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let locked = sign_in(&desk, "sato", "guess", "123456", "").await;
    assert!(locked.status == StatusCode::TOO_MANY_REQUESTS && locked.body.contains("約15分間"));
    assert!((800..=901).contains(&locked.header("retry-after").parse::<u32>().unwrap()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_leads_to_pages_of_this_desk_alone_and_ends_the_session_before() {
    let desk = TestDesk::open("accounts-next").await;
    let token = desk.accounts.add("cli:test", "sato", "佐藤", Role::Operator).await.unwrap().token;
    let codes = set_up(&desk, &token).await;
    let first = sign_in(&desk, "sato", PASSWORD, &codes[0], "//evil.example/").await;
    assert_eq!(first.header("location"), "/");
    let earlier = session_cookie(&first);
    let body = form(&[("name", "sato"), ("password", PASSWORD), ("code", &codes[1])]);
    let second = desk.post("/login", &earlier, &body).await;
    assert_eq!(desk.get("/sessions", &earlier).await.status, StatusCode::SEE_OTHER);
    assert_eq!(desk.get("/sessions", &session_cookie(&second)).await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_renews_itself_with_its_password() {
    let desk = TestDesk::open("accounts-renew").await;
    let token = desk.accounts.add("cli:test", "sato", "佐藤", Role::Operator).await.unwrap().token;
    let codes = set_up(&desk, &token).await;
    let cookie = session_cookie(&sign_in(&desk, "sato", PASSWORD, &codes[0], "").await);
    assert!(desk.get("/renew", &cookie).await.body.contains("current-password"));
    let refused = desk.post("/renew", &cookie, &form(&[("password", "guess"), ("code", &codes[1])])).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let renewal = desk.post("/renew", &cookie, &form(&[("password", PASSWORD), ("code", &codes[1])])).await;
    let link = renewal.header("location").strip_prefix("/setup/").unwrap().to_owned();
    let renewed = set_up(&desk, &link).await;
    assert_eq!(desk.get("/sessions", &cookie).await.status, StatusCode::SEE_OTHER);
    assert_eq!(sign_in(&desk, "sato", PASSWORD, &codes[2], "").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(sign_in(&desk, "sato", PASSWORD, &renewed[0], "").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_manages_accounts_but_not_its_own() {
    let desk = TestDesk::open("accounts-admin").await;
    let admin = desk.sign_in(Role::Admin).await;
    let new = form(&[("name", "sato"), ("display_name", "佐藤"), ("role", "operator")]);
    let added = desk.post("/accounts", &admin, &new).await;
    assert_eq!(added.status, StatusCode::CREATED);
    let link = between(&added.body, "/setup/", "\"").to_owned();
    let codes = set_up(&desk, &link).await;
    let sato = session_cookie(&sign_in(&desk, "sato", PASSWORD, &codes[0], "").await);
    for (name, display, sentence) in [
        ("sato", "佐藤", "すでに使われています"),
        ("Sato", "佐藤", "英小文字で始まり"),
        ("abe", " ", "64文字までにしてください"),
    ] {
        let body = form(&[("name", name), ("display_name", display), ("role", "lead")]);
        let rejected = desk.post("/accounts", &admin, &body).await;
        assert_eq!(rejected.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(rejected.body.contains(sentence), "{name}: {}", rejected.body);
    }
    assert_eq!(desk.post("/accounts/sato/role", &admin, "role=auditor").await.status, StatusCode::SEE_OTHER);
    assert_eq!(desk.get("/cases/new", &sato).await.status, StatusCode::FORBIDDEN);
    assert_eq!(desk.post("/accounts/sato/disable", &admin, "").await.status, StatusCode::SEE_OTHER);
    assert_eq!(desk.get("/sessions", &sato).await.status, StatusCode::SEE_OTHER);
    assert!(desk.get("/accounts", &admin).await.body.contains("停止中"));
    assert_eq!(desk.post("/accounts/sato/enable", &admin, "").await.status, StatusCode::SEE_OTHER);
    assert_eq!(desk.post("/accounts/sato/reset", &admin, "").await.status, StatusCode::CREATED);
    assert_eq!(sign_in(&desk, "sato", PASSWORD, &codes[1], "").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    for (path, body) in [("/accounts/admin/disable", ""), ("/accounts/admin/role", "role=lead")] {
        let refused = desk.post(path, &admin, body).await;
        assert!(
            refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.body.contains("自分のアカウント"),
            "{path}"
        );
    }
    assert_eq!(desk.post("/accounts/nobody/disable", &admin, "").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_makes_and_revokes_its_own_tokens() {
    let desk = TestDesk::open("accounts-tokens").await;
    let (operator, lead) = (desk.sign_in(Role::Operator).await, desk.sign_in(Role::Lead).await);
    let added = desk.post("/tokens", &operator, "scope=queue").await;
    assert_eq!(added.status, StatusCode::CREATED);
    let token = between(&added.body, "value=\"kakekomi_", "\"").to_owned();
    let token = format!("kakekomi_{token}");
    let id = desk.accounts.token(&token).await.unwrap().unwrap().id;
    let sessions = desk.get("/sessions", &operator).await;
    assert!(sessions.body.contains(&format!("/tokens/{id}/revoke")) && !sessions.body.contains(&token));
    assert_eq!(desk.post(&format!("/tokens/{id}/revoke"), &lead, "").await.status, StatusCode::NOT_FOUND);
    assert!(desk.accounts.token(&token).await.unwrap().is_some());
    assert_eq!(desk.post(&format!("/tokens/{id}/revoke"), &operator, "").await.status, StatusCode::SEE_OTHER);
    assert_eq!(desk.accounts.token(&token).await.unwrap(), None);
    assert_eq!(desk.post("/tokens", &operator, "scope=all").await.status, StatusCode::BAD_REQUEST);

    let admin = desk.sign_in(Role::Admin).await;
    let token = desk.accounts.add_token("cli:test", "operator", kakekomi_accounts::TokenScope::Cases).await.unwrap();
    let id = desk.accounts.token(&token).await.unwrap().unwrap().id;
    assert_eq!(desk.post(&format!("/accounts/tokens/{id}/revoke"), &operator, "").await.status, StatusCode::FORBIDDEN);
    assert_eq!(desk.post(&format!("/accounts/tokens/{id}/revoke"), &admin, "").await.status, StatusCode::SEE_OTHER);
    assert_eq!(desk.accounts.token(&token).await.unwrap(), None);
}
