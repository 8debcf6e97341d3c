//! The storage of evidence files: reachable, for its owner alone, with free space, and with the parts that the database names.
//!
//! `ok  evidence  /var/lib/kakekomi/evidence: 200 parts of a sample are there`

use std::io::ErrorKind;
use std::path::Path;

use kakekomi_evidence::{CredentialSource, EvidenceLimits, ObjectName, PartStorage, Space, demand_bound};
use kakekomi_store::receipt_number::Number;
use kakekomi_store::{self as store, Filter, LINES_A_PAGE, Store, StoreError, seq_of};

use super::finding::{Finding, Outcome, error, warning};
use crate::config::Settings;
use crate::evidence_place::EvidencePlace;

/// The most parts that are looked for: a sample.
const PARTS_MAX: usize = 1000;
/// The number of the newest cases whose files are looked for.
const CASES_MAX: i64 = 2000;
/// Free space of less than this many times the floor is a warning.
const LOW_SPACE_FACTOR: u64 = 2;

/// Checks the storage.
pub async fn look(settings: &Settings, store: &dyn Store) -> Vec<Finding> {
    let finding = |outcome| Finding::new("evidence", outcome);
    let place = match EvidencePlace::of(settings) {
        Ok(place) => place,
        Err(error) => return vec![finding(Err(error.into()))],
    };
    let sample = match sample(store, place.sample_max()).await {
        Ok(sample) => sample,
        Err(error) => return vec![finding(Err(error.into()))],
    };
    let storage = match place.open_existing() {
        Ok(Some(storage)) => storage,
        Ok(None) if sample.is_empty() => {
            return vec![finding(Ok(format!("{place} is not there yet; serve makes it, for its owner alone")))];
        }
        Ok(None) => {
            let words =
                format!("{place} is not there, and the database names files in it: name it with --evidence-url");
            return vec![finding(error(words))];
        }
        Err(error) => return vec![finding(Err(error.into()))],
    };
    match storage.database() {
        Ok(None) if sample.is_empty() => {
            let mut found = vec![finding(Ok(format!("{place}: it answers; serve binds it to this database")))];
            found.extend(place.cautions().into_iter().map(finding));
            return found;
        }
        Ok(_) => {}
        Err(error) => return vec![finding(Err(error.into()))],
    }
    let mut found = vec![finding(parts(&place, &*storage, &sample))];
    found.extend(demand_bound(store, &storage).await.err().map(|why| finding(error(why.to_string()))));
    found.extend(place.cautions().into_iter().map(finding));
    found.push(finding(space(&*storage, &settings.evidence_limits())));
    found
}

/// Checks the scanner; `None` without one.
pub fn scanner(settings: &Settings) -> Option<Finding> {
    let outcome = match settings.clamd() {
        Ok(None) => return None,
        Ok(Some(clamd)) => match clamd.version() {
            Ok(version) => Ok(format!("{clamd} answers: {version}")),
            Err(why) => warning(format!("{clamd}: {why}: no evidence file is scanned until it answers")),
        },
        Err(error) => Err(error.into()),
    };
    Some(Finding::new("clamd", outcome))
}

impl EvidencePlace {
    /// The number of parts that are looked for. Each costs a request to a bucket.
    fn sample_max(&self) -> usize {
        match self {
            EvidencePlace::Folder(_) => PARTS_MAX,
            EvidencePlace::Bucket { .. } => PARTS_MAX / 10,
        }
    }

    /// Lists what others could read, or change.
    fn cautions(&self) -> Vec<Outcome> {
        let open_to_others = |path: &Path| {
            let shown = path.display();
            store::is_open_to_others(path)
                .then(|| error(format!("others on this machine can look into {shown}: chmod go= {shown}")))
        };
        match self {
            EvidencePlace::Folder(folder) => open_to_others(folder).into_iter().collect(),
            EvidencePlace::Bucket { location, credentials, spools } => {
                let plain = location.is_plain_http().then(|| {
                    warning(format!(
                        "{location}: requests go without TLS, and others on the way can read the key's name"
                    ))
                });
                let file = match credentials {
                    CredentialSource::File(file) => open_to_others(file),
                    CredentialSource::Environment => None,
                };
                [plain, file, open_to_others(spools)].into_iter().flatten().collect()
            }
        }
    }
}

/// Names objects of the newest cases, up to a number or a few more.
async fn sample(store: &dyn Store, max: usize) -> Result<Vec<String>, StoreError> {
    let mut objects = Vec::new();
    let last = store.last().await?;
    let mut after = last.saturating_sub(CASES_MAX).max(0);
    loop {
        let page = store.lines(after, LINES_A_PAGE, &Filter::default()).await?;
        let Some(end) = page.last() else { return Ok(objects) };
        after = seq_of(end);
        for number in page.iter().flatten().filter_map(|line| Number::read(&line.number).ok()) {
            for file in store.files_of(&number).await? {
                objects.extend(store.parts(file.seq).await?.into_iter().map(|part| part.object));
            }
            if objects.len() >= max {
                return Ok(objects);
            }
        }
    }
}

/// Looks for each object of the sample.
fn parts(place: &EvidencePlace, storage: &dyn PartStorage, sample: &[String]) -> Outcome {
    let is_there = |name: ObjectName| storage.has(&name).is_ok_and(|is_there| is_there);
    let missing: Vec<_> = sample.iter().filter(|object| !ObjectName::read(object).is_some_and(is_there)).collect();
    match missing.first() {
        None => Ok(format!("{place}: {} parts of a sample are there", sample.len())),
        Some(first) => error(format!(
            "{place}: {} of {} parts are missing or cannot be read, such as {first}: put the storage that belongs to the \
             database back (kakekomi evidence verify names the files)",
            missing.len(),
            sample.len()
        )),
    }
}

fn space(storage: &dyn PartStorage, limits: &EvidenceLimits) -> Outcome {
    let Space { free, total } = match storage.space() {
        Ok(Some(space)) => space,
        Ok(None) => return Ok("its space cannot be measured".to_owned()),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Ok("serve makes the folder for sealed parts on their way".to_owned());
        }
        Err(error) => return Err(error.into()),
    };
    let percent = free.saturating_mul(100) / total.max(1);
    let floor = limits.min_free_percent;
    let words = format!("{} MiB are free ({percent} %); under {floor} % no file is taken", free >> 20);
    if percent < floor {
        // Cases are still stored: their own floor is lower.
        warning(format!("{words}, which is so now: make room, or lower --evidence-min-free"))
    } else if percent < floor.saturating_mul(LOW_SPACE_FACTOR) {
        warning(format!("{words}: make room"))
    } else {
        Ok(words)
    }
}
