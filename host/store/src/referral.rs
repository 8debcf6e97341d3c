//! Organizations, and the packages that are handed over to them (clauses 1②⑤).
//!
//! `add_package(package for "ntt-at", handover.created)` → one event, one package and one hand-over for the valid intent, or nothing
//!
//! The bytes of a package lie in the storage of the evidence files. A withdrawal or an erasure destroys the packages of its case in its
//! own transaction: their objects are left to be deleted, and their links end.

use std::fmt;
use std::str::FromStr;

use crate::error::StoreFuture;
use crate::event::{Appended, NewEvent};
use crate::files::FileId;
use crate::receipt_number::Number;

/// An organization that may receive something.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Organization {
    /// A short word in addresses and commands.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its kind.
    #[sqlx(try_from = "String")]
    pub kind: OrganizationKind,
    /// Its age recipient.
    pub recipient: String,
    /// True if it receives nothing any more.
    pub disabled: bool,
    /// Milliseconds since the epoch, UTC.
    pub created_at: i64,
}

/// A text that names no organization's kind, no purpose and no package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this names no package, purpose or kind of organization")]
pub struct UnknownPackage;

/// The kind of an organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrganizationKind {
    /// A company for incident response and forensics (clause 1②).
    Forensics,
    /// A company that works for the desk (clause 1⑤).
    Subcontractor,
}

/// The purpose of a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PackagePurpose {
    /// The hand-over of all that Annex 1.2 lists, by the applicant's intent (clause 1②).
    Referral,
    /// The part that a grant names, for a subcontractor (clause 1⑤).
    Subcontract,
}

macro_rules! words {
    ($name:ident: $($variant:ident = $word:literal),+) => {
        impl $name {
            /// Returns the word in the database.
            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $word,)+ }
            }
        }

        impl FromStr for $name {
            type Err = UnknownPackage;

            fn from_str(word: &str) -> Result<$name, UnknownPackage> {
                match word { $($word => Ok($name::$variant),)+ _ => Err(UnknownPackage) }
            }
        }

        impl TryFrom<String> for $name {
            type Error = UnknownPackage;

            fn try_from(word: String) -> Result<$name, UnknownPackage> {
                word.parse()
            }
        }
    };
}

words!(OrganizationKind: Forensics = "forensics", Subcontractor = "subcontractor");
words!(PackagePurpose: Referral = "referral", Subcontract = "subcontract");

/// A change of the register of organizations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrganizationChange {
    /// Adds one; its id is given once.
    Add(Organization),
    /// Ends its links: it receives nothing any more.
    Disable(String),
    /// Lets it receive again.
    Enable(String),
}

/// The random name of a package in addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PackageId(pub FileId);

impl fmt::Display for PackageId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

impl FromStr for PackageId {
    type Err = UnknownPackage;

    fn from_str(text: &str) -> Result<PackageId, UnknownPackage> {
        text.parse().map(PackageId).map_err(|_| UnknownPackage)
    }
}

impl TryFrom<Vec<u8>> for PackageId {
    type Error = UnknownPackage;

    fn try_from(bytes: Vec<u8>) -> Result<PackageId, UnknownPackage> {
        FileId::try_from(bytes).map(PackageId).map_err(|_| UnknownPackage)
    }
}

/// A package to be stored; its objects are durable already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPackage {
    /// Its random name.
    pub id: PackageId,
    /// Its case.
    pub number: Number,
    /// The organization that it is sealed to.
    pub organization: String,
    /// Its purpose.
    pub purpose: PackagePurpose,
    /// SHA-256 of its manifest.
    pub manifest_sha256: [u8; 32],
    /// SHA-256 of its sealed bytes.
    pub sealed_sha256: [u8; 32],
    /// Its sealed bytes.
    pub length: u64,
    /// Milliseconds since the epoch, UTC.
    pub created_at: i64,
    /// Its objects, in their order.
    pub parts: Vec<PackagePart>,
    /// The link over which it is collected.
    pub link: NewCollectLink,
}

/// An object of a package.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct PackagePart {
    /// The place of its first byte in the package.
    #[sqlx(try_from = "i64")]
    pub start: u64,
    /// Its bytes.
    #[sqlx(try_from = "i64")]
    pub length: u64,
    /// Its name in the storage.
    pub object: String,
}

/// A link to be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewCollectLink {
    /// SHA-256 of its token.
    pub token_hash: [u8; 32],
    /// The moment at which it ends; milliseconds since the epoch, UTC.
    pub expires_at: i64,
}

/// A package as it is listed.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct PackageLine {
    /// Its position in the store.
    pub seq: i64,
    /// Its name in addresses.
    #[sqlx(try_from = "Vec<u8>")]
    pub id: PackageId,
    /// The number of its case.
    pub number: String,
    /// The organization that it is sealed to.
    pub organization: String,
    /// Its purpose.
    #[sqlx(try_from = "String")]
    pub purpose: PackagePurpose,
    /// SHA-256 of its manifest, 32 bytes.
    pub manifest_sha256: Vec<u8>,
    /// SHA-256 of its sealed bytes, 32 bytes.
    pub sealed_sha256: Vec<u8>,
    /// Its sealed bytes.
    #[sqlx(try_from = "i64")]
    pub length: u64,
    /// Milliseconds since the epoch, UTC.
    pub created_at: i64,
    /// The moment at which its bytes were given up; `None` while they are there.
    pub destroyed_at: Option<i64>,
    /// The moment of the first collection of a hand-over.
    pub collected_at: Option<i64>,
    /// The moment at which its link ends; `None` without a link.
    pub link_expires_at: Option<i64>,
}

/// The part of a store that keeps organizations and packages.
pub trait ReferralStore {
    /// Lists the organizations, by their ids.
    fn organizations(&self) -> StoreFuture<'_, Vec<Organization>>;

    /// Finds an organization.
    fn organization<'a>(&'a self, id: &'a str) -> StoreFuture<'a, Option<Organization>>;

    /// Changes the register, and writes the event of it; `false` if the change does not apply.
    fn change_organization(&self, change: OrganizationChange, event: NewEvent) -> StoreFuture<'_, bool>;

    /// Stores a package with its event, `handover.created` or `grant.given`, in one transaction. A hand-over takes the applicant's
    /// valid intent, which allows no second one. [`Appended::NoCase`] also where the organization is unknown or disabled.
    fn add_package(&self, package: NewPackage, event: NewEvent) -> StoreFuture<'_, Appended>;

    /// Finds a package.
    fn package<'a>(&'a self, id: &'a PackageId) -> StoreFuture<'a, Option<PackageLine>>;

    /// Lists the packages of a case, in the order in which they were made.
    fn packages_of<'a>(&'a self, number: &'a Number) -> StoreFuture<'a, Vec<PackageLine>>;

    /// Lists the objects of a package, in their order.
    fn package_parts(&self, package_seq: i64) -> StoreFuture<'_, Vec<PackagePart>>;

    /// Finds the package that a link opens at a moment. `None` for an unknown or ended link, a destroyed package, and a disabled
    /// organization.
    fn linked_package(&self, token_hash: [u8; 32], now: i64) -> StoreFuture<'_, Option<PackageLine>>;

    /// Replaces the link of a package; `false` if the package was destroyed or is unknown.
    fn renew_link<'a>(&'a self, id: &'a PackageId, link: NewCollectLink) -> StoreFuture<'a, bool>;

    /// Writes the event of a collection, `handover.collected` or `grant.used`; the first one of a hand-over is its collection.
    /// [`Appended::NoCase`] where the package was destroyed meanwhile.
    fn record_collection<'a>(&'a self, id: &'a PackageId, event: NewEvent) -> StoreFuture<'a, Appended>;

    /// Lists packages behind a position of the store whose bytes are kept although nobody can collect them any more: those of grants
    /// without a link at a moment, and hand-overs that were collected before another moment.
    fn ended_packages(
        &self,
        now: i64,
        collected_before: i64,
        after_seq: i64,
        limit: u32,
    ) -> StoreFuture<'_, Vec<PackageLine>>;

    /// Destroys a package that was not collected, with the event `handover.destroyed`, a grant's with `grant.ended`, or the copy of a
    /// collected one with `handover.copy_destroyed`.
    fn destroy_package<'a>(&'a self, id: &'a PackageId, event: NewEvent) -> StoreFuture<'a, Appended>;
}
