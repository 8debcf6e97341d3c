//! Hand-overs to organizations, and grants to subcontractors (clauses 1②⑤).
//!
//! ```text
//! make_package(&lead, &number, None, &desk)  → MadePackage { link: /collect/5f…, … }, and the event handover.created
//! give_grant(&lead, &number, grant, &desk)   → the same with the named answers and files alone, and the event grant.given
//! linked_package("5f…") → LinkedPackage · collect("5f…") → the bytes, after the event handover.collected or grant.used
//! ```
//!
//! A package is made on a host with an identity, from the case at one moment of the chain. Its objects are durable before its row; if
//! the row is refused they are deleted, and if nobody knows, the sweep decides.

pub(crate) mod collect;
pub(crate) mod error;
pub(crate) mod granted;
pub(crate) mod link;
pub(crate) mod sender;
mod snapshot;
pub(crate) mod state;

use std::sync::Arc;

use kakekomi_evidence::{PartStorage, demand_bound};
use kakekomi_referral::{BuiltPackage, Contents, Document, EvidenceEntry, TagLine, build, discard};
use kakekomi_service::desk::Desk;
use kakekomi_store::digest::hex;
use kakekomi_store::receipt_number::Number;
use kakekomi_store::{
    Appended, EventKind, FileId, NewPackage, Organization, OrganizationKind, PackageId, PackageLine, PackagePurpose,
    Refusal,
};
use serde_json::{Value, json};
use tokio::task::spawn_blocking;

use crate::casework::{Casework, demand};
use crate::error::{ActError, WorkError};
use crate::limits::{GRANT_DAYS, LINK_DAYS, TEXT_BYTES_MAX};
use crate::operator::{Operator, Right};
use error::{HandoverError, MissingStep};
use granted::{grantable_fields, granted_values};
use link::CollectLink;
use sender::Sender;
use snapshot::Snapshot;

/// The status of a closed case.
const CLOSED: &str = "closed";
const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// Room that a package leaves in the storage beside its own bytes.
const ROOM_BYTES: u64 = 64 << 20;

/// A package that was made.
#[derive(Debug, Clone)]
pub struct MadePackage {
    /// Its name in addresses.
    pub id: PackageId,
    /// The organization that it is sealed to.
    pub organization: Organization,
    /// Its link, shown once.
    pub link: CollectLink,
    /// Its sealed bytes.
    pub length: u64,
    /// SHA-256 of its sealed bytes, in hexadecimal digits.
    pub sealed_sha256: String,
    /// SHA-256 of its manifest, in hexadecimal digits.
    pub manifest_sha256: String,
}

/// A grant to a subcontractor.
#[derive(Debug, Clone, Default)]
pub struct Grant {
    /// The id of the organization.
    pub organization: String,
    /// The paths of the answers: `/incident/summary`, `/devices/*/os`.
    pub fields: Vec<String>,
    /// The evidence files.
    pub files: Vec<FileId>,
    /// Days until it ends.
    pub days: i64,
}

/// The case and the one who acts.
struct Order {
    operator: Operator,
    number: Number,
    sender: Sender,
}

/// A package before it is made.
struct Packing {
    to: Organization,
    purpose: PackagePurpose,
    documents: Vec<Document>,
    files: Vec<EvidenceEntry>,
    expires_at: i64,
    /// The members of the event's body that only a grant has.
    granted: Option<(Vec<String>, Vec<String>)>,
}

impl Casework {
    /// Makes the package for the organization that a lead has released the case to. `organization` refuses any other one.
    ///
    /// # Errors
    /// [`HandoverError`]: no package is left then.
    pub async fn make_package(
        &self,
        operator: &Operator,
        number: &Number,
        organization: Option<&str>,
        desk: &Desk,
    ) -> Result<MadePackage, HandoverError> {
        let order = self.order(operator, number, desk)?;
        let (casework, organization) = (self.clone(), organization.map(str::to_owned));
        // The package is finished also where the browser has gone: a lead can renew its link.
        let made = tokio::spawn(async move { casework.hand_over(&order, organization.as_deref()).await });
        made.await.unwrap_or_else(|error| Err(std::io::Error::other(error).into()))
    }

    /// Gives a subcontractor the named answers and files of a case for a time.
    ///
    /// # Errors
    /// [`HandoverError`]: no package is left then.
    pub async fn give_grant(
        &self,
        operator: &Operator,
        number: &Number,
        grant: Grant,
        desk: &Desk,
    ) -> Result<MadePackage, HandoverError> {
        let order = self.order(operator, number, desk)?;
        let casework = self.clone();
        let made = tokio::spawn(async move { casework.grant(&order, grant).await });
        made.await.unwrap_or_else(|error| Err(std::io::Error::other(error).into()))
    }

    /// Replaces the link of a package. That of a grant ends with the grant.
    ///
    /// # Errors
    /// [`HandoverError`].
    pub async fn renew_link(
        &self,
        operator: &Operator,
        number: &Number,
        id: &PackageId,
    ) -> Result<CollectLink, HandoverError> {
        demand(operator, Right::Release)?;
        let line = self.package_of(number, id).await?;
        self.receiver(&line.organization, kind_of(line.purpose)).await?;
        let now = self.now();
        let expires_at = match line.purpose {
            PackagePurpose::Referral => now.saturating_add(LINK_DAYS * DAY_MS),
            PackagePurpose::Subcontract => {
                line.link_expires_at.filter(|end| *end > now).ok_or(HandoverError::NoPackage)?
            }
        };
        let link = CollectLink::until(expires_at)?;
        let is_renewed = self.store().renew_link(id, link.stored()).await?;
        if is_renewed { Ok(link) } else { Err(HandoverError::NoPackage) }
    }

    /// Destroys a package that was not collected, or ends a grant.
    ///
    /// # Errors
    /// [`HandoverError`].
    pub async fn destroy_package(
        &self,
        operator: &Operator,
        number: &Number,
        id: &PackageId,
        reason: &str,
    ) -> Result<(), HandoverError> {
        demand(operator, Right::Release)?;
        let line = self.package_of(number, id).await?;
        let reason: String = reason.chars().take(TEXT_BYTES_MAX / char::MAX.len_utf8()).collect();
        let (kind, body) = match line.purpose {
            PackagePurpose::Referral => {
                (EventKind::HandoverDestroyed, json!({ "package": id.to_string(), "reason": reason }))
            }
            PackagePurpose::Subcontract => (
                EventKind::GrantEnded,
                json!({ "organization": line.organization, "package": id.to_string(), "reason": reason }),
            ),
        };
        if line.collected_at.is_some() {
            return Err(HandoverError::Refused(Refusal::NoPackage));
        }
        let event = self.sealed(operator, &self.case(number).await?, kind, &body, None, None).map_err(event_error)?;
        stored(&self.store().destroy_package(id, event).await?)
    }

    fn order(&self, operator: &Operator, number: &Number, desk: &Desk) -> Result<Order, HandoverError> {
        demand(operator, Right::Release)?;
        Ok(Order { operator: operator.clone(), number: number.clone(), sender: Sender::of(desk, self.now()) })
    }

    async fn hand_over(&self, order: &Order, organization: Option<&str>) -> Result<MadePackage, HandoverError> {
        let snapshot = self.snapshot(&order.number).await?;
        let missing = |step| HandoverError::Missing(vec![step]);
        match snapshot.case.clauses.referral.as_deref() {
            Some("released") => {}
            Some("packaged") => return Err(HandoverError::Refused(Refusal::PackageKnown)),
            state => return Err(HandoverError::Missing(state::steps_of(state))),
        }
        let released = snapshot.released_to().ok_or(missing(MissingStep::Release))?;
        if organization.is_some_and(|named| named != released) {
            return Err(HandoverError::OtherRelease);
        }
        let to = self.receiver(released, OrganizationKind::Forensics).await?;
        let files = snapshot.complete_files();
        let packing = Packing {
            purpose: PackagePurpose::Referral,
            documents: snapshot.referral_documents(&to, &order.sender, &files),
            files: self.evidence_entries(&snapshot, &files).await?,
            expires_at: self.now().saturating_add(LINK_DAYS * DAY_MS),
            granted: None,
            to,
        };
        self.pack(order, &snapshot, packing).await
    }

    async fn grant(&self, order: &Order, grant: Grant) -> Result<MadePackage, HandoverError> {
        let Grant { organization, fields, files, days } = grant;
        let known = grantable_fields();
        if fields.is_empty() && files.is_empty() || fields.iter().any(|field| !known.contains(field)) {
            return Err(HandoverError::Fields);
        }
        if !GRANT_DAYS.contains(&days) {
            return Err(HandoverError::Days);
        }
        let to = self.receiver(&organization, OrganizationKind::Subcontractor).await?;
        let snapshot = self.snapshot(&order.number).await?;
        // Nobody works on it any more, and the applicant may have withdrawn it.
        if snapshot.case.line.status == CLOSED {
            return Err(HandoverError::Refused(Refusal::Closed));
        }
        let mut chosen = snapshot.complete_files();
        chosen.retain(|file| files.contains(&file.line.id));
        if chosen.len() != files.len() {
            return Err(HandoverError::Fields);
        }
        let values = granted_values(&snapshot.values(), &fields);
        let packing = Packing {
            purpose: PackagePurpose::Subcontract,
            documents: snapshot.grant_documents(&values, &to, &order.sender, &chosen),
            files: self.evidence_entries(&snapshot, &chosen).await?,
            expires_at: self.now().saturating_add(days * DAY_MS),
            granted: Some((fields, files.iter().map(ToString::to_string).collect())),
            to,
        };
        self.pack(order, &snapshot, packing).await
    }

    /// Finds an organization of a kind that may receive something.
    async fn receiver(&self, id: &str, kind: OrganizationKind) -> Result<Organization, HandoverError> {
        let found = self.store().organization(id).await?;
        found.filter(|found| !found.disabled && found.kind == kind).ok_or(HandoverError::Organization)
    }

    /// Finds a package of a case whose bytes are kept.
    async fn package_of(&self, number: &Number, id: &PackageId) -> Result<PackageLine, HandoverError> {
        let found = self.store().package(id).await?;
        let is_kept = |line: &PackageLine| line.number == number.to_string() && line.destroyed_at.is_none();
        found.filter(is_kept).ok_or(HandoverError::NoPackage)
    }

    /// Makes the objects of a package, and stores it with its event.
    async fn pack(&self, order: &Order, snapshot: &Snapshot, packing: Packing) -> Result<MadePackage, HandoverError> {
        let storage = self.parts.storage.clone().ok_or(HandoverError::Missing(vec![MissingStep::Storage]))?;
        if !order.sender.has_purposes(packing.to.kind) {
            return Err(HandoverError::Purposes);
        }
        demand_bound(self.store(), &storage).await?;
        let id = PackageId(FileId::random()?);
        let link = CollectLink::until(packing.expires_at)?;
        let Packing { to, purpose, documents, files, granted, .. } = packing;
        let contents = Contents {
            folder: format!("{}-{}", order.number, id.to_string().get(..8).unwrap_or_default()),
            seconds: self.now().div_euclid(1000).unsigned_abs(),
            info: info(order, snapshot, &to, &id),
            documents,
            files,
        };
        let built = build_on_thread(&storage, &to.recipient, contents).await?;
        let mut body = json!({
            "organization": to.id, "package": id.to_string(), "manifest_sha256": hex(&built.manifest_sha256),
            "length": built.length, "expires_at": link.expires_at,
        });
        if let (Some((fields, files)), Some(members)) = (granted, body.as_object_mut()) {
            members.extend([("fields".to_owned(), json!(fields)), ("files".to_owned(), json!(files))]);
        }
        self.store_package(order, snapshot, &storage, New { id, to, purpose, link, body }, built).await
    }

    /// Stores the row of a package; deletes its objects where the row is refused.
    async fn store_package(
        &self,
        order: &Order,
        snapshot: &Snapshot,
        storage: &Arc<dyn PartStorage>,
        new: New,
        built: BuiltPackage,
    ) -> Result<MadePackage, HandoverError> {
        let New { id, to, purpose, link, body } = new;
        let kind = match purpose {
            PackagePurpose::Referral => EventKind::HandoverCreated,
            PackagePurpose::Subcontract => EventKind::GrantGiven,
        };
        // What came after the snapshot is not in the package.
        let seen = Some(snapshot.case.changed_n);
        let event = self.sealed(&order.operator, &snapshot.case, kind, &body, seen, None).map_err(event_error)?;
        let BuiltPackage { parts, length, sealed_sha256, manifest_sha256 } = built;
        let package = NewPackage {
            id,
            number: order.number.clone(),
            organization: to.id.clone(),
            purpose,
            manifest_sha256,
            sealed_sha256,
            length,
            created_at: event.at,
            parts: parts.clone(),
            link: link.stored(),
        };
        // After a failure nobody knows if the row is there: the sweep finds out.
        if let Err(refused) = stored(&self.store().add_package(package, event).await?) {
            let storage = Arc::clone(storage);
            let _ = spawn_blocking(move || discard(&*storage, &parts)).await;
            return Err(refused);
        }
        Ok(MadePackage {
            id,
            organization: to,
            link,
            length,
            sealed_sha256: hex(&sealed_sha256),
            manifest_sha256: hex(&manifest_sha256),
        })
    }
}

/// The row of a package without its bytes.
struct New {
    id: PackageId,
    to: Organization,
    purpose: PackagePurpose,
    link: CollectLink,
    body: Value,
}

fn kind_of(purpose: PackagePurpose) -> OrganizationKind {
    match purpose {
        PackagePurpose::Referral => OrganizationKind::Forensics,
        PackagePurpose::Subcontract => OrganizationKind::Subcontractor,
    }
}

fn info(order: &Order, snapshot: &Snapshot, to: &Organization, id: &PackageId) -> Vec<TagLine> {
    let line = |label, value: &str| TagLine { label, value: value.to_owned() };
    vec![
        line("Source-Organization", order.sender.operator()),
        line("External-Description", "機密 CONFIDENTIAL: data/README.txt"),
        line("External-Identifier", &snapshot.case.line.number),
        line("Internal-Sender-Identifier", &id.to_string()),
        line("Bag-Group-Identifier", &snapshot.case.line.number),
        line("Bagging-Date", &order.sender.day),
        line("Recipient-Organization", &to.name),
        line("Audit-Head", &snapshot.head.to_string()),
    ]
}

/// Makes the objects on a thread that may block, where the storage has room for them.
async fn build_on_thread(
    storage: &Arc<dyn PartStorage>,
    recipient: &str,
    contents: Contents,
) -> Result<BuiltPackage, HandoverError> {
    let (storage, recipient) = (Arc::clone(storage), recipient.to_owned());
    let built = spawn_blocking(move || {
        let needed = contents.files.iter().map(|file| file.line.length).fold(ROOM_BYTES, u64::saturating_add);
        if storage.space()?.is_some_and(|space| space.free < needed) {
            return Err(HandoverError::NoRoom);
        }
        Ok(build(&storage, &recipient, contents)?)
    });
    built.await.unwrap_or_else(|error| Err(std::io::Error::other(error).into()))
}

/// Converts the outcome of a package's event.
fn stored(outcome: &Appended) -> Result<(), HandoverError> {
    match outcome {
        Appended::Stored { .. } => Ok(()),
        Appended::Refused(refusal) => Err(HandoverError::Refused(*refusal)),
        Appended::Conflict { .. } => Err(HandoverError::Changed),
        // The case is known; the organization was disabled meanwhile.
        Appended::NoCase | Appended::Replayed { .. } | Appended::KeyReused => Err(HandoverError::Organization),
    }
}

fn event_error(error: ActError) -> HandoverError {
    match error {
        ActError::Work(error) => error.into(),
        ActError::Event(error) => error.into(),
        other => HandoverError::Work(WorkError::Damaged(other.to_string())),
    }
}
