//! The company that the consent document names (clause 1②): it must be registered before a case can be handed over.
//!
//! `forensics_organization = "ntt-at"` without such an organization → warning: `no organization ntt-at is registered: …`

use kakekomi_service::desk::Desk;
use kakekomi_store::{Organization, OrganizationKind, Store};

use super::finding::{Outcome, warning};

/// Checks that the company of the profile is registered, and enabled.
pub async fn look(store: &dyn Store, desk: &Desk) -> Outcome {
    let Some(id) = &desk.profile().forensics_organization else {
        return warning("desk.toml has no forensics_organization: each hand-over needs an approval in writing (1⑧)");
    };
    judge(id, store.organization(id).await?.as_ref())
}

fn judge(id: &str, found: Option<&Organization>) -> Outcome {
    match found {
        None => warning(format!(
            "no organization {id} is registered, which desk.toml names as the company that receives cases: kakekomi organizations add"
        )),
        Some(found) if found.kind != OrganizationKind::Forensics => warning(format!(
            "{id} is registered as {}, and not as forensics: no case can be handed over",
            found.kind.as_str()
        )),
        Some(found) if found.disabled => warning(format!("{id} is disabled: no case can be handed over")),
        Some(_) => Ok(format!("{id} is registered")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::doctor::finding::{Finding, Level};

    #[test]
    fn the_company_has_to_be_registered_and_enabled() {
        let organization = |kind, disabled| Organization {
            id: "ntt-at".to_owned(),
            name: "NTT-AT".to_owned(),
            kind,
            recipient: "age1".to_owned(),
            disabled,
            created_at: 5,
        };
        for (found, level, words) in [
            (None, Level::Warning, "no organization ntt-at"),
            (Some(organization(OrganizationKind::Subcontractor, false)), Level::Warning, "registered as subcontractor"),
            (Some(organization(OrganizationKind::Forensics, true)), Level::Warning, "is disabled"),
            (Some(organization(OrganizationKind::Forensics, false)), Level::Ok, "is registered"),
        ] {
            let finding = Finding::new("company", judge("ntt-at", found.as_ref()));
            assert!(finding.level == level && finding.message.contains(words), "{finding:?}");
        }
    }
}
