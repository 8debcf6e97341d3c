//! 免責事項⑫: circumstances that may limit the support, and are no reason to refuse a draft.
//!
//! `{"disk_encrypted": "yes", "remote_refused": {"unknown": true}}`

use super::Answer;
use super::choice::choice;
use super::declare::section;

section! {
    /// Four of the six conditions of clause 4⑫: those that the applicant can know.
    pub struct Situation {
        /// 痕跡となるデータの消去、変更
        evidence_altered: Answer<YesNo> = optional("免責事項⑫", CASE | STATISTICS).or_unknown();
        /// ハードディスクの暗号化
        disk_encrypted: Answer<YesNo> = optional("免責事項⑫", CASE | STATISTICS).or_unknown();
        /// 遠隔操作、操作指示の拒否
        remote_refused: Answer<YesNo> = optional("免責事項⑫", CASE | STATISTICS).or_unknown();
        /// 周辺情報(ネットワークログなど)がない
        no_surrounding_logs: Answer<YesNo> = optional("免責事項⑫", CASE | STATISTICS).or_unknown();
    }
}

choice! {
    /// Yes or no; 分からない is `{"unknown": true}`.
    pub enum YesNo {
        Yes = "yes",
        No = "no",
    }
}
