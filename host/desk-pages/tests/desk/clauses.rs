//! Referral, reports and remote work on the pages: the forms of each state, the missing steps in words, and the printed pages.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use kakekomi_accounts::Role;
use kakekomi_service::sealed_case::{EventDraft, seal_store_event};
use kakekomi_store::{EventKind, Organization, OrganizationChange, OrganizationKind, clock};
use serde_json::json;

use crate::pages::act;
use crate::support::TestDesk;

const DIGEST: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

/// Registers a company for forensics.
pub async fn register(desk: &TestDesk, id: &str, name: &str) {
    let body = json!({ "id": id });
    let (at, kind) = (clock::now(), EventKind::OrganizationAdded);
    let draft = EventDraft { at, actor: "cli:test", kind, body: &body, after: None, also_to: None };
    let event = seal_store_event(&desk.recipients(), &draft).unwrap();
    let organization = Organization {
        id: id.to_owned(),
        name: name.to_owned(),
        kind: OrganizationKind::Forensics,
        recipient: "age1none".to_owned(),
        disabled: false,
        created_at: clock::now(),
    };
    let change = OrganizationChange::Add(organization);
    assert!(desk.intake.store.change_organization(change, event).await.unwrap());
}

/// Submits the example of a kind without the services that it wants.
async fn submit_without_services(desk: &TestDesk, kind: &str) -> String {
    desk.submit_changed(kind, |draft| drop(draft.as_object_mut().unwrap().remove("service"))).await
}

/// The fields of an intent, with the document that the form shows.
fn intent_fields(desk: &TestDesk) -> String {
    let document = desk.intake.desk.documents().consent.served(kakekomi_core::Locale::Ja);
    format!("name=田中&role=部長&document={}%20{}&read_out=yes", document.version, document.sha256)
}

/// Lists the actions whose forms a page has.
fn offered(page: &str) -> Vec<&str> {
    page.split("/actions/").skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hand_over_is_prepared_by_three_people_and_each_page_says_what_is_missing() {
    let desk = TestDesk::open("referral").await;
    register(&desk, "ntt-at", "調査会社 <b>").await;
    let number = submit_without_services(&desk, "ransomware").await;
    let path = format!("/cases/{number}");
    let sato = desk.sign_in_as("sato", Role::Operator).await;
    let suzuki = desk.sign_in_as("suzuki", Role::Operator).await;
    let lead = desk.sign_in_as("lead", Role::Lead).await;
    act(&desk, &sato, &number, "start", "").await;
    let page = desk.get(&path, &sato).await.body;
    assert!(page.contains("引き渡し・遠隔作業") && page.contains("会社の紹介は申し込まれていません"));
    assert!(offered(&page).contains(&"applied") && !offered(&page).contains(&"confirm_intent"));

    let applied = act(&desk, &sato, &number, "applied", "reason=電話で").await;
    assert_eq!(applied.header("location"), format!("{path}?done=applied"));
    let page = desk.get(&format!("{path}?done=applied"), &sato).await.body;
    assert!(page.contains("申し込みを記録しました") && page.contains("提供意思が記録されていません"));

    let without = act(&desk, &sato, &number, "intent", "name=田中&role=部長").await;
    assert!(without.status == StatusCode::UNPROCESSABLE_ENTITY && without.body.contains("確認の欄にチェック"));
    let recorded = act(&desk, &sato, &number, "intent", &intent_fields(&desk)).await;
    assert_eq!(recorded.status, StatusCode::SEE_OTHER, "{}", recorded.body);
    let queue = async |lang: &str| desk.get(&format!("/?lang={lang}"), &sato).await.body;
    assert!(queue("ja").await.contains("提供意思の確認待ち") && queue("en").await.contains("Intent to be confirmed"));
    let (own, other) = (desk.get(&path, &sato).await.body, desk.get(&path, &suzuki).await.body);
    assert!(own.contains("別の担当者が確認してください") && !offered(&own).contains(&"confirm_intent"));
    assert!(offered(&other).contains(&"confirm_intent"));
    assert_eq!(other.matches("class=\"main\"").count(), 1, "a page has one primary action");

    let same = act(&desk, &sato, &number, "confirm_intent", "confirm=yes").await;
    assert!(same.status == StatusCode::UNPROCESSABLE_ENTITY && same.body.contains("別の担当者が確認してください"));
    let early = act(&desk, &lead, &number, "release", "organization=ntt-at").await;
    assert!(early.status == StatusCode::UNPROCESSABLE_ENTITY && early.body.contains("提供意思が記録されていないか"));
    assert_eq!(act(&desk, &suzuki, &number, "confirm_intent", "confirm=yes").await.status, StatusCode::SEE_OTHER);

    assert!(queue("ja").await.contains("引き渡しの承認待ち") && queue("en").await.contains("Hand-over to be released"));
    let page = desk.get(&path, &suzuki).await.body;
    assert!(page.contains("責任者が承認します") && !offered(&page).contains(&"release"), "a lead releases");
    let forbidden = act(&desk, &suzuki, &number, "release", "organization=ntt-at").await;
    assert_eq!(forbidden.status, StatusCode::FORBIDDEN);
    let page = desk.get(&path, &lead).await.body;
    assert!(offered(&page).contains(&"release") && page.contains("調査会社 &lt;b&gt;"));
    assert_eq!(act(&desk, &lead, &number, "release", "organization=ntt-at").await.status, StatusCode::SEE_OTHER);
    assert!(queue("ja").await.contains("パッケージの作成待ち") && queue("en").await.contains("Package to be made"));
    let page = desk.get(&path, &lead).await.body;
    assert!(page.contains("引き渡すファイルが、まだ作成されていません") && page.contains("同意書"));

    let report = format!("organization=ntt-at&title=調査報告書&sha256={DIGEST}");
    assert_eq!(act(&desk, &sato, &number, "report", &report).await.status, StatusCode::SEE_OTHER);
    let page = desk.get(&path, &sato).await.body;
    let n = desk.changed_n(&number).await;
    assert!(page.contains(&format!("<option value=\"{n}\">調査報告書（記録 {n}）")), "the report can be chosen");
    let used = act(&desk, &sato, &number, "use_report", &format!("report={n}&purpose=security_settings&text=a")).await;
    assert_eq!(used.status, StatusCode::SEE_OTHER, "{}", used.body);
    let withdrawn = act(&desk, &sato, &number, "withdraw_intent", "reason=やめる").await;
    assert_eq!(withdrawn.status, StatusCode::SEE_OTHER);
    assert!(desk.get(&path, &sato).await.body.contains("提供意思が取り下げられています"));
    assert!(!queue("ja").await.contains("待ち</span>"), "no mark of a hand-over is left");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_intent_of_an_application_by_telephone_is_confirmed_with_its_speaker_and_document_in_view() {
    let desk = TestDesk::open("phone-intent").await;
    let sato = desk.sign_in_as("sato", Role::Operator).await;
    let suzuki = desk.sign_in_as("suzuki", Role::Operator).await;
    let form = desk.get("/cases/new", &sato).await.body;
    let hidden = ["key", "document", "policy", "opened_at"].map(|name| {
        let value = form.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap().split('"').next().unwrap();
        format!("{name}={value}")
    });
    let answers = "company=株式会社れい&person=山田&phone=03-3211-9999&summary=ファイルが開けません&kind=ransomware\
        &ongoing=yes&forensics=yes&transfer_consent=yes&agreed_by=高橋&shown=read_out&agreed=yes";
    let taken = desk.post("/cases/new", &sato, &format!("{}&{answers}", hidden.join("&"))).await;
    assert_eq!(taken.status, StatusCode::CREATED, "{}", taken.body);
    let number = taken.body.split("code-digits number\">").nth(1).unwrap().split('<').next().unwrap();
    let page = desk.get(&format!("/cases/{number}"), &suzuki).await.body;
    let form = page.split("/actions/confirm_intent\"").nth(1).unwrap().split("</form>").next().unwrap();
    let document = desk.intake.desk.documents().consent.served(kakekomi_core::Locale::Ja);
    for part in ["高橋", document.sha256, &format!("第<bdi>{}</bdi>版", document.version)] {
        assert!(form.contains(part), "{part}: {form}");
    }
    let same = act(&desk, &sato, number, "confirm_intent", "confirm=yes").await;
    assert_eq!(same.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(act(&desk, &suzuki, number, "confirm_intent", "confirm=yes").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test(flavor = "multi_thread")]
async fn remote_work_follows_its_steps_and_its_record_is_printed() {
    let desk = TestDesk::open("work").await;
    let number = desk.submit("malware").await;
    let path = format!("/cases/{number}");
    let cookie = desk.sign_in(Role::Operator).await;
    let version = &desk.intake.desk.risk_notice().version;
    let sentence = &desk.intake.desk.risk_notice().text.get(kakekomi_core::Locale::Ja)[3];
    let page = desk.get(&path, &cookie).await.body;
    assert!(page.contains(sentence.as_str()), "the notice is there to be read out");
    assert!(!page.contains("work-record"));
    let empty = desk.get(&format!("{path}/work-record"), &cookie).await;
    assert!(empty.status == StatusCode::OK && empty.body.contains("作業は記録されていません"));

    let notice = format!("mode=remote&version={version}");
    let refused = act(&desk, &cookie, &number, "remote_notice", &notice).await;
    assert!(refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.body.contains("先に依頼を記録してください"));
    let stale = act(&desk, &cookie, &number, "remote_notice", "mode=guided&version=0").await;
    assert!(stale.status == StatusCode::UNPROCESSABLE_ENTITY && stale.body.contains("最後に説明した版の注意事項では"));
    let action = "device=PC-12&account=tanaka&by=operator&text=止めた";
    let steps = [
        ("remote_order", "price=11,000円&approved_by=田中".to_owned(), "注意事項が、まだ説明されていません"),
        ("remote_notice", notice, "注意事項への了承が、まだ記録されていません"),
        ("remote_acknowledge", format!("by=田中&how=phone&version={version}"), "行った操作を、1件ずつ"),
        ("remote_action", action.to_owned(), "行った操作を、1件ずつ"),
        ("remote_end", String::new(), "新しい依頼も必要です"),
    ];
    for (word, fields, missing) in steps {
        if word != "remote_end" && word != "remote_action" {
            let early = act(&desk, &cookie, &number, "remote_action", action).await;
            let reasons = ["了承が記録されていません", "先に依頼を記録してください"];
            assert!(reasons.iter().any(|reason| early.body.contains(reason)), "before {word}");
        }
        let done = act(&desk, &cookie, &number, word, &fields).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{word}: {}", done.body);
        assert!(desk.get(&path, &cookie).await.body.contains(missing), "{word}");
    }
    let record = desk.get(&format!("{path}/work-record"), &cookie).await.body;
    for part in
        ["参考情報", "11,000円", "PC-12", "tanaka", "窓口（遠隔）", "止めた", "作業 1", "保証するものではありません"]
    {
        assert!(record.contains(part), "{part}");
    }
    for claim in ["解決", "安全です", "クリーン", "駆除"] {
        assert!(!record.contains(claim), "{claim}");
    }
    assert!(desk.get(&path, &cookie).await.body.contains(&format!("{path}/work-record")));
}

#[tokio::test(flavor = "multi_thread")]
async fn authorities_get_items_with_sources_and_blanks() {
    let desk = TestDesk::open("authorities").await;
    let number = desk.submit("ransomware").await;
    let path = format!("/cases/{number}");
    let cookie = desk.sign_in(Role::Operator).await;
    let page = desk.get(&path, &cookie).await.body;
    for form in ["ransomware", "ddos", "ppc"] {
        let address = format!("{path}/authorities/{form}");
        assert!(page.contains(&address), "{form}");
        let shown = desk.get(&address, &cookie).await;
        assert_eq!(shown.status, StatusCode::OK);
        for part in
            ["参考情報", "これは届け出ではありません", "どこにも送っていません", "未記入", "出典：インシデント概要"]
        {
            assert!(shown.body.contains(part), "{form}: {part}");
        }
        assert!(shown.body.contains("みなと精機"), "{form}");
    }
    let ppc = desk.get(&format!("{path}/authorities/ppc"), &cookie).await.body;
    // The nine items of Article 8, paragraph 1.
    for item in [
        "概要",
        "個人データの項目",
        "本人の数",
        "原因",
        "二次被害又はそのおそれ",
        "本人への対応",
        "公表の実施状況",
        "再発防止",
        "その他参考となる事項",
    ] {
        assert!(ppc.contains(item), "{item}");
    }
    assert_eq!(desk.get(&format!("{path}/authorities/police"), &cookie).await.status, StatusCode::NOT_FOUND);
    let english = desk.get(&format!("{path}/authorities/ppc?lang=en"), &cookie).await.body;
    assert!(english.contains("This is no report") && english.contains("Blank"));
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_see_the_states_of_referral_and_remote_work() {
    use axum::body::Body;
    use axum::http::{Request, header};
    use kakekomi_accounts::TokenScope;

    let desk = TestDesk::open("states").await;
    let number = submit_without_services(&desk, "malware").await;
    let cookie = desk.sign_in(Role::Operator).await;
    let token = desk.accounts.add_token("cli:test", "operator", TokenScope::Queue).await.unwrap();
    let get = async |path: &str| {
        let request = Request::get(path).header(header::AUTHORIZATION, format!("Bearer {token}"));
        let body = desk.send(request.body(Body::empty()).unwrap()).await.body;
        serde_json::from_str::<serde_json::Value>(&body).unwrap()
    };
    let states = async || {
        let case = get(&format!("/api/cases/{number}")).await;
        (case["referral"].clone(), case["remote"].clone(), case)
    };
    let (referral, remote, _) = states().await;
    assert_eq!((referral, remote), (json!(null), json!(null)));
    act(&desk, &cookie, &number, "applied", "reason=a").await;
    act(&desk, &cookie, &number, "remote_notice", "mode=guided&version=1").await;
    let (referral, remote, case) = states().await;
    assert_eq!((referral, remote), (json!("applied"), json!("notified")));
    let described: serde_json::Value = serde_json::from_str(&desk.get("/openapi.json", "").await.body).unwrap();
    let schemas = &described["components"]["schemas"];
    let known = |names: &[&str]| {
        let keys = names.iter().flat_map(|name| schemas[name]["properties"].as_object().unwrap().keys());
        keys.cloned().collect::<BTreeSet<_>>()
    };
    let members = |case: &serde_json::Value| case.as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(members(&case), known(&["Case", "CaseStates", "CaseFiles"]));
    let listed = &get("/api/cases").await["cases"][0];
    assert_eq!((members(listed), &listed["referral"]), (known(&["Case"]), &json!("applied")));
}
