//! The forms of snapshot files, read as they come.

use std::io::{self, Read};

use app::snapshot::file::{BadFile, read};

type Members = Vec<(i64, Vec<i64>)>;

fn parse(bytes: &[u8]) -> Result<Members, BadFile> {
    let mut members = Vec::new();
    read(bytes, &mut |member| {
        members.push((member.discord_id.get(), member.roles));
        Ok(())
    })?;
    Ok(members)
}

fn refused(bytes: impl AsRef<[u8]>) -> String {
    parse(bytes.as_ref())
        .expect_err("it is refused")
        .to_string()
}

fn truth() -> Members {
    vec![(11, vec![710, 720]), (12, vec![]), (13, vec![720])]
}

const LINES: &str = r#"{"user":{"id":"11"},"roles":["710","720"]}
{"user":{"id":"12"},"roles":[]}
{"user":{"id":"13"},"roles":["720"]}
"#;
const CSV: &str = "discord_id,roles\n11,710;720\n12,\n13,720\n";

/// The lines as one array, or as several.
fn arrays(pages: &[&[usize]]) -> String {
    let lines: Vec<&str> = LINES.lines().collect();
    let page = |page: &&[usize]| {
        let members: Vec<&str> = page.iter().map(|line| lines[*line]).collect();
        format!("[{}]", members.join(",\n"))
    };
    pages.iter().map(page).collect::<Vec<_>>().join("\n")
}

#[test]
fn all_forms_give_the_same_members() {
    let forms = [
        arrays(&[&[0, 1, 2]]),
        arrays(&[&[0, 1], &[2]]),
        arrays(&[&[0], &[], &[1, 2]]).replace('\n', ""),
        LINES.to_owned(),
        LINES.trim_end().to_owned(),
        format!("\n \t\r\n{}", LINES.replace('\n', "\r\n\r\n")),
        CSV.to_owned(),
        CSV.replace('\n', "\r\n"),
        format!("\u{feff}{CSV}"),
        "discord_id , roles\n 11 , 710; 720;\n12,\"\"\n\"13\",\"720\"\n".to_owned(),
    ];
    for form in forms {
        assert_eq!(parse(form.as_bytes()).unwrap(), truth(), "{form}");
    }
}

#[test]
fn fields_that_nobody_asked_for_are_ignored() {
    let member = r#"{"avatar":null,"user":{"username":"a \"b\" {[","id":"11","flags":1,"extra":{"id":"99","roles":["1"]}},
        "nick":"roles","roles":["710","720"],"joined_at":"2020-01-01T00:00:00Z","flags":0,"deaf":false}"#;
    let line = member.replace('\n', "");
    for form in [format!("[{member}]"), line] {
        assert_eq!(parse(form.as_bytes()).unwrap(), [(11, vec![710, 720])]);
    }
}

/// Pieces of any size, as a slow disk gives them.
#[test]
fn how_the_bytes_arrive_makes_no_difference() {
    struct Slowly<'a>(&'a [u8]);

    impl Read for Slowly<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let Some((first, rest)) = self.0.split_first() else {
                return Ok(0);
            };
            buffer[0] = *first;
            self.0 = rest;
            Ok(1)
        }
    }

    for form in [arrays(&[&[0, 1], &[2]]), LINES.to_owned(), CSV.to_owned()] {
        let mut members = Vec::new();
        read(Slowly(form.as_bytes()), &mut |member| {
            members.push((member.discord_id.get(), member.roles));
            Ok(())
        })
        .unwrap();
        assert_eq!(members, truth());
    }
}

#[test]
fn garbage_is_refused_with_its_place() {
    let garbage = LINES.replace(r#"{"user":{"id":"12"}"#, "@@@");
    assert!(
        refused(&garbage).starts_with("line 2: "),
        "{}",
        refused(&garbage)
    );
    let array = arrays(&[&[0, 1], &[2]]).replace(r#"{"user":{"id":"13"}"#, "@@@");
    assert!(
        refused(&array).starts_with("member 3 of the file: "),
        "{}",
        refused(&array)
    );
    let csv = CSV.replace("12,", "twelve,");
    assert!(
        refused(&csv).starts_with("line 3: discord_id: "),
        "{}",
        refused(&csv)
    );
    let csv = CSV.replace("13,720", "13,720x");
    assert!(
        refused(&csv).starts_with("line 4: roles: "),
        "{}",
        refused(&csv)
    );
}

#[test]
fn what_is_wrong_is_said_with_field_and_remedy_in_both_forms_of_json() {
    for (broken, column, expected) in [
        (r#"{"user":{},"roles":[]}"#, 10, "`id` is missing"),
        (r#"{"user":{"id":"11"}}"#, 20, "`roles` is missing"),
        (
            r#"{"user":7,"roles":[]}"#,
            9,
            "expected `user` as an object with the account's `id`",
        ),
        (
            r#"{"user":{"id":11},"roles":[]}"#,
            16,
            "expected `user.id` as a text in double quotes",
        ),
        (
            r#"{"user":{"id":"11"},"roles":"710"}"#,
            33,
            "expected `roles` as an array of role ids",
        ),
        (
            r#"{"user":{"id":"11"},"roles":[710]}"#,
            32,
            "expected each of `roles` as a text in double quotes",
        ),
        (
            r#"{"user":{"id":"11"},"roles":[],"roles":[]}"#,
            38,
            "`roles` stands there twice",
        ),
        (
            r#"{"user":{"id":"a, expected b"},"roles":[]}"#,
            29,
            "`a, expected b` is not a Discord id: expected a whole number from 1 to 9223372036854775807",
        ),
        (
            r#"{"user" 7}"#,
            9,
            "this is no JSON: look for a missing quote, comma or bracket, and for bytes that are not UTF-8",
        ),
    ] {
        assert_eq!(
            refused(broken),
            format!("line 1: column {column}: {expected}")
        );
        let said = refused(format!("\n[{broken}]"));
        assert!(
            said.starts_with("member 1 of the file: line 2, column ") && said.ends_with(expected),
            "{said}"
        );
    }
    assert_eq!(
        refused("discord_id,roles\n1,710,720\n"),
        "line 2: 3 columns where the header has 2: a text with a comma in it stands in double quotes"
    );
    assert!(
        refused("[1]").ends_with("expected a member object of Discord's, with `user` and `roles`")
    );
}

#[test]
fn a_member_without_id_or_roles_is_refused() {
    for broken in [
        r#"{"user":{},"roles":[]}"#,
        r#"{"roles":[]}"#,
        r#"{"user":{"id":"11"}}"#,
        r#"{"user":{"id":"11"},"roles":null}"#,
        r#"{"user":{"id":"11"},"roles":"710"}"#,
        r#"{"user":{"id":11},"roles":[]}"#,
        r#"{"user":{"id":"11"},"roles":[710]}"#,
        r#"{"user":{"id":"-11"},"roles":[]}"#,
        r#"{"user":{"id":"0"},"roles":[]}"#,
        r#"{"user":{"id":"9223372036854775808"},"roles":[]}"#,
        r#"{"user":{"id":" 11"},"roles":[]}"#,
        r#"{"user":{"id":"11"},"roles":[],"roles":["710"]}"#,
    ] {
        assert!(parse(broken.as_bytes()).is_err(), "{broken}");
        assert!(
            parse(format!("[{broken}]").as_bytes()).is_err(),
            "[{broken}]"
        );
    }
    for broken in ["11", "11,710,720", "11,710 720", "11,-1", ",710", "1e3,"] {
        let csv = format!("discord_id,roles\n{broken}\n");
        assert!(parse(csv.as_bytes()).is_err(), "{broken}");
    }
}

#[test]
fn other_files_are_refused_by_what_they_should_be() {
    for other in ["id;roles\n1;2\n", "%PDF-1.7", "null"] {
        assert!(
            refused(other).contains("expected JSON, NDJSON, or CSV"),
            "{other}"
        );
    }
    for empty in ["", "\n\n", " \t"] {
        assert_eq!(refused(empty), "the file is empty");
    }
    for wrong in [
        "[1]",
        "[[]]",
        "[{}]",
        "[]]",
        "[],[]",
        r#"{"members":[]}"#,
        "[] x",
    ] {
        assert!(parse(wrong.as_bytes()).is_err(), "{wrong}");
    }
    assert_eq!(
        parse(b"[]").unwrap(),
        [],
        "no members is for admission to refuse"
    );
}

#[test]
fn a_line_without_an_end_is_not_read_for_ever() {
    let endless = format!(
        "{{\"user\":{{\"id\":\"1\"}},\"nick\":\"{}",
        "x".repeat(2 * 1024 * 1024)
    );
    assert!(refused(&endless).contains("longer than 1048576 bytes"));
}

/// What a cut leaves is refused, or is whole members from the beginning: never a member with some of
/// its roles. How many there must be is for admission to know.
#[test]
fn a_file_cut_anywhere_is_refused_or_gives_whole_members() {
    for form in [arrays(&[&[0, 1], &[2]]), LINES.to_owned(), CSV.to_owned()] {
        for end in 0..form.len() {
            if let Ok(members) = parse(&form.as_bytes()[..end]) {
                let whole = truth();
                assert!(whole.starts_with(&members), "{}", &form[..end]);
            }
        }
    }
}

#[test]
fn a_read_that_fails_is_no_end_of_the_file() {
    struct Failing;

    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the disk is gone"))
        }
    }

    for form in [arrays(&[&[0, 1], &[2]]), LINES.to_owned(), CSV.to_owned()] {
        let read = read(form.as_bytes().chain(Failing), &mut |_| Ok(()));
        assert!(matches!(read, Err(BadFile::Io(_))), "{read:?}");
    }
}
