//! A bounded queue in which clients take turns.
//!
//! A₁ A₂ A₃ B₁ → A₁ B₁ A₂ A₃. Each job has a round: the current one, or the one after the last job of its client. When the
//! queue is full, the job of the latest round is evicted: the client with most jobs is rejected, not the next one.

use std::collections::BTreeSet;
use std::net::IpAddr;

/// A queue that serves clients round-robin.
#[derive(Debug)]
pub(super) struct FairQueue<T> {
    waiting: Vec<Waiting<T>>,
    /// The current round.
    now: u64,
    /// Clients served in the current round; their next jobs belong to the next round.
    served: BTreeSet<Option<IpAddr>>,
    most: usize,
}

#[derive(Debug)]
struct Waiting<T> {
    client: Option<IpAddr>,
    turn: u64,
    job: T,
}

impl<T> FairQueue<T> {
    /// Creates a queue for at most this number of jobs.
    pub fn new(most: usize) -> FairQueue<T> {
        FairQueue { waiting: Vec::with_capacity(most), now: 0, served: BTreeSet::new(), most }
    }

    /// Adds a client's job; returns the rejected job when the queue is full.
    pub fn push(&mut self, client: Option<IpAddr>, job: T) -> Option<T> {
        let behind = self.waiting.iter().filter(|other| other.client == client).map(|other| other.turn + 1).max();
        let next = self.now + u64::from(self.served.contains(&client));
        let turn = behind.unwrap_or(next);
        let mut gives_way = None;
        if self.waiting.len() >= self.most {
            // Within a round, the later job is evicted.
            let last = self.waiting.iter().enumerate().max_by_key(|(index, other)| (other.turn, *index));
            match last.filter(|(_, last)| last.turn > turn).map(|(index, _)| index) {
                Some(index) => gives_way = Some(self.waiting.remove(index).job),
                None => return Some(job),
            }
        }
        self.waiting.push(Waiting { client, turn, job });
        gives_way
    }

    /// Removes the next job: within a round, the first that was added.
    pub fn pop(&mut self) -> Option<T> {
        let (index, turn) =
            self.waiting.iter().map(|waiting| waiting.turn).enumerate().min_by_key(|(_, turn)| *turn)?;
        if turn > self.now {
            self.served.clear();
        }
        self.now = turn;
        let Waiting { client, job, .. } = self.waiting.remove(index);
        self.served.insert(client);
        // An empty queue needs no history, and a crowd of new clients must not make it grow.
        if self.waiting.is_empty() || self.served.len() > self.most {
            self.served.clear();
        }
        Some(job)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue(most: usize, sent: &[&'static str]) -> (FairQueue<&'static str>, Vec<&'static str>) {
        let mut queue = FairQueue::new(most);
        let client = |name: &str| Some(IpAddr::from([198, 51, 100, name.as_bytes()[0]]));
        let refused = sent.iter().filter_map(|name| queue.push(client(name), *name)).collect();
        (queue, refused)
    }

    fn order(mut queue: FairQueue<&'static str>) -> Vec<&'static str> {
        std::iter::from_fn(|| queue.pop()).collect()
    }

    #[test]
    fn clients_take_turns() {
        assert_eq!(order(queue(9, &["a1", "a2", "a3", "b1", "c1", "b2"]).0), ["a1", "b1", "c1", "a2", "b2", "a3"]);
        let (mut filled, _) = queue(9, &["a1", "a2", "a3"]);
        assert_eq!(filled.pop(), Some("a1"));
        assert_eq!(filled.pop(), Some("a2"));
        assert_eq!(filled.push(None, "b1"), None);
        assert_eq!(order(filled), ["b1", "a3"]);
    }

    #[test]
    fn a_client_that_returns_at_once_waits_for_the_next_round() {
        let (mut filled, _) = queue(9, &["a1", "b1", "b2"]);
        assert_eq!((filled.pop(), filled.pop()), (Some("a1"), Some("b1")));
        for _ in 0..2 {
            assert_eq!(filled.push(Some(IpAddr::from([198, 51, 100, b'a'])), "a"), None);
        }
        assert_eq!(order(filled), ["b2", "a", "a"]);
    }

    #[test]
    fn jobs_of_one_client_keep_their_order() {
        assert_eq!(order(queue(4, &["a1", "a2", "a3", "a4"]).0), ["a1", "a2", "a3", "a4"]);
    }

    #[test]
    fn a_full_queue_evicts_from_the_client_with_most_jobs() {
        let (waiting, refused) = queue(3, &["a1", "a2", "a3", "b1"]);
        assert_eq!((refused, order(waiting)), (vec!["a3"], vec!["a1", "b1", "a2"]));
        assert_eq!(queue(3, &["a1", "a2", "a3", "a4"]).1, ["a4"]);
        assert_eq!(queue(3, &["a1", "b1", "c1", "d1"]).1, ["d1"], "no job is evicted for a client with as many jobs");
        assert_eq!(queue(0, &["a1"]).1, ["a1"]);
    }
}
