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
    assert_eq!(errors(text), ["3: line", "4: line", "5: email", "6: email"]);
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

/// What a parser says must not be what a person reads.
const JARGON: [&str; 9] = [
    "invalid type",
    "untagged",
    "variant",
    "CSV error",
    "record ",
    "EOF",
    "at line",
    "serde",
    "deserialize",
];

#[test]
fn what_is_wrong_with_a_line_is_said_with_place_field_and_remedy() {
    let csv = |line: &str| format!("email,discord_id,groups\n{line}\n");
    for (text, expected) in [
        (
            r#"{"email":5}"#.to_owned(),
            "1: email: expected a text, in double quotes",
        ),
        (
            r#"{"email":null}"#.to_owned(),
            "1: email: expected a text, in double quotes",
        ),
        (
            r#"{"email":"a@example.test","discord_id":42}"#.to_owned(),
            "1: discord_id: expected a text, in double quotes",
        ),
        (
            r#"{"email":"a@example.test","groups":{"a":1}}"#.to_owned(),
            "1: groups: expected an array of texts, or one text separated by `;`",
        ),
        (
            r#"{"email":"a@example.test","email":"b@example.test"}"#.to_owned(),
            "1: email: it stands there twice",
        ),
        (
            "\n\n{\"email\":\"a@example.test\",\"rolls\":1}".to_owned(),
            "3: line: unknown field `rolls`; known are email, display_name, status, discord_id, \
             oidc_issuer, oidc_subject, groups, organizations, roles",
        ),
        (
            "{\"email\":\"a@example.test\"".to_owned(),
            "1: line: column 25: the JSON ends in the middle: is the file cut off?",
        ),
        (
            "{}\n{\"email\" \"a\"}".to_owned(),
            "2: line: column 10: this is no JSON: look for a missing quote, comma or bracket, and for \
             bytes that are not UTF-8",
        ),
        (
            "{}\n[1]".to_owned(),
            "2: line: column 0: expected an object, like {\"email\": \"ada@example.org\"}",
        ),
        (
            csv("a@example.test,1"),
            "2: line: 2 columns where the header has 3: a text with a comma in it stands in double quotes",
        ),
        (
            csv("a@example.test,twelve,"),
            "2: discord_id: `twelve` is not a Discord id: expected a whole number from 1 to \
             9223372036854775807",
        ),
    ] {
        let found: Vec<_> = lines(&text).into_iter().filter_map(Result::err).collect();
        let error = found.last().expect("it is wrong");
        let said = format!("{}: {}: {}", error.line, error.field, error.problem);
        assert_eq!(said, expected, "{text}");
        assert!(JARGON.iter().all(|word| !said.contains(word)), "{said}");
    }
}

#[test]
fn bytes_that_are_not_utf8_are_an_error_of_their_line() {
    let ndjson =
        b"{\"email\":\"a@example.test\"}\n{\"email\":\"\xff\"}\n{\"email\":\"b@example.test\"}\n";
    let csv = b"email\na@example.test\n\xff\nb@example.test\n";
    for (file, line) in [(&ndjson[..], 2), (&csv[..], 3)] {
        let read = read(file).unwrap();
        let wrong: Vec<_> = read.iter().filter_map(|line| line.as_ref().err()).collect();
        assert_eq!((wrong.len(), wrong[0].line), (1, line));
        assert!(wrong[0].problem.contains("UTF-8"), "{:?}", wrong[0]);
        assert_eq!(read.len(), 3);
    }
    let refused = read(&b"em\xffail\n"[..]).unwrap_err().to_string();
    assert!(
        refused.starts_with("header: ") && refused.contains("UTF-8"),
        "{refused}"
    );
}

#[test]
fn a_group_that_is_a_number_stays_a_text_and_a_column_stands_once() {
    let read_lines = lines("email,groups\na@example.test,42;7\n");
    assert_eq!(
        read_lines[0].as_ref().unwrap().groups.as_deref().unwrap(),
        ["42", "7"]
    );
    let refused = read(&b"email,email\n"[..]).unwrap_err().to_string();
    assert_eq!(refused, "header: the column `email` stands there twice");
}
