//! SIGHUP: reads the desk's folder again while the desk serves.
//!
//! A folder that is in order is in force for every request that starts afterwards: telephone number, hours, holidays,
//! documents, partners. A folder that is not is refused with a line in the log, and the desk of before stays. A
//! request keeps the desk that it started with to its end.

use std::path::Path;
use std::sync::Arc;

use kakekomi_http::asset::Asset;
use kakekomi_http::server::{ProcessSignal, Routers};
use kakekomi_http::{App, busy_router, router};
use kakekomi_service::desk::Desk;
use kakekomi_service::desk::versions::Versions;
use tokio::sync::watch;
use tokio::task::spawn_blocking;

use crate::cli::print;
use crate::config::Settings;
use crate::error::CliError;

/// Puts a desk into force for each signal; signals that arrive meanwhile are answered by one further reading.
pub(super) async fn on_signal(
    mut app: Arc<App>,
    settings: Settings,
    mut signals: ProcessSignal,
    sender: watch::Sender<Routers>,
) {
    let settings = Arc::new(settings);
    loop {
        signals.wait().await;
        let (before, settings) = (Arc::clone(&app), Arc::clone(&settings));
        let reloaded = spawn_blocking(move || reload(&before, &settings)).await;
        let refused = match reloaded {
            Ok(Ok(reloaded)) => {
                app = Arc::new(reloaded);
                sender.send_replace(routers(&app));
                None
            }
            Ok(Err(error)) => Some(error.to_string()),
            Err(error) => Some(error.to_string()),
        };
        app.metrics.count_reload(refused.is_none());
        let version = app.intake.desk.profile().version.as_str();
        match refused {
            None => tracing::info!(version, "the desk was reloaded"),
            Some(error) => {
                tracing::error!(error, version, "the desk was not reloaded: the one of before stays in force");
            }
        }
    }
}

/// The app for the desk as its folder has it now. Its files are compressed before anybody asks for them.
fn reload(app: &App, settings: &Settings) -> Result<App, CliError> {
    let desk = Desk::load(settings.desk.as_deref())?;
    note_documents(&desk, settings.data())?;
    let app = app.with_desk(desk);
    app.desk_assets().for_each(Asset::compress);
    Ok(app)
}

/// The routers of an app.
pub(super) fn routers(app: &Arc<App>) -> Routers {
    Routers { router: router(Arc::clone(app)), busy: busy_router(Arc::clone(app)) }
}

/// Says which documents have changed under their version, and notes the new ones.
pub(super) fn note_documents(desk: &Desk, data: &Path) -> Result<(), CliError> {
    let failed = |error| CliError::Io("documents".to_owned(), error);
    let versions = Versions::read(data).map_err(failed)?;
    for changed in versions.changed(desk.documents()) {
        print::words(&format!("kakekomi: warning: {changed}"));
    }
    versions.note(desk.documents(), data).map_err(failed)
}
