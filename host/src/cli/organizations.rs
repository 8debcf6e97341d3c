//! `kakekomi organizations`: the register of those who may receive something (clauses 1②⑤).
//!
//! `kakekomi organizations add ntt-at --name "NTTアドバンステクノロジ株式会社" --kind forensics --recipient age1…`
//!
//! Each change is an event of the actor `cli:USER`.

use std::sync::Arc;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};
use kakekomi_casework::{Casework, HandoverError, NewOrganization, Operator, Parts};
use kakekomi_sealing::Recipients;
use kakekomi_service::sealed_case::is_written_with;
use kakekomi_store::{self as store, Organization, OrganizationKind, Store, clock};
use serde::Serialize;

use super::actor::actor;
use super::args::{FormatArgs, StorageArgs};
use super::block_on::block_on;
use super::inert::inert;
use super::operators::print_records;
use super::print;
use crate::config::Settings;
use crate::error::{CliError, Exit};

/// The commands of `organizations`.
#[derive(Debug, Subcommand)]
pub enum OrganizationsCommand {
    /// Register an organization
    Add(AddArgs),
    /// List the organizations
    List(ListArgs),
    /// Disable an organization: its links end at once
    Disable(IdArgs),
    /// Enable a disabled organization
    Enable(IdArgs),
}

/// Flags of `organizations add`.
#[derive(Debug, Args)]
pub struct AddArgs {
    /// The id, for ever: a letter a-z, then a-z, 0-9 or hyphens
    id: String,
    /// The name that people read
    #[arg(long, value_name = "TEXT")]
    name: String,
    /// forensics: receives referrals (clause 1②); subcontractor: receives grants (clause 1⑤)
    #[arg(long, value_parser = kind_parser())]
    kind: OrganizationKind,
    /// Its age recipient, which begins with age1
    #[arg(long, value_name = "RECIPIENT")]
    recipient: String,
    #[command(flatten)]
    open: OpenArgs,
}

/// Flags of `organizations list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    #[command(flatten)]
    open: OpenArgs,
}

/// Flags of a command on one organization.
#[derive(Debug, Args)]
pub struct IdArgs {
    /// The id
    id: String,
    #[command(flatten)]
    open: OpenArgs,
}

#[derive(Debug, Args)]
struct OpenArgs {
    #[command(flatten)]
    storage: StorageArgs,
    #[command(flatten)]
    format: FormatArgs,
}

fn kind_parser() -> impl TypedValueParser<Value = OrganizationKind> {
    PossibleValuesParser::new(
        [OrganizationKind::Forensics, OrganizationKind::Subcontractor].map(OrganizationKind::as_str),
    )
    .try_map(|word| word.parse::<OrganizationKind>())
}

/// An organization, as JSON and as a line for people.
#[derive(Debug, Serialize)]
struct Record {
    id: String,
    name: String,
    kind: &'static str,
    recipient: String,
    disabled: bool,
    created_at: i64,
}

impl From<Organization> for Record {
    fn from(organization: Organization) -> Record {
        let Organization { id, name, kind, recipient, disabled, created_at } = organization;
        Record { id, name, kind: kind.as_str(), recipient, disabled, created_at }
    }
}

impl Record {
    fn words(&self) -> String {
        let state = if self.disabled { "disabled" } else { "enabled" };
        inert(&format!("{}  {}  {state}  {}  {}", self.id, self.kind, self.name, self.recipient)).into_owned()
    }
}

/// Runs a command of `organizations`.
pub fn run(command: OrganizationsCommand, file: Settings) -> Result<Exit, CliError> {
    block_on(async {
        match command {
            OrganizationsCommand::Add(args) => add(args, file).await,
            OrganizationsCommand::List(args) => {
                let open = args.open.open(file).await?;
                open.print(None).await
            }
            OrganizationsCommand::Disable(args) => change(args, file, true).await,
            OrganizationsCommand::Enable(args) => change(args, file, false).await,
        }
    })?
    .map(|()| Exit::Accepted)
}

async fn add(args: AddArgs, file: Settings) -> Result<(), CliError> {
    let AddArgs { id, name, kind, recipient, open } = args;
    let open = open.open(file).await?;
    let new = NewOrganization { id: id.clone(), name, kind, recipient };
    open.casework.add_organization(&open.operator, &open.recipients, new).await?;
    open.print(Some(&id)).await
}

async fn change(args: IdArgs, file: Settings, is_disabled: bool) -> Result<(), CliError> {
    let IdArgs { id, open } = args;
    let open = open.open(file).await?;
    let Open { casework, operator, recipients, .. } = &open;
    let is_changed = if is_disabled {
        casework.disable_organization(operator, recipients, &id).await?
    } else {
        casework.enable_organization(operator, recipients, &id).await?
    };
    let is_known = open.store.organization(&id).await?.is_some();
    if !is_known {
        return Err(HandoverError::Organization.into());
    }
    if !is_changed {
        print::words(&format!("kakekomi: {id} is unchanged: it was so already"));
    }
    open.print(Some(&id)).await
}

/// The register of a database.
struct Open {
    store: Arc<dyn Store>,
    casework: Casework,
    operator: Operator,
    recipients: Recipients,
    format: FormatArgs,
}

impl OpenArgs {
    async fn open(self, file: Settings) -> Result<Open, CliError> {
        let settings = self.storage.settings(file);
        let store = store::open_to_write(&settings.database_url()).await?;
        let sealer = settings.sealer()?;
        if is_written_with(&*store, sealer.hash_key()).await? == Some(false) {
            let file = settings.key_folder()?.hash_key_file();
            return Err(CliError::OtherHashKey(file.display().to_string()));
        }
        let recipients = sealer.recipients().clone();
        let parts = Parts {
            store: Arc::clone(&store),
            reader: None,
            hash_key: None,
            service: None,
            storage: None,
            now: clock::now,
        };
        let operator = Operator::command_line(&actor());
        Ok(Open { store, casework: Casework::new(parts), operator, recipients, format: self.format })
    }
}

impl Open {
    /// Prints all organizations, or one.
    async fn print(self, id: Option<&str>) -> Result<(), CliError> {
        let lines = self.casework.organizations(&self.operator).await?;
        let records = lines.into_iter().map(Record::from);
        match id {
            None => print_records(&self.format, &records.collect::<Vec<_>>(), Record::words)?,
            Some(id) => {
                for record in records.filter(|record| record.id == id) {
                    if self.format.is_json() { print::record(&record)? } else { print::line(record.words())? }
                }
            }
        }
        Ok(self.store.close().await?)
    }
}
