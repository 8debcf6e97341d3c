//! The making of a package, and its storing with its event.
//!
//! `casework.pack(&order, &snapshot, packing)` → objects, then the row and the event `handover.created` or `grant.given`

use std::sync::Arc;

use kakekomi_evidence::{PartStorage, demand_bound};
use kakekomi_referral::{BuiltPackage, Contents, Document, EvidenceEntry, TagLine, build, discard};
use kakekomi_store::digest::hex;
use kakekomi_store::receipt_number::Number;
use kakekomi_store::{Appended, EventKind, FileId, NewPackage, Organization, PackageId, PackagePurpose};
use serde_json::{Value, json};
use tokio::task::spawn_blocking;

use super::error::{HandoverError, MissingStep};
use super::link::CollectLink;
use super::sender::Sender;
use super::snapshot::Snapshot;
use crate::casework::Casework;
use crate::error::{ActError, WorkError};
use crate::operator::Operator;

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

/// The case and the one who acts.
pub struct Order {
    pub operator: Operator,
    pub number: Number,
    pub sender: Sender,
}

/// A package before it is made.
pub struct Packing {
    pub to: Organization,
    pub purpose: PackagePurpose,
    pub documents: Vec<Document>,
    pub files: Vec<EvidenceEntry>,
    pub expires_at: i64,
    /// The members of the event's body that only a grant has.
    pub granted: Option<(Vec<String>, Vec<String>)>,
}

impl Casework {
    /// Makes the objects of a package, and stores it with its event.
    pub(crate) async fn pack(
        &self,
        order: &Order,
        snapshot: &Snapshot,
        packing: Packing,
    ) -> Result<MadePackage, HandoverError> {
        let storage = self.parts.storage.clone().ok_or(HandoverError::Missing(vec![MissingStep::Storage]))?;
        if !order.sender.has_purposes(packing.to.kind) {
            return Err(HandoverError::Purposes);
        }
        demand_bound(self.store(), &storage).await?;
        storage.take_parts();
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
///
/// # Errors
/// The reason why it was not written.
pub fn stored(outcome: &Appended) -> Result<(), HandoverError> {
    match outcome {
        Appended::Stored { .. } => Ok(()),
        Appended::Refused(refusal) => Err(HandoverError::Refused(*refusal)),
        Appended::Conflict { .. } => Err(HandoverError::Changed),
        // The case is known; the organization was disabled meanwhile.
        Appended::NoCase | Appended::Replayed { .. } | Appended::KeyReused => Err(HandoverError::Organization),
    }
}

/// Converts the error of an event that cannot be sealed.
pub fn event_error(error: ActError) -> HandoverError {
    match error {
        ActError::Work(error) => error.into(),
        ActError::Event(error) => error.into(),
        other => HandoverError::Work(WorkError::Damaged(other.to_string())),
    }
}
