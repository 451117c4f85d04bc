//! Arguments with which each leaf command is accepted.

/// An id that nothing has.
const NO_ID: &str = "00000000-0000-7000-8000-0000000000ff";

/// The rest of a command about one person.
fn of_identity(leaf: &str) -> &'static [&'static str] {
    match leaf {
        "identity import" => &["-"],
        "identity sync" => &["ada@example.test"],
        "identity show"
        | "identity overrides show"
        | "identity overrides clear"
        | "identity quota show" => &["ada@example.test"],
        "identity create" => &["new@example.test"],
        "identity edit" => &["ada@example.test", "--name", "Ada"],
        "identity link" => &["ada@example.test", "--discord", "1"],
        "identity unlink" => &["ada@example.test", "discord", "1"],
        "identity overrides set" => &["ada@example.test", "--enabled"],
        "identity quota set" => &["ada@example.test", "tokens", "5"],
        "identity quota clear" => &["ada@example.test", "tokens"],
        "identity suspend" | "identity disable" | "identity enable" | "identity restore" => {
            &["ada@example.test", "--reason", "r"]
        }
        "identity erase" => &["a@b.test", "--reason", "r", "--confirm", "a@b.test"],
        _ => &[],
    }
}

/// Arguments with which a leaf command is accepted, the command itself included; the files they
/// name need not exist.
pub(crate) fn usual_arguments(leaf: &str) -> Vec<String> {
    let rest: &[&str] = match leaf {
        "snapshot import" => &["-", "--guild", "700", "--taken-at", "2026-01-31T12:00:00Z"],
        "organization create" => &["acme"],
        leaf if leaf.starts_with("identity ") && leaf != "identity list" => of_identity(leaf),
        "hold add" | "exemption add" => &["ada@example.test", "--reason", "r", "--for", "1h"],
        "hold end" | "exemption end" => &[NO_ID],
        "exemption review" => &[NO_ID, "--reason", "r"],
        "organization member list" => &["acme"],
        "organization member add" | "organization member remove" => &["acme", "ada@example.test"],
        "project create" => &["road", "--organization", "acme"],
        "admin create" => &["root@example.test"],
        "admin login-link" => &["root@example.test"],
        "session list" | "passkey list" => &["--identity", "ada@example.test"],
        "session revoke" | "passkey revoke" => &[NO_ID],
        "mapping test" => &["--claims", "-"],
        "token create" => &["--identity", "ada@example.test", "--name", "ci"],
        "token list" => &["--identity", "ada@example.test"],
        "token revoke" => &[NO_ID],
        "review begin" => &[
            "q4",
            "--subject",
            "assignments",
            "--for",
            "7d",
            "--reviewer",
            "a@b.test",
        ],
        "review show" | "review export" => &[NO_ID],
        "review decide" => &[NO_ID, "keep", "--reason", "r"],
        "review sign-off" => &[NO_ID, "--note", "r"],
        "organization show" | "organization update" | "organization delete" => &["acme"],
        "project update" | "project delete" => &["road", "--organization", "acme"],
        "project move" => &["road", "--organization", "acme", "--to", "west"],
        "role create" | "role update" | "role delete" | "role show" => &["scribe"],
        "iam pause" => &["--reason", "r"],
        "rehome request" => &[
            "ada@example.test",
            "--from",
            "acme",
            "--to",
            "west",
            "--reason",
            "r",
        ],
        "rehome approve" | "rehome cancel" => &[NO_ID],
        "role assign" | "role revoke" => &["ada@example.test", "reader"],
        "completions" => &["bash"],
        "man" => &["man"],
        "governance set-mode" => &["discord"],
        "governance map-role" => &["hauling.member", "700", "710"],
        "governance set" => &["guard-few", "6"],
        "policy show" => &["access.login"],
        "policy set" => &["access.login", "-"],
        "reconcile show" | "reconcile approve" | "reconcile apply" => &["latest"],
        "explain" => &["ada@example.test"],
        "log find" | "evidence" => &["cli-1"],
        _ => &[],
    };
    let words = leaf.split_whitespace().chain(rest.iter().copied());
    words.map(str::to_owned).collect()
}
