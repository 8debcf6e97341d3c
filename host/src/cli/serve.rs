//! `kakekomi serve`: puts the parts together and serves until a signal stops it.
//!
//! `kakekomi serve` → `kakekomi: serving at http://127.0.0.1:8080/` on stderr, then log lines.

mod audit_head;
mod delivery;
mod evidence;
mod listener;
mod operators_desk;
mod reload;
mod scan;

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, IsTerminal};
use std::net::SocketAddr;
use std::sync::Arc;

use kakekomi_http::server::{self, ConnectionLimits, ReloadSignals, Routers, Shutdown, serve};
use kakekomi_http::tls::Certificate;
use kakekomi_http::{
    App, admin_router,
    asset::Asset,
    body::UnfinishedBodies,
    desk::ConsentFiles,
    docs::DocsFiles,
    document_files::DocumentFiles,
    metrics::Metrics,
    module::ModuleFiles,
    page::PageFiles,
    rate_limit::{DRAFTS_A_MINUTE, RateLimits},
};
use kakekomi_sandbox::{Digest, Sandbox};
use kakekomi_service::capacity::Capacity;
use kakekomi_service::desk::Desk;
use kakekomi_service::embedded_module::sandbox_config;
use kakekomi_service::module_archive::{ArchivedModule, ModuleArchive};
use kakekomi_service::return_visit::ReturnParts;
use kakekomi_service::submit::Intake;
use kakekomi_store::{self as store, clock};
use tokio::sync::watch;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, fmt};

use self::delivery::Deliveries;
use self::listener::{announce, listen, trusted};
use self::operators_desk::OperatorsDesk;
use self::reload::{Receivers, note_documents, routers};
use self::scan::Scanner;
use super::doctor::unverified;
use super::keys_at_start::seal_store;
use super::print;
use crate::config::{LISTEN, LogFormat, Settings};
use crate::error::CliError;
use crate::evidence_place::EvidencePlace;
use crate::log;

/// Serves the desk.
pub fn run(settings: &Settings) -> Result<(), CliError> {
    start_log(settings.log_format, settings.log.as_deref().unwrap_or("info"))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(CliError::io("threads"))?;
    let ended = runtime.block_on(serve_desk(settings));
    // Does not wait for files that are still being compressed.
    runtime.shutdown_background();
    ended
}

async fn serve_desk(settings: &Settings) -> Result<(), CliError> {
    // Comes first: without a handler SIGHUP ends the process.
    let reload = ReloadSignals::new().map_err(CliError::io("signals"))?;
    let (app, _lock, shutdown) = app(settings).await?;
    let app = Arc::new(app);
    let scanner = Scanner::new(&app, settings)?;
    compress(&app);

    let trusted = trusted(settings)?;
    let (limits, too_few) = ConnectionLimits::open(settings.connections, trusted);
    if let Some(files) = too_few {
        tracing::warn!(files, connections = limits.connections, "fewer files may be open than there are connections");
    }
    let certificate = settings.tls_files()?.map(Certificate::load).transpose()?;
    let tls = certificate.as_ref().map(Certificate::acceptor).transpose()?;
    let listener = match server::activated_listener().map_err(CliError::io("sockets from systemd"))? {
        Some(listener) => listener,
        None => listen(settings.listen.unwrap_or(LISTEN))?,
    };
    announce(&listener, "serving", tls.is_some())?;
    warn_of_example(&app.intake.desk, listener.local_addr().unwrap_or(LISTEN));
    let operators = OperatorsDesk::open(&app, settings, tls.as_ref(), shutdown.stopped.clone()).await?;
    let admin = settings.admin_listen.map(listen).transpose()?;
    if let Some(listener) = &admin {
        announce(listener, "admin", false)?;
    }
    let (form, routers) = watch::channel(routers(&app));
    let (operators_listener, operators) = operators.unzip();
    let operating = async {
        if let Some((listener, routers)) = operators_listener {
            serve(listener, routers, tls.clone(), limits.clone(), shutdown.clone()).await;
        }
    };
    let admin = async {
        if let Some(listener) = admin {
            let router = admin_router(Arc::clone(&app), shutdown.draining.clone());
            let (_, routers) = watch::channel(Routers { router, ..reload::routers(&app) });
            serve(listener, routers, None, limits.clone(), shutdown.clone()).await;
        }
    };
    let store = Arc::clone(&app.intake.store);
    let (desk, desk_in_force) = watch::channel(Arc::clone(&app.intake.desk));
    let channels = delivery::channels(settings, &store, &desk_in_force)?;
    let receivers = Receivers { form, operators, desk };
    let reloading = tokio::spawn(reload::on_signal(Arc::clone(&app), settings.clone(), reload, receivers));
    let tidying = tokio::spawn(evidence::tidy_hourly(app.files.evidence.clone()));
    let deliveries = Deliveries::start(&store, channels, desk_in_force, &stop).await?;
    let scanning = scanner.map(|scanner| tokio::spawn(scanner.run()));
    let watching = tokio::spawn(async move {
        if let Some(certificate) = certificate {
            certificate.watch().await;
        }
    });
    tokio::join!(serve(listener, routers, tls.clone(), limits.clone(), shutdown.clone()), operating, admin);
    tidying.abort();
    scanning.inspect(tokio::task::JoinHandle::abort);
    watching.abort();
    reloading.abort();
    deliveries.end().await;
    store.close().await?;
    Ok(())
}

/// Builds the app. All else is validated before the data folder is created. The folder's lock is held while the desk serves.
async fn app(settings: &Settings) -> Result<(App, File, Shutdown), CliError> {
    let desk = Arc::new(Desk::load(settings.desk.as_deref())?);
    let folder = settings.modules();
    let ModuleArchive { kept, changed, retired } = ModuleArchive::read(&folder)?;
    for file in changed {
        let file = file.display();
        print::warn(&format!("{file} is left out: its bytes have another digest than its name"));
    }
    let (sandbox, older) = sandbox(kept, &retired)?;
    let docs = DocsFiles::new(kakekomi_http::paths(), &desk);
    let page = PageFiles::new(&desk, settings.page.as_deref());
    let trusted = trusted(settings)?;
    settings.clamd()?;
    delivery::check(settings)?;
    EvidencePlace::of(settings)?;
    settings.create_data_folder()?;
    let lock = store::lock::acquire(&settings.data().join("serve.lock"))?;
    let documents = DocumentFiles::new(&note_documents(&desk, settings.data())?);
    let own = ArchivedModule::own();
    // The next release needs it for pages that still run this module.
    own.keep(&folder).map_err(CliError::io(&folder))?;
    for host in store::unverified_hosts(&settings.database_url()) {
        print::warn(&unverified(&host));
    }
    let (store, sealer) = seal_store(settings).await?;
    for open in [settings.data().to_path_buf()].into_iter().chain(store::file_of(&settings.database_url())) {
        if store::is_open_to_others(&open) {
            let open = open.display();
            print::warn(&format!("others on this machine can look into {open}: chmod go= {open}"));
        }
    }
    // Last, since a signal before it ends the process at once, also while the database is being opened.
    let shutdown = Shutdown::on_signal(settings.drain()).map_err(CliError::io("signals"))?;
    let files = evidence::files(settings, Arc::clone(&store), &sealer, shutdown.stopped.clone()).await?;
    let modules = || std::iter::once(&own).chain(&older);
    let rulesets = modules().filter_map(|kept| Some((kept.digest.clone(), kept.ruleset()?))).collect();
    let app = App {
        module: Arc::new(ModuleFiles::new(modules())),
        page,
        consent: ConsentFiles::new(&desk),
        documents,
        intake: Intake {
            desk,
            sandbox: Arc::new(sandbox),
            store,
            sealer,
            capacity: Arc::new(Capacity::new(settings.capacity_limits(), settings.database_folder())),
            retired: Arc::new(retired),
            rulesets: Arc::new(rulesets),
        },
        files,
        returns: Arc::new(ReturnParts::load(&settings.key_folder()?)?),
        docs,
        unfinished: Arc::new(UnfinishedBodies::default()),
        rates: Arc::new(RateLimits::new(settings.rate_limit.unwrap_or(DRAFTS_A_MINUTE), trusted)),
        now: clock::now,
        metrics: Arc::new(Metrics::default()),
        dropped_log_lines: log::dropped_lines,
    };
    Ok((app, lock, shutdown))
}

/// Builds the sandbox with the archived modules that are not retired, and lists those that it could load. One that it
/// could not load is left out with a warning: a page that runs it gets the answer that it must take the current one.
fn sandbox(
    mut older: Vec<ArchivedModule>,
    retired: &BTreeSet<Digest>,
) -> Result<(Sandbox, Vec<ArchivedModule>), CliError> {
    older.retain(|kept| kept.digest.as_str() != kakekomi_artifact::SHA256 && !retired.contains(&kept.digest));
    let sandbox = Sandbox::new(older.iter().fold(sandbox_config(), |config, kept| config.and_if_it_loads(&kept.wasm)))?;
    for (digest, error) in sandbox.left_out() {
        print::warn(&format!("the kept module sha256:{digest} is left out: {error}"));
    }
    older.retain(|kept| sandbox.has(&kept.digest));
    Ok((sandbox, older))
}

/// Warns of the example desk at an address that others can reach.
fn warn_of_example(desk: &Desk, address: SocketAddr) {
    if desk.profile().example && !address.ip().to_canonical().is_loopback() {
        print::warn(&format!(
            "this is the example desk, which nobody runs, at {address}: put in your own (--desk), and see kakekomi doctor"
        ));
    }
}

/// Compresses the unchanging files on a separate thread, the small ones first.
fn compress(app: &Arc<App>) {
    let mut files: Vec<_> = app.assets().cloned().collect();
    files.sort_by_key(Asset::size);
    tokio::task::spawn_blocking(move || files.iter().for_each(Asset::compress));
}

/// Starts the log on stderr. The filter chooses its lines (`debug`, `kakekomi=debug`, `off`).
fn start_log(format: Option<LogFormat>, filter: &str) -> Result<(), CliError> {
    let filter = EnvFilter::try_new(filter).map_err(|error| CliError::Usage(format!("--log {filter}: {error}")))?;
    // A desk whose stderr is closed still serves.
    let Ok(output) = log::start() else { return Ok(()) };
    let terminal = io::stderr().is_terminal();
    let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    // A line that cannot be formatted must not be reported to stderr: that would block, or panic.
    let layer = fmt::layer().with_writer(move || output.clone()).with_target(false).log_internal_errors(false);
    let by_default = if terminal { LogFormat::Text } else { LogFormat::Json };
    let layer = match format.unwrap_or(by_default) {
        LogFormat::Text => layer.with_ansi(terminal && !no_colour).boxed(),
        LogFormat::Json => layer.json().flatten_event(true).boxed(),
    };
    if let Err(error) = tracing_subscriber::registry().with(layer.with_filter(filter)).try_init() {
        print::words(&format!("kakekomi: no log: {error}"));
    }
    std::panic::set_hook(Box::new(log_panic));
    Ok(())
}

/// Logs the source line of a panic. Its message is left out, since it may quote a form value. The standard hook would write
/// to stderr itself, which can block.
fn log_panic(panic: &std::panic::PanicHookInfo<'_>) {
    let location = panic.location().map(ToString::to_string).unwrap_or_default();
    tracing::error!(location, "panic");
}
