//! The register of exports.

use axum::http::StatusCode;
use kakekomi_accounts::Role;
use kakekomi_service::sealed_case::{EventDraft, seal_store_event};
use kakekomi_store::EventKind;
use serde_json::{Value, json};

use crate::support::TestDesk;

async fn record(desk: &TestDesk, actor: &str, body: &Value) {
    let draft = EventDraft { at: 5, actor, kind: EventKind::ExportMade, body, after: None, also_to: None };
    let event = seal_store_event(desk.intake.sealer.recipients(), &draft).unwrap();
    desk.intake.store.append(vec![event]).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn leads_and_auditors_read_the_register_of_exports() {
    let desk = TestDesk::open("exports").await;
    let lead = desk.sign_in(Role::Lead).await;
    assert!(desk.get("/exports", &lead).await.body.contains("まだ書き出していません"));
    for place in 0..51 {
        let body = json!({
            "purpose": if place == 50 { "approved:2609-4873-1059.1" } else { "sales" },
            "recipient": "<b>保険会社</b>",
            "cases": 7001 + place,
            "fields": ["/contact/company", "/devices/*/os"],
            "sha256": "ab".repeat(32),
        });
        record(&desk, "cli:root", &body).await;
    }
    // An earlier version stored the exact number beside the published one.
    let month = json!({"month": "2026-10", "cases": 8005, "tables": []});
    let body = json!({"purpose": "statistics", "cases": 8003, "fields": [], "sha256": "", "statistics": [month]});
    record(&desk, "cli:root", &body).await;
    record(&desk, "cli:root", &json!({"unreadable": true})).await;
    for cookie in [lead, desk.sign_in(Role::Auditor).await] {
        let page = desk.get("/exports", &cookie).await.body;
        for text in
            ["書面による承諾", "2609-4873-1059.1", "&lt;b&gt;保険会社", "7051", "8005", "貴社名", "cli:root", "封印"]
        {
            assert!(page.contains(text), "{text}: {page}");
        }
        assert!(
            !page.contains("<b>")
                && !page.contains("7003")
                && !page.contains("8003")
                && page.contains("href=\"/exports\""),
            "{page}"
        );
        let (_, next) = page.split_once("href=\"/exports?before=").unwrap();
        let earlier = desk.get(&format!("/exports?before={}", next.split('"').next().unwrap()), &cookie).await.body;
        assert!(earlier.contains("7003") && earlier.contains("7001") && !earlier.contains("7004"), "{earlier}");
        assert!(!earlier.contains("rel=\"next\""), "the last page");
        let english = desk.get("/exports?lang=en", &cookie).await.body;
        assert!(english.contains("Approval in writing") && english.contains("Presenting services and products"));
    }
    for role in [Role::Operator, Role::Admin] {
        let cookie = desk.sign_in(role).await;
        assert_eq!(desk.get("/exports", &cookie).await.status, StatusCode::FORBIDDEN, "{role}");
        assert!(!desk.get("/", &cookie).await.body.contains("href=\"/exports\""), "{role}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_records_an_approval_in_writing_on_the_page_of_a_case() {
    let desk = TestDesk::open("approval").await;
    let number = desk.submit("other").await;
    let lead = desk.sign_in(Role::Lead).await;
    let path = format!("/cases/{number}");
    let page = desk.get(&path, &lead).await.body;
    for part in ["action-approval", "name=\"field:/devices/*/os\"", "貴社名", "同意書 1⑧"] {
        assert!(page.contains(part), "{part}");
    }
    let send = async |more: &str, cookie: &str| {
        let n = desk.changed_n(&number).await;
        let typed = format!("n={n}&purpose=claim&recipient=%3Ci%3EInsurer&document=letter&signed_by=Yamada{more}");
        desk.post(&format!("{path}/actions/approval"), cookie, &typed).await
    };
    let missing = send("&sha256=12", &lead).await;
    assert_eq!(missing.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(missing.body.contains("approval-fields-error") && missing.body.contains("approval-sha256-error"));
    let fields = "&field%3A%2Fcontact%2Fcompany=yes&field%3A%2Fdevices%2F*%2Fos=yes";
    assert_eq!(send(fields, &lead).await.status, StatusCode::UNPROCESSABLE_ENTITY, "the document is missing");
    let boxes = &format!("{fields}&sha256={}", "ab".repeat(32));
    assert_eq!(send(boxes, &lead).await.status, StatusCode::SEE_OTHER);
    let page = desk.get(&path, &lead).await.body;
    for part in [&format!("{number}.1"), "/devices/*/os", "&lt;i&gt;Insurer"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let operator = desk.sign_in(Role::Operator).await;
    assert!(!desk.get(&path, &operator).await.body.contains("action-approval"), "it is a lead's");
    assert_eq!(send(boxes, &operator).await.status, StatusCode::FORBIDDEN);
    let end = async |approval: &str, cookie: &str| {
        let form = format!("n={}&approval={number}.{approval}&reason=by+letter", desk.changed_n(&number).await);
        desk.post(&format!("{path}/actions/end_approval"), cookie, &form).await.status
    };
    assert!(page.contains("action-end_approval"));
    assert_eq!(end("2", &lead).await, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(end("1", &operator).await, StatusCode::FORBIDDEN);
    assert_eq!(end("1", &lead).await, StatusCode::SEE_OTHER);
    let page = desk.get(&path, &lead).await.body;
    assert!(page.contains("承諾が終わった") && !page.contains("action-end_approval"));
}
