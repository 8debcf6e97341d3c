//! SIGHUP: reads the desk's folder and the recipients again while the desk serves.
//!
//! A valid folder is in force for every request that starts afterwards: telephone number, hours, holidays, documents,
//! partners. An invalid folder is refused with a line in the log, and the previous desk stays. A request keeps the desk
//! that it started with to its end.

use std::path::Path;
use std::sync::Arc;

use kakekomi_http::asset::Asset;
use kakekomi_http::server::{ReloadSignals, Routers};
use kakekomi_http::{App, busy_router, router};
use kakekomi_service::desk::Desk;
use kakekomi_service::desk::document_archive::DocumentArchive;
use kakekomi_service::desk::versions::Versions;
use kakekomi_service::sealed_case::CaseSealer;
use tokio::sync::watch;
use tokio::task::spawn_blocking;

use super::operators_desk::OperatorsDesk;
use crate::cli::print;
use crate::config::Settings;
use crate::error::CliError;

/// Puts a desk into force for each signal; signals that arrive during a reload cause one further reload.
pub(super) async fn on_signal(mut app: Arc<App>, settings: Settings, mut signals: ReloadSignals, receivers: Receivers) {
    let settings = Arc::new(settings);
    loop {
        signals.wait().await;
        let (before, settings) = (Arc::clone(&app), Arc::clone(&settings));
        let reloaded = spawn_blocking(move || reload(&before, &settings).map_err(|error| error.to_string())).await;
        let outcome = reloaded.unwrap_or_else(|error| Err(error.to_string())).map(|reloaded| {
            app = Arc::new(reloaded);
            receivers.send(&app);
        });
        app.metrics.count_reload(outcome.is_ok());
        let version = app.intake.desk.profile().version.as_str();
        match outcome {
            Ok(()) => tracing::info!(version, "the desk was reloaded"),
            Err(error) => {
                tracing::error!(error, version, "the desk was not reloaded: the previous one stays in force");
            }
        }
    }
}

/// The listeners that get new routers, and the other parts that get the new desk.
pub(super) struct Receivers {
    /// The form.
    pub form: watch::Sender<Routers>,
    /// The operators' desk, where it is served.
    pub operators: Option<(OperatorsDesk, watch::Sender<Routers>)>,
    /// The mails.
    pub desk: watch::Sender<Arc<Desk>>,
}

impl Receivers {
    fn send(&self, app: &Arc<App>) {
        self.form.send_replace(routers(app));
        self.desk.send_replace(Arc::clone(&app.intake.desk));
        if let Some((desk, sender)) = &self.operators {
            match desk.routers(app) {
                Ok(routers) => drop(sender.send_replace(routers)),
                Err(error) => tracing::error!(%error, "the operators' desk was not reloaded"),
            }
        }
    }
}

/// Builds the app for the desk of the changed folder. Its files are compressed before the first request.
fn reload(app: &App, settings: &Settings) -> Result<App, CliError> {
    let desk = Desk::load(settings.desk.as_deref())?;
    let archive = note_documents(&desk, settings.data())?;
    let mut app = app.with_desk(desk, &archive);
    app.intake.sealer = sealer(&app.intake.sealer, settings)?;
    app.desk_assets().for_each(Asset::compress);
    Ok(app)
}

/// Reads the recipients again, so that a rotation needs no restart. The key of the hashes is the database's, and stays.
fn sealer(before: &CaseSealer, settings: &Settings) -> Result<Arc<CaseSealer>, CliError> {
    let sealer = settings.sealer()?;
    if sealer.hash_key().check() != before.hash_key().check() {
        return Err(CliError::OtherHashKey(settings.key_folder()?.hash_key_file().display().to_string()));
    }
    Ok(Arc::new(sealer))
}

/// Builds the routers of an app.
pub(super) fn routers(app: &Arc<App>) -> Routers {
    Routers { router: router(Arc::clone(app)), busy: busy_router(Arc::clone(app)) }
}

/// Warns of documents that have changed under their version, records and keeps the new ones, and returns all that were kept.
pub(super) fn note_documents(desk: &Desk, data: &Path) -> Result<DocumentArchive, CliError> {
    let versions = Versions::read(data).map_err(CliError::io("documents"))?;
    for changed in versions.changed(desk.documents()) {
        print::warn(&changed);
    }
    versions.note(desk.documents(), data).map_err(CliError::io("documents"))?;
    // Before they are first offered: a text that somebody agreed to is never lost.
    DocumentArchive::keep(desk.documents(), data).map_err(CliError::io("documents"))?;
    let archive = DocumentArchive::read(data).map_err(CliError::io("documents"))?;
    for file in &archive.changed {
        let file = file.display();
        print::warn(&format!("{file} is left out: its bytes have another digest than its name"));
    }
    Ok(archive)
}
