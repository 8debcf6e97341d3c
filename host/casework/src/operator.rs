//! The person or command that works on cases, and the one function that decides on access.
//!
//! `may(Role::Auditor, Right::Act)` → `false`

use kakekomi_accounts::Role;

/// The one who acts: an account of the desk, or a user of the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operator {
    name: String,
    actor: String,
    role: Role,
}

impl Operator {
    /// The operator of an account.
    pub fn account(name: &str, role: Role) -> Operator {
        Operator { name: name.to_owned(), actor: format!("operator:{name}"), role }
    }

    /// A user of the command line, who holds the files of the store and may do all that a lead may. `actor` is `cli:USER`.
    pub fn command_line(actor: &str) -> Operator {
        let name = actor.strip_prefix("cli:").unwrap_or(actor).to_owned();
        Operator { name, actor: actor.to_owned(), role: Role::Lead }
    }

    /// The program itself, in a task that nobody has asked for.
    pub(crate) fn system() -> Operator {
        Operator { name: "system".to_owned(), actor: "system".to_owned(), role: Role::Operator }
    }

    /// Returns the name, which is that of an assignee.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the actor of the events: `operator:sato`, `cli:sato`.
    pub fn actor(&self) -> &str {
        &self.actor
    }

    /// Returns the role.
    pub fn role(&self) -> Role {
        self.role
    }

    /// Reports whether the operator has a right.
    pub fn may(&self, right: Right) -> bool {
        may(self.role, right)
    }
}

/// A right at the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Right {
    /// To see the clear columns of cases and events.
    SeeQueue,
    /// To read what is sealed: answers and the bodies of events.
    ReadContent,
    /// To write the events of case work.
    Act,
    /// To protect a case from erasure, and to end it.
    Hold,
    /// To erase a case.
    Erase,
    /// To take contents out of the store.
    Export,
    /// To hand information over to an organization, and to register organizations.
    Release,
    /// To see the register of exports.
    SeeExports,
    /// To see the events of the whole store, in clear columns.
    SeeAudit,
    /// To see the targets of notices, to test them, and to try notices again.
    ManageDelivery,
    /// To manage accounts and their tokens.
    ManageAccounts,
}

impl Right {
    /// All rights.
    pub const ALL: [Right; 11] = [
        Right::SeeQueue,
        Right::ReadContent,
        Right::Act,
        Right::Hold,
        Right::Erase,
        Right::Export,
        Right::Release,
        Right::SeeExports,
        Right::SeeAudit,
        Right::ManageDelivery,
        Right::ManageAccounts,
    ];
}

/// Decides whether a role has a right. Every query and every action asks here.
///
/// An auditor sees that something happened, and not what was written: who reads a case needs it for the case (clause 1①).
pub fn may(role: Role, right: Right) -> bool {
    match role {
        Role::Operator => matches!(right, Right::SeeQueue | Right::ReadContent | Right::Act),
        Role::Lead => right != Right::ManageAccounts,
        Role::Auditor => matches!(right, Right::SeeQueue | Right::SeeExports | Right::SeeAudit),
        Role::Admin => matches!(right, Right::ManageAccounts | Right::ManageDelivery | Right::SeeAudit),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_has_its_rights_and_no_other() {
        let rights = |role| Right::ALL.into_iter().filter(|right| may(role, *right)).collect::<Vec<_>>();
        assert_eq!(rights(Role::Operator), [Right::SeeQueue, Right::ReadContent, Right::Act]);
        assert_eq!(rights(Role::Lead), Right::ALL[..10]);
        assert_eq!(rights(Role::Auditor), [Right::SeeQueue, Right::SeeExports, Right::SeeAudit]);
        assert_eq!(rights(Role::Admin), [Right::SeeAudit, Right::ManageDelivery, Right::ManageAccounts]);
    }

    #[test]
    fn an_actor_names_its_kind() {
        let sato = Operator::account("sato", Role::Operator);
        assert_eq!((sato.name(), sato.actor()), ("sato", "operator:sato"));
        let shell = Operator::command_line("cli:root");
        assert_eq!((shell.name(), shell.actor(), shell.role()), ("root", "cli:root", Role::Lead));
    }
}
