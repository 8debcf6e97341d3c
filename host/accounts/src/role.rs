//! Roles of accounts.
//!
//! `"lead".parse::<Role>()` → `Role::Lead`; `Role::Lead.as_str()` → `"lead"`

use std::fmt;
use std::str::FromStr;

/// A word that names no role, or no scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no role or scope has this name")]
pub struct UnknownWord;

/// The role of an account; each account has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Works on cases.
    Operator,
    /// Works on cases; also holds, erases and exports.
    Lead,
    /// Reads the events and changes nothing.
    Auditor,
    /// Manages accounts and settings; sees no case content.
    Admin,
}

impl Role {
    /// All roles.
    pub const ALL: [Role; 4] = [Role::Operator, Role::Lead, Role::Auditor, Role::Admin];

    /// Returns the stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Operator => "operator",
            Role::Lead => "lead",
            Role::Auditor => "auditor",
            Role::Admin => "admin",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Role, UnknownWord> {
        Role::ALL.into_iter().find(|role| role.as_str() == word).ok_or(UnknownWord)
    }
}
