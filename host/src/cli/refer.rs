//! `kakekomi refer`: the hand-over of a case to an organization (clause 1②).
//!
//! `kakekomi refer show 2609-4873-1059` → the state, and what is missing · `kakekomi refer make 2609-4873-1059` → the package, and
//! `https://desk.example/collect/5f…`, its link, once

mod record;

use std::sync::Arc;

use clap::{Args, Subcommand};
use kakekomi_casework::{Casework, DeskTerms, HandoverError, Operator, Parts};
use kakekomi_service::desk::Desk;
use kakekomi_store::{self as store, Store, clock};

use self::record::{MadeRecord, ReferralRecord};
use super::actor::actor;
use super::args::{DeskArgs, EvidenceArgs, FormatArgs, StorageArgs};
use super::block_on::block_on;
use super::cases::{parse_number, work_error};
use super::operators::DeskUrlArgs;
use super::print;
use crate::config::Settings;
use crate::error::{CliError, Exit};
use crate::evidence_place::EvidencePlace;

/// The commands of `refer`.
#[derive(Debug, Subcommand)]
pub enum ReferCommand {
    /// Show the state of a case's referral, what is missing, and the packages
    Show(ShowArgs),
    /// Make the package for the organization that a lead has released the case to, and print the link to collect it
    Make(MakeArgs),
}

/// Flags of `refer show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    #[command(flatten)]
    case: CaseArgs,
}

/// Flags of `refer make`.
#[derive(Debug, Args)]
pub struct MakeArgs {
    /// Refuse the package if the case is released to another organization than this one
    #[arg(long, value_name = "ID")]
    organization: Option<String>,
    #[command(flatten)]
    url: DeskUrlArgs,
    #[command(flatten)]
    case: CaseArgs,
}

/// Flags that name a case and its store.
#[derive(Debug, Args)]
struct CaseArgs {
    /// The reception number
    #[arg(value_name = "NUMBER")]
    number: String,
    #[command(flatten)]
    evidence: EvidenceArgs,
    #[command(flatten)]
    storage: StorageArgs,
    #[command(flatten)]
    desk: DeskArgs,
    #[command(flatten)]
    format: FormatArgs,
}

/// A store with its case work.
struct Open {
    store: Arc<dyn Store>,
    casework: Casework,
    operator: Operator,
    desk: Desk,
    settings: Settings,
}

/// Runs a command of `refer`.
pub fn run(command: ReferCommand, file: Settings) -> Result<Exit, CliError> {
    block_on(async {
        match command {
            ReferCommand::Show(args) => Box::pin(show(args.case, file)).await,
            ReferCommand::Make(args) => Box::pin(make(args, file)).await,
        }
    })?
    .map(|()| Exit::Accepted)
}

async fn show(args: CaseArgs, file: Settings) -> Result<(), CliError> {
    let number = parse_number(&args.number)?;
    let is_json = args.format.is_json();
    let open = args.open(file).await?;
    let view = open.casework.view(&open.operator, &number).await.map_err(|error| work_error(&number, error))?;
    let referral = open.casework.referral(&view).await.map_err(|error| work_error(&number, error))?;
    let record = ReferralRecord::new(&number, &referral);
    if is_json {
        print::record(&record)?;
    } else {
        print::data(record.words(&open.desk).as_bytes())?;
    }
    Ok(open.store.close().await?)
}

async fn make(args: MakeArgs, file: Settings) -> Result<(), CliError> {
    let MakeArgs { organization, url, case } = args;
    let number = parse_number(&case.number)?;
    let is_json = case.format.is_json();
    let open = case.open(file).await?;
    if !open.casework.can_open() {
        return Err(CliError::NoIdentity);
    }
    let made = open.casework.make_package(&open.operator, &number, organization.as_deref(), &open.desk).await;
    let made = made.map_err(|error| match error {
        HandoverError::Work(error) => work_error(&number, error),
        other => other.into(),
    })?;
    let link = url.url(&open.settings, "collect", &made.link.token);
    let record = MadeRecord::new(&number, &made, link);
    if is_json {
        print::record(&record)?;
    } else {
        print::words(&record.words(&open.desk));
        print::line(&record.link)?;
    }
    Ok(open.store.close().await?)
}

impl CaseArgs {
    async fn open(self, file: Settings) -> Result<Open, CliError> {
        let desk = self.desk.load(&file)?;
        let settings = self.evidence.settings(self.storage.settings(file));
        let reader = settings.reader()?.map(Arc::new);
        // Without an identity nothing is opened, so nothing is recorded.
        let store = match &reader {
            Some(_) => store::open_to_write(&settings.database_url()).await.map_err(CliError::NotRecorded)?,
            None => store::open_existing(&settings.database_url()).await?,
        };
        let storage = EvidencePlace::of(&settings)?.open_existing()?;
        let parts =
            Parts { store: Arc::clone(&store), reader, hash_key: None, service: None, storage, now: clock::now };
        let operator = Operator::command_line(&actor());
        let casework = Casework::new(parts).with_terms(DeskTerms::of(&desk));
        Ok(Open { store, casework, operator, desk, settings })
    }
}
