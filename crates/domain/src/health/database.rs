//! What the server itself shows: roles, rights, row security.

use super::{Check, Finding};

/// The database roles as they should be against as they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rights {
    /// Of Reeve's roles, those that the server does not have.
    pub missing: Vec<String>,
    /// Of those that the runtime login must be able to become, those that it can't.
    pub not_a_member_of: Vec<String>,
    pub login: String,
    pub superuser: bool,
    /// Tables with policies that are not enforced for everybody.
    pub unprotected: Vec<String>,
}

/// Judges roles and rights, and row security.
pub fn rights(rights: &Rights) -> [Finding; 2] {
    let remedy = "let a DBA run what `reeve db bootstrap-sql` prints";
    let login = &rights.login;
    let of_rights = if !rights.missing.is_empty() {
        let missing = rights.missing.join(", ");
        Finding::error(
            Check::Rights,
            format!("these roles are missing: {missing}"),
            remedy,
        )
    } else if !rights.not_a_member_of.is_empty() {
        let roles = rights.not_a_member_of.join(", ");
        Finding::error(
            Check::Rights,
            format!("the login {login} may not become {roles}"),
            remedy,
        )
    } else if rights.superuser {
        Finding::warning(
            Check::Rights,
            format!("the login {login} is a superuser, which row security does not bind"),
            "connect as a login without these powers; `reeve db bootstrap-sql` makes one",
        )
    } else {
        Finding::ok(
            Check::Rights,
            format!("the login {login} may do what it must, and no more"),
        )
    };
    let of_rows = if rights.unprotected.is_empty() {
        Finding::ok(
            Check::RowSecurity,
            "row security is enabled and forced wherever it should be",
        )
    } else {
        let tables = rights.unprotected.join(", ");
        Finding::error(
            Check::RowSecurity,
            format!("row security is off, or does not bind the owner, on {tables}"),
            "as the owner: alter table NAME enable row level security, force row level security",
        )
    };
    [of_rights, of_rows]
}
