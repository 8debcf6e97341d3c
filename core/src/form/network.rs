//! ネットワーク構成: the layout of the network of the machines.
//!
//! `{"topology": "拠点3か所をVPNで接続。…"}`

use super::declare::section;
use super::{Answer, Text};

section! {
    /// The network (Annex 1.2, 発生対象機器が属するネットワーク構成).
    pub struct Network {
        /// A description in words; a diagram can be sent later.
        topology: Answer<Text> = optional("発生対象機器が属するネットワーク構成", CASE).or_unknown().interview();
    }
}
