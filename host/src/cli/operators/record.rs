//! Records of accounts, links and tokens, as JSON and as lines for people.
//!
//! `sato  operator  enabled  佐藤 花子`

use kakekomi_accounts::{AccountLine, ApiToken, Role, SetUpLink};
use kakekomi_store::clock;
use serde::Serialize;

use crate::cli::args::FormatArgs;
use crate::cli::inert::inert;
use crate::cli::print;
use crate::error::CliError;

/// An account.
#[derive(Debug, Serialize)]
pub struct AccountRecord {
    name: String,
    display_name: String,
    role: Option<&'static str>,
    disabled: bool,
    /// True if it has a password and a second factor.
    set_up: bool,
    recovery_codes: i64,
    created_at: i64,
    /// The identity provider of the account.
    issuer: Option<String>,
}

impl From<AccountLine> for AccountRecord {
    fn from(line: AccountLine) -> AccountRecord {
        AccountRecord {
            name: line.name,
            display_name: line.display_name,
            role: line.role.map(Role::as_str),
            disabled: line.disabled,
            set_up: line.set_up,
            recovery_codes: line.recovery_codes,
            created_at: line.created_at,
            issuer: line.issuer,
        }
    }
}

impl AccountRecord {
    /// Formats the account as a line for people.
    pub fn words(&self) -> String {
        let state = match (self.disabled, self.set_up, &self.issuer) {
            (true, ..) => "disabled",
            (false, _, Some(_)) => "enabled at the identity provider",
            (false, true, None) => "enabled",
            (false, false, None) => "not set up",
        };
        let role = self.role.unwrap_or("unknown role");
        inert(&format!("{}  {role}  {state}  {}", self.name, self.display_name)).into_owned()
    }
}

/// A set-up link.
#[derive(Debug, Serialize)]
pub struct LinkRecord<'a> {
    account: &'a str,
    pub link: String,
    expires_at: i64,
    /// The same moment for people.
    #[serde(skip)]
    pub expires: String,
}

impl<'a> LinkRecord<'a> {
    pub fn new(account: &'a str, link: String, set_up: &SetUpLink) -> LinkRecord<'a> {
        let expires_at = set_up.expires_at;
        LinkRecord { account, link, expires_at, expires: clock::format_rfc3339(expires_at, UTC) }
    }
}

/// The offset of moments in the words of these commands, which know no desk.
const UTC: &str = "+00:00";

/// A token of the interface for programs.
#[derive(Debug, Serialize)]
pub struct TokenRecord {
    id: i64,
    account: String,
    scope: &'static str,
    /// True if its account is disabled.
    disabled: bool,
    created_at: i64,
    last_used_at: Option<i64>,
}

impl From<ApiToken> for TokenRecord {
    fn from(token: ApiToken) -> TokenRecord {
        TokenRecord {
            id: token.id,
            account: token.account,
            scope: token.scope.as_str(),
            disabled: token.disabled,
            created_at: token.created_at,
            last_used_at: token.last_used_at,
        }
    }
}

impl TokenRecord {
    /// Formats the token as a line for people.
    pub fn words(&self) -> String {
        let used = self.last_used_at.map_or_else(|| "never".to_owned(), |at| clock::format_rfc3339(at, UTC));
        let disabled = if self.disabled { "  its account is disabled" } else { "" };
        inert(&format!("{}  {}  {}  last used: {used}{disabled}", self.id, self.account, self.scope)).into_owned()
    }
}

/// Prints records: one JSON list, one JSON object a line, or lines for people.
pub fn print_records<T: Serialize>(
    format: &FormatArgs,
    records: &[T],
    words: impl Fn(&T) -> String,
) -> Result<(), CliError> {
    if format.json {
        print::record(&records)
    } else if format.ndjson {
        records.iter().try_for_each(print::record)
    } else {
        records.iter().try_for_each(|record| print::line(words(record)))
    }
}
