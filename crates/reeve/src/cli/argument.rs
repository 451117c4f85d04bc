//! Instants, durations and addresses as people write them, and an end, which is one of the first two.

use std::net::SocketAddr;

use clap::Args;
use domain::time::End;
use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp};

/// One of the two.
#[derive(Clone, Copy, Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Until {
    /// Until this instant, like 2026-01-31T12:00:00Z.
    #[arg(long, value_name = "T", value_parser = instant)]
    until: Option<Timestamp>,
    /// For so long from now, like 24h or 7d.
    #[arg(long = "for", value_name = "DURATION", value_parser = duration)]
    lasting: Option<SignedDuration>,
}

impl Until {
    /// The end; the parser has seen to it that exactly one was given.
    pub(crate) fn end(self) -> End {
        match (self.until, self.lasting) {
            (Some(at), _) => End::At(at),
            (None, lasting) => End::After(lasting.unwrap_or_default()),
        }
    }
}

/// Reads an instant.
pub(crate) fn instant(text: &str) -> Result<Timestamp, String> {
    let problem = |_| format!("`{text}` is no instant; write it like 2026-01-31T12:00:00Z");
    text.parse().map_err(problem)
}

/// Reads an address to listen on or to ask.
pub(crate) fn address(text: &str) -> Result<SocketAddr, String> {
    let problem =
        |_| format!("`{text}` is no address; write it with its port, like 127.0.0.1:8080");
    text.parse().map_err(problem)
}

/// Reads a duration; a day is 24 hours.
pub(crate) fn duration(text: &str) -> Result<SignedDuration, String> {
    let problem = |_| format!("`{text}` is no duration; write it like 24h, 7d or 1d12h");
    text.parse::<Span>()
        .and_then(|span| span.to_duration(SpanRelativeTo::days_are_24_hours()))
        .map_err(problem)
}
