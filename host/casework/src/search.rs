//! The search for cases by the beginning of a number, by telephone number, e-mail address and company.
//!
//! `SearchTerms { phone: Some("03-3211-9999") }` → the keyed hash of `+81332119999` → the cases with it
//!
//! The values are normalized and hashed before they reach the store, which knows the hashes alone.

use std::collections::BTreeSet;

use kakekomi_sealing::HashKey;
use kakekomi_service::sealed_case::phone_as_in_the_form;
use kakekomi_store::receipt_number::{Beginning, Number};
use kakekomi_store::{CaseLine, Filter, LINES_A_PAGE, Read, SearchHash, SearchKind, Store, StoreError, seq_of};

use crate::casework::{Casework, demand};
use crate::error::WorkError;
use crate::limits::FOUND_MAX;
use crate::operator::{Operator, Right};

/// The values to search for; a case must have all that are set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SearchTerms {
    /// The beginning of a group of the number.
    pub number: Option<Beginning>,
    /// A telephone number in any notation.
    pub phone: Option<String>,
    /// An e-mail address.
    pub email: Option<String>,
    /// The company's name; 株式会社, (株), width and case do not matter.
    pub company: Option<String>,
}

/// The reason why nothing can be searched for.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// The text is no telephone number.
    #[error("this is no telephone number")]
    NoPhone,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A search that is read page by page, in the store's order.
#[derive(Debug)]
pub struct Search {
    filter: Filter,
    /// For each further condition, the cases that meet it.
    others: Vec<BTreeSet<i64>>,
    after: i64,
}

impl SearchTerms {
    /// Reports whether a term needs the key of the hashes.
    pub fn need_key(&self) -> bool {
        [&self.phone, &self.email, &self.company].iter().any(|term| term.is_some())
    }

    /// Computes the keyed hashes of the terms.
    ///
    /// # Errors
    /// [`SearchError::NoPhone`].
    pub fn hashes(&self, key: &HashKey) -> Result<Vec<SearchHash>, SearchError> {
        let mut hashes = Vec::new();
        if let Some(phone) = &self.phone {
            let hash = key.phone(&phone_as_in_the_form(phone)).ok_or(SearchError::NoPhone)?;
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

impl Search {
    /// Prepares a search; `key` is needed where [`SearchTerms::need_key`] says so.
    ///
    /// # Errors
    /// [`SearchError`].
    pub async fn prepare(store: &dyn Store, terms: SearchTerms, key: Option<&HashKey>) -> Result<Search, SearchError> {
        let hashes = key.map(|key| terms.hashes(key)).transpose()?.unwrap_or_default();
        let mut hashes = hashes.into_iter();
        let search = hashes.next();
        let mut others = Vec::new();
        for hash in hashes {
            others.push(cases_of(store, hash).await?);
        }
        let filter = Filter { number: terms.number, search, ..Filter::default() };
        Ok(Search { filter, others, after: 0 })
    }

    /// Reads the next cases; an empty page is not the end, `None` is.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn next_page(&mut self, store: &dyn Store) -> Result<Option<Vec<Read<CaseLine>>>, StoreError> {
        let page = store.lines(self.after, LINES_A_PAGE, &self.filter).await?;
        let Some(last) = page.last().map(seq_of) else { return Ok(None) };
        self.after = last;
        Ok(Some(page.into_iter().filter(|line| self.others.iter().all(|seqs| seqs.contains(&seq_of(line)))).collect()))
    }
}

/// Finds the positions of the cases with a keyed hash.
async fn cases_of(store: &dyn Store, hash: SearchHash) -> Result<BTreeSet<i64>, StoreError> {
    let filter = Filter { search: Some(hash), ..Filter::default() };
    let (mut after, mut found) = (0, BTreeSet::new());
    loop {
        let page = store.lines(after, LINES_A_PAGE, &filter).await?;
        let Some(last) = page.last() else { return Ok(found) };
        after = seq_of(last);
        found.extend(page.iter().map(seq_of));
    }
}

impl Casework {
    /// Finds the cases for what an operator typed into one field: the beginning of a number, a telephone number, an e-mail
    /// address or a company; at most [`FOUND_MAX`], the last received first.
    ///
    /// # Errors
    /// [`WorkError::Forbidden`], [`WorkError::Store`].
    pub async fn search(&self, operator: &Operator, words: &str) -> Result<Vec<Read<CaseLine>>, WorkError> {
        demand(operator, Right::SeeQueue)?;
        let words = words.trim();
        let mut filters = Vec::new();
        // Hyphens and spaces alone are the beginning of every number.
        if let Ok(number) = Number::begin(words)
            && words.contains(char::is_alphanumeric)
        {
            filters.push(Filter { number: Some(number), ..Filter::default() });
        }
        if let Some(key) = self.parts.hash_key.as_ref().filter(|_| !words.is_empty()) {
            let phone =
                key.phone(&phone_as_in_the_form(words)).map(|hash| SearchHash { kind: SearchKind::Phone, hash });
            let email = SearchHash { kind: SearchKind::Email, hash: key.email(words) };
            let company = SearchHash { kind: SearchKind::Company, hash: key.company(words) };
            let hashes = phone.into_iter().chain([email, company]);
            filters.extend(hashes.map(|hash| Filter { search: Some(hash), ..Filter::default() }));
        }
        self.any_of(&filters).await
    }

    /// Reads the cases that meet any of some filters.
    async fn any_of(&self, filters: &[Filter]) -> Result<Vec<Read<CaseLine>>, WorkError> {
        let limit = u32::try_from(FOUND_MAX).unwrap_or(u32::MAX);
        let mut found: Vec<Read<CaseLine>> = Vec::new();
        for filter in filters {
            for line in self.store().lines(0, limit, filter).await? {
                if found.iter().all(|known| seq_of(known) != seq_of(&line)) {
                    found.push(line);
                }
            }
        }
        found.sort_by_key(|line| std::cmp::Reverse(seq_of(line)));
        found.truncate(FOUND_MAX);
        Ok(found)
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
            SearchTerms { phone: some(phone), email: some(email), company: some(company), number: None }.hashes(&key)
        };
        let hashes = terms("０３-3211-9999", "Hanako@Example.JP", "(株)れい").unwrap();
        assert_eq!(hashes, terms("+81 3 3211 9999", "hanako@example.jp", "株式会社れい").unwrap());
        assert_eq!(hashes.len(), 3);
        assert!(matches!(terms("none", "", ""), Err(SearchError::NoPhone)));
    }
}
