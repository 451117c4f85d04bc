//! Import files of identities, read for their form.

use app::identity::file::{Line, LineError, read};
use domain::identity::Status;

fn lines(text: &str) -> Vec<Result<Line, LineError>> {
    read(text.as_bytes()).unwrap()
}

/// `line: field` of each error.
fn errors(text: &str) -> Vec<String> {
    let errors = lines(text).into_iter().filter_map(Result::err);
    errors
        .map(|error| format!("{}: {}", error.line, error.field))
        .collect()
}

const HEADER: &str =
    "email,display_name,status,discord_id,oidc_issuer,oidc_subject,groups,organizations,roles";

#[test]
fn csv_and_ndjson_say_the_same() {
    let csv = format!(
        "{HEADER}\nAda@Example.Test,\"Ada, Countess\",suspended,42,https://id.test,sub-1,Ops; Drivers,north;south,reader;tenant_admin@north\nbob@example.test,,,,,,,,\n"
    );
    let ndjson = r#"{"email":"ada@example.test","display_name":"Ada, Countess","status":"suspended","discord_id":"42","oidc_issuer":"https://id.test","oidc_subject":"sub-1","groups":["Ops","Drivers"],"organizations":"north;south","roles":["reader","tenant_admin@north"]}

{"email":"bob@example.test"}
"#;
    let (csv, mut ndjson) = (lines(&csv), lines(ndjson));
    ndjson[1].as_mut().unwrap().number = 3;
    ndjson[0].as_mut().unwrap().number = 2;
    assert_eq!(csv, ndjson);
    let ada = csv[0].as_ref().unwrap();
    assert_eq!(ada.email.as_str(), "ada@example.test");
    assert_eq!(ada.status, Some(Status::Suspended));
    assert_eq!(ada.links.len(), 2);
    assert_eq!(ada.groups.as_deref().unwrap(), ["ops", "drivers"]);
    assert_eq!(
        csv[1].as_ref().unwrap().groups,
        None,
        "left out, left alone"
    );
}

#[test]
fn a_bad_line_is_named_with_its_field_and_the_others_stand() {
    let text = "email,status,discord_id,organizations,roles\n\
                good@example.test,,,,\n\
                not an address,,,,\n\
                a@example.test,asleep,,,\n\
                b@example.test,,12x,,\n\
                c@example.test,,,North Side,\n\
                d@example.test,,,,tenant_admin@No Slug\n\
                e@example.test,too,few\n\
                fine@example.test,active,7,north,reader\n";
    let expected = [
        "3: email",
        "4: status",
        "5: discord_id",
        "6: organizations",
        "7: roles",
        "8: line",
    ];
    assert_eq!(errors(text), expected);
    assert_eq!(lines(text).iter().filter(|line| line.is_ok()).count(), 2);
}

#[test]
fn a_bad_line_of_ndjson_is_named_by_its_number() {
    let text = "{\"email\":\"a@example.test\"}\n\nnonsense\n{\"email\":\"b@example.test\",\"rolls\":\"x\"}\n{\"email\":5}\n{\"email\":\"x\"}\n";
    assert_eq!(errors(text), ["3: line", "4: line", "5: line", "6: email"]);
}

#[test]
fn an_oidc_account_takes_issuer_and_subject() {
    let text = "email,oidc_issuer,oidc_subject\na@example.test,https://id.test,\nb@example.test,,sub\nc@example.test,id.test,sub\n";
    assert_eq!(
        errors(text),
        ["2: oidc_issuer", "3: oidc_issuer", "4: oidc_issuer"]
    );
}

#[test]
fn a_header_that_is_not_understood_refuses_the_file() {
    let refused = |text: &str| read(text.as_bytes()).unwrap_err().to_string();
    assert!(refused("email,role\n").contains("unknown column `role`; known are email,"));
    assert!(refused("display_name\nAda\n").contains("`email` is missing"));
    assert_eq!(refused(""), "file: it is empty");
    assert_eq!(refused(" \n"), "file: it is empty");
}
