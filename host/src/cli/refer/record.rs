//! Records of referrals and packages, as JSON and as lines for people.
//!
//! `{"number":"2609-4873-1059","state":"intent","missing":["release"],"packages":[]}`

use std::fmt::Write as _;

use kakekomi_casework::{MadePackage, ReferralView};
use kakekomi_service::desk::Desk;
use kakekomi_store::PackageLine;
use kakekomi_store::digest::hex;
use kakekomi_store::receipt_number::Number;
use serde::Serialize;

use crate::cli::inert::inert;

/// The referral of a case.
#[derive(Debug, Serialize)]
pub struct ReferralRecord {
    number: String,
    state: String,
    /// The organization of the release.
    organization: Option<String>,
    missing: Vec<&'static str>,
    /// Evidence files that have not arrived.
    open_files: usize,
    packages: Vec<PackageRecord>,
}

#[derive(Debug, Serialize)]
struct PackageRecord {
    id: String,
    organization: String,
    purpose: &'static str,
    length: u64,
    sha256: String,
    manifest_sha256: String,
    created_at: i64,
    link_expires_at: Option<i64>,
    collected_at: Option<i64>,
    destroyed_at: Option<i64>,
}

impl From<&PackageLine> for PackageRecord {
    fn from(line: &PackageLine) -> PackageRecord {
        PackageRecord {
            id: line.id.to_string(),
            organization: line.organization.clone(),
            purpose: line.purpose.as_str(),
            length: line.length,
            sha256: hex(&line.sealed_sha256),
            manifest_sha256: hex(&line.manifest_sha256),
            created_at: line.created_at,
            link_expires_at: line.link_expires_at,
            collected_at: line.collected_at,
            destroyed_at: line.destroyed_at,
        }
    }
}

impl ReferralRecord {
    pub fn new(number: &Number, referral: &ReferralView) -> ReferralRecord {
        ReferralRecord {
            number: number.to_string(),
            state: referral.state.clone().unwrap_or_else(|| "none".to_owned()),
            organization: referral.organization.clone(),
            missing: referral.missing.iter().map(|step| step.as_str()).collect(),
            open_files: referral.open_files,
            packages: referral.packages.iter().map(PackageRecord::from).collect(),
        }
    }

    /// Formats the referral for people.
    pub fn words(&self, desk: &Desk) -> String {
        let mut text = format!("state         {}\n", self.state);
        if let Some(organization) = &self.organization {
            let _ = writeln!(text, "released to   {}", inert(organization));
        }
        for step in &self.missing {
            let _ = writeln!(text, "missing       {step}");
        }
        if self.open_files > 0 {
            let _ = writeln!(text, "not arrived   {} evidence files", self.open_files);
        }
        for package in &self.packages {
            let end = match (package.destroyed_at, package.collected_at, package.link_expires_at) {
                (Some(at), _, _) => format!("destroyed {}", desk.show(at)),
                (None, Some(at), _) => format!("collected {}", desk.show(at)),
                (None, None, Some(at)) => format!("link until {}", desk.show(at)),
                (None, None, None) => "no link".to_owned(),
            };
            let PackageRecord { id, organization, purpose, length, .. } = package;
            let _ = writeln!(text, "package       {id}  {}  {purpose}  {length} bytes  {end}", inert(organization));
        }
        text
    }
}

/// A package that was made.
#[derive(Debug, Serialize)]
pub struct MadeRecord {
    number: String,
    package: String,
    organization: String,
    length: u64,
    sha256: String,
    manifest_sha256: String,
    /// The link to collect it, this once.
    pub link: String,
    link_expires_at: i64,
}

impl MadeRecord {
    pub fn new(number: &Number, made: &MadePackage, link: String) -> MadeRecord {
        MadeRecord {
            number: number.to_string(),
            package: made.id.to_string(),
            organization: made.organization.id.clone(),
            length: made.length,
            sha256: made.sealed_sha256.clone(),
            manifest_sha256: made.manifest_sha256.clone(),
            link,
            link_expires_at: made.link.expires_at,
        }
    }

    /// Formats the package for people.
    pub fn words(&self, desk: &Desk) -> String {
        format!(
            "kakekomi: give this link to {} over a way that you trust; it works until {}, and the file opens with the \
             organization's key alone ({} bytes, SHA-256 {})",
            inert(&self.organization),
            desk.show(self.link_expires_at),
            self.length,
            self.sha256
        )
    }
}
