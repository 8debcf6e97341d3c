//! インシデント発生対象機器: the machines concerned.
//!
//! `[{"identified": "identified", "os": "Windows 11", "connection": "isolated"}]`

use super::choice::choice;
use super::declare::section;
use super::field::FieldSpec;
use super::{Answer, Line, Text};

section! {
    /// One machine (Annex 1.2, インシデント発生対象機器).
    pub struct Device {
        /// 発生対象の特定状況
        identified: Answer<Identified> = FieldSpec::required("発生対象の特定状況");
        /// 発生対象の利用状況(個人利用/共用)
        usage: Answer<Usage> = FieldSpec::optional("発生対象の利用状況(個人利用/共用)").or_unknown();
        /// OS
        os: Answer<Line> = FieldSpec::optional("OS").or_unknown();
        /// アンチウィルスソフト名; なし is an answer
        antivirus: Answer<Line> = FieldSpec::optional("アンチウィルスソフト名").or_unknown();
        /// 外部との接続状況
        connection: Answer<Connection> = FieldSpec::optional("外部との接続状況").or_unknown();
        /// その他弊社への共有事項
        notes: Answer<Text> = FieldSpec::optional("その他弊社への共有事項");
    }
}

choice! {
    /// The certainty that this machine is affected.
    pub enum Identified {
        /// It is affected
        Identified = "identified",
        /// It may be affected
        Suspected = "suspected",
        /// Nobody knows yet
        NotIdentified = "not_identified",
    }
}

choice! {
    /// The users of the machine.
    pub enum Usage {
        /// One person
        Personal = "personal",
        /// Several
        Shared = "shared",
    }
}

choice! {
    /// The connection of the machine to the outside.
    pub enum Connection {
        /// On the network
        Connected = "connected",
        /// Cut off from the network
        Isolated = "isolated",
        /// Switched off
        PoweredOff = "powered_off",
        /// Cut off by an EDR, which still reaches it
        EdrIsolated = "edr_isolated",
    }
}
