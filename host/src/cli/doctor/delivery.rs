//! The delivery of notices: the webhooks and the mail of the settings can be used, and no target waits for somebody.
//!
//! `warning  delivery  webhook:siem: 3 notices were given up: kakekomi outbox list --state failed`

use std::path::Path;

use kakekomi_store::{OutboxTarget, Store, is_open_to_others};

use super::finding::{Finding, Outcome, error, warning};
use crate::config::Settings;

const CHECK: &str = "delivery";

/// Checks the settings, and the targets that the database knows; nothing where there is neither.
pub async fn look(settings: &Settings, store: &dyn Store) -> Vec<Finding> {
    let targets = match store.outbox_targets().await {
        Ok(targets) => targets,
        Err(error) => return vec![Finding::new(CHECK, Err(error.into()))],
    };
    let names = match settings.targets() {
        Ok(names) => names,
        Err(error) => return vec![Finding::new(CHECK, Err(error.into()))],
    };
    if names.is_empty() && targets.is_empty() {
        return Vec::new();
    }
    let secrets = settings.webhooks.iter().flat_map(|webhook| &webhook.secrets);
    let passwords = settings.mail.iter().filter_map(|mail| mail.password.as_ref());
    let mut problems: Vec<_> = secrets.chain(passwords).filter_map(|file| secret(file)).collect();
    problems.extend(no_identity(settings));
    problems.extend(targets.iter().flat_map(|target| problems_of(target, &names)));
    let unknown = names.iter().filter(|name| targets.iter().all(|target| target.name != **name));
    problems.extend(unknown.map(|name| {
        warning(format!(
            "{name} is in the settings and not in the database, so that events have no notices for it: \
             kakekomi serve writes it when it starts, and every minute"
        ))
    }));
    if problems.is_empty() {
        problems.push(Ok(format!("{}: nothing was given up", names.join(", "))));
    }
    problems.into_iter().map(|problem| Finding::new(CHECK, problem)).collect()
}

/// Finds a host that has the notices of applicants written and cannot send them.
fn no_identity(settings: &Settings) -> Option<Outcome> {
    let is_missing = settings.mail.as_ref()?.applicants.enabled && matches!(settings.reader(), Ok(None));
    is_missing.then(|| {
        warning(
            "the desk's identity is not here: the notices of [mail.applicants] wait for a host that has it".to_owned(),
        )
    })
}

fn secret(file: &Path) -> Option<Outcome> {
    let shown = file.display();
    is_open_to_others(file).then(|| error(format!("others on this machine can read {shown}: chmod go= {shown}")))
}

fn problems_of(target: &OutboxTarget, configured: &[String]) -> Vec<Outcome> {
    let OutboxTarget { name, disabled_at, disabled_by_answer, failed, .. } = target;
    let mut problems = Vec::new();
    if *failed > 0 {
        problems.push(warning(format!(
            "{name}: {failed} notices were given up: kakekomi outbox list --state failed; kakekomi outbox retry --failed"
        )));
    }
    if disabled_at.is_some() {
        let answer = disabled_by_answer.as_deref().unwrap_or("-");
        let enable = format!("kakekomi outbox retry --target {name}");
        problems.push(warning(format!("{name}: its answer {answer} has disabled it: {enable} enables it")));
    }
    if !configured.contains(name) {
        problems.push(warning(format!(
            "{name} is in no settings here, so that its notices wait: kakekomi outbox forget {name} removes it"
        )));
    }
    problems
}
