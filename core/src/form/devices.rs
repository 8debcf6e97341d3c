//! インシデント発生対象機器: the machines concerned.
//!
//! `[{"identified": "identified", "os": "Windows 11", "connection": "isolated"}]`

use super::choice::choice;
use super::declare::section;
use super::{Answer, Line, Text};

section! {
    /// One machine (Annex 1.2, インシデント発生対象機器).
    pub struct Device {
        identified: Answer<Identified> = required("発生対象の特定状況", CASE | STATISTICS);
        usage: Answer<Usage> = optional("発生対象の利用状況（個人利用/共用）", CASE | STATISTICS).or_unknown();
        os: Answer<Line> = optional("OS", CASE).or_unknown();
        /// なし is an answer.
        antivirus: Answer<Line> = optional("アンチウィルスソフト名", CASE).or_unknown();
        connection: Answer<Connection> = optional("外部との接続状況", CASE | STATISTICS).or_unknown();
        notes: Answer<Text> = optional("その他弊社への共有事項", CASE);
    }
}

choice! {
    /// The certainty that this machine is affected.
    pub enum Identified {
        Identified = "identified",
        /// It may be affected.
        Suspected = "suspected",
        NotIdentified = "not_identified",
    }
}

choice! {
    /// The users of the machine.
    pub enum Usage {
        Personal = "personal",
        Shared = "shared",
    }
}

choice! {
    /// The connection of the machine to the outside.
    pub enum Connection {
        Connected = "connected",
        Isolated = "isolated",
        PoweredOff = "powered_off",
        /// Cut off by an EDR, which still reaches it.
        EdrIsolated = "edr_isolated",
    }
}
