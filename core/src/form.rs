//! The form: what a person may say, field by field, in the order of Annex 1.2.
//!
//! Each section is one file. [`section!`] declares its struct, its slots and its rows of the
//! field table in one place, so that diagnostics, checking, describing and counting cannot drift apart:
//!
//! ```text
//! section! { Contact { company: Answer<Line> = Rule::required("貴社名"); … } }
//! {"company": "株式会社れい"}  →  Contact { company: Given(Line("株式会社れい")), … }
//! ```

mod choice;
mod consent;
mod contact;
mod devices;
mod incident;
mod line;
mod list;
mod logs;
mod network;
mod number;
pub(crate) mod section;
mod service;
mod situation;
mod slot;
mod telephone;
pub(crate) mod walk;
mod when;

pub use choice::Ordered;
pub use consent::{AgreedDocument, Consent, Language};
pub use contact::Contact;
pub use devices::{Connection, Device, Identified};
pub use incident::{By, Incident, Kind, Priority, Trigger};
pub use line::{LINE_MAX, Line, TEXT_MAX, Text};
pub use list::List;
pub use logs::{Log, LogKind};
pub use network::Network;
pub use number::{Agree, Digest, Flag, Whole};
pub use section::{Field, Need, Rule, Section, Shape, Tally, member};
pub use service::{Approval, Forensics, Remote, Service};
pub use situation::{Situation, YesNo};
pub use slot::{Answer, Later, Shaped, Slot};
pub use telephone::{Mail, Phone};
pub use walk::Walk;
pub use when::{AHEAD_MAX_MS, PART_KEYS, WHEN_KEYS, When};

use section::section;

/// The most machines that one draft may list (Annex 1.2).
pub const DEVICES_MAX: usize = 20;
/// The most logs that one draft may list (Annex 1.2).
pub const LOGS_MAX: usize = 50;

section! {
    /// All that an applicant may hand over (Annex 1.2) and the agreement to the documents.
    pub struct Draft {
        /// お客さまの窓口情報
        contact: Contact = Rule::section("お客さまの窓口情報");
        /// インシデントの概要
        incident: Incident = Rule::section("インシデントの概要");
        /// インシデント発生対象機器
        devices: Answer<List<Device, DEVICES_MAX>> = Rule::optional("インシデント発生対象機器");
        /// ネットワーク構成
        network: Network = Rule::section("ネットワーク構成");
        /// ログ
        logs: Answer<List<Log, LOGS_MAX>> = Rule::optional("ログ");
        /// その他: the desk's later questions
        other: Answer<Later> = Rule::optional("その他");
        /// Annex 1.1: 遠隔サポート and 会社の紹介
        service: Service = Rule::section("別紙1 第1項");
        /// 免責事項⑫
        situation: Situation = Rule::section("免責事項⑫");
        /// The agreement by 「サービスを利用する」
        consent: Consent = Rule::section("同意");
    }
}
