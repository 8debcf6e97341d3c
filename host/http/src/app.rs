//! The state of the handlers, and the parts of it that a handler may ask for.
//!
//! `State(desk): State<Arc<Desk>>` in a handler → the desk of the [`App`] that its router was made for
//!
//! Only this file and `router.rs` know all parts. A handler names those that it needs, so that none imports another's.

use std::sync::Arc;

use axum::extract::FromRef;
use kakekomi_sandbox::Sandbox;
use kakekomi_service::desk::Desk;
use kakekomi_service::desk::document_archive::DocumentArchive;
use kakekomi_service::return_visit::{ReturnParts, ReturnVisits};
use kakekomi_service::submit::Intake;

use crate::admin::DroppedLogLines;
use crate::asset::Asset;
use crate::body::UnfinishedBodies;
use crate::desk::ConsentFiles;
use crate::docs::DocsFiles;
use crate::document_files::DocumentFiles;
use crate::embed;
use crate::extract::Clock;
use crate::files::Files;
use crate::metrics::Metrics;
use crate::module::ModuleFiles;
use crate::page::PageFiles;
use crate::rate_limit::RateLimits;

/// The state that the handlers share. A reload keeps everything but the desk's own data.
#[derive(Clone)]
pub struct App {
    /// Judging and storing.
    pub intake: Intake,
    /// The parts of the return.
    pub returns: Arc<ReturnParts>,
    /// Evidence files.
    pub files: Files,
    /// The files beside the current module.
    pub module: Arc<ModuleFiles>,
    /// The page.
    pub page: PageFiles,
    /// The documents in force.
    pub consent: ConsentFiles,
    /// The documents that are or were in force, by digest.
    pub documents: DocumentFiles,
    /// The description of this interface.
    pub docs: DocsFiles,
    /// Limit of the bytes of unfinished bodies.
    pub unfinished: Arc<UnfinishedBodies>,
    /// Limits of the number of requests from one address.
    pub rates: Arc<RateLimits>,
    /// The time: milliseconds since the epoch, UTC.
    pub now: Clock,
    /// Metrics that the handlers count.
    pub metrics: Arc<Metrics>,
    /// The number of log lines that could not be written since the start.
    pub dropped_log_lines: DroppedLogLines,
}

impl App {
    /// Makes the state for another desk: store, sandbox, rates and metrics stay the same, and the files with values of the
    /// desk are made anew.
    #[must_use]
    pub fn with_desk(&self, desk: Desk, archive: &DocumentArchive) -> App {
        App {
            page: self.page.with_desk(&desk),
            consent: ConsentFiles::new(&desk),
            documents: DocumentFiles::new(archive),
            docs: self.docs.with_desk(&desk),
            intake: Intake { desk: Arc::new(desk), ..self.intake.clone() },
            ..self.clone()
        }
    }

    /// Lists the files with values of the desk.
    pub fn desk_assets(&self) -> impl Iterator<Item = &Asset> {
        let texts = self.consent.assets().chain(self.documents.assets());
        self.page.document_assets().chain(texts).chain([self.docs.asset()])
    }

    /// Lists every file that is worth compressing.
    pub fn assets(&self) -> impl Iterator<Item = &Asset> {
        let embed = embed::files().iter().map(|(_, asset)| asset);
        self.desk_assets().chain(self.page.assets()).chain(self.module.assets()).chain(embed)
    }
}

/// An [`App`] as the routers hold it.
#[derive(Clone)]
pub(crate) struct AppState(pub(crate) Arc<App>);

/// Lists parts of the state, each with the expression that takes it out of an [`App`].
macro_rules! parts {
    ($($part:ty: $app:ident => $value:expr;)*) => {
        $(impl FromRef<AppState> for $part {
            fn from_ref(AppState($app): &AppState) -> $part {
                $value
            }
        })*
    };
}

parts! {
    Intake: app => app.intake.clone();
    ReturnVisits: app => ReturnVisits { intake: app.intake.clone(), parts: Arc::clone(&app.returns) };
    Files: app => app.files.clone();
    Arc<Desk>: app => Arc::clone(&app.intake.desk);
    Arc<Sandbox>: app => Arc::clone(&app.intake.sandbox);
    Arc<ModuleFiles>: app => Arc::clone(&app.module);
    PageFiles: app => app.page.clone();
    ConsentFiles: app => app.consent.clone();
    DocumentFiles: app => app.documents.clone();
    DocsFiles: app => app.docs.clone();
    Arc<UnfinishedBodies>: app => Arc::clone(&app.unfinished);
    Arc<RateLimits>: app => Arc::clone(&app.rates);
    Arc<Metrics>: app => Arc::clone(&app.metrics);
    Clock: app => app.now;
    DroppedLogLines: app => app.dropped_log_lines;
}
