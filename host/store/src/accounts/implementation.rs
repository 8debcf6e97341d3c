//! The accounts over either database.
//!
//! `Cases<PgPool>` and `Cases<Database>` (SQLite) → an [`AccountStore`] each

use super::{
    AccountChange, AccountStore, SecretHash, StoredAccount, StoredAttempt, StoredLink, StoredSession, StoredToken,
    change, oidc, read,
};
use crate::append;
use crate::backend::{Backend, Cases};
use crate::error::StoreFuture;
use crate::event::NewEvent;
use crate::session::Session as _;

impl<B: Backend> AccountStore for Cases<B> {
    fn account<'a>(&'a self, name: &'a str) -> StoreFuture<'a, Option<StoredAccount>> {
        Box::pin(self.first(read::account(name)))
    }

    fn accounts(&self) -> StoreFuture<'_, Vec<StoredAccount>> {
        Box::pin(self.backend.fetch(read::accounts()))
    }

    fn recovery_codes<'a>(&'a self, account: &'a str) -> StoreFuture<'a, Vec<Vec<u8>>> {
        Box::pin(async move {
            let codes: Vec<(Vec<u8>,)> = self.backend.fetch(read::recovery_codes(account)).await?;
            Ok(codes.into_iter().map(|(code,)| code).collect())
        })
    }

    fn session(&self, token: SecretHash) -> StoreFuture<'_, Option<StoredSession>> {
        Box::pin(self.first(read::session(token)))
    }

    fn sessions<'a>(&'a self, account: &'a str) -> StoreFuture<'a, Vec<StoredSession>> {
        Box::pin(self.backend.fetch(read::sessions(account)))
    }

    fn set_up_link(&self, token: SecretHash) -> StoreFuture<'_, Option<StoredLink>> {
        Box::pin(self.first(read::set_up_link(token)))
    }

    fn api_token(&self, token: SecretHash) -> StoreFuture<'_, Option<StoredToken>> {
        Box::pin(self.first(read::api_token(token)))
    }

    fn api_tokens(&self) -> StoreFuture<'_, Vec<StoredToken>> {
        Box::pin(self.backend.fetch(read::api_tokens()))
    }

    fn account_of_subject<'a>(&'a self, issuer: &'a str, subject: &'a str) -> StoreFuture<'a, Option<StoredAccount>> {
        Box::pin(self.first(read::account_of_subject(issuer, subject)))
    }

    fn sessions_of_provider(&self, provider_session: SecretHash) -> StoreFuture<'_, Vec<StoredSession>> {
        Box::pin(self.backend.fetch(read::sessions_of_provider(provider_session)))
    }

    fn oidc_attempt(&self, state: SecretHash) -> StoreFuture<'_, Option<StoredAttempt>> {
        Box::pin(self.first(oidc::attempt(state)))
    }

    fn change_account(&self, change: AccountChange, event: Option<NewEvent>) -> StoreFuture<'_, bool> {
        Box::pin(async move {
            let mut session = self.backend.begin().await?;
            if !change::change(&mut session, change).await? {
                return Ok(false);
            }
            append::append(&mut session, event.as_slice()).await?;
            session.commit().await?;
            Ok(true)
        })
    }
}
