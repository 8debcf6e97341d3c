//! Writes an event of a case as the desk's pages would, for tests of what an applicant reads.
//!
//! `desk-event DATA 2609-4873-1059 question.asked '{"questions":[…]}'` → the event's place in the case, `2`
//!
//! What the applicant may read is sealed to the service as well, as the desk seals it.

#![expect(clippy::print_stdout, reason = "the place is its result")]

use std::error::Error;
use std::path::Path;

use kakekomi_sealing::KeyFolder;
use kakekomi_service::sealed_case::{EventDraft, seal_event};
use kakekomi_store::receipt_number::Number;
use kakekomi_store::{Appended, EventKind, clock, open_to_write, url_in};

fn main() -> Result<(), Box<dyn Error>> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(append())
}

async fn append() -> Result<(), Box<dyn Error>> {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let [data, number, kind, body] = given.as_slice() else { return Err("DATA NUMBER KIND BODY".into()) };
    let (number, kind): (_, EventKind) = (Number::read(number).map_err(|_| "no number")?, kind.parse()?);
    let service = KeyFolder::default_for(Path::new(data))?.service()?.recipients().into_iter().next();
    let body: serde_json::Value = serde_json::from_str(body)?;
    // The vendor's page of a closed case is shown to the applicant, too.
    let is_for_applicant = [EventKind::QuestionAsked, EventKind::DisclosureShared].contains(&kind)
        || (kind == EventKind::CaseClosed && body.get("link").is_some());
    let draft = EventDraft {
        at: clock::now(),
        actor: "operator:test",
        kind,
        body: &body,
        after: None,
        also_to: service.as_deref().filter(|_| is_for_applicant),
    };
    let store = open_to_write(&url_in(Path::new(data))).await?;
    let case = store.show(&number).await?.ok_or("no such case")??;
    let appended = store.append(vec![seal_event(&case, &draft)?]).await?;
    store.close().await?;
    match appended.first() {
        Some(Appended::Stored { n: Some(n), .. }) => println!("{n}"),
        refused => return Err(format!("{refused:?}").into()),
    }
    Ok(())
}
