//! The limit of wrong return codes: by number and address, one after the other and at once.

#![allow(
    clippy::needless_pass_by_value, // a test owns its home
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on stops"
)]

use std::sync::Barrier;
use std::thread;

use kakekomi_service::return_visit::ReturnCode;
use kakekomi_store::receipt_number::Number;
use kakekomi_tests::on_both_databases;
use kakekomi_tests::returning::{open, open_request, start, submit};
use kakekomi_tests::server::{Home, Server};
use kakekomi_tests::wire::{Answer, Request};

on_both_databases! {
    ten_wrong_codes_lock_one_address_alone
    thirty_wrong_codes_at_once_are_ten_attempts
}

fn ten_wrong_codes_lock_one_address_alone(home: Home) {
    let server = start(home);
    let case = submit(&server, "key-1");
    let wrong = ReturnCode::random().unwrap().to_string();
    let attempt = |address: &str, code: &str| server.send(&open_request(&case.number, code, address));
    for index in 0..10 {
        attempt(&format!("2001:db8::{index}"), &wrong).assert_problem("a wrong code", 401, "return.refused");
    }
    let locked = attempt("2001:db8::ff", &case.code);
    locked.assert_problem("an eleventh attempt from the same network", 429, "return.locked");
    let seconds: u64 = locked.header("retry-after").unwrap().parse().unwrap();
    assert!((800..=900).contains(&seconds), "{seconds}");
    assert_eq!(attempt("2001:db8:0:1::1", &case.code).status, 200, "another network");
    let other = submit(&server, "key-2");
    let elsewhere = server.send(&open_request(&other.number, &other.code, "2001:db8::1"));
    assert_eq!(elsewhere.status, 200, "another number from the same network");
    let unknown = Number::random().unwrap().to_string();
    let tries = (0..11).map(|_| server.send(&open_request(&unknown, &wrong, "2001:db8::1")).status);
    assert_eq!(tries.collect::<Vec<_>>().last().copied(), Some(429), "an unknown number is locked as well");
}

/// Sends requests at the same moment.
fn at_once(server: &Server, requests: &[Request]) -> Vec<Answer> {
    let barrier = Barrier::new(requests.len());
    let send = |request| {
        barrier.wait();
        server.send(request)
    };
    thread::scope(|scope| {
        let senders: Vec<_> = requests.iter().map(|request| scope.spawn(move || send(request))).collect();
        senders.into_iter().map(|sender| sender.join().unwrap()).collect()
    })
}

fn thirty_wrong_codes_at_once_are_ten_attempts(home: Home) {
    let server = start(home);
    let case = submit(&server, "key-1");
    let unknown = Number::random().unwrap().to_string();
    for (number, address) in [(&case.number, "198.51.100.1"), (&unknown, "198.51.100.3")] {
        let wrong = |_| open_request(number, &ReturnCode::random().unwrap().to_string(), address);
        let answers = at_once(&server, &(0..30).map(wrong).collect::<Vec<_>>());
        let (judged, locked): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 401);
        assert_eq!((judged.len(), locked.len()), (10, 20), "{number}");
        assert!(judged.iter().all(|answer| answer.body == judged[0].body), "{number}");
        for answer in locked {
            answer.assert_problem("above the limit", 429, "return.locked");
        }
    }
    open(&server, &case).assert_problem("the right code from that address", 429, "return.locked");
    let right = open_request(&case.number, &case.code, "198.51.100.2");
    for round in 0..3 {
        // A right code leaves nothing behind, so that the applicant opens the case as often as they like.
        let answers = at_once(&server, &vec![right.clone(); 10]);
        assert!(answers.iter().all(|answer| answer.status == 200), "{round}: {:?}", answers[0]);
    }
}
