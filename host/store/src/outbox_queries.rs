//! Queries of the outbox, on either database.
//!
//! `exchange_notices("webhook:siem", [delivered], lease of 4)` → the rows of the outcomes, and the next notices that are due

use sqlx::QueryBuilder;

use crate::backend::{Backend, Cases};
use crate::clock;
use crate::error::{StoreError, StoreFuture};
use crate::event::EventKind;
use crate::outbox::{
    Announcement, Attempted, LONGEST_LEASE_MS, LeaseRequest, LeasedNotice, NextStep, OutboxFilter, OutboxLine,
    OutboxStore, OutboxTarget, RetryChoice,
};
use crate::query::{self, Bind, Bindable, TableRows, Value};
use crate::session::Session;

/// Selects [`OutboxTarget`]s, up to the moment until which notices are due. One that was deferred, or waits for another of its case,
/// does not count as the oldest.
const TARGETS: &str = "SELECT name, disabled_at, disabled_by_answer, last_answer, last_answer_at, \
     (SELECT count(*) FROM outbox_subscriptions WHERE target = name) AS kinds, \
     (SELECT count(*) FROM outbox WHERE target = name AND state = 'pending') AS pending, \
     (SELECT count(*) FROM outbox WHERE target = name AND state = 'delivered') AS delivered, \
     (SELECT count(*) FROM outbox WHERE target = name AND state = 'skipped') AS skipped, \
     (SELECT count(*) FROM outbox WHERE target = name AND state = 'failed') AS failed, \
     (SELECT min(at) FROM outbox WHERE target = name AND state = 'pending' AND next_at IS NOT NULL \
     AND (attempts > 0 OR next_at <= ";
/// Selects [`OutboxLine`]s.
const LINES: &str = "SELECT seq, target, event_seq, kind, case_number, at, state, attempts, next_at, leased_until, answer, done_at \
     FROM outbox WHERE seq > ";
/// Selects [`LeasedNotice`]s.
const LEASED: &str = "SELECT outbox.seq, outbox.kind, outbox.case_number, outbox.at, attempts, hash AS event_hash \
     FROM outbox LEFT JOIN events ON events.seq = event_seq WHERE ";
/// The condition of a notice that has one before it in its case.
const HAS_EARLIER: &str = "EXISTS (SELECT 1 FROM outbox AS earlier WHERE earlier.target = outbox.target \
     AND earlier.case_number = outbox.case_number AND earlier.state = 'pending' AND earlier.event_seq < outbox.event_seq)";
/// The next attempt of a notice of no event: it goes before the backlog, without another index.
const BEFORE_BACKLOG: i64 = -1;
const OUTBOX: &str = "outbox (target, kind, at, next_at)";
const SUBSCRIPTIONS: &str = "outbox_subscriptions (kind, target)";

impl<B: Backend> OutboxStore for Cases<B> {
    fn subscribe<'a>(&'a self, target: &'a str, kinds: &'a [EventKind]) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            let mut session = self.backend.begin().await?;
            subscribe(&mut session, target, kinds).await?;
            session.commit().await
        })
    }

    fn forget_target<'a>(&'a self, target: &'a str) -> StoreFuture<'a, bool> {
        Box::pin(async move {
            let mut session = self.backend.begin().await?;
            let mut removed = 0;
            for statement in [
                "DELETE FROM outbox_subscriptions WHERE target = ",
                "DELETE FROM outbox WHERE target = ",
                "DELETE FROM outbox_targets WHERE name = ",
            ] {
                removed = execute(&mut session, statement, target).await?;
            }
            session.commit().await?;
            Ok(removed > 0)
        })
    }

    fn outbox_targets(&self) -> StoreFuture<'_, Vec<OutboxTarget>> {
        let mut query = QueryBuilder::new(TARGETS);
        B::Database::bind(&mut query, clock::now());
        query.push(")) AS oldest_at FROM outbox_targets ORDER BY name");
        Box::pin(self.backend.fetch(query))
    }

    fn notices<'a>(&'a self, after: i64, limit: u32, filter: &'a OutboxFilter) -> StoreFuture<'a, Vec<OutboxLine>> {
        let mut query = QueryBuilder::new(LINES);
        B::Database::bind(&mut query, after);
        if let Some(state) = filter.state {
            B::Database::bind(query.push(" AND state = "), state.as_str().to_owned());
        }
        if let Some(target) = &filter.target {
            B::Database::bind(query.push(" AND target = "), target.clone());
        }
        B::Database::bind(query.push(" ORDER BY seq LIMIT "), i64::from(limit));
        Box::pin(self.backend.fetch(query))
    }

    fn is_notice_due<'a>(&'a self, target: &'a str, now: i64) -> StoreFuture<'a, bool> {
        let mut query = QueryBuilder::new("SELECT outbox.seq FROM outbox WHERE ");
        push_due(&mut query, target, now);
        query.push(" LIMIT 1");
        Box::pin(async move {
            let due: Vec<(i64,)> = self.backend.fetch(query).await?;
            Ok(!due.is_empty())
        })
    }

    fn exchange_notices<'a>(
        &'a self,
        target: &'a str,
        outcomes: &'a [Attempted],
        request: LeaseRequest,
    ) -> StoreFuture<'a, Vec<LeasedNotice>> {
        Box::pin(async move {
            let mut session = self.backend.begin().await?;
            for outcome in outcomes {
                write_outcome(&mut session, target, outcome).await?;
            }
            let leased = lease(&mut session, target, request).await?;
            session.commit().await?;
            Ok(leased)
        })
    }

    fn retry_notices(&self, choice: RetryChoice) -> StoreFuture<'_, u64> {
        Box::pin(async move {
            let mut session = self.backend.begin().await?;
            let retried = retry(&mut session, &choice).await?;
            session.commit().await?;
            Ok(retried)
        })
    }

    fn announce(&self, announcement: Announcement) -> StoreFuture<'_, Option<i64>> {
        Box::pin(async move {
            let mut session = self.backend.begin().await?;
            let seq = announce(&mut session, announcement).await?;
            session.commit().await?;
            Ok(seq)
        })
    }

    fn tidy_outbox(&self, done_before: i64) -> StoreFuture<'_, u64> {
        Box::pin(async move {
            let mut session = self.backend.begin().await?;
            let removed = tidy(&mut session, done_before).await?;
            session.commit().await?;
            Ok(removed)
        })
    }
}

/// Runs a statement on the rows of a target.
async fn execute<S: Session>(session: &mut S, statement: &str, target: &str) -> Result<u64, StoreError> {
    let mut query = QueryBuilder::new(statement);
    S::Database::bind(&mut query, target.to_owned());
    session.execute(query).await
}

async fn subscribe<S: Session>(session: &mut S, target: &str, kinds: &[EventKind]) -> Result<(), StoreError> {
    let mut query = QueryBuilder::new("INSERT INTO outbox_targets (name) VALUES (");
    S::Database::bind(&mut query, target.to_owned());
    query.push(") ON CONFLICT DO NOTHING");
    session.execute(query).await?;
    execute(session, "DELETE FROM outbox_subscriptions WHERE target = ", target).await?;
    let row = |kind: &EventKind| [Value::Text(kind.as_str().to_owned()), Value::Text(target.to_owned())];
    session.insert(TableRows::new(SUBSCRIPTIONS, kinds.iter().map(row))).await
}

/// Appends the condition of the notices of a target that are due.
fn push_due<DB: Bindable>(query: &mut QueryBuilder<DB>, target: &str, now: i64) {
    DB::bind(query.push("target = "), target.to_owned());
    DB::bind(query.push(" AND state = 'pending' AND next_at <= "), now);
    DB::bind(query.push(" AND (coalesce(leased_until, 0) <= "), now);
    DB::bind(query.push(" OR leased_until > "), now.saturating_add(LONGEST_LEASE_MS));
    query.push(")");
    query.push(" AND target IN (SELECT name FROM outbox_targets WHERE disabled_at IS NULL)");
}

/// Leases the notices of a target that are due.
async fn lease<S: Session>(
    session: &mut S,
    target: &str,
    LeaseRequest { now, until, limit, lease }: LeaseRequest,
) -> Result<Vec<LeasedNotice>, StoreError> {
    if limit == 0 {
        return Ok(Vec::new());
    }
    let mut query = QueryBuilder::new(LEASED);
    push_due(&mut query, target, now);
    S::Database::bind(query.push(" ORDER BY next_at, event_seq, outbox.seq LIMIT "), i64::from(limit));
    let mut leased: Vec<LeasedNotice> = session.fetch(query).await?;
    if leased.is_empty() {
        return Ok(leased);
    }
    let mut query = QueryBuilder::new("UPDATE outbox SET leased_until = ");
    S::Database::bind(&mut query, until);
    S::Database::bind(query.push(", lease = "), lease.to_vec());
    query::push_list(query.push(" WHERE seq IN "), leased.iter().map(|notice| Value::Integer(notice.seq)));
    session.execute(query).await?;
    for notice in &mut leased {
        notice.lease = lease;
    }
    Ok(leased)
}

/// Writes the outcome of an attempt, and lets the next notice of its case have its attempt.
async fn write_outcome<S: Session>(session: &mut S, target: &str, outcome: &Attempted) -> Result<(), StoreError> {
    let Attempted { seq, lease, at, answer, next } = outcome;
    let (state, attempts, next_at, done_at) = match next {
        NextStep::Deliver => ("delivered", 1_i64, None, Some(*at)),
        NextStep::Skip => ("skipped", 0, None, Some(*at)),
        NextStep::Fail => ("failed", 1, None, Some(*at)),
        NextStep::Retry(moment) => ("pending", 1, Some(*moment), None),
        NextStep::Defer(moment) => ("pending", 0, Some(*moment), None),
        NextStep::Disable => ("pending", 1, Some(0), None),
    };
    let mut query = QueryBuilder::new("UPDATE outbox SET lease = NULL, leased_until = NULL, state = ");
    S::Database::bind(&mut query, state.to_owned());
    S::Database::bind(query.push(", attempts = attempts + "), attempts);
    // One before it can have been tried again meanwhile.
    S::Database::bind(query.push(format!(", next_at = CASE WHEN NOT {HAS_EARLIER} THEN ")), next_at);
    S::Database::bind(query.push(" END, done_at = "), done_at);
    S::Database::bind(query.push(", answer = coalesce("), answer.clone());
    S::Database::bind(query.push(", answer) WHERE state = 'pending' AND seq = "), *seq);
    S::Database::bind(query.push(" AND lease = "), lease.to_vec());
    query.push(" RETURNING case_number");
    let written: Vec<(Option<String>,)> = session.fetch(query).await?;
    let Some((number,)) = written.into_iter().next() else { return Ok(()) };
    if let Some(answer) = answer {
        write_answer(session, target, answer, *at, *next == NextStep::Disable).await?;
    }
    match number {
        Some(number) if done_at.is_some() => release_next(session, target, number).await,
        _ => Ok(()),
    }
}

/// Writes the last answer of a target.
async fn write_answer<S: Session>(
    session: &mut S,
    target: &str,
    answer: &str,
    at: i64,
    is_disabled: bool,
) -> Result<(), StoreError> {
    let mut query = QueryBuilder::new("UPDATE outbox_targets SET last_answer = ");
    S::Database::bind(&mut query, answer.to_owned());
    S::Database::bind(query.push(", last_answer_at = "), at);
    if is_disabled {
        S::Database::bind(query.push(", disabled_at = "), at);
        S::Database::bind(query.push(", disabled_by_answer = "), answer.to_owned());
    }
    S::Database::bind(query.push(" WHERE name = "), target.to_owned());
    session.execute(query).await.map(drop)
}

/// Makes the next notice of a case due.
async fn release_next<S: Session>(session: &mut S, target: &str, number: String) -> Result<(), StoreError> {
    let mut query = QueryBuilder::new("UPDATE outbox SET next_at = 0 WHERE next_at IS NULL AND seq = ");
    S::Database::bind(query.push("(SELECT seq FROM outbox WHERE state = 'pending' AND target = "), target.to_owned());
    S::Database::bind(query.push(" AND case_number = "), number);
    query.push(" ORDER BY event_seq LIMIT 1)");
    session.execute(query).await.map(drop)
}

async fn tidy<S: Session>(session: &mut S, done_before: i64) -> Result<u64, StoreError> {
    let mut query = QueryBuilder::new("DELETE FROM outbox WHERE state IN ('delivered', 'skipped') AND done_at < ");
    S::Database::bind(&mut query, done_before);
    let removed = session.execute(query).await?;
    restore_order(session).await?;
    Ok(removed)
}

async fn retry<S: Session>(session: &mut S, choice: &RetryChoice) -> Result<u64, StoreError> {
    if matches!(choice, RetryChoice::Notices(seqs) if seqs.is_empty()) {
        return Ok(0);
    }
    let mut waiting = 0;
    if matches!(choice, RetryChoice::Notices(_) | RetryChoice::Target(_)) {
        // One that waits for another of its case goes on waiting. The lease of a host that was killed ends at once.
        let mut query = QueryBuilder::new(
            "UPDATE outbox SET attempts = 0, lease = NULL, leased_until = NULL, \
             next_at = CASE WHEN next_at IS NOT NULL THEN 0 END WHERE state = 'pending'",
        );
        push_choice(&mut query, choice);
        waiting = session.execute(query).await?;
    }
    let mut query = QueryBuilder::new(
        "UPDATE outbox SET state = 'pending', attempts = 0, next_at = 0, done_at = NULL WHERE state = 'failed'",
    );
    push_choice(&mut query, choice);
    let failed = session.execute(query).await?;
    if let RetryChoice::Target(target) = choice {
        let enable = "UPDATE outbox_targets SET disabled_at = NULL, disabled_by_answer = NULL WHERE name = ";
        execute(session, enable, target).await?;
    }
    if failed > 0 {
        restore_order(session).await?;
    }
    Ok(failed + waiting)
}

/// Appends the condition of the notices that are tried again.
fn push_choice<DB: Bindable>(query: &mut QueryBuilder<DB>, choice: &RetryChoice) {
    match choice {
        RetryChoice::Notices(seqs) => {
            query::push_list(query.push(" AND seq IN "), seqs.iter().map(|seq| Value::Integer(*seq)));
        }
        RetryChoice::Failed => {}
        RetryChoice::FailedOf(target) | RetryChoice::Target(target) => {
            DB::bind(query.push(" AND target = "), target.clone());
        }
    }
}

/// Lets the first notice of each case that is pending have its attempt, and the others wait for it.
async fn restore_order<S: Session>(session: &mut S) -> Result<(), StoreError> {
    for change in [
        format!("UPDATE outbox SET next_at = NULL WHERE state = 'pending' AND next_at IS NOT NULL AND {HAS_EARLIER}"),
        format!("UPDATE outbox SET next_at = 0 WHERE state = 'pending' AND next_at IS NULL AND NOT {HAS_EARLIER}"),
    ] {
        session.execute(QueryBuilder::new(change)).await?;
    }
    Ok(())
}

async fn announce<S: Session>(session: &mut S, announcement: Announcement) -> Result<Option<i64>, StoreError> {
    let Announcement { target, kind, at, once_in } = announcement;
    let mut query = QueryBuilder::new("SELECT count(*) FROM outbox_targets WHERE name = ");
    S::Database::bind(&mut query, target.clone());
    if let Some(once_in) = &once_in {
        S::Database::bind(
            query.push(" AND NOT EXISTS (SELECT 1 FROM outbox WHERE target = name AND at >= "),
            once_in.start,
        );
        S::Database::bind(query.push(" AND at < "), once_in.end);
        S::Database::bind(query.push(" AND kind = "), kind.clone());
        query.push(")");
    }
    let found: Vec<(i64,)> = session.fetch(query).await?;
    if found.first().is_none_or(|(count,)| *count == 0) {
        return Ok(None);
    }
    if once_in.is_none() {
        let mut query = QueryBuilder::new("DELETE FROM outbox WHERE event_seq IS NULL AND target = ");
        S::Database::bind(&mut query, target.clone());
        S::Database::bind(query.push(" AND kind = "), kind.clone());
        session.execute(query).await?;
    }
    let row = [Value::Text(target), Value::Text(kind), Value::Integer(at), Value::Integer(BEFORE_BACKLOG)];
    session.insert(TableRows::new(OUTBOX, [row])).await?;
    // The write lock is held, so the last row is this one.
    let last: Vec<(i64,)> = session.fetch(QueryBuilder::new("SELECT max(seq) FROM outbox")).await?;
    Ok(last.first().map(|(seq,)| *seq))
}
