//! The role of a person by a claim of the identity provider.
//!
//! `role_claim = "groups"`, `operator = ["desk"]` and the claim `["all", "desk"]` → [`Role::Operator`]

use kakekomi_oidc::{Identity, Provider};

use crate::Role;

/// The order in which roles are tried: a person with values of several roles gets the first one.
const ORDER: [Role; 4] = [Role::Lead, Role::Operator, Role::Auditor, Role::Admin];

/// An identity provider with the rules for the roles of its people.
pub struct SingleSignOn {
    /// The provider.
    pub provider: Provider,
    /// The roles.
    pub roles: RoleRules,
}

/// The claim with the role, and the values for each role.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RoleRules {
    /// The name of the claim, or a JSON Pointer to it.
    pub claim: String,
    /// The values of each role.
    pub values: Vec<(Role, Vec<String>)>,
}

impl RoleRules {
    /// Returns the role of a person; `None` without a value of any role.
    pub(crate) fn role_of(&self, identity: &Identity) -> Option<Role> {
        self.role_of_words(&identity.words(&self.claim))
    }

    fn role_of_words(&self, words: &[&str]) -> Option<Role> {
        let has = |role: Role| {
            let values = self.values.iter().filter(|(of, _)| *of == role).flat_map(|(_, values)| values);
            values.into_iter().any(|value| words.contains(&value.as_str()))
        };
        ORDER.into_iter().find(|role| has(*role))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_role_with_a_value_counts() {
        let values = |all: &[&str]| all.iter().map(|value| (*value).to_owned()).collect();
        let rules = RoleRules {
            claim: "groups".to_owned(),
            values: vec![
                (Role::Operator, values(&["desk", "desk-night"])),
                (Role::Lead, values(&["leads"])),
                (Role::Admin, values(&["it"])),
            ],
        };
        for (words, role) in [
            (&["desk-night"][..], Some(Role::Operator)),
            (&["all", "desk", "leads"], Some(Role::Lead)),
            (&["it", "desk"], Some(Role::Operator)),
            (&["it"], Some(Role::Admin)),
            (&["Desk"], None),
            (&[], None),
        ] {
            assert_eq!(rules.role_of_words(words), role, "{words:?}");
        }
    }
}
