//! インシデントの概要: the incident, its time and its discovery.
//!
//! `{"summary": "共有フォルダのファイルが開けない", "purpose": {"unknown": true}, …}`

use super::choice::choice;
use super::declare::{record, section};
use super::field::FieldSpec;
use super::situation::YesNo;
use super::{Answer, MomentField, Ordered, Text};

section! {
    /// The incident (Annex 1.2, インシデントの概要).
    pub struct Incident {
        /// インシデント概要
        summary: Answer<Text> = FieldSpec::required("インシデント概要").interview();
        /// The apparent kind: an aid to the summary
        kind: Answer<Kind> = FieldSpec::optional("インシデント概要").or_unknown();
        /// いま被害が続いているか: an aid to the summary
        ongoing: Answer<YesNo> = FieldSpec::optional("インシデント概要").or_unknown();
        /// Harm to third parties (免責事項⑨)
        third_party_harm: Answer<YesNo> = FieldSpec::optional("免責事項⑨").or_unknown();
        /// 調査の目的
        purpose: Answer<Text> = FieldSpec::required("調査の目的").or_unknown();
        /// 優先順位; the list is ours and provisional, the source leaves it empty
        priorities: Answer<Ordered<Priority>> = FieldSpec::optional("優先順位");
        /// 発見日時
        discovered_at: Answer<MomentField> = FieldSpec::required("発見日時").or_unknown().interview();
        /// 発見契機(発見方法)
        discovery_trigger: Answer<Trigger> = FieldSpec::required("発見契機(発見方法)").or_unknown();
        /// 発生日時
        occurred_at: Answer<MomentField> = FieldSpec::optional("発生日時").or_unknown().interview();
        /// 発生対象
        target: Answer<Text> = FieldSpec::optional("発生対象").or_unknown().interview();
        /// 発生時の操作内容
        operation: Answer<Text> = FieldSpec::optional("発生時の操作内容").or_unknown().interview();
        /// その他弊社への依頼内容
        requests: Answer<Text> = FieldSpec::optional("その他弊社への依頼内容");
    }
}

section! {
    /// The discovery of the incident (発見契機).
    pub struct Trigger {
        /// The discoverer, after VERIS's discovery methods
        by: Answer<By> = FieldSpec::required("発見契機(発見方法)");
        /// In the applicant's own words
        note: Answer<Text> = FieldSpec::optional("発見契機(発見方法)");
    }
}

record!(Trigger);

choice! {
    /// The apparent kind of incident.
    pub enum Kind {
        /// A virus or other malware
        Malware = "malware",
        /// Files encrypted, money demanded
        Ransomware = "ransomware",
        /// Somebody else uses an account
        AccountTakeover = "account_takeover",
        /// Somebody got in
        UnauthorizedAccess = "unauthorized_access",
        /// Information got out
        InformationLeak = "information_leak",
        /// A site was altered
        WebDefacement = "web_defacement",
        /// Phishing, fraud by mail or screen
        PhishingFraud = "phishing_fraud",
        /// A service is being flooded
        DenialOfService = "denial_of_service",
        /// A machine or a medium is lost or stolen
        LostDevice = "lost_device",
        /// Something else
        Other = "other",
    }
}

choice! {
    /// A priority of the applicant.
    pub enum Priority {
        /// Stop the spread
        Contain = "contain",
        /// Work again
        Restore = "restore",
        /// Find the cause
        Cause = "cause",
        /// Find how far it reaches
        Extent = "extent",
        /// Keep the traces
        Evidence = "evidence",
        /// Find out whether data got out
        Leak = "leak",
        /// Keep it from happening again
        Prevent = "prevent",
    }
}

choice! {
    /// The discoverer.
    pub enum By {
        /// Antivirus software
        Antivirus = "antivirus",
        /// EDR or IDS
        EdrIds = "edr_ids",
        /// A look through the logs
        LogReview = "log_review",
        /// An employee
        Employee = "employee",
        /// The applicant's own IT staff
        ItStaff = "it_staff",
        /// Something stopped working
        SystemOutage = "system_outage",
        /// The attacker's own message
        AttackerMessage = "attacker_message",
        /// A customer
        Customer = "customer",
        /// A business partner
        BusinessPartner = "business_partner",
        /// Police or another authority
        Authority = "authority",
        /// A security company
        SecurityVendor = "security_vendor",
        /// Press or social media
        Media = "media",
        /// Something else
        Other = "other",
    }
}
