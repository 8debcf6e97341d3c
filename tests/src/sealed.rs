//! Sealed cases for tests and the bench, without a served desk.
//!
//! `new_case(&sealer_of(data), "key-1", draft, report)` → a case that `Store::insert` takes

use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use kakekomi_sealing::KeyFolder;
use kakekomi_service::sealed_case::{CaseRecord, CaseSealer, Contents};
use kakekomi_store::digest::sha256;
use kakekomi_store::receipt_number::Number;
use kakekomi_store::{self as store, Inserted, NewCase, Store, StoreError};
use serde_json::json;
use serde_json::value::to_raw_value;

/// The moment of receipt of all these cases.
pub const RECEIVED_AT: i64 = 1_795_140_000_000;

/// Time in which a file must become free, and the pause between attempts.
const PATIENCE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(10);

/// Makes the demo keys beside a data folder, where the commands look for them.
///
/// # Errors
/// The folder cannot be made.
pub fn sealer_of(data: &Path) -> Result<CaseSealer, Box<dyn Error>> {
    sealer_in(KeyFolder::default_for(data)?.path())
}

/// Makes the demo keys in a folder.
///
/// # Errors
/// The folder cannot be made.
pub fn sealer_in(folder: &Path) -> Result<CaseSealer, Box<dyn Error>> {
    let folder = KeyFolder::at(folder);
    folder.create_demo()?;
    Ok(CaseSealer::load(&folder, None)?)
}

/// Seals a case of this program's module under a new number.
///
/// # Errors
/// No randomness.
pub fn new_case(sealer: &CaseSealer, key: &str, draft: &[u8], report: &[u8]) -> Result<NewCase, Box<dyn Error>> {
    new_case_at(RECEIVED_AT, sealer, key, draft, report)
}

/// Seals a case that was received at another moment.
///
/// # Errors
/// No randomness.
pub fn new_case_at(
    received_at: i64,
    sealer: &CaseSealer,
    key: &str,
    draft: &[u8],
    report: &[u8],
) -> Result<NewCase, Box<dyn Error>> {
    let number = Number::random()?.to_string();
    let module = format!("sha256:{}", kakekomi_artifact::SHA256);
    let consent = json!({ "record": number });
    let receipt = json!({ "number": number, "received_at": received_at, "module": module, "consent": consent });
    let record = CaseRecord {
        received_at,
        partner: None,
        test: false,
        locale: "ja".to_owned(),
        accepted: true,
        ruleset: kakekomi_core::RULESET.to_owned(),
        module,
        page_module: None,
        key: key.to_owned(),
        consent: to_raw_value(&consent)?,
        text_sha256: sha256(draft),
        report_sha256: sha256(report),
        page_report_sha256: None,
        urgency: None,
        taken_by: None,
        return_code: Some(None),
        number,
    };
    let receipt = serde_json::to_vec(&receipt)?;
    Ok(sealer.seal(Contents { record, text: draft, report, page_report: None, receipt })?)
}

/// Stores a case in the SQLite file of a data folder, in which no desk serves.
///
/// # Errors
/// The file is in use for long, or cannot be written.
pub fn store_case(data: &Path, case: NewCase) -> Result<(), Box<dyn Error>> {
    tokio::runtime::Runtime::new()?.block_on(async {
        let store = open_when_free(&store::url_in(data)).await?;
        let inserted = store.insert(Arc::new(case)).await?;
        store.close().await?;
        if matches!(inserted, Inserted::Stored(_)) { Ok(()) } else { Err("its key or number is taken".into()) }
    })
}

/// Opens a file whose lock another test's process, which is just being started, may still hold: it inherits all open files for
/// a moment.
async fn open_when_free(url: &str) -> Result<Arc<dyn Store>, StoreError> {
    let started = Instant::now();
    loop {
        match store::open(url).await {
            Err(StoreError::InUse(_)) if started.elapsed() < PATIENCE => tokio::time::sleep(PAUSE).await,
            opened => return opened,
        }
    }
}
