//! The storage of evidence files: reachable, for its owner alone, with free space, and with the parts that the database names.
//!
//! `ok  evidence  /var/lib/kakekomi/evidence: 200 parts of a sample are there`

use std::path::Path;
use std::sync::Arc;

use kakekomi_evidence::{EvidenceLimits, FolderStorage, ObjectName, PartStorage, Space, UploadRefusal, demand_bound};
use kakekomi_store::receipt_number::Number;
use kakekomi_store::{self as store, Filter, LINES_A_PAGE, Store, StoreError, seq_of};

use super::finding::{Finding, Outcome, error, warning};
use crate::config::Settings;

/// The most parts that are looked for: a sample.
const PARTS_MAX: usize = 1000;
/// The number of the newest cases whose files are looked for.
const CASES_MAX: i64 = 2000;
/// Free space of less than this many times the floor is a warning.
const LOW_SPACE_FACTOR: u64 = 2;

/// Checks the storage.
pub async fn look(settings: &Settings, store: &dyn Store) -> Vec<Finding> {
    let folder = match settings.evidence_folder() {
        Ok(folder) => folder,
        Err(error) => return vec![Finding::new("evidence", Err(error.into()))],
    };
    let shown = folder.display();
    let sample = match sample(store).await {
        Ok(sample) => sample,
        Err(error) => return vec![Finding::new("evidence", Err(error.into()))],
    };
    // An opened storage would make its folders, and nothing is changed here.
    if !folder.join("parts").is_dir() {
        let outcome = match sample.len() {
            0 => Ok(format!("{shown} is not there yet; serve makes it, for its owner alone")),
            _ => {
                error(format!("{shown} is not there, and the database names files in it: name it with --evidence-url"))
            }
        };
        return vec![Finding::new("evidence", outcome)];
    }
    let mut found = vec![Finding::new("evidence", parts(&folder, &sample))];
    found.extend(binding(&folder, store).await.err().map(|why| Finding::new("evidence", error(why.to_string()))));
    found.extend(mode(&folder).map(|outcome| Finding::new("evidence", outcome)));
    found.push(Finding::new("evidence", space(&folder, &settings.evidence_limits())));
    found
}

/// Names objects of the newest cases, up to a number.
async fn sample(store: &dyn Store) -> Result<Vec<String>, StoreError> {
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
            if objects.len() >= PARTS_MAX {
                return Ok(objects);
            }
        }
    }
}

/// Compares the database to which the folder belongs with this one.
async fn binding(folder: &Path, store: &dyn Store) -> Result<(), UploadRefusal> {
    let storage: Arc<dyn PartStorage> = Arc::new(FolderStorage::open(folder)?);
    demand_bound(store, &storage).await
}

/// Opens each object of the sample.
fn parts(folder: &Path, sample: &[String]) -> Outcome {
    let shown = folder.display();
    let storage = FolderStorage::open(folder)?;
    let is_missing = |object: &&String| ObjectName::read(object).is_none_or(|name| storage.open(&name).is_err());
    let missing: Vec<_> = sample.iter().filter(is_missing).collect();
    match missing.first() {
        None => Ok(format!("{shown}: {} parts of a sample are there", sample.len())),
        Some(first) => error(format!(
            "{shown}: {} of {} parts are missing or cannot be read, such as {first}: restore the folder that belongs to \
             the database (kakekomi evidence verify names the files)",
            missing.len(),
            sample.len()
        )),
    }
}

fn mode(folder: &Path) -> Option<Outcome> {
    let shown = folder.display();
    store::is_open_to_others(folder)
        .then(|| error(format!("others on this machine can look into {shown}: chmod go= {shown}")))
}

fn space(folder: &Path, limits: &EvidenceLimits) -> Outcome {
    let Some(Space { free, total }) = FolderStorage::open(folder)?.space()? else {
        return Ok("its space cannot be measured".to_owned());
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
