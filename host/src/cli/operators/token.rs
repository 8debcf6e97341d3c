//! `kakekomi operators token`: tokens of the read-only interface for programs.
//!
//! `operators token add sato --scope queue` → `kakekomi_5f…`, which nobody can print again

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};
use kakekomi_accounts::TokenScope;
use serde_json::json;

use super::open::AccountsArgs;
use super::record::{TokenRecord, print_records};
use crate::cli::actor::actor;
use crate::cli::print;
use crate::config::Settings;
use crate::error::CliError;

/// The commands of `operators token`.
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Add a token for an account and print it
    Add(AddArgs),
    /// List the tokens, without their secrets
    List {
        #[command(flatten)]
        accounts: AccountsArgs,
    },
    /// Revoke a token
    Revoke {
        /// The token's number in the list
        id: i64,
        #[command(flatten)]
        accounts: AccountsArgs,
    },
}

/// Flags of `operators token add`.
#[derive(Debug, Args)]
pub struct AddArgs {
    /// The account whose token it is; the token ends when the account is disabled
    name: String,
    /// The cases' list alone, or their contents as well
    #[arg(long, value_parser = scope_parser())]
    scope: TokenScope,
    #[command(flatten)]
    accounts: AccountsArgs,
}

fn scope_parser() -> impl TypedValueParser<Value = TokenScope> {
    PossibleValuesParser::new(TokenScope::ALL.map(TokenScope::as_str)).try_map(|word| word.parse::<TokenScope>())
}

pub async fn run(command: TokenCommand, file: Settings) -> Result<(), CliError> {
    match command {
        TokenCommand::Add(args) => add(args, file).await,
        TokenCommand::List { accounts } => {
            let open = accounts.open(file).await?;
            let records: Vec<_> = open.accounts.tokens().await?.into_iter().map(TokenRecord::from).collect();
            print_records(&open.format, &records, TokenRecord::words)?;
            open.close().await
        }
        TokenCommand::Revoke { id, accounts } => {
            let open = accounts.open(file).await?;
            if !open.accounts.revoke_token(&actor(), id).await? {
                return Err(CliError::NoToken(id));
            }
            if open.format.json || open.format.ndjson {
                print::record(&json!({"id": id, "revoked": true}))?;
            } else {
                print::words(&format!("kakekomi: token {id} is revoked"));
            }
            open.close().await
        }
    }
}

async fn add(args: AddArgs, file: Settings) -> Result<(), CliError> {
    let AddArgs { name, scope, accounts } = args;
    let open = accounts.open(file).await?;
    let secret = open.accounts.add_token(&actor(), &name, scope).await?;
    if open.format.json || open.format.ndjson {
        print::record(&json!({"account": name, "scope": scope.as_str(), "token": secret}))?;
    } else {
        print::words("kakekomi: this is the only time that the token is shown");
        print::line(secret)?;
    }
    open.close().await
}
