//! The live queue.

use std::pin::pin;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use futures_util::{Stream, StreamExt};
use kakekomi_accounts::Role;
use tokio::time::timeout;
use tower::ServiceExt;

use crate::support::TestDesk;

/// Streams that an account may open.
const STREAMS_AN_ACCOUNT: usize = 12;

type Pieces = std::pin::Pin<Box<dyn Stream<Item = String> + Send>>;

async fn listen(desk: &TestDesk, cookie: &str) -> (StatusCode, Pieces) {
    let request = Request::get("/queue/events")
        .header(header::COOKIE, cookie)
        .header(header::ACCEPT, "text/event-stream")
        .header("sec-fetch-dest", "empty");
    let response = desk.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let status = response.status();
    let pieces = response.into_body().into_data_stream();
    (status, Box::pin(pieces.map(|piece| String::from_utf8(piece.unwrap().to_vec()).unwrap())))
}

/// Waits for the next number; `None` at the end of the stream.
async fn next(pieces: &mut Pieces, within: u64) -> Option<i64> {
    let mut pieces = pin!(pieces);
    loop {
        let piece = timeout(Duration::from_secs(within), pieces.next()).await.unwrap()?;
        let data = piece.lines().find_map(|line| line.strip_prefix("data: "));
        if let Some(number) = data {
            assert!(piece.contains(&format!("id: {number}")));
            return Some(number.parse().unwrap());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_case_is_announced_within_two_seconds_until_the_shutdown() {
    let desk = TestDesk::open("live").await;
    let cookie = desk.sign_in(Role::Operator).await;
    let (status, mut pieces) = listen(&desk, &cookie).await;
    assert_eq!(status, StatusCode::OK);
    let first = next(&mut pieces, 2).await.unwrap();
    desk.submit("other").await;
    assert!(next(&mut pieces, 2).await.unwrap() > first);
    desk.stop.send(true).unwrap();
    assert_eq!(next(&mut pieces, 2).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_ends_with_its_session() {
    let desk = TestDesk::open("live-session").await;
    let cookie = desk.sign_in(Role::Operator).await;
    let (_, mut pieces) = listen(&desk, &cookie).await;
    next(&mut pieces, 2).await.unwrap();
    let session = desk.accounts.sessions("operator").await.unwrap().remove(0);
    desk.accounts.sign_out(&session).await.unwrap();
    // The event of the sign-out itself may be announced before the end.
    while next(&mut pieces, 15).await.is_some() {}
    assert_eq!(listen(&desk, &cookie).await.0, StatusCode::UNAUTHORIZED);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_ends_with_the_right_to_see_the_queue() {
    let desk = TestDesk::open("live-role").await;
    let cookie = desk.sign_in(Role::Operator).await;
    let (_, mut pieces) = listen(&desk, &cookie).await;
    next(&mut pieces, 2).await.unwrap();
    desk.accounts.set_role("cli:test", "operator", Role::Admin).await.unwrap();
    // The event of the new role itself may be announced before the end.
    while next(&mut pieces, 15).await.is_some() {}
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_of_an_account_are_limited() {
    let desk = TestDesk::open("live-limit").await;
    let (one, other) = (desk.sign_in(Role::Operator).await, desk.sign_in(Role::Lead).await);
    let mut open = Vec::new();
    for _ in 0..STREAMS_AN_ACCOUNT {
        let (status, pieces) = listen(&desk, &one).await;
        assert_eq!(status, StatusCode::OK);
        open.push(pieces);
    }
    assert_eq!(listen(&desk, &one).await.0, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(listen(&desk, &other).await.0, StatusCode::OK, "another account is not affected");
    open.pop();
    assert_eq!(listen(&desk, &one).await.0, StatusCode::OK);
}
