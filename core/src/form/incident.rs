//! インシデントの概要: the incident, its time and its discovery.
//!
//! `{"summary": "共有フォルダのファイルが開けない", "purpose": {"unknown": true}, …}`

use super::choice::choice;
use super::declare::{record, section};
use super::situation::YesNo;
use super::{Answer, MomentField, Ordered, Text};

section! {
    /// The incident (Annex 1.2, インシデントの概要).
    pub struct Incident {
        summary: Answer<Text> = required("インシデント概要", CASE).interview();
        /// The apparent kind: an aid to the summary.
        kind: Answer<Kind> = optional("インシデント概要", CASE | SALES | STATISTICS).or_unknown();
        /// いま被害が続いているか: an aid to the summary.
        ongoing: Answer<YesNo> = optional("インシデント概要", CASE | STATISTICS).or_unknown();
        /// Harm to third parties (免責事項⑨).
        third_party_harm: Answer<YesNo> = optional("免責事項⑨", CASE | STATISTICS).or_unknown();
        purpose: Answer<Text> = required("調査の目的", CASE).or_unknown();
        /// The list of words is ours and provisional: the source leaves it empty.
        priorities: Answer<Ordered<Priority>> = optional("優先順位", CASE | STATISTICS);
        discovered_at: Answer<MomentField> = required("発見日時", CASE).or_unknown().interview();
        discovery_trigger: Answer<Trigger> = required("発見契機（発見方法）", CASE | STATISTICS).or_unknown();
        occurred_at: Answer<MomentField> = optional("発生日時", CASE).or_unknown().interview();
        target: Answer<Text> = optional("発生対象", CASE).or_unknown().interview();
        operation: Answer<Text> = optional("発生時の操作内容", CASE).or_unknown().interview();
        requests: Answer<Text> = optional("その他弊社への依頼内容", CASE);
    }
}

section! {
    /// The discovery of the incident (発見契機).
    pub struct Trigger {
        /// The discoverer, after VERIS's discovery methods.
        by: Answer<By> = required("発見契機（発見方法）", CASE | STATISTICS);
        note: Answer<Text> = optional("発見契機（発見方法）", CASE);
    }
}

record!(Trigger);

choice! {
    /// The apparent kind of incident.
    pub enum Kind {
        /// A virus or other malware.
        Malware = "malware",
        /// Files encrypted, money demanded.
        Ransomware = "ransomware",
        AccountTakeover = "account_takeover",
        UnauthorizedAccess = "unauthorized_access",
        InformationLeak = "information_leak",
        WebDefacement = "web_defacement",
        PhishingFraud = "phishing_fraud",
        DenialOfService = "denial_of_service",
        /// A machine or a medium is lost or stolen.
        LostDevice = "lost_device",
        Other = "other",
    }
}

choice! {
    /// A priority of the applicant.
    pub enum Priority {
        Contain = "contain",
        Restore = "restore",
        Cause = "cause",
        /// Find how far it reaches.
        Extent = "extent",
        Evidence = "evidence",
        /// Find out whether data got out.
        Leak = "leak",
        /// Keep it from happening again.
        Prevent = "prevent",
    }
}

choice! {
    /// The discoverer.
    pub enum By {
        Antivirus = "antivirus",
        EdrIds = "edr_ids",
        LogReview = "log_review",
        Employee = "employee",
        ItStaff = "it_staff",
        /// Something stopped working.
        SystemOutage = "system_outage",
        AttackerMessage = "attacker_message",
        Customer = "customer",
        BusinessPartner = "business_partner",
        /// Police or another authority.
        Authority = "authority",
        SecurityVendor = "security_vendor",
        /// Press or social media.
        Media = "media",
        Other = "other",
    }
}
