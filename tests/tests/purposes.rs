//! Exports for a purpose, on both databases: projected or refused, and in the register before anything is printed.

#![allow(
    clippy::needless_pass_by_value, // a test owns its home
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on stops"
)]

use std::fs;
use std::future::Future;
use std::sync::Arc;

use kakekomi_sealing::KeyFolder;
use kakekomi_service::sealed_case::{CaseReader, EventDraft, seal_event, seal_store_event};
use kakekomi_store::digest::sha256;
use kakekomi_store::receipt_number::Number;
use kakekomi_store::{
    self as store, Appended, EventKind, NewCollectLink, NewPackage, Organization, OrganizationChange, OrganizationKind,
    PackageId, PackagePurpose, Store,
};
use kakekomi_tests::applicant::{example, submission};
use kakekomi_tests::on_both_databases;
use kakekomi_tests::server::{Home, Server};
use serde_json::{Value, json};

on_both_databases! {
    no_word_is_in_an_export_whose_purpose_excludes_it
    every_other_purpose_or_recipient_is_refused
    an_approval_exports_its_fields_to_its_recipient_alone
    a_referral_needs_the_release
    a_withdrawn_case_stays_out_where_it_is_opened_again
    a_subcontractor_gets_what_a_valid_grant_names
}

/// Texts that name their field, in every field that takes one, also in lists and records.
fn draft_with_words(home: &Home) -> (Vec<u8>, Vec<String>) {
    let mut draft: Value = serde_json::from_slice(&example(home, &[])).unwrap();
    draft["contact"]["email"] = "word.mail@example.jp".into();
    draft["contact"]["responsible"] = "word.responsible".into();
    for name in ["company", "department", "person"] {
        draft["contact"][name] = format!("word.{name}").into();
    }
    for name in ["summary", "purpose", "target", "operation", "requests"] {
        draft["incident"][name] = format!("word.{name}").into();
    }
    draft["incident"]["discovery_trigger"] = json!({"by": "employee", "note": "word.trigger"});
    draft["incident"]["kind"] = "malware".into();
    draft["network"]["topology"] = "word.topology".into();
    draft["devices"] = json!([
        {"identified": "identified", "os": "word.os1", "antivirus": {"unknown": true}},
        {"identified": "suspected", "antivirus": "word.antivirus", "notes": "word.notes"},
    ]);
    draft["logs"] = json!([{"kind": "proxy", "name": "word.log", "time_zone": "word.zone", "note": "word.note"}]);
    let text = draft.to_string();
    let words = text.split('"').filter(|text| text.starts_with("word.")).map(str::to_owned).collect();
    (text.into_bytes(), words)
}

fn submit(server: &Server, key: &str) -> (Number, Vec<String>) {
    let (draft, words) = draft_with_words(&server.home);
    let answer = server.send(&submission(key, &draft));
    assert_eq!(answer.status, 201, "{}", answer.text());
    (Number::read(answer.json()["number"].as_str().unwrap()).unwrap(), words)
}

/// Runs `cases export` with more flags: exit code, output, words.
fn export(home: &Home, arguments: &[&str]) -> (i32, String, String) {
    let output = home.run(&[&["cases", "export"], arguments].concat());
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn with_store<T, F: Future<Output = T>>(home: &Home, work: impl FnOnce(Arc<dyn Store>) -> F) -> T {
    let url = home.database_url().map_or_else(|| store::url_in(&home.path().join("data")), str::to_owned);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = store::open_to_write(&url).await.unwrap();
        let result = work(Arc::clone(&store)).await;
        store.close().await.unwrap();
        result
    })
}

/// Writes an event of a case; an intent is the applicant's.
fn write(home: &Home, number: &Number, kind: EventKind, body: Value) {
    let is_intent = [EventKind::IntentGiven, EventKind::IntentWithdrawn].contains(&kind);
    let actor = if is_intent { "applicant" } else { "operator:sato" };
    with_store(home, |store| async move {
        let case = store.show(number).await.unwrap().unwrap().unwrap();
        let draft = EventDraft { at: 5, actor, kind, body: &body, after: None, also_to: None };
        let outcomes = store.append(vec![seal_event(&case, &draft).unwrap()]).await.unwrap();
        assert!(matches!(outcomes[0], Appended::Stored { .. }), "{outcomes:?}");
    });
}

fn add_organization(home: &Home, id: &str, kind: OrganizationKind) {
    let recipients = KeyFolder::at(home.keys()).recipients().unwrap();
    let organization = Organization {
        id: id.to_owned(),
        name: id.to_owned(),
        kind,
        recipient: recipients.to_strings()[0].clone(),
        disabled: false,
        created_at: 5,
    };
    with_store(home, |store| async move {
        let kind = EventKind::OrganizationAdded;
        let draft = EventDraft { at: 5, actor: "cli:t", kind, body: &json!({}), after: None, also_to: None };
        let event = seal_store_event(&recipients, &draft).unwrap();
        assert!(store.change_organization(OrganizationChange::Add(organization), event).await.unwrap());
    });
}

/// Reads the register of exports, the last one first.
fn register(home: &Home) -> Vec<Value> {
    let reader = CaseReader::load(&KeyFolder::at(home.keys()), None).unwrap().unwrap();
    with_store(home, |store| async move {
        let events = store.store_events(EventKind::ExportMade, None, 100).await.unwrap();
        events.iter().map(|event| reader.open_store_event(event).unwrap().unwrap()).collect()
    })
}

/// Counts the events `case.exported` of a case with a purpose.
fn exported(home: &Home, number: &Number, purpose: &str) -> usize {
    let output = home.run(&["cases", "timeline", &number.to_string(), "--json"]);
    let events: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    let is_export = |event: &&Value| event["kind"] == "case.exported" && event["body"]["purpose"] == purpose;
    events.iter().filter(is_export).count()
}

fn allow_sales(home: &Home) {
    let file = home.path().join("desk");
    let example = Home::with_desk("");
    fs::create_dir_all(&file).unwrap();
    let copied = std::process::Command::new("cp").arg("-r").arg(example.path().join("desk/.")).arg(&file).status();
    assert!(copied.unwrap().success());
    let profile = fs::read_to_string(file.join("desk.toml")).unwrap();
    let allowed = profile.replace("sales_consent_versions = []", "sales_consent_versions = [\"0\", \"1\"]");
    assert_ne!(profile, allowed);
    fs::write(file.join("desk.toml"), allowed).unwrap();
}

fn no_word_is_in_an_export_whose_purpose_excludes_it(home: Home) {
    let server = Server::start_in(home);
    let (number, words) = submit(&server, "a");
    assert!(words.len() >= 18, "{words:?}");
    let home = &server.home;

    let (code, text, log) = export(home, &["--purpose", "service"]);
    assert_eq!(code, 0, "{log}");
    assert!(words.iter().all(|word| text.contains(word)), "{text}");
    let record: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(record["number"], number.to_string());
    assert_eq!(record["values"]["devices"][0]["antivirus"], json!({"unknown": true}));

    let (code, text, log) = export(home, &["--purpose", "sales"]);
    assert_eq!((code, text.as_str()), (0, ""));
    assert!(log.contains("0 cases exported for sales, 1 left out: 1 agreed to a version"), "{log}");
    allow_sales(home);
    let (code, text, log) = export(home, &["--purpose", "sales", "--json"]);
    assert_eq!(code, 0, "{log}");
    let contact = ["word.company", "word.department", "word.person", "word.mail@example.jp"];
    for word in &words {
        assert_eq!(text.contains(word), contact.contains(&word.as_str()), "{word}: {text}");
    }
    let values = &serde_json::from_str::<Value>(&text).unwrap()[0]["values"];
    assert_eq!(values["incident"], json!({"kind": "malware"}));
    assert!(!text.contains(&number.to_string()) && values.as_object().unwrap().len() == 2, "{text}");

    let register = register(home);
    let purposes: Vec<_> = register.iter().map(|entry| (entry["purpose"].as_str().unwrap(), &entry["cases"])).collect();
    assert_eq!(purposes, [("sales", &json!(1)), ("sales", &json!(0)), ("service", &json!(1))]);
    assert_eq!(register[0]["sha256"], sha256(text.as_bytes()));
    assert_eq!(register[0]["fields"].as_array().unwrap().len(), 6);
    assert_eq!((exported(home, &number, "sales"), exported(home, &number, "service")), (1, 1));
}

fn every_other_purpose_or_recipient_is_refused(home: Home) {
    let server = Server::start_in(home);
    submit(&server, "a");
    for (arguments, why) in [
        (&["--purpose", "marketing"][..], "no clause allows this purpose"),
        (&["--purpose", "sales", "--recipient", "Insurer"], "there is no recipient"),
        (&["--purpose", "referral"], "needs the recipient"),
        (&["--purpose", "referral", "--recipient", "ntt-at"], "no registered, enabled organization"),
        (&["--purpose", "approved:1", "--recipient", "Insurer"], "has no approval 1"),
        (&["--purpose", "statistics"], "kakekomi stats"),
        (&["--purpose", "service", "--csv"], "cannot be used with"),
        (&["--recipient", "Insurer"], "--purpose"),
    ] {
        let (code, text, log) = export(&server.home, arguments);
        assert_eq!((code, text.as_str()), (2, ""), "{arguments:?}: {log}");
        assert!(log.contains(why), "{arguments:?}: {log}");
    }
    assert_eq!(register(&server.home), Vec::<Value>::new());
}

fn an_approval_exports_its_fields_to_its_recipient_alone(home: Home) {
    let server = Server::start_in(home);
    let ((number, _), (other, _)) = (submit(&server, "a"), submit(&server, "b"));
    let home = &server.home;
    let id = format!("{number}.1");
    let purpose = format!("approved:{id}");
    let run = |purpose: &str, recipient| export(home, &["--purpose", purpose, "--recipient", recipient]);
    assert_eq!(run(&purpose, "Insurer").0, 2, "nothing is attached");
    let body = json!({"approval": id, "purpose": "claim", "recipient": "Insurer", "document": "letter",
        "fields": ["/incident/summary", "/devices/*/os"], "signed_by": "Yamada"});
    write(home, &number, EventKind::ApprovalAttached, body);
    assert_eq!(run(&purpose, "Another").0, 2);
    assert_eq!(run(&format!("approved:{number}.2"), "Insurer").0, 2);
    assert_eq!(run(&format!("approved:{other}.1"), "Insurer").0, 2);
    let (code, text, log) = run(&purpose, "Insurer");
    assert_eq!(code, 0, "{log}");
    let values = json!({"incident": {"summary": "word.summary"}, "devices": [{"os": "word.os1"}]});
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), json!({"number": number.to_string(), "values": values}));
    let register = register(home);
    assert_eq!(register.len(), 1);
    assert_eq!((&register[0]["purpose"], &register[0]["recipient"]), (&json!(purpose), &json!("Insurer")));
    assert_eq!((exported(home, &number, &purpose), exported(home, &other, &purpose)), (1, 0));
    write(home, &number, EventKind::ApprovalEnded, json!({"approval": format!("{number}.2"), "reason": "by letter"}));
    assert_eq!(run(&purpose, "Insurer").0, 0, "another approval has ended");
    write(home, &number, EventKind::ApprovalEnded, json!({"approval": id, "reason": "by letter"}));
    let (code, text, log) = run(&purpose, "Insurer");
    assert_eq!((code, text.as_str()), (2, ""));
    assert!(log.contains("has no approval"), "{log}");
}

fn a_withdrawn_case_stays_out_where_it_is_opened_again(home: Home) {
    let server = Server::start_in(home);
    let (number, _) = submit(&server, "a");
    let home = &server.home;
    allow_sales(home);
    let id = format!("{number}.1");
    let approval = json!({"approval": id, "purpose": "claim", "recipient": "Insurer", "document": "letter",
        "fields": ["/incident/summary"], "signed_by": "Yamada"});
    write(home, &number, EventKind::ApprovalAttached, approval);
    write(home, &number, EventKind::CaseWithdrawn, json!({"reason": "by phone"}));
    write(home, &number, EventKind::CaseReopened, json!({}));
    let (code, text, log) = export(home, &["--purpose", "sales"]);
    assert_eq!((code, text.as_str()), (0, ""));
    assert!(log.contains("1 withdrawn by the applicant"), "{log}");
    let (code, text, log) = export(home, &["--purpose", &format!("approved:{id}"), "--recipient", "Insurer"]);
    assert_eq!((code, text.as_str()), (2, ""), "{log}");
}

fn a_referral_needs_the_release(home: Home) {
    let server = Server::start_in(home);
    let (number, words) = submit(&server, "a");
    let home = &server.home;
    add_organization(home, "ntt-at", OrganizationKind::Forensics);
    add_organization(home, "helper", OrganizationKind::Subcontractor);
    let run = |purpose, recipient| export(home, &["--purpose", purpose, "--recipient", recipient]);
    assert_eq!(run("referral", "helper").0, 2, "a subcontractor gets no referral");
    assert_eq!(run("subcontract", "ntt-at").0, 2, "nor a forensics company a grant");
    let (code, text, log) = run("subcontract", "helper");
    assert_eq!((code, text.as_str()), (0, ""));
    assert!(log.contains("1 without a valid grant"), "{log}");

    let is_left_out = || {
        let (code, text, log) = run("referral", "ntt-at");
        code == 0 && text.is_empty() && log.contains("1 not released")
    };
    assert!(is_left_out());
    write(home, &number, EventKind::IntentGiven, json!({"by": "return"}));
    assert!(is_left_out());
    write(home, &number, EventKind::HandoverReleased, json!({"organization": "ntt-at"}));
    let (code, text, log) = run("referral", "ntt-at");
    assert_eq!(code, 0, "{log}");
    assert!(words.iter().all(|word| text.contains(word)), "all of Annex 1.2: {text}");
    write(home, &number, EventKind::IntentWithdrawn, json!({"by": "return"}));
    assert!(is_left_out());
}

/// Stores a grant as the desk does, with a package of no bytes.
fn grant(home: &Home, number: &Number, id: u8, field: &str, expires_at: i64) -> PackageId {
    let id = PackageId::try_from(vec![id; 16]).unwrap();
    let body =
        json!({"organization": "helper", "package": id.to_string(), "fields": [field], "expires_at": expires_at});
    with_store(home, |store| async move {
        let case = store.show(number).await.unwrap().unwrap().unwrap();
        let kind = EventKind::GrantGiven;
        let draft = EventDraft { at: 5, actor: "operator:sato", kind, body: &body, after: None, also_to: None };
        let package = NewPackage {
            id,
            number: number.clone(),
            organization: "helper".to_owned(),
            purpose: PackagePurpose::Subcontract,
            manifest_sha256: [0; 32],
            sealed_sha256: [0; 32],
            length: 0,
            created_at: 5,
            parts: Vec::new(),
            link: NewCollectLink { token_hash: [id.to_string().as_bytes()[0]; 32], expires_at },
        };
        let outcome = store.add_package(package, seal_event(&case, &draft).unwrap()).await.unwrap();
        assert!(matches!(outcome, Appended::Stored { .. }), "{outcome:?}");
    });
    id
}

fn a_subcontractor_gets_what_a_valid_grant_names(home: Home) {
    let server = Server::start_in(home);
    let (number, _) = submit(&server, "a");
    let home = &server.home;
    add_organization(home, "helper", OrganizationKind::Subcontractor);
    let (past, future) = (store::clock::now() - 1, store::clock::now() + 86_400_000);
    grant(home, &number, 0x1a, "/contact", past);
    let ended = grant(home, &number, 0x2a, "/incident/target", future);
    grant(home, &number, 0x3a, "/incident/summary", future);
    with_store(home, |store| async move {
        let case = store.show(&number).await.unwrap().unwrap().unwrap();
        let body = json!({"organization": "helper", "package": ended.to_string(), "reason": "done"});
        let kind = EventKind::GrantEnded;
        let draft = EventDraft { at: 5, actor: "operator:sato", kind, body: &body, after: None, also_to: None };
        let outcome = store.destroy_package(&ended, seal_event(&case, &draft).unwrap()).await.unwrap();
        assert!(matches!(outcome, Appended::Stored { .. }), "{outcome:?}");
    });
    let (code, text, log) = export(home, &["--purpose", "subcontract", "--recipient", "helper"]);
    assert_eq!(code, 0, "{log}");
    let values = json!({"incident": {"summary": "word.summary"}});
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap()["values"], values);
    assert_eq!(register(home)[0]["fields"], json!(["/incident/summary"]));
    let packages = || {
        let done = home.run(&["retention", "run", "--closed", "365", "--json"]);
        serde_json::from_slice::<Value>(&done.stdout).unwrap()["packages"].clone()
    };
    assert_eq!((packages(), packages()), (json!(1), json!(0)), "the grant that has expired is destroyed");
}
