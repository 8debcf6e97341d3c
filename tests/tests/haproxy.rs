//! `deploy/haproxy.cfg` in front of a desk whose disk is full: the pages and the phone number stay reachable, and submissions
//! go to a desk that can store them, or are refused with the phone number if there is none.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that cannot go on stops")]

use std::net::SocketAddr;
use std::thread;
use std::time::Duration;

use kakekomi_tests::applicant::{example, submission};
use kakekomi_tests::haproxy::Haproxy;
use kakekomi_tests::server::{Home, Server, free_address};
use kakekomi_tests::wire::{Answer, Request};

fn submit(haproxy: &Haproxy, key: &str, draft: &[u8]) -> Answer {
    submission(key, draft).send(haproxy.at)
}

/// Starts a desk whose data folder is on a separate file system of 16 MiB, with an admin listener.
fn desk_on_a_small_disk(floor: &str) -> (Server, SocketAddr) {
    let admin = free_address();
    let more = ["--trusted-proxies", "127.0.0.1", "--admin-listen", &admin.to_string(), "--min-free-space", floor];
    (Server::start_on_small_disk(Home::new(), &more, 16), admin)
}

fn is_ready(admin: SocketAddr) -> bool {
    Request::get("/readyz").send(admin).status == 200
}

#[test]
fn full_disk_leaves_pages_and_the_phone_number_reachable() {
    // Once by the floor of free space, and once by the failing write itself.
    for floor in ["1", "0"] {
        let (full, admin) = desk_on_a_small_disk(floor);
        let draft = example(&full.home, &[]);
        let haproxy = Haproxy::before(&[(full.at, admin)]);
        haproxy.wait_until("it stores", |haproxy| submit(haproxy, "before", &draft).status == 201);

        full.fill_small_disk();
        // The desk reuses the outcome of a probe for a second.
        haproxy.wait_until("it is not ready", |_| !is_ready(admin));
        assert_eq!(Request::get("/livez").send(admin).status, 200);
        for number in 0..60 {
            let refused = submit(&haproxy, &format!("full-{number}"), &draft);
            let code = if floor == "0" { "store.failed" } else { "store.full" };
            refused.assert_problem("a full disk", 503, code);
            assert!(String::from_utf8_lossy(&refused.body).contains("0120-000-000"));
            for path in ["/", "/v1/desk"] {
                assert_eq!(haproxy.try_get(path), Some(200), "{path}");
            }
            thread::sleep(Duration::from_millis(100));
        }

        full.empty_small_disk();
        haproxy.wait_until("it stores again", |haproxy| submit(haproxy, "after", &draft).status == 201);
        haproxy.wait_until("it is ready again", |_| is_ready(admin));
    }
}

#[test]
fn submissions_go_to_the_desk_that_can_store_them() {
    let (full, full_admin) = desk_on_a_small_disk("1");
    let well_admin = free_address();
    let well =
        Server::start_with(Home::new(), &["--trusted-proxies", "127.0.0.1", "--admin-listen", &well_admin.to_string()]);
    let draft = example(&well.home, &[]);
    let haproxy = Haproxy::before(&[(full.at, full_admin), (well.at, well_admin)]);
    full.fill_small_disk();
    // Once haproxy has noticed, no submission goes to the full desk: twenty in a row are stored.
    haproxy.wait_until("twenty submissions in a row are stored", |haproxy| {
        (0..20).all(|number| submit(haproxy, &format!("{number}"), &draft).status == 201)
    });
    assert_eq!(haproxy.try_get("/"), Some(200));
}
