//! Links of packages, and packages that have ended.

use super::clauses::{add_organization, event, package};
use super::{RECEIVED_AT, databases, new_case, new_event, random, stored};
use crate::{Appended, EventKind, NewCollectLink, NewPackage, OrganizationChange, PackagePurpose};
use serde_json::json;

#[tokio::test]
async fn a_disabled_organization_loses_its_links_and_no_end_of_a_grant() {
    for database in databases().await {
        let store = &database.store;
        add_organization(store).await;
        let number = stored(store, new_case("a")).await.0;
        let grant = NewPackage { purpose: PackagePurpose::Subcontract, ..package(&number) };
        let (id, link, now) = (grant.id, grant.link, RECEIVED_AT + 3000);
        let given = event(&number, EventKind::GrantGiven, "operator:sato");
        assert!(matches!(store.add_package(grant, given).await.unwrap(), Appended::Stored { .. }));
        for (kind, change) in [
            (EventKind::OrganizationDisabled, OrganizationChange::Disable("forensics".to_owned())),
            (EventKind::OrganizationEnabled, OrganizationChange::Enable("forensics".to_owned())),
        ] {
            assert!(store.change_organization(change, new_event(&number, kind, &json!({}))).await.unwrap());
            assert_eq!(store.linked_package(link.token_hash, now).await.unwrap(), None, "{kind}");
            let kept = store.package(&id).await.unwrap().unwrap();
            assert_eq!(kept.link_expires_at, Some(link.expires_at), "{kind}");
        }
        let new = NewCollectLink { token_hash: random(), ..link };
        assert!(store.renew_link(&id, new).await.unwrap());
        assert_eq!(store.linked_package(new.token_hash, now).await.unwrap().map(|line| line.id), Some(id));
        assert_eq!(store.linked_package(link.token_hash, now).await.unwrap(), None);
    }
}
