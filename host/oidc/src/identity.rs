//! The person that a provider has identified.
//!
//! `identity.text("preferred_username")` → `sato`; `identity.words("groups")` → `["desk", "all"]`

use std::fmt;

use serde_json::Value;

use crate::fetch::Object;

/// A person, by subject, with claims.
#[derive(Clone, PartialEq)]
pub struct Identity {
    /// The ID of the person at the provider, for ever.
    pub subject: String,
    /// The session at the provider.
    pub session: Option<String>,
    pub(crate) claims: Object,
}

impl Identity {
    /// Returns a claim that is a text.
    pub fn text(&self, claim: &str) -> Option<&str> {
        find(&self.claims, claim).and_then(Value::as_str)
    }

    /// Returns the texts of a claim: one, or a list. A name that begins with a slash is a JSON Pointer: `/realm_access/roles`.
    pub fn words(&self, claim: &str) -> Vec<&str> {
        match find(&self.claims, claim) {
            Some(Value::String(one)) => vec![one],
            Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        }
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Identity(…)")
    }
}

/// Finds a claim by its name or its JSON Pointer.
pub(crate) fn find<'a>(claims: &'a Object, claim: &str) -> Option<&'a Value> {
    let Some(path) = claim.strip_prefix('/') else { return claims.get(claim) };
    let (first, rest) = path.split_once('/').unwrap_or((path, ""));
    let first = claims.get(&first.replace("~1", "/").replace("~0", "~"))?;
    if rest.is_empty() { Some(first) } else { first.pointer(&format!("/{rest}")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_is_found_by_name_and_by_pointer() {
        let claims = serde_json::json!({
            "groups": ["a", 1, "b"], "role": "lead", "https://x/roles": ["c"], "realm_access": {"roles": ["d"]}
        });
        let Value::Object(claims) = claims else { unreachable!() };
        let identity = Identity { subject: "1".to_owned(), session: None, claims };
        assert_eq!(identity.words("groups"), ["a", "b"]);
        assert_eq!(identity.words("role"), ["lead"]);
        assert_eq!(identity.words("https://x/roles"), ["c"]);
        assert_eq!(identity.words("/realm_access/roles"), ["d"]);
        assert!(identity.words("/realm_access").is_empty() && identity.words("/none/roles").is_empty());
        assert_eq!(identity.text("role"), Some("lead"));
    }
}
