//! 別紙1 第1項: the paid services that are wanted. Consultation is free and always part of it.
//!
//! `{"remote": {"price_notice": true, "approval": "pending"}}`: a service is wanted where it is there.

use super::choice::choice;
use super::declare::{record, section};
use super::{Agree, Answer, Flag};

section! {
    /// The services that are wanted beside consultation (Annex 1.1).
    pub struct Service {
        remote: Answer<Remote> = optional("遠隔サポート（有償）", CASE | STATISTICS).hides_fields();
        forensics: Answer<Forensics> = optional("セキュリティ事故対応/フォレンジック会社の紹介", CASE | STATISTICS).hides_fields();
    }
}

section! {
    /// Remote support, which costs money: its own, explicit request.
    pub struct Remote {
        /// The notice of the price was read.
        price_notice: Answer<Agree> = required("遠隔サポート（有償）", CASE | STATISTICS);
        /// The approval of the cost on the applicant's side.
        approval: Answer<Approval> = required("遠隔サポート（有償）", CASE | STATISTICS);
    }
}

section! {
    /// The introduction of an incident-response or forensics company.
    pub struct Forensics {
        /// Clause 1②: permission to hand over the package; false is accepted.
        transfer_consent: Answer<Flag> = required("第1条②", CASE | STATISTICS);
    }
}

record!(Remote, Forensics);

choice! {
    /// The approval of the cost.
    pub enum Approval {
        Given = "given",
        Pending = "pending",
    }
}
