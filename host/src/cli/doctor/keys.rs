//! Check of the keys: a probe is sealed and opened with each of them, and `hash.key` is compared with the database.
//!
//! `recovery.identity` beside `desk.identity` → warning: a demo pair, unfit for production

use kakekomi_sealing::{CaseContents, Identities, KeyFolder, Recipients, SealingError, open, open_body, seal};
use kakekomi_service::sealed_case::{HASH_KEY_SETTING, is_written_with};
use kakekomi_store::{Event, EventKind, Filter, Store};

use super::finding::{Finding, Outcome, error, warning};
use crate::config::Settings;
use crate::error::CliError;

/// Checks the key folder and each of its files.
pub fn look(settings: &Settings) -> Vec<Finding> {
    let folder = match settings.key_folder() {
        Ok(folder) => folder,
        Err(error) => return vec![Finding::new("keys", Err(error.into()))],
    };
    if !folder.exists() && settings.recipients.is_none() {
        let shown = folder.path().display();
        let absent = format!("{shown} does not exist yet; serve makes a demo pair, kakekomi keys new makes your own");
        return vec![Finding::new("keys", Ok(absent))];
    }
    let mut found = vec![Finding::new("keys", probe(settings, &folder))];
    found.extend(open_to_others(&folder).map(|outcome| Finding::new("keys", outcome)));
    found.extend(recovery_here(&folder).map(|outcome| Finding::new("keys", outcome)));
    found
}

/// Compares the keys with the database.
pub async fn compare(settings: &Settings, store: &dyn Store) -> Vec<Finding> {
    let Ok(folder) = settings.key_folder() else { return Vec::new() };
    let mut found = vec![Finding::new("keys", same_hash_key(&folder, store).await)];
    // A wrong file of recipients is reported by `look`.
    if let Ok(recipients) = folder.recipients_or(settings.recipients.as_deref()) {
        found.push(Finding::new("keys", sealed_to_others(&recipients, store).await));
    }
    found
}

/// Reads all identities that are here, to open what was sealed to the desk; `None` on a host that only seals.
pub fn identities(settings: &Settings) -> Result<Option<Identities>, CliError> {
    let mut all = settings.key_folder()?.all_identities()?;
    all.extend(settings.identity.as_deref().map(Identities::read).transpose()?);
    Ok((!all.is_empty()).then(|| Identities::joined(&all)))
}

/// Reports whether an event is sealed to `service.identity` as well, since the intake host shows it to the applicant.
pub fn is_for_service(event: &Event) -> bool {
    [EventKind::QuestionAsked, EventKind::DisclosureShared].iter().any(|kind| event.kind == kind.as_str())
}

/// Opens the last event for the applicant with `service.identity`; `None` where there is no such event, or no such file.
pub fn service_opens(settings: &Settings, event: Option<&Event>) -> Option<Finding> {
    // A wrong file is reported by `look`.
    let service = settings.key_folder().ok()?.service().ok()?;
    let (seq, body) = event.and_then(|event| Some((event.seq, event.body.as_deref()?)))?;
    let outcome = match open_body(&service, body) {
        Ok(_) => Ok(format!("service.identity opens what was last written to an applicant (event {seq})")),
        Err(SealingError::NoMatchingIdentity) => error(format!(
            "service.identity does not open what was last written to an applicant (event {seq}): put back the file that all \
             hosts of this database share"
        )),
        Err(cause) => error(format!("event {seq} cannot be opened with service.identity: {cause}")),
    };
    Some(Finding::new("keys", outcome))
}

/// Seals a probe, and opens it with each identity that is here.
fn probe(settings: &Settings, folder: &KeyFolder) -> Outcome {
    let (recipients, shown) = (folder.recipients_or(settings.recipients.as_deref())?, folder.path().display());
    let sealed = seal(&recipients, &CaseContents { record: b"{}", text: b"probe", report: b"", page_report: None })?;
    let words = format!("{shown}: a probe was sealed to {} recipients", recipients.to_strings().len());
    folder.service()?;
    let desk_file = settings.identity.clone().unwrap_or_else(|| folder.desk_file());
    let desk = settings.identity.as_deref().map_or_else(|| folder.desk(), |file| Identities::read(file).map(Some))?;
    let recovery = folder.recovery_file();
    let recovery =
        recovery.exists().then(|| Identities::read(&recovery).map(|read| (recovery.clone(), read))).transpose()?;
    for (file, identity) in
        desk.iter().map(|desk| (&desk_file, desk)).chain(recovery.iter().map(|(file, read)| (file, read)))
    {
        if let Err(cause) = open(identity, &sealed.bytes) {
            let file = file.display();
            return error(format!("{file} does not open a probe that was sealed to the recipients: {cause}"));
        }
    }
    Ok(match desk {
        Some(_) => format!("{words}, and opened with {}", desk_file.display()),
        None => format!("{words}; this host has no identity and only seals"),
    })
}

fn open_to_others(folder: &KeyFolder) -> Option<Outcome> {
    let open = folder.open_to_others()?;
    let open = open.display();
    Some(error(format!("others on this machine can look into {open}: chmod go= {open}")))
}

fn recovery_here(folder: &KeyFolder) -> Option<Outcome> {
    let file = folder.recovery_file();
    let shown = file.display();
    folder.is_demo().then(|| {
        warning(format!(
            "{shown} is on this host, as in a demo pair: that is unfit for production; move it to a place offline"
        ))
    })
}

async fn same_hash_key(folder: &KeyFolder, store: &dyn Store) -> Outcome {
    let file = folder.hash_key_file();
    let shown = file.display();
    let known = store.setting(HASH_KEY_SETTING).await?;
    match (known, file.exists()) {
        (None, _) if store.count(&Filter::default()).await? == 0 => {
            Ok("the database was not written with a hash.key yet".to_owned())
        }
        (None, _) => error("the database has cases, and does not name the hash.key that it was written with"),
        (Some(_), false) => error(format!("{shown} is missing: put back the one that the database was written with")),
        (Some(_), true) if is_written_with(store, &folder.hash_key()?).await? == Some(true) => {
            Ok(format!("{shown} is the one that the database was written with"))
        }
        (Some(_), true) => error(format!(
            "{shown} is not the one that the database was written with, or the database's setting hash_key was changed: \
                 put that key back, or restore a backup of the database"
        )),
    }
}

async fn sealed_to_others(recipients: &Recipients, store: &dyn Store) -> Outcome {
    let others = Filter { not_sealed_to: Some(recipients.sealed_to()), ..Filter::default() };
    match store.count(&others).await? {
        0 => Ok("every case is sealed to the present recipients".to_owned()),
        count => error(format!("{count} cases are sealed to other recipients: kakekomi keys rotate")),
    }
}
