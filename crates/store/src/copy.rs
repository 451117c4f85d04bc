//! PostgreSQL's binary COPY format, as far as Reeve reads and writes it.
//!
//! Facts of a million people come and steps of a hundred thousand go this way; row by row through
//! the extended protocol would take ten times as long. COPY takes no parameters, so what goes into
//! a statement here is only typed ids and numbers.

use bytes::Bytes;
use futures_util::TryStreamExt;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::error::StoreError;

const SIGNATURE: &[u8] = b"PGCOPY\n\xff\r\n\0";
/// Microseconds from 1970-01-01 to 2000-01-01, where PostgreSQL's clock begins.
const POSTGRES_EPOCH_US: i64 = 946_684_800_000_000;

/// Runs `copy (query) to stdout (format binary)` and hands each row to `each`.
pub(crate) async fn read(
    connection: &mut PgConnection,
    query: &str,
    mut each: impl FnMut(&mut Fields<'_>) -> Result<(), Malformed>,
) -> Result<(), StoreError> {
    let statement = format!("copy ({query}) to stdout (format binary)");
    let mut stream = connection.copy_out_raw(&statement).await?;
    let mut decoder = Decoder::default();
    while let Some(chunk) = stream.try_next().await? {
        decoder
            .push(chunk, &mut each)
            .map_err(|problem| corrupt(query, problem))?;
    }
    Ok(())
}

/// Takes rows out of a stream of bytes that may be cut anywhere.
#[derive(Default)]
struct Decoder {
    /// The beginning of what is not complete yet.
    pending: Vec<u8>,
    header_seen: bool,
}

impl Decoder {
    fn push(
        &mut self,
        mut chunk: Bytes,
        each: &mut impl FnMut(&mut Fields<'_>) -> Result<(), Malformed>,
    ) -> Result<(), Malformed> {
        // The server sends a message a row, the header with the first; yet nothing promises it.
        if !self.pending.is_empty() {
            self.pending.extend_from_slice(&chunk);
            chunk = Bytes::from(std::mem::take(&mut self.pending));
        }
        let mut rest: &[u8] = &chunk;
        if !self.header_seen {
            let Some(after) = header(rest) else {
                self.pending = rest.to_vec();
                return Ok(());
            };
            rest = after;
            self.header_seen = true;
        }
        loop {
            match row(rest) {
                Row::Complete {
                    mut fields,
                    rest: after,
                } => {
                    each(&mut fields)?;
                    rest = after;
                }
                Row::End => return Ok(()),
                Row::Incomplete => {
                    self.pending = rest.to_vec();
                    return Ok(());
                }
            }
        }
    }
}

fn corrupt(query: &str, problem: Malformed) -> StoreError {
    StoreError::corrupt(
        "copy",
        problem.0,
        query,
        "a value of another shape than expected",
    )
}

fn header(data: &[u8]) -> Option<&[u8]> {
    let rest = data.strip_prefix(SIGNATURE)?;
    let extension = usize::try_from(i32::from_be_bytes(rest.get(4..8)?.try_into().ok()?)).ok()?;
    rest.get(8 + extension..)
}

enum Row<'a> {
    Complete {
        fields: Fields<'a>,
        rest: &'a [u8],
    },
    /// The trailer, or nothing left.
    End,
    Incomplete,
}

fn row(data: &[u8]) -> Row<'_> {
    let Some((count, body)) = data.split_first_chunk::<2>() else {
        return if data.is_empty() {
            Row::End
        } else {
            Row::Incomplete
        };
    };
    let Ok(count) = u16::try_from(i16::from_be_bytes(*count)) else {
        return Row::End;
    };
    let mut rest = body;
    for _ in 0..count {
        let Some((length, after)) = rest.split_first_chunk::<4>() else {
            return Row::Incomplete;
        };
        // -1 stands for null.
        let length = usize::try_from(i32::from_be_bytes(*length)).unwrap_or(0);
        match after.get(length..) {
            Some(after) => rest = after,
            None => return Row::Incomplete,
        }
    }
    Row::Complete {
        fields: Fields { data: body },
        rest,
    }
}

/// A value that is not of the type the reader asked for; says which type.
#[derive(Debug)]
pub(crate) struct Malformed(pub(crate) &'static str);

/// The values of one row, read in order.
pub(crate) struct Fields<'a> {
    data: &'a [u8],
}

impl<'a> Fields<'a> {
    fn next(&mut self) -> Result<Option<&'a [u8]>, Malformed> {
        let (length, rest) = self.data.split_first_chunk::<4>().ok_or(Malformed("row"))?;
        let Ok(length) = usize::try_from(i32::from_be_bytes(*length)) else {
            self.data = rest;
            return Ok(None);
        };
        let (value, rest) = rest.split_at_checked(length).ok_or(Malformed("row"))?;
        self.data = rest;
        Ok(Some(value))
    }

    fn array<const N: usize>(&mut self, kind: &'static str) -> Result<Option<[u8; N]>, Malformed> {
        self.next()?
            .map(|value| value.try_into().map_err(|_| Malformed(kind)))
            .transpose()
    }

    pub(crate) fn uuid(&mut self) -> Result<Uuid, Malformed> {
        self.array("uuid")?
            .map(Uuid::from_bytes)
            .ok_or(Malformed("uuid"))
    }

    pub(crate) fn uuid_or_null(&mut self) -> Result<Option<Uuid>, Malformed> {
        Ok(self.array("uuid")?.map(Uuid::from_bytes))
    }

    pub(crate) fn bigint(&mut self) -> Result<i64, Malformed> {
        self.array("bigint")?
            .map(i64::from_be_bytes)
            .ok_or(Malformed("bigint"))
    }

    pub(crate) fn bigint_or_null(&mut self) -> Result<Option<i64>, Malformed> {
        Ok(self.array("bigint")?.map(i64::from_be_bytes))
    }

    pub(crate) fn boolean_or_null(&mut self) -> Result<Option<bool>, Malformed> {
        Ok(self.array("boolean")?.map(|[byte]: [u8; 1]| byte != 0))
    }

    pub(crate) fn text(&mut self) -> Result<&'a str, Malformed> {
        let value = self.next()?.ok_or(Malformed("text"))?;
        std::str::from_utf8(value).map_err(|_| Malformed("text"))
    }

    /// A `timestamptz`; null is `None`. Infinity, and whatever else lies outside the years that can be
    /// reckoned with, is the first or the last instant of them.
    pub(crate) fn timestamp(&mut self) -> Result<Option<jiff::Timestamp>, Malformed> {
        let micros = self.bigint_or_null()?;
        Ok(micros.map(|micros| {
            let since_1970 = micros.saturating_add(POSTGRES_EPOCH_US);
            let edge = if micros < 0 {
                jiff::Timestamp::MIN
            } else {
                jiff::Timestamp::MAX
            };
            jiff::Timestamp::from_microsecond(since_1970).unwrap_or(edge)
        }))
    }
}

/// Rows on their way into a table, in the binary format.
pub(crate) struct Rows {
    buffer: Vec<u8>,
}

impl Rows {
    /// How much is gathered before it is sent.
    pub(crate) const CHUNK: usize = 256 * 1024;

    pub(crate) fn new() -> Self {
        let mut buffer = Vec::with_capacity(Self::CHUNK + 4096);
        buffer.extend_from_slice(SIGNATURE);
        buffer.extend_from_slice(&[0; 8]);
        Self { buffer }
    }

    /// Begins a row of so many values.
    pub(crate) fn row(&mut self, values: i16) {
        self.buffer.extend_from_slice(&values.to_be_bytes());
    }

    fn value(&mut self, bytes: &[u8]) {
        let length = i32::try_from(bytes.len()).unwrap_or(i32::MAX);
        self.buffer.extend_from_slice(&length.to_be_bytes());
        self.buffer.extend_from_slice(bytes);
    }

    pub(crate) fn null(&mut self) {
        self.buffer.extend_from_slice(&(-1_i32).to_be_bytes());
    }

    pub(crate) fn smallint(&mut self, value: i16) {
        self.value(&value.to_be_bytes());
    }

    pub(crate) fn integer(&mut self, value: i32) {
        self.value(&value.to_be_bytes());
    }

    pub(crate) fn bigint(&mut self, value: i64) {
        self.value(&value.to_be_bytes());
    }

    pub(crate) fn boolean(&mut self, value: bool) {
        self.value(&[u8::from(value)]);
    }

    pub(crate) fn text(&mut self, value: &str) {
        self.value(value.as_bytes());
    }

    pub(crate) fn uuid(&mut self, value: Uuid) {
        self.value(value.as_bytes());
    }

    /// A `jsonb`: a version byte, then the text.
    pub(crate) fn jsonb(&mut self, value: &serde_json::Value) {
        let text = value.to_string();
        let mut bytes = Vec::with_capacity(text.len() + 1);
        bytes.push(1);
        bytes.extend_from_slice(text.as_bytes());
        self.value(&bytes);
    }

    pub(crate) fn uuids(&mut self, values: impl Iterator<Item = Uuid>) {
        self.one_dimension(2950, values.map(Uuid::into_bytes));
    }

    pub(crate) fn bigints(&mut self, values: impl Iterator<Item = i64>) {
        self.one_dimension(20, values.map(i64::to_be_bytes));
    }

    /// An array without nulls of a type given by its oid.
    fn one_dimension<const N: usize>(&mut self, oid: i32, values: impl Iterator<Item = [u8; N]>) {
        let start = self.buffer.len();
        self.buffer.extend_from_slice(&[0; 4]);
        for word in [0, 0, oid] {
            self.buffer.extend_from_slice(&word.to_be_bytes());
        }
        let dimension = self.buffer.len();
        self.buffer.extend_from_slice(&[0; 8]);
        let mut count = 0_i32;
        for value in values {
            self.value(&value);
            count += 1;
        }
        if count == 0 {
            self.buffer.truncate(dimension);
        } else {
            self.patch(start + 4, 1);
            self.patch(dimension, count);
            self.patch(dimension + 4, 1);
        }
        let length = i32::try_from(self.buffer.len() - start - 4).unwrap_or(i32::MAX);
        self.patch(start, length);
    }

    fn patch(&mut self, at: usize, word: i32) {
        if let Some(place) = self.buffer.get_mut(at..at + 4) {
            place.copy_from_slice(&word.to_be_bytes());
        }
    }

    /// What is gathered, if it is enough to send.
    pub(crate) fn full(&mut self) -> Option<Vec<u8>> {
        (self.buffer.len() >= Self::CHUNK).then(|| self.take())
    }

    fn take(&mut self) -> Vec<u8> {
        std::mem::replace(&mut self.buffer, Vec::with_capacity(Self::CHUNK + 4096))
    }

    /// The rest, with the trailer.
    pub(crate) fn finish(mut self) -> Vec<u8> {
        self.buffer.extend_from_slice(&(-1_i16).to_be_bytes());
        self.take()
    }
}

#[cfg(test)]
mod tests;
