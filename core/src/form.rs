//! The form: its fields, in the order of Annex 1.2.
//!
//! Each section is one file. [`section!`] declares its struct, its slots and its rows of the
//! field table in one place, so that reading, checking, describing and counting cannot drift apart:
//!
//! ```text
//! section! { Contact { company: Answer<Line> = FieldSpec::required("貴社名"); … } }
//! {"company": "株式会社れい"}  →  Contact { company: Given(Line("株式会社れい")), … }
//! ```

mod answer;
mod choice;
mod consent;
mod contact;
mod declare;
mod devices;
mod email;
mod field;
mod incident;
mod line;
mod list;
mod logs;
mod moment;
mod network;
mod normalized;
mod number;
mod phone;
mod progress;
pub(crate) mod section;
mod service;
mod situation;
mod slot;
mod visit;

pub use answer::Answer;
pub use choice::Ordered;
pub use consent::{AgreedDocument, Consent, Language};
pub use contact::Contact;
pub use devices::{Connection, Device, Identified};
pub use email::Email;
pub use field::{Field, FieldKind, FieldSpec, Requirement, member};
pub use incident::{By, Incident, Kind, Priority, Trigger};
pub use line::{LINE_MAX, Line, TEXT_MAX, Text};
pub use list::List;
pub use logs::{Log, LogKind};
pub use moment::{AHEAD_MAX_MS, MOMENT_KEYS, MomentField, PART_KEYS};
pub use network::Network;
pub use number::{Agree, Digest, Flag, Whole};
pub use phone::Phone;
pub use progress::ProgressCounter;
pub use section::Section;
pub use service::{Approval, Forensics, Remote, Service};
pub use situation::{Situation, YesNo};
pub use slot::{HasKind, Reserved, Slot};
pub use visit::Visit;

use declare::section;

/// The most machines that one draft may list (Annex 1.2).
pub const DEVICES_MAX: usize = 20;
/// The most logs that one draft may list (Annex 1.2).
pub const LOGS_MAX: usize = 50;

section! {
    /// All that an applicant may hand over (Annex 1.2) and the agreement to the documents.
    pub struct Draft {
        /// お客さまの窓口情報
        contact: Contact = FieldSpec::section("お客さまの窓口情報");
        /// インシデントの概要
        incident: Incident = FieldSpec::section("インシデントの概要");
        /// インシデント発生対象機器
        devices: Answer<List<Device, DEVICES_MAX>> = FieldSpec::optional("インシデント発生対象機器").interview();
        /// ネットワーク構成
        network: Network = FieldSpec::section("ネットワーク構成");
        /// ログ
        logs: Answer<List<Log, LOGS_MAX>> = FieldSpec::optional("ログ");
        /// その他: the desk's later questions
        other: Answer<Reserved> = FieldSpec::optional("その他");
        /// Annex 1.1: 遠隔サポート and 会社の紹介
        service: Service = FieldSpec::section("別紙1 第1項");
        /// 免責事項⑫
        situation: Situation = FieldSpec::section("免責事項⑫");
        /// The agreement by 「サービスを利用する」
        consent: Consent = FieldSpec::section("同意");
    }
}
