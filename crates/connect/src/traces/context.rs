//! Whose trace a span belongs to: W3C Trace Context, level 1, in and out.

use opentelemetry::Context;
use opentelemetry::trace::{
    SpanContext, SpanId, TraceContextExt as _, TraceFlags, TraceId, TraceState,
};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

/// The header's name.
pub const TRACEPARENT: &str = "traceparent";

/// The span elsewhere that a request is part of.
#[derive(Clone, Debug, PartialEq)]
pub struct Parent(SpanContext);

impl Parent {
    /// Reads a `traceparent` (section 3.2): version, trace id, parent id, flags.
    pub fn parse(text: &str) -> Option<Self> {
        let hexadecimal = |part: &str, length: usize| {
            let digit = |b: u8| b.is_ascii_digit() || matches!(b, b'a'..=b'f');
            part.len() == length && part.bytes().all(digit)
        };
        let mut parts = text.split('-');
        let (version, id, parent, flags) =
            (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let sound = hexadecimal(version, 2)
            && version != "ff"
            && (version != "00" || parts.next().is_none())
            && hexadecimal(id, 32)
            && hexadecimal(parent, 16)
            && hexadecimal(flags, 2);
        if !sound {
            return None;
        }
        let context = SpanContext::new(
            TraceId::from_hex(id).ok()?,
            SpanId::from_hex(parent).ok()?,
            TraceFlags::new(u8::from_str_radix(flags, 16).ok()?) & TraceFlags::SAMPLED,
            true,
            TraceState::NONE,
        );
        context.is_valid().then_some(Self(context))
    }

    /// 32 hexadecimal digits.
    pub fn trace_id(&self) -> String {
        self.0.trace_id().to_string()
    }
}

/// Makes a span that has just begun part of a trace elsewhere, if it is of one, and says which trace it
/// is in; nothing if spans are not exported.
pub fn join(span: &Span, parent: Option<&Parent>) -> Option<String> {
    if let Some(Parent(parent)) = parent {
        let remote = Context::new().with_remote_span_context(parent.clone());
        // Where spans are not exported there is nothing to be made part of something.
        drop(span.set_parent(remote));
    }
    let context = span.context();
    let context = context.span().span_context().clone();
    context.is_valid().then(|| context.trace_id().to_string())
}

/// What a request that belongs to a span carries; nothing if spans are not exported.
pub fn traceparent(span: &Span) -> Option<String> {
    let context = span.context();
    let context = context.span().span_context().clone();
    let (trace_id, span_id) = (context.trace_id(), context.span_id());
    let flags = context.trace_flags().to_u8();
    context
        .is_valid()
        .then(|| format!("00-{trace_id}-{span_id}-{flags:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_id_is_taken_from_a_sound_traceparent_only() {
        let id = "4bf92f3577b34da6a3ce929d0e0e4736";
        let trace_id = |text: &str| Parent::parse(text).map(|parent| parent.trace_id());
        for sound in [
            format!("00-{id}-00f067aa0ba902b7-01"),
            format!("00-{id}-00f067aa0ba902b7-00"),
            format!("01-{id}-00f067aa0ba902b7-01-more"),
        ] {
            assert_eq!(trace_id(&sound).as_deref(), Some(id), "{sound}");
        }
        for broken in [
            "",
            id,
            &format!("ff-{id}-00f067aa0ba902b7-01"),
            &format!("00-{id}-00f067aa0ba902b7-01-more"),
            &format!("00-{}-00f067aa0ba902b7-01", "0".repeat(32)),
            &format!("00-{id}-{}-01", "0".repeat(16)),
            &format!("00-{}-00f067aa0ba902b7-01", id.to_uppercase()),
        ] {
            assert_eq!(trace_id(broken), None, "{broken}");
        }
    }
}
