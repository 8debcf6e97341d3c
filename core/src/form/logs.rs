//! ログ: the logs that exist. The files stay with the applicant until they can be sent.
//!
//! `[{"kind": "firewall", "name": "fw-2026-11.log", "size": 1048576, "sha256": "…64 digits…"}]`

use super::choice::choice;
use super::declare::section;
use super::{Answer, Digest, Line, MomentField, Text, Whole};

/// The largest error of a log's clock, in seconds to either side: a day.
pub const CLOCK_ERROR_MAX: i64 = 86_400;
/// The largest log, in bytes: 2^40.
pub const SIZE_MAX: i64 = 1 << 40;

section! {
    /// One log (Annex 1.2, ログ).
    pub struct Log {
        /// The kind of its source.
        kind: Answer<LogKind> = required("ログ", CASE | STATISTICS);
        /// Its file's name.
        name: Answer<Line> = optional("ログ", CASE);
        /// The moment of its first entry.
        from: Answer<MomentField> = optional("ログ", CASE);
        /// The moment of its last entry.
        to: Answer<MomentField> = optional("ログ", CASE);
        /// The time zone that its entries are written in.
        time_zone: Answer<Line> = optional("ログ", CASE);
        /// The seconds that its clock is ahead.
        clock_error_seconds: Answer<Whole<{ -CLOCK_ERROR_MAX }, CLOCK_ERROR_MAX>> = optional("ログ", CASE);
        /// Its size in bytes.
        size: Answer<Whole<0, SIZE_MAX>> = optional("ログ", CASE);
        sha256: Answer<Digest> = optional("ログ", CASE);
        note: Answer<Text> = optional("ログ", CASE);
    }
}

choice! {
    /// The kind of a log's source.
    pub enum LogKind {
        Proxy = "proxy",
        Firewall = "firewall",
        IdsIps = "ids_ips",
        Utm = "utm",
        Antivirus = "antivirus",
        Edr = "edr",
        /// 解析専用ツールおよびコマンド
        Tool = "tool",
        Other = "other",
    }
}
