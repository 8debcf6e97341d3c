//! `kakekomi serve`: puts the parts together and serves until it is told to stop.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, IsTerminal};
use std::path::Path;
use std::sync::Arc;

use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

use super::print;
use crate::clock;
use crate::config::{ConfigError, LISTEN, LogFormat, Settings};
use crate::desk::Desk;
use crate::error::{Exit, Failed};
use crate::http::{
    App, admin_router, body::Limits, busy_router, desk::ConsentFiles, module::ModuleFiles, observe::Counters,
    page::PageFiles, router,
};
use crate::sandbox::{Digest, Sandbox, SandboxConfig};
use crate::serve::{serve, stop_signal};
use crate::store;
use crate::submit::Intake;

/// Serves the desk.
pub fn run(settings: Settings) -> Result<Exit, Failed> {
    start_log(settings.log_format, settings.log.as_deref().unwrap_or("info"))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failed::Outside("threads".to_owned(), error))?;
    runtime.block_on(desk(settings))?;
    Ok(Exit::Accepted)
}

async fn desk(settings: Settings) -> Result<(), Failed> {
    let app = Arc::new(app(&settings).await?);
    compress(&app);

    let stop = stop_signal().map_err(|error| Failed::Outside("signals".to_owned(), error))?;
    let listener = listen(settings.listen.unwrap_or(LISTEN), "serving").await?;
    let admin = match settings.admin_listen {
        Some(address) => Some(listen(address, "admin").await?),
        None => None,
    };
    let admin = async {
        if let Some(listener) = admin {
            serve(listener, admin_router(Arc::clone(&app)), busy_router(Arc::clone(&app)), stop.clone()).await;
        }
    };
    let desk = serve(listener, router(Arc::clone(&app)), busy_router(Arc::clone(&app)), stop.clone());
    tokio::join!(desk, admin);
    app.intake.store.close().await?;
    Ok(())
}

/// Everything that can be wrong is looked at before the data folder is made.
async fn app(settings: &Settings) -> Result<App, Failed> {
    let desk = Arc::new(Desk::load(settings.desk.as_deref())?);
    let retired = retired(settings.modules.as_deref())?;
    let sandbox = Sandbox::new(SandboxConfig::default().and_folder(settings.modules.as_deref())?)?;
    let page = PageFiles::new(&desk, settings.page.as_deref());
    let data = settings.data().display().to_string();
    settings.make_data_folder().map_err(|error| Failed::Outside(data, error))?;
    let store = store::open(&settings.database_url()).await?;
    for open in [settings.data().to_path_buf()].into_iter().chain(store::file_of(&settings.database_url())) {
        if store::is_open_to_others(&open) {
            let open = open.display();
            print::words(&format!("kakekomi: warning: others on this machine can look into {open}: chmod go= {open}"));
        }
    }
    Ok(App {
        module: ModuleFiles::current(),
        page,
        consent: ConsentFiles::new(&desk),
        intake: Intake { desk, sandbox, store, retired },
        limits: Limits::default(),
        now: clock::now,
        counters: Counters::default(),
    })
}

/// The digests of `retired.txt` in the folder of modules: one a line, `#` begins a comment.
fn retired(modules: Option<&Path>) -> Result<BTreeSet<Digest>, ConfigError> {
    let Some(file) = modules.map(|modules| modules.join("retired.txt")).filter(|file| file.exists()) else {
        return Ok(BTreeSet::new());
    };
    let name = file.display().to_string();
    let text = fs::read_to_string(&file).map_err(|error| ConfigError::File(name.clone(), error))?;
    let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim()).enumerate();
    let digests = lines.filter(|(_, line)| !line.is_empty());
    digests
        .map(|(index, line)| Digest::read(line).ok_or_else(|| ConfigError::Retired(name.clone(), index + 1)))
        .collect()
}

/// Listens, and says where in one line on stderr.
async fn listen(address: std::net::SocketAddr, what: &str) -> Result<TcpListener, Failed> {
    let failed = |error| Failed::Outside(format!("listening at {address}"), error);
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    print::words(&format!("kakekomi: {what} at http://{bound}/"));
    Ok(listener)
}

/// Compresses the files that do not change on a thread of its own, the small ones first.
fn compress(app: &Arc<App>) {
    let mut files: Vec<_> = app.page.assets().into_iter().chain(app.module.assets()).collect();
    files.extend(app.consent.assets());
    files.sort_by_key(|asset| asset.size());
    tokio::task::spawn_blocking(move || files.iter().for_each(|asset| asset.compress()));
}

/// The log goes to stderr; the filter chooses what is in it (`debug`, `kakekomi=debug`, `off`).
fn start_log(format: Option<LogFormat>, filter: &str) -> Result<(), Failed> {
    let filter = EnvFilter::try_new(filter).map_err(|error| Failed::Usage(format!("--log {filter}: {error}")))?;
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).with_target(false);
    let terminal = io::stderr().is_terminal();
    let by_default = if terminal { LogFormat::Text } else { LogFormat::Json };
    let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let started = match format.unwrap_or(by_default) {
        LogFormat::Text => log.with_ansi(terminal && !no_colour).try_init(),
        LogFormat::Json => log.json().flatten_event(true).try_init(),
    };
    if let Err(error) = started {
        print::words(&format!("kakekomi: no log: {error}"));
    }
    Ok(())
}
