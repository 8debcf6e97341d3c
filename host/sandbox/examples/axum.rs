//! A server of its own that checks drafts: `cargo run --example axum kakekomi.wasm context.json 127.0.0.1:3000`.
//!
//! `curl --data-binary @draft.json http://127.0.0.1:3000/check` → the report. The module and a context are those of a desk:
//! `/module/<sha256>.wasm`, and `context` of `/v1/desk`. A real server sets `now` in the context anew.

use std::sync::Arc;

use axum::{Router, body::Bytes, http::StatusCode, routing::post};
use kakekomi_sandbox::{Sandbox, SandboxConfig};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let argument = |number| std::env::args().nth(number).ok_or("usage: axum MODULE CONTEXT ADDRESS");
    let sandbox = Sandbox::new(SandboxConfig::of(&std::fs::read(argument(1)?)?))?;
    let context: Arc<[u8]> = std::fs::read(argument(2)?)?.into();
    let check = async move |text: Bytes| {
        let report = sandbox.check(None, sandbox.current(), text, context).await;
        report.map_err(|error| (StatusCode::SERVICE_UNAVAILABLE, error.code()))
    };
    axum::serve(tokio::net::TcpListener::bind(argument(3)?).await?, Router::new().route("/check", post(check))).await?;
    Ok(())
}
