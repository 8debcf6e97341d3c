//! The chain of hashes over all events, and its verification without a key.
//!
//! event 7 → `hash` = SHA-256(hash of event 6, 7, case, n, at, actor, kind, commitment); `7:<64 hex>` is its [`AuditHead`]
//!
//! A head that is kept outside the database (a receipt, a manifest, a daily mail) proves that the events up to it are
//! unchanged. The chain covers the commitments to the bodies, not the bodies: the chain stays valid after an erasure.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};

use crate::event::{Event, EventKind};

/// The position and hash of an event in the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditHead {
    /// Position of the event.
    pub seq: i64,
    /// Its hash.
    pub hash: [u8; 32],
}

impl AuditHead {
    /// The head of a store without events.
    pub const START: AuditHead = AuditHead { seq: 0, hash: [0; 32] };

    /// Formats the hash as 64 hexadecimal digits.
    pub fn hex(&self) -> String {
        crate::digest::hex(&self.hash)
    }

    /// Computes the head after the next event of the store.
    pub(crate) fn next(self, event: &Link<'_>) -> AuditHead {
        let seq = self.seq.saturating_add(1);
        AuditHead { seq, hash: event.hash(&self.hash, seq) }
    }
}

impl fmt::Display for AuditHead {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}", self.seq, self.hex())
    }
}

impl FromStr for AuditHead {
    type Err = &'static str;

    /// Parses `7:<64 hex>`; before event 1 there is only [`AuditHead::START`].
    fn from_str(text: &str) -> Result<AuditHead, &'static str> {
        const WRONG: &str = "an audit head is SEQ:HASH, a number and 64 hexadecimal digits";
        let (seq, hex) = text.trim().split_once(':').ok_or(WRONG)?;
        if hex.len() != 64 || !hex.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(WRONG);
        }
        let mut hash = [0; 32];
        for (byte, pair) in hash.iter_mut().zip(hex.as_bytes().chunks(2)) {
            let pair = std::str::from_utf8(pair).map_err(|_| WRONG)?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| WRONG)?;
        }
        let head = AuditHead { seq: seq.parse().map_err(|_| WRONG)?, hash };
        if head.seq < 1 && head != AuditHead::START {
            return Err("an audit head before event 1 is 0 with 64 zeros");
        }
        Ok(head)
    }
}

/// The parts of an event that its hash covers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Link<'a> {
    pub case_number: Option<&'a str>,
    pub n: Option<i64>,
    pub at: i64,
    pub actor: &'a str,
    pub kind: &'a str,
    pub commitment: &'a [u8],
}

impl Link<'_> {
    /// Takes the parts of a stored event.
    fn of(event: &Event) -> Link<'_> {
        Link {
            case_number: event.case_number.as_deref(),
            n: event.n,
            at: event.at,
            actor: &event.actor,
            kind: &event.kind,
            commitment: &event.commitment,
        }
    }

    fn hash(&self, before: &[u8], seq: i64) -> [u8; 32] {
        let mut hash = Sha256::new();
        let (n, at) = (self.n.unwrap_or(0).to_le_bytes(), self.at.to_le_bytes());
        for field in [
            before,
            &seq.to_le_bytes(),
            self.case_number.unwrap_or_default().as_bytes(),
            &n,
            &at,
            self.actor.as_bytes(),
            self.kind.as_bytes(),
            self.commitment,
        ] {
            hash.update((field.len() as u64).to_le_bytes());
            hash.update(field);
        }
        hash.finalize().into()
    }
}

/// A verification of the chain, event by event.
#[derive(Debug, Clone)]
pub struct AuditCheck {
    head: AuditHead,
    /// The computed hash of a changed event: the next one follows it if only the stored hash was changed.
    computed: Option<AuditHead>,
}

/// The reason why an event does not continue the chain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AuditFault {
    /// The events between are missing.
    #[error("after event {after} comes event {seq}: events are missing, or were added elsewhere")]
    Gap {
        /// The last event before.
        after: i64,
        /// The event that follows it.
        seq: i64,
    },
    /// The event, or the hash of the one before it, was changed.
    #[error("event {seq} of kind {kind:?} is not as it was written: its hash does not match")]
    Changed {
        /// The event.
        seq: i64,
        /// Its stored kind, which may be any text.
        kind: String,
    },
    /// The event has a value that no event of this program has.
    #[error("event {seq} cannot come from this program: {why}")]
    Malformed {
        /// The event.
        seq: i64,
        /// The reason.
        why: &'static str,
    },
    /// The chain does not lead to a head that was kept.
    #[error("event {seq} has the hash {found}, not {kept} as in the head that was kept")]
    OtherHead {
        /// The event.
        seq: i64,
        /// Its hash, in hexadecimal.
        found: String,
        /// The kept hash.
        kept: String,
    },
    /// The chain ends before a head that was kept.
    #[error("the events end at {last}, before event {kept} of the head that was kept")]
    Short {
        /// The last event.
        last: i64,
        /// The kept event.
        kept: i64,
    },
}

impl Default for AuditCheck {
    fn default() -> AuditCheck {
        AuditCheck { head: AuditHead::START, computed: None }
    }
}

impl AuditCheck {
    /// Returns the last event that was checked.
    pub fn head(&self) -> AuditHead {
        self.head
    }

    /// Verifies the next event, and goes on from it, so that a changed event is named once.
    ///
    /// # Errors
    /// [`AuditFault`]: it does not continue the chain.
    pub fn next(&mut self, event: &Event) -> Result<(), AuditFault> {
        let (before, computed) = (self.head, self.computed.take());
        let stored: [u8; 32] = event.hash.as_slice().try_into().unwrap_or_default();
        self.head = AuditHead { seq: event.seq, hash: stored };
        if event.seq != before.seq.saturating_add(1) {
            return Err(AuditFault::Gap { after: before.seq, seq: event.seq });
        }
        let link = Link::of(event);
        let expected = before.next(&link);
        if expected != self.head && computed.is_none_or(|computed| computed.next(&link) != self.head) {
            self.computed = Some(expected);
            return Err(AuditFault::Changed { seq: event.seq, kind: event.kind.clone() });
        }
        let malformed = |why| Err(AuditFault::Malformed { seq: event.seq, why });
        if event.kind.parse::<EventKind>().is_err() {
            return malformed("its kind is unknown");
        }
        if event.case_number.is_some() != event.n.is_some() {
            return malformed("it has a case without a number in it, or the reverse");
        }
        Ok(())
    }

    /// Compares the last verified event with a head that was kept, if it is that event.
    ///
    /// # Errors
    /// [`AuditFault::OtherHead`]: the hashes differ.
    pub fn compare(&self, kept: &AuditHead) -> Result<(), AuditFault> {
        if self.head.seq != kept.seq || self.head.hash == kept.hash {
            return Ok(());
        }
        Err(AuditFault::OtherHead { seq: kept.seq, found: self.head.hex(), kept: kept.hex() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain(length: i64) -> Vec<Event> {
        let mut head = AuditHead::START;
        let event = |n: i64| Event {
            seq: n,
            case_number: Some("2609-4873-1059".to_owned()),
            n: Some(n),
            at: 1_795_140_000_000 + n,
            actor: "cli:root".to_owned(),
            kind: "case.viewed".to_owned(),
            body: None,
            commitment: vec![n.to_le_bytes()[0]; 32],
            hash: Vec::new(),
        };
        let link = |mut event: Event| {
            head = head.next(&Link::of(&event));
            event.hash = head.hash.to_vec();
            event
        };
        (1..=length).map(event).map(link).collect()
    }

    fn faults(events: &[Event]) -> Vec<AuditFault> {
        let mut check = AuditCheck::default();
        events.iter().filter_map(|event| check.next(event).err()).collect()
    }

    #[test]
    fn a_chain_is_verified_and_every_changed_field_is_named_once() {
        let events = chain(5);
        assert_eq!(faults(&events), []);
        let changes: [fn(&mut Event); 8] = [
            |event| event.case_number = Some("2609-4873-1060".to_owned()),
            |event| event.case_number = None,
            |event| event.n = Some(9),
            |event| event.at += 1,
            |event| event.actor = "cli:roo".to_owned(),
            |event| event.kind = "case.hold".to_owned(),
            |event| event.commitment[31] ^= 1,
            |event| event.hash[0] ^= 1,
        ];
        for (index, change) in changes.into_iter().enumerate() {
            let mut other = events.clone();
            change(&mut other[2]);
            let found = faults(&other);
            let expected = AuditFault::Changed { seq: 3, kind: other[2].kind.clone() };
            assert_eq!(found, [expected], "change {index}");
        }
    }

    #[test]
    fn a_missing_event_is_a_gap_and_a_cut_end_is_found_by_a_kept_head() {
        let mut events = chain(4);
        let kept = AuditHead { seq: 4, hash: events[3].hash.clone().try_into().unwrap() };
        let read: AuditHead = kept.to_string().parse().unwrap();
        assert_eq!(read, kept);
        events.remove(1);
        assert!(matches!(faults(&events)[0], AuditFault::Gap { after: 1, seq: 3 }));
        let mut check = AuditCheck::default();
        assert!(chain(4).iter().all(|event| check.next(event).is_ok()));
        assert_eq!(check.compare(&kept), Ok(()));
        assert_eq!(check.compare(&AuditHead { seq: 3, hash: [0; 32] }), Ok(()), "it is not this event's");
        assert!(matches!(
            check.compare(&AuditHead { seq: 4, hash: [0; 32] }),
            Err(AuditFault::OtherHead { seq: 4, .. })
        ));
        assert_eq!(AuditHead::START.to_string().parse(), Ok(AuditHead::START));
        let (no_hex, hash) = ("zz".repeat(32), "ab".repeat(32));
        for wrong in ["", "4", "4:ab", "x:", &format!("4:{no_hex}"), &format!("0:{hash}"), &format!("-4:{hash}")] {
            assert!(wrong.parse::<AuditHead>().is_err(), "{wrong}");
        }
    }
}
