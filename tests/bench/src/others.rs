//! Other servers of the same check, to compare with: axum with the core compiled for this machine and no sandbox, Fastify
//! with ajv over the published schema, and Fastify running the module in V8 (`tests/bench-fastify`).
//!
//! Each is a separate process that prints its port in one line.

use std::error::Error;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::post;
use kakekomi_tests::server::binary;
use kakekomi_tests::source_tree::root;

/// The argument with which the bench starts itself as a server.
pub const NATIVE: &str = "native-server";

/// A server that is ended when this is dropped.
pub struct Other {
    child: Child,
    /// Its name and the aim beside it.
    pub name: &'static str,
    /// Its address.
    pub at: SocketAddr,
}

impl Other {
    /// Starts all of them; those in Node only if their packages are installed.
    ///
    /// # Errors
    /// One does not start.
    pub fn all(context: &[u8]) -> Result<Vec<Other>, Box<dyn Error>> {
        let native = Other::start("axum with the native core", Command::new(std::env::current_exe()?).arg(NATIVE))?;
        let folder = root().join("tests/bench-fastify");
        if !folder.join("node_modules/fastify").is_dir() {
            println!("Fastify is not installed: scripts/bench.sh http does it");
            return Ok(vec![native]);
        }
        let context = std::str::from_utf8(context)?;
        let node = |name, script: &str, more: &[&str]| {
            Other::start(name, Command::new("node").arg(folder.join(script)).arg(binary()).args(more))
        };
        Ok(vec![
            native,
            node("Fastify with ajv, the schema alone (aim 1.0)", "server.mjs", &[])?,
            node("Fastify with the module in V8, a new instance for each check (aim 0.6)", "module.mjs", &[context])?,
            node("Fastify with the module in V8, one instance for all", "module.mjs", &[context, "reused"])?,
        ])
    }

    /// Starts a server that prints its port.
    ///
    /// # Errors
    /// It does not start.
    pub fn start(name: &'static str, command: &mut Command) -> Result<Other, Box<dyn Error>> {
        let mut child = command.env("NODE_ENV", "production").stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().ok_or("no output")?).read_line(&mut line)?;
        let at = SocketAddr::from(([127, 0, 0, 1], line.trim().parse()?));
        Ok(Other { child, name, at })
    }

    /// Returns the process's number.
    pub fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

/// Serves `/v1/check` by the native core until it is killed.
///
/// # Errors
/// It cannot listen.
pub fn serve_native() -> Result<(), Box<dyn Error>> {
    let (_, context) = kakekomi_tests::example()?;
    let context: &'static [u8] = context.leak();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        println!("{}", listener.local_addr()?.port());
        axum::serve(listener, Router::new().route("/v1/check", post(check)).with_state(context)).await?;
        Ok(())
    })
}

async fn check(State(context): State<&'static [u8]>, text: Bytes) -> impl IntoResponse {
    match kakekomi_core::answer(&text, context) {
        Ok(report) => (StatusCode::OK, [(header::CONTENT_TYPE, "application/json")], report),
        Err(_) => (StatusCode::INTERNAL_SERVER_ERROR, [(header::CONTENT_TYPE, "application/json")], Vec::new()),
    }
}
