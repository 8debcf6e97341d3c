//! Whose turn it is: what waits for a check thread, so that no client waits for all that another one sent.
//!
//! One client's checks A₁ A₂ A₃ and then another's B₁ → A₁ B₁ A₂ A₃. Each check has a turn: the one that is being served,
//! or the one behind the last that its client has. Where there is no more room, the last turn of all gives way: who has
//! sent most is told that the desk is busy, and not who comes next.

use std::collections::BTreeSet;
use std::net::IpAddr;

/// Checks that wait.
#[derive(Debug)]
pub(super) struct Turns<T> {
    waiting: Vec<Waiting<T>>,
    /// The turn that is being served.
    now: u64,
    /// Who had it already: whoever comes again at once is not served before those who wait for the next.
    served: BTreeSet<Option<IpAddr>>,
    most: usize,
}

#[derive(Debug)]
struct Waiting<T> {
    client: Option<IpAddr>,
    turn: u64,
    job: T,
}

impl<T> Turns<T> {
    /// Room for so many.
    pub fn new(most: usize) -> Turns<T> {
        Turns { waiting: Vec::with_capacity(most), now: 0, served: BTreeSet::new(), most }
    }

    /// Lets a client's check wait; gives back the one for which there is no room, if there is one.
    pub fn push(&mut self, client: Option<IpAddr>, job: T) -> Option<T> {
        let behind = self.waiting.iter().filter(|other| other.client == client).map(|other| other.turn + 1).max();
        let next = self.now + u64::from(self.served.contains(&client));
        let turn = behind.unwrap_or(next);
        let mut gives_way = None;
        if self.waiting.len() >= self.most {
            // The later of two that have the same turn stands further back.
            let last = self.waiting.iter().enumerate().max_by_key(|(index, other)| (other.turn, *index));
            match last.filter(|(_, last)| last.turn > turn).map(|(index, _)| index) {
                Some(index) => gives_way = Some(self.waiting.remove(index).job),
                None => return Some(job),
            }
        }
        self.waiting.push(Waiting { client, turn, job });
        gives_way
    }

    /// The next check; of those that have the same turn the first that came.
    pub fn pop(&mut self) -> Option<T> {
        let (index, turn) =
            self.waiting.iter().map(|waiting| waiting.turn).enumerate().min_by_key(|(_, turn)| *turn)?;
        if turn > self.now {
            self.served.clear();
        }
        self.now = turn;
        let Waiting { client, job, .. } = self.waiting.remove(index);
        self.served.insert(client);
        // Where nobody waits nobody is kept waiting; and no crowd of new clients makes this grow.
        if self.waiting.is_empty() || self.served.len() > self.most {
            self.served.clear();
        }
        Some(job)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turns(most: usize, sent: &[&'static str]) -> (Turns<&'static str>, Vec<&'static str>) {
        let mut turns = Turns::new(most);
        let client = |name: &str| Some(IpAddr::from([198, 51, 100, name.as_bytes()[0]]));
        let refused = sent.iter().filter_map(|name| turns.push(client(name), *name)).collect();
        (turns, refused)
    }

    fn order(mut turns: Turns<&'static str>) -> Vec<&'static str> {
        std::iter::from_fn(|| turns.pop()).collect()
    }

    #[test]
    fn nobody_waits_for_all_that_another_one_sent() {
        assert_eq!(order(turns(9, &["a1", "a2", "a3", "b1", "c1", "b2"]).0), ["a1", "b1", "c1", "a2", "b2", "a3"]);
        let (mut turns, _) = turns(9, &["a1", "a2", "a3"]);
        assert_eq!(turns.pop(), Some("a1"));
        assert_eq!(turns.pop(), Some("a2"));
        assert_eq!(turns.push(None, "b1"), None);
        assert_eq!(order(turns), ["b1", "a3"]);
    }

    #[test]
    fn whoever_comes_again_and_again_keeps_nobody_waiting() {
        let (mut turns, _) = turns(9, &["a1", "b1", "b2"]);
        assert_eq!((turns.pop(), turns.pop()), (Some("a1"), Some("b1")));
        for _ in 0..2 {
            assert_eq!(turns.push(Some(IpAddr::from([198, 51, 100, b'a'])), "a"), None);
        }
        assert_eq!(order(turns), ["b2", "a", "a"]);
    }

    #[test]
    fn one_clients_checks_stay_in_their_order() {
        assert_eq!(order(turns(4, &["a1", "a2", "a3", "a4"]).0), ["a1", "a2", "a3", "a4"]);
    }

    #[test]
    fn where_there_is_no_room_who_sent_most_gives_way() {
        let (waiting, refused) = turns(3, &["a1", "a2", "a3", "b1"]);
        assert_eq!((refused, order(waiting)), (vec!["a3"], vec!["a1", "b1", "a2"]));
        assert_eq!(turns(3, &["a1", "a2", "a3", "a4"]).1, ["a4"]);
        assert_eq!(turns(3, &["a1", "b1", "c1", "d1"]).1, ["d1"], "nobody gives way to somebody with as many");
        assert_eq!(turns(0, &["a1"]).1, ["a1"]);
    }
}
