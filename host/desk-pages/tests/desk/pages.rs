//! The pages of an operator's day, over a real store.

use crate::support::{Answer, TestDesk};
use axum::http::StatusCode;
use kakekomi_accounts::Role;
use serde_json::json;

pub async fn act(desk: &TestDesk, cookie: &str, number: &str, word: &str, body: &str) -> Answer {
    let n = desk.changed_n(number).await;
    desk.post(&format!("/cases/{number}/actions/{word}"), cookie, &format!("n={n}&{body}")).await
}

fn count(text: &str, part: &str) -> usize {
    text.matches(part).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_goes_from_the_queue_to_its_end() {
    let desk = TestDesk::open("day").await;
    let number = desk.submit("ransomware").await;
    let cookie = desk.sign_in(Role::Operator).await;

    let queue = desk.get("/", &cookie).await;
    assert!(queue.status == StatusCode::OK && queue.body.contains(&number) && queue.body.contains("ランサムウェア"));
    assert!(!queue.body.contains("みなと精機"), "the queue shows clear columns alone");
    assert_eq!(desk.changed_n(&number).await, 1);

    let path = format!("/cases/{number}");
    let case = desk.get(&path, &cookie).await;
    for part in ["株式会社みなと精機", "href=\"tel:+81332119999\"", "電源を切ってよいかどうか", "対応を始める"]
    {
        assert!(case.body.contains(part), "{part}");
    }
    assert_eq!(count(&case.body, "class=\"main\""), 1, "a page has one primary action");
    assert!(!case.body.contains("<title>株式会社"));

    let started = act(&desk, &cookie, &number, "start", "").await;
    assert_eq!(
        (started.status, started.header("location")),
        (StatusCode::SEE_OTHER, format!("{path}?done=start").as_str())
    );
    let shown = desk.get(started.header("location"), &cookie).await;
    assert!(shown.body.contains("対応を始めました") && shown.body.contains("電話を保存"));
    assert_eq!(count(&shown.body, "class=\"main\""), 1);

    let asked = act(&desk, &cookie, &number, "ask", "title.1=再起動しましたか&kind.1=yes_no&required.1=yes").await;
    assert_eq!(asked.status, StatusCode::SEE_OTHER);
    assert!(desk.get(&path, &cookie).await.body.contains("再起動しましたか"));
    let closed = act(&desk, &cookie, &number, "close", "outcome=advised").await;
    assert_eq!(closed.status, StatusCode::SEE_OTHER);
    let shown = desk.get(&path, &cookie).await.body;
    assert!(shown.contains("対応を再開") && shown.contains("助言した"));
    assert_eq!(count(&shown, "class=\"main\""), 1);
    assert!(!desk.get("/", &cookie).await.body.contains(&number));
    assert!(desk.get("/?status=closed", &cookie).await.body.contains(&number));
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_fields_keep_what_was_typed() {
    let desk = TestDesk::open("fields").await;
    let number = desk.submit("phishing_fraud").await;
    let cookie = desk.sign_in(Role::Operator).await;
    let answer = act(&desk, &cookie, &number, "advice", "text=電源はそのまま&confidence=&limits=&channel=phone").await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        answer.body.contains("電源はそのまま</textarea>") && answer.body.contains("一覧から選んでください")
            || answer.body.contains("入力してください")
    );
    assert!(answer.body.contains("限界（分からないこと・前提）：入力してください。"), "the summary names the field");
    assert!(answer.body.contains("href=\"#advice-limits\"") && answer.body.contains("id=\"advice-limits-error\""));
    assert_eq!(count(&answer.body, "class=\"main\""), 1);
    let first = answer.body.find("action=\"/cases/").unwrap();
    assert!(answer.body[first..].starts_with(&format!("action=\"/cases/{number}/actions/advice\"")), "it comes first");
    assert_eq!(desk.changed_n(&number).await, 1);
    let unknown = act(&desk, &cookie, &number, "none", "").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    let without_n = desk.post(&format!("/cases/{number}/actions/note"), &cookie, "text=a").await;
    assert_eq!(without_n.status, StatusCode::BAD_REQUEST);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_assignee_or_follow_up_date_is_an_error_at_its_field() {
    let desk = TestDesk::open("values").await;
    let number = desk.submit("other").await;
    let cookie = desk.sign_in(Role::Operator).await;
    desk.sign_in(Role::Auditor).await;
    for (word, body, id, sentence) in [
        ("assign", "assignee=nobody", "assign-assignee-error", "この担当者は選べません"),
        ("assign", "assignee=auditor", "assign-assignee-error", "この担当者は選べません"),
        ("follow_up", "at=2020-01-01", "follow_up-at-error", "過ぎた日付です"),
        ("follow_up", "at=2096-01-01", "follow_up-at-error", "2年より先の日付です"),
    ] {
        let answer = act(&desk, &cookie, &number, word, body).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        assert!(answer.body.contains(&format!("id=\"{id}\"")) && answer.body.contains(sentence), "{body}");
    }
    assert_eq!(desk.changed_n(&number).await, 1);
    assert_eq!(act(&desk, &cookie, &number, "assign", "assignee=operator").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conflict_shows_both_changes_and_can_be_sent_again() {
    let desk = TestDesk::open("conflict").await;
    let number = desk.submit("other").await;
    let (mine, theirs) =
        (desk.sign_in_as("sato", Role::Operator).await, desk.sign_in_as("tanaka", Role::Operator).await);
    let path = format!("/cases/{number}/actions/note");
    assert_eq!(desk.post(&path, &theirs, "n=1&text=先のメモ").await.status, StatusCode::SEE_OTHER);
    let conflict = desk.post(&path, &mine, "n=1&text=後のメモ").await;
    assert_eq!(conflict.status, StatusCode::CONFLICT);
    for part in ["先のメモ", "後のメモ", "tanaka", "後のメモ</textarea>"] {
        assert!(conflict.body.contains(part), "{part}");
    }
    let n = desk.changed_n(&number).await;
    assert!(conflict.body.contains(&format!("name=\"n\" value=\"{n}\"")));
    assert_eq!(desk.post(&path, &mine, &format!("n={n}&text=後のメモ")).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_action_that_the_state_forbids_says_why() {
    let desk = TestDesk::open("refused").await;
    let number = desk.submit("other").await;
    let cookie = desk.sign_in(Role::Operator).await;
    assert_eq!(act(&desk, &cookie, &number, "close", "outcome=advised").await.status, StatusCode::SEE_OTHER);
    let answer = act(&desk, &cookie, &number, "close", "outcome=advised").await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("この受付は終了しています"));
    let answer = act(&desk, &cookie, &number, "reopen", "").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert!(act(&desk, &cookie, &number, "reopen", "").await.body.contains("この受付は終了していません"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_return_code_is_shown_once() {
    let desk = TestDesk::open("code").await;
    let number = desk.submit("other").await;
    let cookie = desk.sign_in(Role::Operator).await;
    let n = desk.changed_n(&number).await;
    let path = format!("/cases/{number}/actions/code");
    let answer = desk.post(&path, &cookie, &format!("n={n}")).await;
    assert!(answer.status == StatusCode::OK && answer.body.contains("かけ直して"), "{}", answer.status);
    let digits = answer.body.split("code-digits number\">").nth(1).unwrap().split('<').next().unwrap();
    assert_eq!(digits.replace(' ', "").len(), 22, "{digits}");
    assert!(!desk.get(&format!("/cases/{number}"), &cookie).await.body.contains(digits));
    assert_eq!(
        desk.post(&path, &cookie, &format!("n={n}")).await.status,
        StatusCode::CONFLICT,
        "a reload makes no code"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_lead_erases_after_a_confirmation() {
    let desk = TestDesk::open("erase").await;
    let number = desk.submit("other").await;
    let (operator, lead) = (desk.sign_in(Role::Operator).await, desk.sign_in(Role::Lead).await);
    let path = format!("/cases/{number}");
    assert!(!desk.get(&path, &operator).await.body.contains("/actions/erase"));
    assert!(desk.get(&path, &lead).await.body.contains("/actions/erase"));
    assert_eq!(act(&desk, &operator, &number, "erase", "confirm=yes").await.status, StatusCode::FORBIDDEN);
    assert_eq!(act(&desk, &lead, &number, "erase", "").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(act(&desk, &lead, &number, "erase", "confirm=yes").await.status, StatusCode::OK);
    assert!(desk.get(&path, &lead).await.body.contains("この受付は消去されました"));
}

#[tokio::test(flavor = "multi_thread")]
async fn bogus_cases_are_closed_at_once() {
    let desk = TestDesk::open("many").await;
    let numbers = [desk.submit("other").await, desk.submit("malware").await, desk.submit("other").await];
    let cookie = desk.sign_in(Role::Operator).await;
    let body = format!("case={}:1&case={}:1&reason=いたずら", numbers[0], numbers[1]);
    let answer = desk.post("/cases/close", &cookie, &body).await;
    assert!(answer.status == StatusCode::OK && answer.body.contains("2件を終了しました"), "{}", answer.body);
    let again = desk.post("/cases/close", &cookie, &body).await;
    assert!(again.body.contains("0件を終了しました") && again.body.contains(&numbers[0]));
    let queue = desk.get("/", &cookie).await.body;
    assert!(!queue.contains(&numbers[0]) && queue.contains(&numbers[2]));
    for nothing in ["reason=a", &format!("case={}:1", numbers[2]), "case=x&reason=a"] {
        assert!(
            desk.post("/cases/close", &cookie, nothing).await.body.contains("終了した受付はありません"),
            "{nothing}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_is_found_by_what_a_caller_says() {
    let desk = TestDesk::open("search").await;
    let number = desk.submit("ransomware").await;
    desk.submit_changed("other", |draft| draft["contact"]["company"] = json!("別の会社")).await;
    let cookie = desk.sign_in(Role::Operator).await;
    for words in ["みなと精機", "(株)みなと精機", "03-3211-9999", "HANAKO.YAMADA@example.jp", &number[..4]] {
        let found = desk.post("/search", &cookie, &format!("words={words}")).await;
        assert!(found.status == StatusCode::OK && found.body.contains(&number), "{words}");
    }
    let whole = desk.post("/search", &cookie, &format!("words={number}")).await;
    assert_eq!((whole.status, whole.header("location")), (StatusCode::SEE_OTHER, format!("/cases/{number}").as_str()));
    assert!(desk.post("/search", &cookie, "words=誰も知らない会社").await.body.contains("見つかりませんでした"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_becomes_a_case() {
    let desk = TestDesk::open("intake").await;
    let cookie = desk.sign_in(Role::Operator).await;
    let form = desk.get("/cases/new", &cookie).await.body;
    let hidden = ["key", "document", "policy", "opened_at"].map(|name| {
        let value = form.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap().split('"').next().unwrap();
        format!("{name}={value}")
    });
    let hidden = hidden.join("&");
    let few =
        "company=株式会社れい&person=山田&phone=03-3211-9999&summary=ファイルが開けません&kind=ransomware&ongoing=yes";
    let agreed = "agreed_by=山田&shown=read_out&agreed=yes";
    let wrong = desk.post("/cases/new", &cookie, &format!("{hidden}&{few}&{agreed}&email=nobody")).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("id=\"intake-email-error\"") && wrong.body.contains("value=\"株式会社れい\""));
    let without = desk.post("/cases/new", &cookie, &format!("{hidden}&{few}")).await;
    assert!(without.status == StatusCode::UNPROCESSABLE_ENTITY && without.body.contains("id=\"intake-agreed-error\""));

    let body = format!("{hidden}&{few}&{agreed}");
    let first = desk.post("/cases/new", &cookie, &body).await;
    assert_eq!(first.status, StatusCode::CREATED, "{}", first.body);
    let number = |answer: &Answer| {
        answer.body.split("code-digits number\">").nth(1).unwrap().split('<').next().unwrap().to_owned()
    };
    assert_eq!(number(&desk.post("/cases/new", &cookie, &body).await), number(&first), "sent twice, one case");
    assert!(desk.get(&format!("/cases/{}", number(&first)), &cookie).await.body.contains("株式会社れい"));

    // Back in the browser, the text was changed and sent again.
    let changed = body.replace("ファイルが開けません", "サーバーも止まりました");
    let reused = desk.post("/cases/new", &cookie, &changed).await;
    assert_eq!(reused.status, StatusCode::CONFLICT);
    let link = format!("href=\"/cases/{}\"", number(&first));
    for part in ["サーバーも止まりました</textarea>", "value=\"株式会社れい\"", "一度受け付けています", &link]
    {
        assert!(reused.body.contains(part), "{part}: {}", reused.body);
    }
    let key = reused.body.split("name=\"key\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let former = hidden.split('&').next().unwrap();
    let second = desk.post("/cases/new", &cookie, &changed.replace(former, &format!("key={key}"))).await;
    assert_eq!(second.status, StatusCode::CREATED);
    assert_ne!(number(&second), number(&first));
}

#[tokio::test(flavor = "multi_thread")]
async fn advice_is_marked_as_reference_information_wherever_it_is_written_or_shown() {
    let desk = TestDesk::open("advice").await;
    let number = desk.submit("ransomware").await;
    let cookie = desk.sign_in(Role::Operator).await;
    assert_eq!(act(&desk, &cookie, &number, "start", "").await.status, StatusCode::SEE_OTHER);
    let path = format!("/cases/{number}");
    let form = |body: &str, word: &str| {
        let action = format!("action=\"{path}/actions/{word}\"");
        body.split(&action).nth(1).unwrap().split("</form>").next().unwrap().to_owned()
    };
    let written = "text=LANから切り離す&confidence=low&limits=ログなし&channel=phone";
    for (lang, mark) in [("ja", "参考情報"), ("en", "eference information")] {
        let shown = desk.get(&format!("{path}?lang={lang}"), &cookie).await.body;
        assert!(form(&shown, "advice").contains(mark), "{lang}: the form");
    }
    assert_eq!(act(&desk, &cookie, &number, "advice", written).await.status, StatusCode::SEE_OTHER);
    let stale = desk.post(&format!("{path}/actions/advice"), &cookie, &format!("n=1&{written}")).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    for (lang, mark) in [("ja", "参考情報"), ("en", "eference information")] {
        let shown = desk.get(&format!("{path}?lang={lang}"), &cookie).await.body;
        let entry = shown.split("<li").find(|entry| entry.contains("LANから切り離す")).unwrap();
        assert_eq!(count(entry, mark), 2, "{lang}: the event's title and its text: {entry}");
    }
    assert!(count(&stale.body, "助言（参考情報）") >= 4, "title and text of both sides of a conflict");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ended_session_loses_no_typed_text() {
    let desk = TestDesk::open("ended").await;
    let number = desk.submit("other").await;
    let cookie = desk.sign_in(Role::Operator).await;
    let session = desk.accounts.sessions("operator").await.unwrap().remove(0);
    desk.accounts.sign_out(&session).await.unwrap();
    let sent = act(&desk, &cookie, &number, "note", "text=a").await;
    assert!(sent.status == StatusCode::UNAUTHORIZED && sent.body.contains("「戻る」"), "{}", sent.status);
    assert!(sent.header("set-cookie").starts_with("kakekomi-desk=; Max-Age=0"));
    let opened = desk.get(&format!("/cases/{number}"), &cookie).await;
    assert_eq!(
        (opened.status, opened.header("location")),
        (StatusCode::SEE_OTHER, format!("/login?next=%2Fcases%2F{number}").as_str())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_in_the_chosen_language() {
    let desk = TestDesk::open("language").await;
    let number = desk.submit("ransomware").await;
    let cookie = desk.sign_in(Role::Lead).await;
    for path in ["/", &format!("/cases/{number}"), "/cases/new", "/audit", "/exports"] {
        let english = desk.get(&format!("{path}?lang=en"), &cookie).await;
        assert!(english.body.contains("<html lang=\"en\">") && english.body.contains("Sign out"), "{path}");
        assert!(english.header("set-cookie").starts_with("lang=en;"), "{path}");
        let remembered = desk.get(path, &format!("{cookie}; lang=en")).await;
        assert!(remembered.body.contains("<html lang=\"en\">"), "{path}");
        assert!(desk.get(path, &cookie).await.body.contains("<html lang=\"ja\">"), "{path}");
    }
}
