//! Limits: at each edge, and one past it.

use std::sync::Arc;

use kakekomi_store::EventKind;
use serde_json::json;

use super::{Desk, body, clock, desk, desks, upload};
use crate::limits::{MEDIA_TYPE_MAX, NAME_MAX};
use crate::{Evidence, EvidenceLimits, NewUpload, Space, UploadRefusal};

impl Desk {
    fn limited(self, change: impl FnOnce(&mut EvidenceLimits)) -> Desk {
        let mut limits = self.evidence.limits;
        change(&mut limits);
        Desk { evidence: Evidence { limits, ..self.evidence.clone() }, ..self }
    }

    async fn refusal(&self, new: NewUpload) -> Option<UploadRefusal> {
        self.evidence.create(&self.number, new, clock()).await.err()
    }
}

#[tokio::test]
async fn a_file_is_as_large_as_the_limit_and_no_larger() {
    let desk = desk().await.limited(|limits| limits.file_max = 1000);
    assert!(desk.refusal(upload(1000, None)).await.is_none());
    assert!(matches!(desk.refusal(upload(1001, None)).await, Some(UploadRefusal::TooLarge)));
    let huge = NewUpload { length: u64::MAX, ..upload(0, None) };
    assert!(matches!(desk.refusal(huge).await, Some(UploadRefusal::TooLarge)));
}

#[tokio::test]
async fn a_case_has_as_many_files_as_the_limit_and_no_more() {
    for desk in desks().await {
        let desk = desk.limited(|limits| limits.files_a_case = 3);
        let first = desk.create(10, None).await;
        desk.sent(b"whole").await;
        desk.create(0, None).await;
        assert!(matches!(desk.refusal(upload(1, None)).await, Some(UploadRefusal::TooMany)));
        assert_eq!(desk.kinds().await.len(), 5, "a refused file has no event");
        desk.evidence.terminate(&desk.number, &first.id, clock()).await.unwrap();
        assert!(desk.refusal(upload(1, None)).await.is_none(), "one that was given up does not count");
        assert!(matches!(desk.refusal(upload(1, None)).await, Some(UploadRefusal::TooMany)));
    }
}

#[tokio::test]
async fn the_files_of_a_case_are_together_as_large_as_the_limit_and_no_larger() {
    for desk in desks().await {
        let desk = desk.limited(|limits| limits.case_max = 1000);
        desk.sent(&[1; 400]).await;
        let second = desk.create(500, None).await;
        assert!(matches!(desk.refusal(upload(101, None)).await, Some(UploadRefusal::TooLarge)));
        assert!(desk.refusal(upload(100, None)).await.is_none());
        assert!(desk.refusal(upload(0, None)).await.is_none());
        assert!(matches!(desk.refusal(upload(1, None)).await, Some(UploadRefusal::TooLarge)));
        desk.evidence.terminate(&desk.number, &second.id, clock()).await.unwrap();
        assert!(desk.refusal(upload(500, None)).await.is_none());
    }
}

#[tokio::test]
async fn concurrent_declarations_do_not_exceed_the_limit() {
    for desk in desks().await {
        let desk = Arc::new(desk.limited(|limits| limits.files_a_case = 5));
        let created = (0..12).map(|_| {
            let desk = Arc::clone(&desk);
            tokio::spawn(async move { desk.refusal(upload(1, None)).await.is_none() })
        });
        let mut count = 0;
        for created in created.collect::<Vec<_>>() {
            count += u32::from(created.await.unwrap());
        }
        assert_eq!(count, 5);
    }
}

#[tokio::test]
async fn a_name_is_as_long_as_the_limit_and_no_longer() {
    let desk = desk().await;
    let named = |length| NewUpload { name: "名".repeat(length / 3), ..upload(1, None) };
    assert_eq!(NAME_MAX % 3, 0);
    assert!(desk.refusal(named(NAME_MAX)).await.is_none());
    assert!(matches!(desk.refusal(named(NAME_MAX + 3)).await, Some(UploadRefusal::Metadata("filename"))));
    let typed = |length| NewUpload { media_type: "x".repeat(length), ..upload(1, None) };
    assert!(desk.refusal(typed(MEDIA_TYPE_MAX)).await.is_none());
    assert!(matches!(desk.refusal(typed(MEDIA_TYPE_MAX + 1)).await, Some(UploadRefusal::Metadata("filetype"))));
    let odd = NewUpload { name: "../../etc/\u{202e}passwd\0\n\"".to_owned(), ..upload(1, None) };
    assert!(desk.refusal(odd.clone()).await.is_none());
    assert_eq!(desk.events().await.pop().unwrap().1["name"], odd.name, "stored as it was sent");
}

#[tokio::test]
async fn a_full_storage_takes_no_file_and_no_part() {
    let desk = desk().await;
    let id = desk.create(10, None).await.id;
    // More than all is never free.
    let desk = desk.limited(|limits| limits.min_free_percent = 101);
    assert!(matches!(desk.refusal(upload(1, None)).await, Some(UploadRefusal::Full)));
    let end = desk.append(&id, 0, body(&[1; 10], 5)).await.unwrap_err();
    assert!(matches!(end.why, UploadRefusal::Full), "{}", end.why);
    assert_eq!(end.state.unwrap().offset, 0);
}

#[test]
fn space_is_enough_at_its_share_and_not_below_it() {
    assert!(Space { free: 10, total: 100 }.check(10).is_ok());
    assert!(Space { free: 9, total: 100 }.check(10).is_err());
    assert!(Space { free: u64::MAX, total: u64::MAX }.check(100).is_ok());
    assert!(Space { free: 0, total: 0 }.check(10).is_ok());
}

#[tokio::test]
async fn a_closed_case_takes_no_further_file_and_finishes_those_that_came() {
    let desk = desk().await;
    let id = desk.create(10, None).await.id;
    desk.write(EventKind::CaseClosed, &json!({"outcome": "advised"})).await;
    assert!(matches!(desk.refusal(upload(1, None)).await, Some(UploadRefusal::Closed)));
    assert_eq!(desk.append(&id, 0, body(&[1; 10], 10)).await.unwrap().word(), "arrived");
}
