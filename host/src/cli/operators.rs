//! `kakekomi operators`: accounts of the desk, and tokens of its interface for programs.
//!
//! `kakekomi operators add sato --role operator --name "佐藤 花子"` → `http://127.0.0.1:8081/setup/5f…`, a link that the person
//! opens once to set password and second factor
//!
//! Each change is an event of the actor `cli:USER`. A change counts at once, also for a desk that is serving.

mod open;
mod record;
mod token;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};
use kakekomi_accounts::{Role, SetUpLink};
use kakekomi_store::ProviderSubject;

pub use self::open::DeskUrlArgs;
pub use self::record::print_records;

use self::open::{AccountsArgs, OpenAccounts};
use self::record::{AccountRecord, LinkRecord};
use super::actor::actor;
use super::block_on::block_on;
use super::print;
use crate::config::Settings;
use crate::error::{CliError, Exit};

/// The commands of `operators`.
#[derive(Debug, Subcommand)]
pub enum OperatorsCommand {
    /// Add an account, and print the link with which its owner sets it up
    Add(AddArgs),
    /// List the accounts
    List(ListArgs),
    /// Disable an account: its sessions and its link end at once
    Disable(NameArgs),
    /// Enable a disabled account
    Enable(NameArgs),
    /// Remove an account's password, second factor and sessions, and print a new link
    Reset(ResetArgs),
    /// Give an account another role, at once
    Role(RoleArgs),
    /// Give an account to a person at the identity provider: its password, second factor and sessions end
    Link(LinkArgs),
    /// Manage the tokens of the interface for programs
    #[command(subcommand)]
    Token(token::TokenCommand),
}

/// Flags of `operators add`.
#[derive(Debug, Args)]
pub struct AddArgs {
    /// The account's name, for ever: a letter a-z, then a-z, 0-9, dot, hyphen or underscore
    name: String,
    /// The role
    #[arg(long, value_parser = role_parser())]
    role: Role,
    /// The name that people read [default: the account's name]
    #[arg(long = "name", value_name = "TEXT")]
    display_name: Option<String>,
    #[command(flatten)]
    url: DeskUrlArgs,
    #[command(flatten)]
    accounts: AccountsArgs,
}

/// Flags of `operators list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    #[command(flatten)]
    accounts: AccountsArgs,
}

/// Flags of a command on one account.
#[derive(Debug, Args)]
pub struct NameArgs {
    /// The account's name
    name: String,
    #[command(flatten)]
    accounts: AccountsArgs,
}

/// Flags of `operators reset`.
#[derive(Debug, Args)]
pub struct ResetArgs {
    #[command(flatten)]
    url: DeskUrlArgs,
    #[command(flatten)]
    account: NameArgs,
}

/// Flags of `operators role`.
#[derive(Debug, Args)]
pub struct RoleArgs {
    /// The account's name
    name: String,
    /// The new role
    #[arg(value_parser = role_parser())]
    role: Role,
    #[command(flatten)]
    accounts: AccountsArgs,
}

/// Flags of `operators link`.
#[derive(Debug, Args)]
pub struct LinkArgs {
    /// The account's name
    name: String,
    /// The ID of the person at the identity provider: the claim `sub`
    #[arg(long, value_name = "SUB")]
    subject: String,
    /// The identity provider [default: `issuer` of `[oidc]`]
    #[arg(long, value_name = "URL")]
    issuer: Option<String>,
    #[command(flatten)]
    accounts: AccountsArgs,
}

fn role_parser() -> impl TypedValueParser<Value = Role> {
    PossibleValuesParser::new(Role::ALL.map(Role::as_str)).try_map(|word| word.parse::<Role>())
}

/// Runs a command of `operators`.
pub fn run(command: OperatorsCommand, file: Settings) -> Result<Exit, CliError> {
    block_on(async {
        match command {
            OperatorsCommand::Add(args) => add(args, file).await,
            OperatorsCommand::List(args) => list(args, file).await,
            OperatorsCommand::Disable(args) => change(args, file, Change::Disable).await,
            OperatorsCommand::Enable(args) => change(args, file, Change::Enable).await,
            OperatorsCommand::Reset(args) => reset(args, file).await,
            OperatorsCommand::Role(RoleArgs { name, role, accounts }) => {
                change(NameArgs { name, accounts }, file, Change::Role(role)).await
            }
            OperatorsCommand::Link(LinkArgs { name, subject, issuer, accounts }) => {
                change(NameArgs { name, accounts }, file, Change::Link { subject, issuer }).await
            }
            OperatorsCommand::Token(command) => Box::pin(token::run(command, file)).await,
        }
    })?
    .map(|()| Exit::Accepted)
}

async fn add(args: AddArgs, file: Settings) -> Result<(), CliError> {
    let AddArgs { name, role, display_name, url, accounts } = args;
    let open = accounts.open(file).await?;
    let link = open.accounts.add(&actor(), &name, display_name.as_deref().unwrap_or(&name), role).await?;
    print_link(&open, &url, &name, &link)?;
    open.close().await
}

async fn reset(args: ResetArgs, file: Settings) -> Result<(), CliError> {
    let ResetArgs { url, account: NameArgs { name, accounts } } = args;
    let open = accounts.open(file).await?;
    let link = open.accounts.reset(&actor(), &name).await?;
    print_link(&open, &url, &name, &link)?;
    open.close().await
}

fn print_link(open: &OpenAccounts, url: &DeskUrlArgs, name: &str, link: &SetUpLink) -> Result<(), CliError> {
    let record = LinkRecord::new(name, url.set_up(&open.settings, link), link);
    if open.format.json || open.format.ndjson {
        return print::record(&record);
    }
    print::words(&format!(
        "kakekomi: give this link to {name} alone; it works once, until {}, and sets the password and the second factor",
        record.expires
    ));
    if !open.settings.allows_local_accounts() {
        print::warn(
            "accounts with a password are off: the link works once the desk runs with KAKEKOMI_LOCAL_ACCOUNTS=true",
        );
    }
    print::line(record.link)
}

async fn list(args: ListArgs, file: Settings) -> Result<(), CliError> {
    let open = args.accounts.open(file).await?;
    let records: Vec<_> = open.accounts.list().await?.into_iter().map(AccountRecord::from).collect();
    print_records(&open.format, &records, AccountRecord::words)?;
    open.close().await
}

/// A change that prints the account afterwards.
enum Change {
    Disable,
    Enable,
    Role(Role),
    Link { subject: String, issuer: Option<String> },
}

async fn change(args: NameArgs, file: Settings, change: Change) -> Result<(), CliError> {
    let NameArgs { name, accounts } = args;
    let open = accounts.open(file).await?;
    let (actor, accounts) = (actor(), &open.accounts);
    let is_changed = match change {
        Change::Disable => accounts.disable(&actor, &name).await?,
        Change::Enable => accounts.enable(&actor, &name).await?,
        Change::Role(role) => accounts.set_role(&actor, &name, role).await?,
        Change::Link { subject, issuer } => {
            let of_settings = || open.settings.oidc.as_ref().map(|oidc| oidc.issuer.clone());
            let issuer = issuer.or_else(of_settings).ok_or_else(|| {
                CliError::Usage("name the provider with --issuer: the settings have no [oidc]".to_owned())
            })?;
            accounts.link(&actor, &name, ProviderSubject { issuer, subject }).await?
        }
    };
    if !is_changed {
        print::words(&format!("kakekomi: {name} is unchanged: it was so already"));
    }
    let found = accounts.list().await?.into_iter().find(|account| account.name == name).map(AccountRecord::from);
    if let Some(record) = found {
        if open.format.json || open.format.ndjson {
            print::record(&record)?;
        } else {
            print::line(record.words())?;
        }
    }
    open.close().await
}
