//! A bounded queue that serves clients round-robin.
//!
//! A₁ A₂ A₃ B₁ → A₁ B₁ A₂ A₃. When the queue is full, the client with the most jobs loses its last one, so that a client
//! with fewer is never rejected for it.

use std::collections::VecDeque;
use std::net::IpAddr;

/// Jobs of clients; the first client is the next one to be served.
#[derive(Debug)]
pub(super) struct FairQueue<T> {
    clients: VecDeque<(Option<IpAddr>, VecDeque<T>)>,
    capacity: usize,
}

impl<T> FairQueue<T> {
    /// Creates a queue for at most this number of jobs.
    pub fn new(capacity: usize) -> FairQueue<T> {
        FairQueue { clients: VecDeque::new(), capacity }
    }

    /// Adds a client's job; returns the rejected job when the queue is full.
    pub fn push(&mut self, client: Option<IpAddr>, job: T) -> Option<T> {
        let own = self.clients.iter().position(|(other, _)| *other == client);
        let mut rejected = None;
        if self.len() >= self.capacity {
            let own_len = own.and_then(|at| self.clients.get(at)).map_or(0, |(_, jobs)| jobs.len());
            let largest = self.clients.iter_mut().map(|(_, jobs)| jobs).max_by_key(|jobs| jobs.len());
            match largest.filter(|jobs| jobs.len() > own_len + 1) {
                Some(jobs) => rejected = jobs.pop_back(),
                None => return Some(job),
            }
        }
        match own.and_then(|at| self.clients.get_mut(at)) {
            Some((_, jobs)) => jobs.push_back(job),
            None => self.clients.push_back((client, VecDeque::from([job]))),
        }
        rejected
    }

    /// Counts the jobs.
    pub fn len(&self) -> usize {
        self.clients.iter().map(|(_, jobs)| jobs.len()).sum()
    }

    /// Removes the next job; its client comes last from then on.
    pub fn pop(&mut self) -> Option<T> {
        let (client, mut jobs) = self.clients.pop_front()?;
        let job = jobs.pop_front();
        if !jobs.is_empty() {
            self.clients.push_back((client, jobs));
        }
        job
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
        assert_eq!((filled.push(None, "b1"), filled.push(None, "b2")), (None, None));
        assert_eq!(order(filled), ["a3", "b1", "b2"]);
    }

    #[test]
    fn a_client_that_returns_at_once_waits_for_the_others() {
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
        assert_eq!(waiting.len(), 3);
        assert_eq!((refused, order(waiting)), (vec!["a3"], vec!["a1", "b1", "a2"]));
        assert_eq!(queue(3, &["a1", "a2", "a3", "a4"]).1, ["a4"]);
        assert_eq!(queue(3, &["a1", "b1", "c1", "d1"]).1, ["d1"], "no job is evicted for a client with as many jobs");
        assert_eq!(queue(0, &["a1"]).1, ["a1"]);
    }
}
