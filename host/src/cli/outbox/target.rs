//! The target that a command of the outbox names.
//!
//! `known(&store, "webhook:siem")` → the target with its counts

use std::sync::Arc;

use clap::Args;
use kakekomi_store::{OutboxTarget, Store, clock};

use crate::cli::args::StorageArgs;
use crate::error::CliError;

/// The offset of moments for people.
pub const UTC: &str = "+00:00";

/// Flags of a command on one target.
#[derive(Debug, Args)]
pub struct TargetArgs {
    /// The target, such as webhook:siem
    #[arg(value_name = "NAME")]
    pub target: String,
    #[command(flatten)]
    pub storage: StorageArgs,
}

/// Finds a target.
pub async fn known(store: &Arc<dyn Store>, name: &str) -> Result<OutboxTarget, CliError> {
    let mut targets = store.outbox_targets().await?.into_iter();
    targets.find(|target| target.name == name).ok_or_else(|| unknown(name))
}

/// The error of a target that no desk has written.
pub fn unknown(target: &str) -> CliError {
    CliError::Usage(format!("no desk has served with the target {target}"))
}

/// Says that a target is disabled.
pub fn disabled(target: &OutboxTarget) -> Option<String> {
    let OutboxTarget { name, disabled_at, disabled_by_answer, .. } = target;
    let (since, answer) = (clock::format_rfc3339((*disabled_at)?, UTC), disabled_by_answer.as_deref().unwrap_or("-"));
    Some(format!(
        "kakekomi: {name} is disabled since {since} by its answer {answer}: kakekomi outbox retry --target {name} enables it"
    ))
}
