//! Two hundred drafts as people would write them, on the core compiled for this machine and in the sandbox.
//!
//! Verdict, issues and advisories of each equal those of its line in `tests/drafts/`; Node and Chromium check the same
//! drafts from `cases-json`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on stops"
)]

use std::sync::Arc;

use kakekomi_core::Locale;
use kakekomi_describe::describe;
use kakekomi_sandbox::Sandbox;
use kakekomi_tests::drafts::{Draft, drafts};
use serde_json::Value;

fn native(draft: &Draft) -> Vec<u8> {
    kakekomi_core::answer(&draft.text, draft.context.as_bytes()).unwrap()
}

fn codes(list: &Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(|entry| entry["code"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn drafts_are_judged_as_expected() {
    let mut wrong = Vec::new();
    for draft in drafts() {
        let report: Value = serde_json::from_slice(&native(&draft)).unwrap();
        let text = |entry: &Value, key: &str| entry[key].as_str().unwrap().to_owned();
        let issues = report["issues"].as_array().unwrap();
        let issues: Vec<_> = issues.iter().map(|issue| (text(issue, "path"), text(issue, "code"))).collect();
        let advisories = codes(&report["advisories"]);
        if report["accepted"] != draft.expect.accepted
            || issues != draft.expect.issues
            || advisories != draft.expect.advisories
        {
            wrong.push(format!("{}\n    {issues:?}\n    {advisories:?}", draft.name));
        }
    }
    assert!(wrong.is_empty(), "{} drafts are judged otherwise:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_sandbox_gives_the_same_bytes() {
    let sandbox = Sandbox::new(kakekomi_service::embedded_module::sandbox_config()).unwrap();
    let digest = sandbox.current().clone();
    for draft in drafts() {
        let context: Arc<[u8]> = draft.context.as_bytes().into();
        let bytes = sandbox.check_now(&digest, draft.text.clone().into(), context).unwrap();
        assert!(bytes == native(&draft), "{}: the sandbox says {}", draft.name, String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn drafts_are_two_hundred_of_both_kinds() {
    let drafts = drafts();
    let accepted = drafts.iter().filter(|draft| draft.expect.accepted).count();
    assert!(drafts.len() >= 200 && (130..=150).contains(&accepted), "{accepted} of {}", drafts.len());
    let names: std::collections::BTreeSet<_> = drafts.iter().map(|draft| &draft.name).collect();
    assert_eq!(names.len(), drafts.len(), "each has a name of its own");
}

/// Company, person, phone, responsible, one sentence, and unknown for the rest can be sent: for each kind, in both
/// languages, while the desk is closed.
#[test]
fn minimal_draft_is_accepted_for_every_kind_at_night() {
    let drafts = drafts();
    let form = describe(Locale::Ja);
    let incident = form.sections.iter().find(|section| section.name == "incident").unwrap();
    let kinds = &incident.fields.iter().find(|field| field.name == "kind").unwrap().options;
    assert_eq!(kinds.len(), 10);
    for locale in ["ja", "en"] {
        for kind in kinds {
            let found = drafts.iter().any(|draft| {
                let Ok(draft_json) = serde_json::from_slice::<Value>(&draft.text) else { return false };
                let incident = &draft_json["incident"];
                let unknown = |key: &str| incident[key]["unknown"] == true;
                draft.expect.accepted
                    && draft.context.contains(&format!("\"locale\":\"{locale}\""))
                    && draft.expect.advisories.iter().any(|code| code == "desk.closed")
                    && incident["kind"] == kind.value
                    && ["purpose", "discovered_at", "discovery_trigger"].into_iter().all(unknown)
                    && draft_json["contact"].as_object().unwrap().len() == 4
            });
            assert!(found, "no sparse draft of {} in {locale}", kind.value);
        }
    }
}
