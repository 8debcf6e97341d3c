//! `kakekomi serve`: puts the parts together and serves until it is told to stop.

mod reload;

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, IsTerminal};
use std::sync::Arc;

use kakekomi_http::server::{self, ConnectionLimits, ProcessSignal, Routers, serve, stop_signal};
use kakekomi_http::{
    App, admin_router,
    asset::Asset,
    body::UnfinishedBodies,
    client_ip::Trusted,
    desk::ConsentFiles,
    docs::DocsFiles,
    metrics::Metrics,
    module::ModuleFiles,
    page::PageFiles,
    rate_limit::{DRAFTS_A_MINUTE, RateLimits},
};
use kakekomi_sandbox::{Digest, Sandbox};
use kakekomi_service::capacity::Capacity;
use kakekomi_service::desk::Desk;
use kakekomi_service::module_archive::{ArchivedModule, ModuleArchive};
use kakekomi_service::submit::Intake;
use kakekomi_store as store;
use kakekomi_store::clock;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, fmt};

use self::reload::{note_documents, routers};
use super::print;
use crate::config::{LISTEN, LogFormat, Settings};
use crate::error::{CliError, Exit};
use crate::log;

/// Serves the desk.
pub fn run(settings: Settings) -> Result<Exit, CliError> {
    start_log(settings.log_format, settings.log.as_deref().unwrap_or("info"))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| CliError::Io("threads".to_owned(), error))?;
    let ended = runtime.block_on(desk(settings));
    // Files that are still being compressed are waited for by nobody.
    runtime.shutdown_background();
    ended.map(|()| Exit::Accepted)
}

async fn desk(settings: Settings) -> Result<(), CliError> {
    let signals = |error| CliError::Io("signals".to_owned(), error);
    // Before the rest: until it is listened to, SIGHUP ends the process.
    let reload = ProcessSignal::reload().map_err(signals)?;
    let (app, _lock) = app(&settings).await?;
    let app = Arc::new(app);
    compress(&app);

    let stop = stop_signal().map_err(signals)?;
    let trusted = trusted(&settings)?;
    let (limits, too_few) = ConnectionLimits::open(settings.connections, trusted);
    if let Some(files) = too_few {
        tracing::warn!(files, connections = limits.connections, "fewer files may be open than there are connections");
    }
    let activated = server::activated_listener();
    let listener = match activated.map_err(|error| CliError::Io("sockets from systemd".to_owned(), error))? {
        Some(listener) => announce(listener, "serving")?,
        None => listen(settings.listen.unwrap_or(LISTEN), "serving")?,
    };
    warn_of_example(&app.intake.desk, listener.local_addr().unwrap_or(LISTEN));
    let admin = match settings.admin_listen {
        Some(address) => Some(listen(address, "admin")?),
        None => None,
    };
    let (sender, routers) = watch::channel(routers(&app));
    let admin = async {
        if let Some(listener) = admin {
            let router = admin_router(Arc::clone(&app));
            let (_, routers) = watch::channel(Routers { router, ..reload::routers(&app) });
            serve(listener, routers, limits.clone(), stop.clone()).await;
        }
    };
    let store = Arc::clone(&app.intake.store);
    let reloading = tokio::spawn(reload::on_signal(Arc::clone(&app), settings.clone(), reload, sender));
    tokio::join!(serve(listener, routers, limits.clone(), stop.clone()), admin);
    reloading.abort();
    store.close().await?;
    Ok(())
}

/// Everything that can be wrong is looked at before the data folder is made. The folder's lock is held while the desk serves.
async fn app(settings: &Settings) -> Result<(App, File), CliError> {
    let desk = Arc::new(Desk::load(settings.desk.as_deref())?);
    let folder = settings.modules();
    let ModuleArchive { kept, changed, retired } = ModuleArchive::read(&folder)?;
    for file in changed {
        let file = file.display();
        print::words(&format!("kakekomi: warning: {file} is left out: its bytes have another digest than its name"));
    }
    let (sandbox, older) = sandbox(kept, &retired)?;
    let docs = DocsFiles::new(kakekomi_http::paths(), &desk);
    let page = PageFiles::new(&desk, settings.page.as_deref());
    let trusted = trusted(settings)?;
    let data = settings.data().display().to_string();
    settings.make_data_folder().map_err(|error| CliError::Io(data, error))?;
    let lock = store::lock::acquire(&settings.data().join("serve.lock"))?;
    note_documents(&desk, settings.data())?;
    let own = ArchivedModule::own();
    // For the next release, so that pages which run this module go on being judged by it.
    own.keep(&folder).map_err(|error| CliError::Io(folder.display().to_string(), error))?;
    let store = store::open(&settings.database_url()).await?;
    for open in [settings.data().to_path_buf()].into_iter().chain(store::file_of(&settings.database_url())) {
        if store::is_open_to_others(&open) {
            let open = open.display();
            print::words(&format!("kakekomi: warning: others on this machine can look into {open}: chmod go= {open}"));
        }
    }
    let modules = || std::iter::once(&own).chain(&older);
    let rulesets = modules().filter_map(|kept| Some((kept.digest.clone(), kept.ruleset()?))).collect();
    let app = App {
        module: Arc::new(ModuleFiles::new(modules())),
        page,
        consent: ConsentFiles::new(&desk),
        intake: Intake {
            desk,
            sandbox: Arc::new(sandbox),
            store,
            capacity: Arc::new(Capacity::new(settings.capacity_limits(), settings.database_folder())),
            retired: Arc::new(retired),
            rulesets: Arc::new(rulesets),
        },
        docs,
        unfinished: Arc::new(UnfinishedBodies::default()),
        rates: Arc::new(RateLimits::new(settings.rate_limit.unwrap_or(DRAFTS_A_MINUTE), trusted)),
        now: clock::now,
        metrics: Arc::new(Metrics::default()),
        dropped_log_lines: log::dropped_lines,
    };
    Ok((app, lock))
}

/// The sandbox with every module that is kept and still taken, and those that it could load. One that it
/// could not is said and left out: a page that runs it is told so, and takes the current one.
fn sandbox(kept: Vec<ArchivedModule>, retired: &BTreeSet<Digest>) -> Result<(Sandbox, Vec<ArchivedModule>), CliError> {
    let mut older = kept;
    older.retain(|kept| kept.digest.as_str() != kakekomi_artifact::SHA256 && !retired.contains(&kept.digest));
    let config = older
        .iter()
        .fold(kakekomi_service::embedded_module::sandbox_config(), |config, kept| config.and_if_it_loads(&kept.wasm));
    let sandbox = Sandbox::new(config)?;
    for (digest, error) in sandbox.left_out() {
        print::words(&format!("kakekomi: warning: the kept module sha256:{digest} is left out: {error}"));
    }
    older.retain(|kept| sandbox.has(&kept.digest));
    Ok((sandbox, older))
}

/// The proxies whose word is taken.
fn trusted(settings: &Settings) -> Result<Trusted, CliError> {
    let words = settings.trusted_proxies.as_deref().unwrap_or_default();
    let usage = |word| {
        CliError::Usage(format!("--trusted-proxies: {word:?} is neither an address nor a network such as 10.0.0.0/8"))
    };
    Trusted::read(words).map_err(usage)
}

/// Warns of the example desk at an address that others can reach.
fn warn_of_example(desk: &Desk, address: std::net::SocketAddr) {
    if desk.profile().example && !address.ip().to_canonical().is_loopback() {
        print::words(&format!(
            "kakekomi: warning: this is the example desk, which nobody runs, at {address}: put in your own (--desk), and see kakekomi doctor"
        ));
    }
}

/// Listens, and says where in one line on stderr.
fn listen(address: std::net::SocketAddr, what: &str) -> Result<TcpListener, CliError> {
    let listener = server::listen(address);
    announce(listener.map_err(|error| CliError::Io(format!("listening at {address}"), error))?, what)
}

fn announce(listener: TcpListener, what: &str) -> Result<TcpListener, CliError> {
    let bound = listener.local_addr().map_err(|error| CliError::Io("listening".to_owned(), error))?;
    print::words(&format!("kakekomi: {what} at http://{bound}/"));
    Ok(listener)
}

/// Compresses the files that do not change on a thread of its own, the small ones first.
fn compress(app: &Arc<App>) {
    let mut files: Vec<_> = app.assets().cloned().collect();
    files.sort_by_key(Asset::size);
    tokio::task::spawn_blocking(move || files.iter().for_each(Asset::compress));
}

/// Starts the log on stderr. The filter chooses its lines (`debug`, `kakekomi=debug`, `off`).
fn start_log(format: Option<LogFormat>, filter: &str) -> Result<(), CliError> {
    let filter = EnvFilter::try_new(filter).map_err(|error| CliError::Usage(format!("--log {filter}: {error}")))?;
    // A desk whose stderr is closed serves all the same.
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

/// Logs where a panic happened. Its message is left out, since it may quote a form value. The standard hook would write
/// to stderr itself, which can block.
fn log_panic(panic: &std::panic::PanicHookInfo<'_>) {
    let location = panic.location().map(ToString::to_string).unwrap_or_default();
    tracing::error!(location, "panic");
}
