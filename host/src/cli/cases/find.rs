//! `kakekomi cases find`: the cases of a telephone number, an e-mail address, a company or a part of a number.
//!
//! `--phone 03-3211-9999` → the lines of the cases with the keyed hash of `+81332119999`
//!
//! The search needs `hash.key` and no identity: it compares keyed hashes and opens nothing, so it writes no event.

use clap::Args;
use kakekomi_casework::{Search, SearchError, SearchTerms};
use kakekomi_store::receipt_number::{Beginning, Number};

use super::args::SourceArgs;
use super::damages::Damages;
use super::list::Printer;
use crate::cli::args::FormatArgs;
use crate::config::Settings;
use crate::error::{CliError, Exit};

/// Flags of `cases find`. A case must meet all conditions.
#[derive(Debug, Args)]
#[group(id = "conditions", required = true, multiple = true, args = ["number", "phone", "email", "company"])]
pub struct FindArgs {
    /// Beginning of a group of the number
    #[arg(value_name = "NUMBER")]
    number: Option<String>,
    /// Telephone number of the contact, in any notation
    #[arg(long)]
    phone: Option<String>,
    /// E-mail address of the contact
    #[arg(long)]
    email: Option<String>,
    /// Company of the contact; 株式会社, (株), width and case do not matter
    #[arg(long)]
    company: Option<String>,
    #[command(flatten)]
    source: SourceArgs,
    #[command(flatten)]
    format: FormatArgs,
}

pub async fn run(args: FindArgs, file: Settings) -> Result<Exit, CliError> {
    let FindArgs { number, phone, email, company, source, format } = args;
    let number = number.map(|text| begin(&text)).transpose()?;
    let source = source.load(file)?;
    let store = source.open().await?;
    let terms = SearchTerms { number, phone, email, company };
    let key = if terms.need_key() { Some(source.hash_key(&*store).await?) } else { None };
    let mut search = Search::prepare(&*store, terms, key.as_ref()).await.map_err(|error| match error {
        SearchError::NoPhone => CliError::Usage(format!("--phone: {error}")),
        SearchError::Store(error) => CliError::Store(error),
    })?;
    let mut damages = Damages::default();
    let mut printer = Printer::new(format, &source.desk);
    while let Some(page) = search.next_page(&*store).await? {
        printer.print(page.into_iter().filter_map(|line| damages.line(line)))?;
    }
    printer.end()?;
    Ok(damages.exit())
}

fn begin(text: &str) -> Result<Beginning, CliError> {
    Number::begin(text).map_err(|error| CliError::Usage(format!("{text}: {error}")))
}
