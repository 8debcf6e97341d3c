//! The form: its fields, in the order of Annex 1.2.
//!
//! Each section is one file. [`section!`] declares its struct, its slots and its rows of the
//! field table in one place, so that reading, checking, describing and counting cannot drift apart:
//!
//! ```text
//! section! { Contact { company: Answer<Line> = required("貴社名", CASE | SALES); … } }
//! {"company": "株式会社れい"}  →  Contact { company: Given(Line("株式会社れい")), … }
//! ```

mod answer;
mod choice;
mod consent;
mod contact;
mod declare;
mod devices;
mod field;
mod incident;
mod line;
mod list;
mod logs;
mod moment;
mod network;
mod normalized;
mod number;
mod other;
mod progress;
mod purpose;
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
pub use field::{Field, FieldKind, FieldSpec, Requirement, member};
pub use incident::{By, Incident, Kind, Priority, Trigger};
pub use line::{LINE_MAX, Line, TEXT_MAX, Text};
pub use list::List;
pub use logs::{Log, LogKind};
pub use moment::{AHEAD_MAX_MS, MOMENT_KEYS, MomentField, PART_KEYS};
pub use network::Network;
pub use normalized::{Digest, Email, Phone};
pub use number::{Agree, Flag, Whole};
pub use other::Answers;
pub use progress::ProgressCounter;
pub use purpose::{Purpose, Purposes};
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
    /// The answers of an applicant (Annex 1.2) and the agreement to the documents.
    pub struct Draft {
        contact: Contact = section("お客さまの窓口情報", CASE | SALES);
        incident: Incident = section("インシデントの概要", CASE | SALES | STATISTICS);
        devices: Answer<List<Device, DEVICES_MAX>> = optional("インシデント発生対象機器", CASE | STATISTICS).interview();
        network: Network = section("ネットワーク構成", CASE);
        logs: Answer<List<Log, LOGS_MAX>> = optional("ログ", CASE | STATISTICS);
        /// The desk's later questions.
        other: Answer<Reserved> = optional("その他", CASE);
        service: Service = section("別紙1 第1項", CASE | STATISTICS);
        situation: Situation = section("免責事項⑫", CASE | STATISTICS);
        /// The agreement by 「サービスを利用する」.
        consent: Consent = section("同意", CASE | STATISTICS);
    }
}
