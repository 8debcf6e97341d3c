//! Queries of organizations and packages, on either database.
//!
//! `add_package(package, handover.created)` → its event, its rows, and the row of `handovers` for the last `intent.given`

use sqlx::QueryBuilder;

use crate::append::{append, append_with_package};
use crate::backend::{Backend, Cases};
use crate::error::{StoreError, StoreFuture};
use crate::event::{Appended, EventKind, NewEvent, Refusal};
use crate::package_removal::{destroy, end_links, end_links_of, mark};
use crate::query::{Bind, TableRows, Value};
use crate::receipt_number::Number;
use crate::referral::{
    NewCollectLink, NewPackage, Organization, OrganizationChange, PackageId, PackageLine, PackagePart, PackagePurpose,
    ReferralStore,
};
use crate::session::Session;

const ORGANIZATION: &str = "SELECT id, name, kind, recipient, disabled, created_at FROM organizations";
/// Selects [`PackageLine`]s.
const PACKAGE: &str = "SELECT packages.seq, packages.id, number, organization, purpose, manifest_sha256, sealed_sha256, length, \
     packages.created_at, packages.destroyed_at, collected_at, \
     (SELECT max(expires_at) FROM collect_links WHERE package_seq = packages.seq) AS link_expires_at \
     FROM packages JOIN cases ON cases.seq = packages.case_seq \
     LEFT JOIN handovers ON handovers.package_seq = packages.seq WHERE ";
const PARTS: &str = "SELECT start, length, object FROM package_parts WHERE package_seq = ";
const PACKAGES: &str =
    "packages (id, case_seq, organization, purpose, manifest_sha256, sealed_sha256, length, created_at)";
const PACKAGE_PARTS: &str = "package_parts (package_seq, start, length, object)";
const LINKS: &str = "collect_links (token_hash, package_seq, expires_at)";
const HANDOVERS: &str = "handovers (intent_seq, case_number, package_seq, created_at)";
/// Change of one moment with its condition on the package.
const COLLECT: (&str, &str) =
    ("UPDATE handovers SET collected_at = ", " WHERE collected_at IS NULL AND package_seq = ");

impl<B: Backend> ReferralStore for Cases<B> {
    fn organizations(&self) -> StoreFuture<'_, Vec<Organization>> {
        let mut query = QueryBuilder::new(ORGANIZATION);
        query.push(" ORDER BY id");
        Box::pin(self.backend.fetch(query))
    }

    fn organization<'a>(&'a self, id: &'a str) -> StoreFuture<'a, Option<Organization>> {
        let mut query = QueryBuilder::new(ORGANIZATION);
        B::Database::bind(query.push(" WHERE id = "), id.to_owned());
        Box::pin(self.first(query))
    }

    fn change_organization(&self, change: OrganizationChange, event: NewEvent) -> StoreFuture<'_, bool> {
        Box::pin(async move {
            let mut session = self.backend.begin().await?;
            let is_changed = change_organization(&mut session, change).await?;
            if is_changed {
                append(&mut session, &[event]).await?;
                session.commit().await?;
            }
            Ok(is_changed)
        })
    }

    fn add_package(&self, package: NewPackage, event: NewEvent) -> StoreFuture<'_, Appended> {
        Box::pin(async move {
            let mut session = self.backend.begin().await?;
            let appended = add_package(&mut session, package, event).await?;
            if matches!(appended, Appended::Stored { .. }) {
                session.commit().await?;
            }
            Ok(appended)
        })
    }

    fn package<'a>(&'a self, id: &'a PackageId) -> StoreFuture<'a, Option<PackageLine>> {
        let mut query = QueryBuilder::new(PACKAGE);
        B::Database::bind(query.push("packages.id = "), id.0.0.to_vec());
        Box::pin(self.first(query))
    }

    fn packages_of<'a>(&'a self, number: &'a Number) -> StoreFuture<'a, Vec<PackageLine>> {
        let mut query = QueryBuilder::new(PACKAGE);
        B::Database::bind(query.push("number = "), number.to_string());
        query.push(" ORDER BY packages.seq");
        Box::pin(self.backend.fetch(query))
    }

    fn ended_packages(
        &self,
        now: i64,
        collected_before: i64,
        after_seq: i64,
        limit: u32,
    ) -> StoreFuture<'_, Vec<PackageLine>> {
        let mut query = QueryBuilder::new(PACKAGE);
        query.push("packages.destroyed_at IS NULL AND (collected_at <= ");
        B::Database::bind(&mut query, collected_before);
        query.push(
            " OR purpose = 'subcontract' AND NOT EXISTS \
             (SELECT 1 FROM collect_links WHERE package_seq = packages.seq AND expires_at > ",
        );
        B::Database::bind(&mut query, now);
        B::Database::bind(query.push(")) AND packages.seq > "), after_seq);
        B::Database::bind(query.push(" ORDER BY packages.seq LIMIT "), i64::from(limit));
        Box::pin(self.backend.fetch(query))
    }

    fn package_parts(&self, package_seq: i64) -> StoreFuture<'_, Vec<PackagePart>> {
        let mut query = QueryBuilder::new(PARTS);
        B::Database::bind(&mut query, package_seq);
        query.push(" ORDER BY start");
        Box::pin(self.backend.fetch(query))
    }

    fn linked_package(&self, token_hash: [u8; 32], now: i64) -> StoreFuture<'_, Option<PackageLine>> {
        let mut query = QueryBuilder::new(PACKAGE);
        query.push("packages.destroyed_at IS NULL AND packages.seq = (SELECT package_seq FROM collect_links WHERE token_hash = ");
        B::Database::bind(&mut query, token_hash.to_vec());
        B::Database::bind(query.push(" AND expires_at > "), now);
        query.push(") AND organization IN (SELECT id FROM organizations WHERE disabled = (1 = 0))");
        Box::pin(self.first(query))
    }

    fn renew_link<'a>(&'a self, id: &'a PackageId, new: NewCollectLink) -> StoreFuture<'a, bool> {
        Box::pin(async move {
            let mut session = self.backend.begin().await?;
            let Some(line) = kept(&mut session, id).await? else { return Ok(false) };
            end_links(&mut session, line.seq).await?;
            session.insert(TableRows::new(LINKS, [link_row(new, line.seq)])).await?;
            session.commit().await?;
            Ok(true)
        })
    }

    fn record_collection<'a>(&'a self, id: &'a PackageId, event: NewEvent) -> StoreFuture<'a, Appended> {
        Box::pin(async move {
            let mut session = self.backend.begin().await?;
            let Some(line) = kept(&mut session, id).await? else { return Ok(Appended::NoCase) };
            let at = event.at;
            let appended = first(append_with_package(&mut session, &[event]).await?);
            if matches!(appended, Appended::Stored { .. }) {
                mark(&mut session, COLLECT, at, line.seq).await?;
                session.commit().await?;
            }
            Ok(appended)
        })
    }

    fn destroy_package<'a>(&'a self, id: &'a PackageId, event: NewEvent) -> StoreFuture<'a, Appended> {
        Box::pin(async move {
            let mut session = self.backend.begin().await?;
            let Some(line) = kept(&mut session, id).await? else {
                return Ok(Appended::Refused(Refusal::NoPackage));
            };
            let at = event.at;
            let appended = first(append_with_package(&mut session, &[event]).await?);
            if matches!(appended, Appended::Stored { .. }) {
                destroy(&mut session, "seq = ", line.seq, at).await?;
                session.commit().await?;
            }
            Ok(appended)
        })
    }
}

fn first(outcomes: Vec<Appended>) -> Appended {
    outcomes.into_iter().next().unwrap_or(Appended::NoCase)
}

async fn change_organization<S: Session>(session: &mut S, change: OrganizationChange) -> Result<bool, StoreError> {
    let (id, is_disabled) = match change {
        OrganizationChange::Add(organization) => return add_organization(session, organization).await,
        OrganizationChange::Disable(id) => (id, true),
        OrganizationChange::Enable(id) => (id, false),
    };
    let mut query = QueryBuilder::new("UPDATE organizations SET disabled = ");
    S::Database::bind(&mut query, is_disabled);
    S::Database::bind(query.push(" WHERE disabled <> "), is_disabled);
    S::Database::bind(query.push(" AND id = "), id.clone());
    if session.execute(query).await? == 0 {
        return Ok(false);
    }
    if is_disabled {
        end_links_of(session, id).await?;
    }
    Ok(true)
}

async fn add_organization<S: Session>(session: &mut S, organization: Organization) -> Result<bool, StoreError> {
    let mut query = QueryBuilder::new("SELECT id FROM organizations WHERE id = ");
    S::Database::bind(&mut query, organization.id.clone());
    let known: Vec<(String,)> = session.fetch(query).await?;
    if !known.is_empty() {
        return Ok(false);
    }
    let row = [
        Value::Text(organization.id),
        Value::Text(organization.name),
        Value::Text(organization.kind.as_str().to_owned()),
        Value::Text(organization.recipient),
        Value::Boolean(organization.disabled),
        Value::Integer(organization.created_at),
    ];
    let table = TableRows::new("organizations (id, name, kind, recipient, disabled, created_at)", [row]);
    session.insert(table).await?;
    Ok(true)
}

async fn add_package<S: Session>(
    session: &mut S,
    package: NewPackage,
    event: NewEvent,
) -> Result<Appended, StoreError> {
    let NewPackage {
        id,
        number,
        organization,
        purpose,
        manifest_sha256,
        sealed_sha256,
        length,
        created_at,
        parts,
        link,
    } = package;
    let number = number.to_string();
    let mut query = QueryBuilder::new("SELECT cases.seq FROM cases, organizations WHERE number = ");
    S::Database::bind(&mut query, number.clone());
    S::Database::bind(query.push(" AND disabled = (1 = 0) AND organizations.id = "), organization.clone());
    let found: Vec<(i64,)> = session.fetch(query).await?;
    let Some((case_seq,)) = found.first().copied() else { return Ok(Appended::NoCase) };
    let appended = first(append_with_package(session, &[event]).await?);
    if !matches!(appended, Appended::Stored { .. }) {
        return Ok(appended);
    }
    let row = [
        Value::Bytes(id.0.0.to_vec()),
        Value::Integer(case_seq),
        Value::Text(organization),
        Value::Text(purpose.as_str().to_owned()),
        Value::Bytes(manifest_sha256.to_vec()),
        Value::Bytes(sealed_sha256.to_vec()),
        Value::Integer(length.cast_signed()),
        Value::Integer(created_at),
    ];
    session.insert(TableRows::new(PACKAGES, [row])).await?;
    let Some(line) = line(session, &id).await? else { return Err(sqlx::Error::RowNotFound.into()) };
    let part = |PackagePart { start, length, object }| {
        [Value::Integer(line.seq), integer(start), integer(length), Value::Text(object)]
    };
    let parts = TableRows::new(PACKAGE_PARTS, parts.into_iter().map(part));
    session.insert(parts).await?;
    session.insert(TableRows::new(LINKS, [link_row(link, line.seq)])).await?;
    if purpose == PackagePurpose::Referral {
        let intent = last_intent(session, &number).await?;
        let row = [Value::Integer(intent), Value::Text(number), Value::Integer(line.seq), Value::Integer(created_at)];
        session.insert(TableRows::new(HANDOVERS, [row])).await?;
    }
    Ok(appended)
}

fn integer(value: u64) -> Value {
    Value::Integer(value.cast_signed())
}

fn link_row(link: NewCollectLink, package_seq: i64) -> [Value; 3] {
    [Value::Bytes(link.token_hash.to_vec()), Value::Integer(package_seq), Value::Integer(link.expires_at)]
}

async fn line<S: Session>(session: &mut S, id: &PackageId) -> Result<Option<PackageLine>, StoreError> {
    let mut query = QueryBuilder::new(PACKAGE);
    S::Database::bind(query.push("packages.id = "), id.0.0.to_vec());
    Ok(session.fetch(query).await?.into_iter().next())
}

/// Finds a package whose bytes are kept.
async fn kept<S: Session>(session: &mut S, id: &PackageId) -> Result<Option<PackageLine>, StoreError> {
    Ok(line(session, id).await?.filter(|line| line.destroyed_at.is_none()))
}

/// Finds the position of the last intent of a case; 0 without one, which no foreign key accepts.
async fn last_intent<S: Session>(session: &mut S, number: &str) -> Result<i64, StoreError> {
    let mut query = QueryBuilder::new("SELECT coalesce(max(seq), 0) FROM events WHERE kind = ");
    S::Database::bind(&mut query, EventKind::IntentGiven.as_str().to_owned());
    S::Database::bind(query.push(" AND case_number = "), number.to_owned());
    let found: Vec<(i64,)> = session.fetch(query).await?;
    Ok(found.first().map_or(0, |(seq,)| *seq))
}
