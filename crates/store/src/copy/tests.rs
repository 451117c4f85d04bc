//! What is written is what is read, by this reader and by PostgreSQL's.

use sqlx::{Connection, Executor};
use testkit::TestDb;

use super::*;

/// Reads some of a row.
type Attempt = fn(&mut Fields<'_>) -> Result<(), Malformed>;

#[derive(Debug, PartialEq, Clone)]
struct Sample {
    id: Uuid,
    parent: Option<Uuid>,
    number: i64,
    perhaps: Option<i64>,
    flag: Option<bool>,
    text: String,
}

/// Rows with every kind of value, nulls and empty texts among them.
fn samples() -> Vec<Sample> {
    (0..50_i64)
        .map(|i| Sample {
            id: crate::id::new_id(),
            parent: (i % 3 == 0).then(crate::id::new_id),
            number: i * i64::from(i32::MAX) - 7,
            perhaps: (i % 2 == 0).then_some(-i),
            flag: [None, Some(true), Some(false)][usize::try_from(i).unwrap() % 3],
            text: "é".repeat(usize::try_from(i % 5).unwrap()),
        })
        .collect()
}

fn encode(samples: &[Sample]) -> Vec<u8> {
    let mut rows = Rows::new();
    for sample in samples {
        write(&mut rows, sample);
    }
    rows.finish()
}

fn write(rows: &mut Rows, sample: &Sample) {
    rows.row(6);
    rows.uuid(sample.id);
    match sample.parent {
        Some(parent) => rows.uuid(parent),
        None => rows.null(),
    }
    rows.bigint(sample.number);
    match sample.perhaps {
        Some(number) => rows.bigint(number),
        None => rows.null(),
    }
    match sample.flag {
        Some(flag) => rows.boolean(flag),
        None => rows.null(),
    }
    rows.text(&sample.text);
}

fn decode(fields: &mut Fields<'_>) -> Result<Sample, Malformed> {
    Ok(Sample {
        id: fields.uuid()?,
        parent: fields.uuid_or_null()?,
        number: fields.bigint()?,
        perhaps: fields.bigint_or_null()?,
        flag: fields.boolean_or_null()?,
        text: fields.text()?.to_owned(),
    })
}

#[test]
fn rows_are_read_as_they_were_written_wherever_the_stream_is_cut() {
    let samples = samples();
    let bytes = Bytes::from(encode(&samples));
    for size in [1, 2, 3, 7, 19, 20, 64, 1000, bytes.len()] {
        let mut decoder = Decoder::default();
        let mut read = Vec::new();
        for start in (0..bytes.len()).step_by(size) {
            let chunk = bytes.slice(start..bytes.len().min(start + size));
            let mut each = |fields: &mut Fields<'_>| {
                read.push(decode(fields)?);
                Ok(())
            };
            decoder.push(chunk, &mut each).unwrap();
        }
        assert_eq!(read, samples, "in pieces of {size}");
    }
}

#[test]
fn a_value_of_another_kind_is_an_error() {
    let mut rows = Rows::new();
    rows.row(2);
    rows.integer(5);
    rows.null();
    let bytes = Bytes::from(rows.finish());
    let attempts: [Attempt; 4] = [
        |fields| fields.bigint().map(drop),
        |fields| fields.uuid().map(drop),
        |fields| {
            fields.next()?;
            fields.text().map(drop)
        },
        |fields| {
            fields.next()?;
            fields.next()?;
            fields.next().map(drop)
        },
    ];
    for mut attempt in attempts {
        let mut decoder = Decoder::default();
        assert!(decoder.push(bytes.clone(), &mut attempt).is_err());
    }
}

#[tokio::test]
async fn postgresql_reads_what_is_written_and_writes_what_is_read() {
    let db = TestDb::new().await;
    let mut connection = db.superuser().await;
    connection
        .execute(
            "create table sample (id uuid, parent uuid, number bigint, perhaps bigint, flag boolean, text text)",
        )
        .await
        .unwrap();
    let samples = samples();
    let mut copy = connection
        .copy_in_raw("copy sample from stdin (format binary)")
        .await
        .unwrap();
    copy.send(encode(&samples)).await.unwrap();
    copy.finish().await.unwrap();
    let mut found = Vec::new();
    read(&mut connection, "select * from sample", |fields| {
        found.push(decode(fields)?);
        Ok(())
    })
    .await
    .unwrap();
    assert_eq!(found, samples);
    let mut times = Vec::new();
    let query = "select '2026-02-03 04:05:06.789+00'::timestamptz union all select null
                 union all select 'infinity' union all select '9999-12-31 23:59:59+00' union all select '20000-01-01'
                 union all select '-infinity'";
    read(&mut connection, query, |fields| {
        times.push(fields.timestamp()?);
        Ok(())
    })
    .await
    .unwrap();
    assert_eq!(
        times,
        [
            Some("2026-02-03T04:05:06.789Z".parse().unwrap()),
            None,
            Some(jiff::Timestamp::MAX),
            Some(jiff::Timestamp::MAX),
            Some(jiff::Timestamp::MAX),
            Some(jiff::Timestamp::MIN)
        ],
        "what begins so late is yet to come"
    );
    connection.close().await.unwrap();
}

#[tokio::test]
async fn postgresql_reads_arrays_and_json() {
    let db = TestDb::new().await;
    let mut connection = db.superuser().await;
    connection
        .execute("create table sample (small smallint, whole integer, many bigint[], none bigint[], ids uuid[], json jsonb)")
        .await
        .unwrap();
    let mut rows = Rows::new();
    rows.row(6);
    rows.smallint(-3);
    rows.integer(70_000);
    rows.bigints([1, -2, i64::MAX].into_iter());
    rows.bigints(std::iter::empty());
    rows.uuids([Uuid::nil()].into_iter());
    rows.jsonb(&serde_json::json!({ "a": [1, "b"] }));
    let mut copy = connection
        .copy_in_raw("copy sample from stdin (format binary)")
        .await
        .unwrap();
    copy.send(rows.finish()).await.unwrap();
    copy.finish().await.unwrap();
    let text: String = sqlx::query_scalar("select sample::text from sample")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    let ids = "{00000000-0000-0000-0000-000000000000}";
    let json = r#""{""a"": [1, ""b""]}""#;
    assert_eq!(
        text,
        format!(r#"(-3,70000,"{{1,-2,{}}}",{{}},{ids},{json})"#, i64::MAX)
    );
}
