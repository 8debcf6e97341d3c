//! `kakekomi cases find`: the cases of a telephone number, an e-mail address, a company or a part of a number.
//!
//! `--phone 03-3211-9999` → the lines of the cases with the keyed hash of `+81332119999`
//!
//! The search needs `hash.key` and no identity: it compares keyed hashes and opens nothing, so it writes no event.

use std::collections::BTreeSet;

use clap::Args;
use kakekomi_sealing::HashKey;
use kakekomi_service::sealed_case::phone_as_in_the_form;
use kakekomi_store::receipt_number::{Beginning, Number};
use kakekomi_store::{Filter, LINES_A_PAGE, SearchHash, SearchKind, Store, seq_of};

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
    let terms = Terms { phone, email, company };
    let hashes = if terms.is_empty() { Vec::new() } else { terms.hashes(&source.hash_key(&*store).await?)? };
    let (first, further) = match hashes.split_first() {
        Some((first, further)) => (Some(*first), further),
        None => (None, &[][..]),
    };
    let mut others = Vec::new();
    for hash in further {
        others.push(cases_of(&*store, *hash).await?);
    }
    let filter = Filter { number, search: first, ..Filter::default() };
    let mut damages = Damages::default();
    let mut printer = Printer::new(format, &source.desk);
    let mut after = 0;
    loop {
        let page = store.lines(after, LINES_A_PAGE, &filter).await?;
        let Some(last) = page.last().map(seq_of) else { break };
        after = last;
        let found = page.into_iter().filter(|line| others.iter().all(|seqs| seqs.contains(&seq_of(line))));
        printer.print(found.filter_map(|line| damages.line(line)))?;
    }
    printer.end()?;
    Ok(damages.exit())
}

fn begin(text: &str) -> Result<Beginning, CliError> {
    Number::begin(text).map_err(|error| CliError::Usage(format!("{text}: {error}")))
}

/// The values to search for.
#[derive(Debug)]
struct Terms {
    phone: Option<String>,
    email: Option<String>,
    company: Option<String>,
}

impl Terms {
    fn is_empty(&self) -> bool {
        [&self.phone, &self.email, &self.company].iter().all(|term| term.is_none())
    }

    fn hashes(&self, key: &HashKey) -> Result<Vec<SearchHash>, CliError> {
        let mut hashes = Vec::new();
        if let Some(phone) = &self.phone {
            let hash = key
                .phone(&phone_as_in_the_form(phone))
                .ok_or_else(|| CliError::Usage("--phone: this is no telephone number".to_owned()))?;
            hashes.push(SearchHash { kind: SearchKind::Phone, hash });
        }
        if let Some(email) = &self.email {
            hashes.push(SearchHash { kind: SearchKind::Email, hash: key.email(email) });
        }
        if let Some(company) = &self.company {
            hashes.push(SearchHash { kind: SearchKind::Company, hash: key.company(company) });
        }
        Ok(hashes)
    }
}

/// Finds the positions of the cases with a keyed hash.
async fn cases_of(store: &dyn Store, hash: SearchHash) -> Result<BTreeSet<i64>, CliError> {
    let filter = Filter { search: Some(hash), ..Filter::default() };
    let (mut after, mut found) = (0, BTreeSet::new());
    loop {
        let page = store.lines(after, LINES_A_PAGE, &filter).await?;
        let Some(last) = page.last() else { return Ok(found) };
        after = seq_of(last);
        found.extend(page.iter().map(seq_of));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_normalized_before_they_are_hashed() {
        let key = HashKey::generate().unwrap();
        let terms = |phone: &str, email: &str, company: &str| {
            let some = |text: &str| Some(text.to_owned());
            Terms { phone: some(phone), email: some(email), company: some(company) }.hashes(&key)
        };
        let hashes = terms("０３-3211-9999", "Hanako@Example.JP", "(株)れい").unwrap();
        assert_eq!(hashes, terms("+81 3 3211 9999", "hanako@example.jp", "株式会社れい").unwrap());
        assert_eq!(hashes.len(), 3);
        assert_eq!(terms("none", "", "").unwrap_err().exit(), Exit::Usage);
    }
}
