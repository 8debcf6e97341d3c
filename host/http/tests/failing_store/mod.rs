//! A store that fails on demand.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use kakekomi_store::receipt_number::Number;
use kakekomi_store::sqlite::Sqlite;
use kakekomi_store::{
    AccountChange, AccountStore, SecretHash, StoredAccount, StoredAttempt, StoredLink, StoredSession, StoredToken,
};
use kakekomi_store::{
    Announcement, Attempted, LeaseRequest, LeasedNotice, OutboxFilter, OutboxLine, OutboxStore, OutboxTarget,
    RetryChoice,
};
use kakekomi_store::{
    Appended, ApplicantRequest, AuditHead, Case, CaseLine, Event, EventKind, Filter, IdempotencyRecord, Inserted,
    NewCase, NewEvent, NewVisit, Projection, QueueFilter, QueueKey, QueueLine, Read, Resealed, ReturnStore, Seal,
    Store, StoreError, StoreFuture,
};
use kakekomi_store::{Declared, FileEnd, FileEnding, FileId, FileLine, FileStore, NewFile, NewPart, Part, PartAdded};
use kakekomi_store::{
    NewCollectLink, NewPackage, Organization, OrganizationChange, PackageId, PackageLine, PackagePart, ReferralStore,
};

/// A database that fails while `broken` is set, says that the first `taken` numbers are taken, and panics while `panics` is
/// set.
pub struct Trouble {
    pub inner: Sqlite,
    pub broken: AtomicBool,
    pub taken: AtomicU32,
    pub panics: AtomicBool,
}

impl Trouble {
    fn check(&self) -> Result<(), StoreError> {
        if self.broken.load(Ordering::SeqCst) { Err(StoreError::Missing("a disk".to_owned())) } else { Ok(()) }
    }
}

impl ReturnStore for Trouble {
    fn return_code<'a>(&'a self, number: &'a Number) -> StoreFuture<'a, Option<Vec<u8>>> {
        self.inner.return_code(number)
    }

    fn begin_visit(&self, visit: NewVisit) -> StoreFuture<'_, bool> {
        self.inner.begin_visit(visit)
    }

    fn visited(&self, token_hash: [u8; 32], now: i64) -> StoreFuture<'_, Option<String>> {
        self.inner.visited(token_hash, now)
    }

    fn end_visit(&self, token_hash: [u8; 32]) -> StoreFuture<'_, ()> {
        self.inner.end_visit(token_hash)
    }

    fn outcome_of<'a>(&'a self, number: &'a Number, request: ApplicantRequest) -> StoreFuture<'a, Option<Appended>> {
        self.inner.outcome_of(number, request)
    }
}

impl FileStore for Trouble {
    fn declare_file(&self, file: NewFile, events: Vec<NewEvent>) -> StoreFuture<'_, Declared> {
        self.inner.declare_file(file, events)
    }

    fn file<'a>(&'a self, id: &'a FileId) -> StoreFuture<'a, Option<FileLine>> {
        self.inner.file(id)
    }

    fn files_of<'a>(&'a self, number: &'a Number) -> StoreFuture<'a, Vec<FileLine>> {
        self.inner.files_of(number)
    }

    fn add_part(&self, part: NewPart, end: Option<FileEnd>) -> StoreFuture<'_, PartAdded> {
        self.inner.add_part(part, end)
    }

    fn parts(&self, file_seq: i64) -> StoreFuture<'_, Vec<Part>> {
        self.inner.parts(file_seq)
    }

    fn last_part(&self, file_seq: i64) -> StoreFuture<'_, Option<Part>> {
        self.inner.last_part(file_seq)
    }

    fn end_file<'a>(&'a self, id: &'a FileId, ending: FileEnding, event: NewEvent) -> StoreFuture<'a, bool> {
        self.inner.end_file(id, ending, event)
    }

    fn overdue_files(&self, now: i64, limit: u32) -> StoreFuture<'_, Vec<FileLine>> {
        self.inner.overdue_files(now, limit)
    }

    fn discarded_objects(&self, limit: u32) -> StoreFuture<'_, Vec<String>> {
        self.inner.discarded_objects(limit)
    }

    fn forget_objects(&self, objects: Vec<String>) -> StoreFuture<'_, ()> {
        self.inner.forget_objects(objects)
    }

    fn files_to_scan(&self, since: i64, after: i64, limit: u32) -> StoreFuture<'_, Vec<FileLine>> {
        self.inner.files_to_scan(since, after, limit)
    }

    fn unknown_objects(&self, objects: Vec<String>) -> StoreFuture<'_, Vec<String>> {
        self.inner.unknown_objects(objects)
    }
}

impl OutboxStore for Trouble {
    fn subscribe<'a>(&'a self, target: &'a str, kinds: &'a [EventKind]) -> StoreFuture<'a, ()> {
        self.inner.subscribe(target, kinds)
    }

    fn forget_target<'a>(&'a self, target: &'a str) -> StoreFuture<'a, bool> {
        self.inner.forget_target(target)
    }

    fn outbox_targets(&self) -> StoreFuture<'_, Vec<OutboxTarget>> {
        self.inner.outbox_targets()
    }

    fn notices<'a>(&'a self, after: i64, limit: u32, filter: &'a OutboxFilter) -> StoreFuture<'a, Vec<OutboxLine>> {
        self.inner.notices(after, limit, filter)
    }

    fn is_notice_due<'a>(&'a self, target: &'a str, now: i64) -> StoreFuture<'a, bool> {
        self.inner.is_notice_due(target, now)
    }

    fn exchange_notices<'a>(
        &'a self,
        target: &'a str,
        outcomes: &'a [Attempted],
        request: LeaseRequest,
    ) -> StoreFuture<'a, Vec<LeasedNotice>> {
        self.inner.exchange_notices(target, outcomes, request)
    }

    fn retry_notices(&self, choice: RetryChoice) -> StoreFuture<'_, u64> {
        self.inner.retry_notices(choice)
    }

    fn announce(&self, announcement: Announcement) -> StoreFuture<'_, Option<i64>> {
        self.inner.announce(announcement)
    }

    fn tidy_outbox(&self, done_before: i64) -> StoreFuture<'_, u64> {
        self.inner.tidy_outbox(done_before)
    }
}

impl ReferralStore for Trouble {
    fn organizations(&self) -> StoreFuture<'_, Vec<Organization>> {
        self.inner.organizations()
    }

    fn organization<'a>(&'a self, id: &'a str) -> StoreFuture<'a, Option<Organization>> {
        self.inner.organization(id)
    }

    fn change_organization(&self, change: OrganizationChange, event: NewEvent) -> StoreFuture<'_, bool> {
        self.inner.change_organization(change, event)
    }

    fn add_package(&self, package: NewPackage, event: NewEvent) -> StoreFuture<'_, Appended> {
        self.inner.add_package(package, event)
    }

    fn package<'a>(&'a self, id: &'a PackageId) -> StoreFuture<'a, Option<PackageLine>> {
        self.inner.package(id)
    }

    fn packages_of<'a>(&'a self, number: &'a Number) -> StoreFuture<'a, Vec<PackageLine>> {
        self.inner.packages_of(number)
    }

    fn ended_packages(
        &self,
        now: i64,
        collected_before: i64,
        after_seq: i64,
        limit: u32,
    ) -> StoreFuture<'_, Vec<PackageLine>> {
        self.inner.ended_packages(now, collected_before, after_seq, limit)
    }

    fn package_parts(&self, package_seq: i64) -> StoreFuture<'_, Vec<PackagePart>> {
        self.inner.package_parts(package_seq)
    }

    fn linked_package(&self, token_hash: [u8; 32], now: i64) -> StoreFuture<'_, Option<PackageLine>> {
        self.inner.linked_package(token_hash, now)
    }

    fn renew_link<'a>(&'a self, id: &'a PackageId, link: NewCollectLink) -> StoreFuture<'a, bool> {
        self.inner.renew_link(id, link)
    }

    fn record_collection<'a>(&'a self, id: &'a PackageId, event: NewEvent) -> StoreFuture<'a, Appended> {
        self.inner.record_collection(id, event)
    }

    fn destroy_package<'a>(&'a self, id: &'a PackageId, event: NewEvent) -> StoreFuture<'a, Appended> {
        self.inner.destroy_package(id, event)
    }
}

impl AccountStore for Trouble {
    fn account<'a>(&'a self, name: &'a str) -> StoreFuture<'a, Option<StoredAccount>> {
        self.inner.account(name)
    }

    fn accounts(&self) -> StoreFuture<'_, Vec<StoredAccount>> {
        self.inner.accounts()
    }

    fn recovery_codes<'a>(&'a self, account: &'a str) -> StoreFuture<'a, Vec<Vec<u8>>> {
        self.inner.recovery_codes(account)
    }

    fn session(&self, token: SecretHash) -> StoreFuture<'_, Option<StoredSession>> {
        self.inner.session(token)
    }

    fn sessions<'a>(&'a self, account: &'a str) -> StoreFuture<'a, Vec<StoredSession>> {
        self.inner.sessions(account)
    }

    fn set_up_link(&self, token: SecretHash) -> StoreFuture<'_, Option<StoredLink>> {
        self.inner.set_up_link(token)
    }

    fn api_token(&self, token: SecretHash) -> StoreFuture<'_, Option<StoredToken>> {
        self.inner.api_token(token)
    }

    fn api_tokens(&self) -> StoreFuture<'_, Vec<StoredToken>> {
        self.inner.api_tokens()
    }

    fn change_account(&self, change: AccountChange, event: Option<NewEvent>) -> StoreFuture<'_, bool> {
        self.inner.change_account(change, event)
    }

    fn account_of_subject<'a>(&'a self, issuer: &'a str, subject: &'a str) -> StoreFuture<'a, Option<StoredAccount>> {
        self.inner.account_of_subject(issuer, subject)
    }

    fn sessions_of_provider(&self, id: SecretHash) -> StoreFuture<'_, Vec<StoredSession>> {
        self.inner.sessions_of_provider(id)
    }

    fn oidc_attempt(&self, state: SecretHash) -> StoreFuture<'_, Option<StoredAttempt>> {
        self.inner.oidc_attempt(state)
    }
}

impl Store for Trouble {
    fn by_key<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<IdempotencyRecord>> {
        assert!(!self.panics.load(Ordering::SeqCst), "a fault in the program");
        self.inner.by_key(key)
    }

    fn insert(&self, case: Arc<NewCase>) -> StoreFuture<'_, Inserted> {
        Box::pin(async move {
            self.check()?;
            let left = |left: u32| left.checked_sub(1);
            if self.taken.fetch_update(Ordering::SeqCst, Ordering::SeqCst, left).is_ok() {
                return Ok(Inserted::NumberTaken);
            }
            self.inner.insert(case).await
        })
    }

    fn lines<'a>(&'a self, after: i64, limit: u32, filter: &'a Filter) -> StoreFuture<'a, Vec<Read<CaseLine>>> {
        self.inner.lines(after, limit, filter)
    }

    fn cases<'a>(&'a self, after: i64, limit: u32, filter: &'a Filter) -> StoreFuture<'a, Vec<Read<Case>>> {
        self.inner.cases(after, limit, filter)
    }

    fn count<'a>(&'a self, filter: &'a Filter) -> StoreFuture<'a, u64> {
        self.inner.count(filter)
    }

    fn last(&self) -> StoreFuture<'_, i64> {
        self.inner.last()
    }

    fn show<'a>(&'a self, number: &'a Number) -> StoreFuture<'a, Option<Read<Case>>> {
        self.inner.show(number)
    }

    fn append(&self, events: Vec<NewEvent>) -> StoreFuture<'_, Vec<Appended>> {
        self.inner.append(events)
    }

    fn erase(&self, event: NewEvent) -> StoreFuture<'_, Appended> {
        self.inner.erase(event)
    }

    fn purge(&self) -> StoreFuture<'_, bool> {
        self.inner.purge()
    }

    fn events<'a>(&'a self, after: i64, limit: u32, case: Option<&'a Number>) -> StoreFuture<'a, Vec<Event>> {
        self.inner.events(after, limit, case)
    }

    fn store_events(&self, kind: EventKind, before: Option<i64>, limit: u32) -> StoreFuture<'_, Vec<Event>> {
        self.inner.store_events(kind, before, limit)
    }

    fn audit_head(&self) -> StoreFuture<'_, AuditHead> {
        self.inner.audit_head()
    }

    fn reseal(&self, seals: Vec<Resealed>) -> StoreFuture<'_, u64> {
        self.inner.reseal(seals)
    }

    fn search_hashes(&self, seq: i64) -> StoreFuture<'_, Vec<(String, Vec<u8>)>> {
        self.inner.search_hashes(seq)
    }

    fn setting<'a>(&'a self, name: &'a str) -> StoreFuture<'a, Option<Vec<u8>>> {
        self.inner.setting(name)
    }

    fn set_once<'a>(&'a self, name: &'a str, value: Vec<u8>) -> StoreFuture<'a, Vec<u8>> {
        self.inner.set_once(name, value)
    }

    fn rebuild(&self, states: Vec<(i64, Projection)>) -> StoreFuture<'_, Vec<i64>> {
        self.inner.rebuild(states)
    }

    fn count_clear(&self) -> StoreFuture<'_, u64> {
        self.inner.count_clear()
    }

    fn convert(&self, seal: Seal) -> StoreFuture<'_, usize> {
        self.inner.convert(seal)
    }

    fn queue<'a>(
        &'a self,
        filter: &'a QueueFilter,
        after: Option<QueueKey>,
        limit: u32,
    ) -> StoreFuture<'a, Vec<Read<QueueLine>>> {
        self.inner.queue(filter, after, limit)
    }

    fn ready(&self) -> StoreFuture<'_, ()> {
        Box::pin(async move { self.check() })
    }

    fn close(&self) -> StoreFuture<'_, ()> {
        self.inner.close()
    }
}
