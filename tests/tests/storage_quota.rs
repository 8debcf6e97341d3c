//! Limits of storage, over HTTP: a disk under its floor of free space, an address and a day over their quotas are 503 with the
//! phone number, a metric, and a finding of `doctor`.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that cannot go on stops")]

use std::net::SocketAddr;

use kakekomi_tests::applicant::{example, submission, with};
use kakekomi_tests::server::{Home, Server, free_address};
use kakekomi_tests::wire::{Answer, Request};
use serde_json::Value;

/// A text of some 12 KB: with its report a case takes some 30 KB.
fn long_draft(home: &Home) -> Vec<u8> {
    with(&example(home, &[]), "/incident/summary", "被害の状況を書きます。".repeat(360))
}

fn desk(limits: &[&str]) -> (Server, SocketAddr) {
    let admin = free_address();
    let admin_listen = admin.to_string();
    let more = [&["--trusted-proxies", "127.0.0.1", "--admin-listen", &admin_listen], limits].concat();
    (Server::start_with(Home::new(), &more), admin)
}

fn submit_from(server: &Server, address: &str, key: &str, draft: &[u8]) -> Answer {
    server.send(&submission(key, draft).header("x-forwarded-for", address))
}

fn refused(admin: SocketAddr, reason: &str) -> u64 {
    let metrics = String::from_utf8(Request::get("/metrics").send(admin).body).unwrap();
    let name = format!("kakekomi_submissions_refused_total{{reason=\"{reason}\"}} ");
    metrics.lines().find_map(|line| line.strip_prefix(&name)).unwrap().parse().unwrap()
}

fn assert_phone(answer: &Answer) {
    let problem: Value = serde_json::from_slice(&answer.body).unwrap();
    let phone = problem["phone"].as_str().unwrap();
    assert!(!phone.is_empty() && problem["detail"].as_str().unwrap().contains(phone), "{problem}");
}

#[test]
fn quota_of_one_address_does_not_affect_others() {
    let (server, admin) = desk(&["--address-quota", "1"]);
    let draft = long_draft(&server.home);
    let (mut stored, mut number) = (0, 0);
    let refusal = loop {
        let answer = submit_from(&server, "198.51.100.1", &format!("greedy-{number}"), &draft);
        number += 1;
        if answer.status != 201 {
            break answer;
        }
        stored += 1;
        assert!(stored < 100, "a quota of 1 MiB ends");
    };
    refusal.assert_problem("over the quota", 503, "quota.exceeded");
    assert_phone(&refusal);
    assert!(refusal.headers.iter().any(|(name, value)| name == "retry-after" && value.parse::<u32>().unwrap() > 0));
    assert!(stored > 10, "{stored} cases fit into 1 MiB");
    assert_eq!(refused(admin, "address_quota"), 1);

    assert_eq!(submit_from(&server, "198.51.100.2", "another", &draft).status, 201);
    assert_eq!(submit_from(&server, "127.0.0.1", "loopback", &draft).status, 201);
    let replay = submit_from(&server, "198.51.100.1", "greedy-0", &draft);
    assert_eq!(replay.status, 201, "a receipt is given again, whatever the quota");
    assert_eq!(Request::get("/readyz").send(admin).status, 200);
}

#[test]
fn all_addresses_together_store_the_daily_quota() {
    let (server, admin) = desk(&["--daily-quota", "1"]);
    let draft = long_draft(&server.home);
    let answers: Vec<_> =
        (0..100).map(|host| submit_from(&server, &format!("198.51.100.{host}"), &format!("{host}"), &draft)).collect();
    let stored = answers.iter().filter(|answer| answer.status == 201).count();
    assert!((10..60).contains(&stored), "{stored} cases fit into 1 MiB");
    let refusal = answers.last().unwrap();
    refusal.assert_problem("over the day's quota", 503, "quota.exceeded");
    assert_phone(refusal);
    assert_eq!(refused(admin, "daily_quota"), 100 - stored as u64);
    assert_eq!(server.home.cases().len(), stored);
    let ready = Request::get("/readyz").send(admin);
    assert_eq!((ready.status, ready.body.as_slice()), (503, &b"quota.exceeded\n"[..]), "a submission would be refused");
    let metrics = String::from_utf8(Request::get("/metrics").send(admin).body).unwrap();
    for name in [
        "kakekomi_free_bytes ",
        "kakekomi_last_case_timestamp_seconds 1",
        "kakekomi_log_dropped_total 0",
        "kakekomi_checks_queued 0",
        "kakekomi_http_answer_duration_seconds_count{route=\"/v1/submissions\"} ",
    ] {
        assert!(metrics.contains(name), "{name} is missing: {metrics}");
    }
}

#[test]
fn disk_under_its_floor_stores_nothing_and_is_not_ready() {
    let (server, admin) = desk(&["--min-free-space", "4000000000"]);
    let refusal = server.send(&submission("k", &example(&server.home, &[])));
    refusal.assert_problem("too little free space", 503, "store.full");
    assert_phone(&refusal);
    assert_eq!(refused(admin, "free_space"), 1);
    let ready = Request::get("/readyz").send(admin);
    assert_eq!((ready.status, ready.body.as_slice()), (503, &b"store.full\n"[..]));
    for path in ["/", "/v1/desk"] {
        assert_eq!(server.send(&Request::get(path)).status, 200, "{path} keeps the phone number reachable");
    }
    assert_eq!(Request::get("/livez").send(admin).status, 200);
    assert!(server.home.cases().is_empty());
}

#[test]
fn doctor_finds_a_disk_under_its_floor() {
    let home = Home::new();
    let low = home.run(&["doctor", "--min-free-space", "4000000000", "--json"]);
    assert_eq!(low.status.code(), Some(5));
    let findings: Value = serde_json::from_slice(&low.stdout).unwrap();
    let disk = findings["findings"].as_array().unwrap().iter().find(|finding| finding["check"] == "disk").unwrap();
    assert_eq!(disk["level"], "error", "{disk}");
    let enough = String::from_utf8(home.run(&["doctor", "--min-free-space", "1"]).stdout).unwrap();
    assert!(enough.lines().any(|line| line.starts_with("ok") && line.contains("disk")), "{enough}");
}
