//! The headers that every operation takes and gives, written once into the document of the API.

use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::schema::{Object, ObjectBuilder, Type};
use utoipa::openapi::{OpenApi, Ref, RefOr, Required, Response};

const IDEMPOTENCY_KEY: &str = "IdempotencyKey";
const CORRELATION_ID: &str = "CorrelationId";
const TRACEPARENT: &str = "Traceparent";
const REVISION: &str = "Revision";
const REPLAYED: &str = "IdempotencyReplayed";
const RETRY_AFTER: &str = "RetryAfter";

/// Declares the headers, and names them in every operation.
pub(super) fn describe(document: &mut OpenApi) {
    let components = document.components.get_or_insert_default();
    for (name, parameter) in parameters() {
        components
            .parameters
            .insert(name.to_owned(), RefOr::T(parameter));
    }
    for (name, header) in headers() {
        components.headers.insert(name.to_owned(), RefOr::T(header));
    }
    for item in document.paths.paths.values_mut() {
        for (operation, changes) in operations(item) {
            add(operation, changes);
        }
    }
}

/// The operations of a path, each with whether its method asks for a change.
fn operations(item: &mut PathItem) -> impl Iterator<Item = (&mut Operation, bool)> {
    let asking = [&mut item.get, &mut item.head, &mut item.options];
    let changing = [
        &mut item.post,
        &mut item.put,
        &mut item.patch,
        &mut item.delete,
    ];
    let asking = asking.into_iter().flatten().map(|one| (one, false));
    let changing = changing.into_iter().flatten().map(|one| (one, true));
    asking.chain(changing)
}

fn add(operation: &mut Operation, changes: bool) {
    let takes = operation.parameters.get_or_insert_default();
    let always = [CORRELATION_ID, TRACEPARENT];
    for name in changes.then_some(IDEMPOTENCY_KEY).into_iter().chain(always) {
        let reference = Ref::new(format!("#/components/parameters/{name}"));
        takes.push(RefOr::Ref(reference));
    }
    for (status, response) in &mut operation.responses.responses {
        if let RefOr::T(response) = response {
            give(response, "X-Correlation-Id", CORRELATION_ID);
            if status == "429" {
                give(response, "Retry-After", RETRY_AFTER);
            }
            if changes && status.starts_with('2') {
                give(response, "X-Revision", REVISION);
                give(response, "Idempotency-Replayed", REPLAYED);
            }
        }
    }
}

fn give(response: &mut Response, header: &str, name: &str) {
    let reference = Ref::new(format!("#/components/headers/{name}"));
    response
        .headers
        .insert(header.to_owned(), RefOr::Ref(reference));
}

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

fn parameters() -> [(&'static str, Parameter); 3] {
    let header = |name: &str, about: &str, schema: Object| {
        ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Header)
            .required(Required::False)
            .description(Some(about))
            .schema(Some(schema))
            .build()
    };
    let key = text().min_length(Some(1)).max_length(Some(255)).build();
    let id = text().pattern(Some("^[A-Za-z0-9._-]{1,64}$")).build();
    [
        (
            IDEMPOTENCY_KEY,
            header(
                "Idempotency-Key",
                "Visible characters, remembered for 24 hours: sent again by the same caller the request \
                 changes nothing and gives the first answer.",
                key,
            ),
        ),
        (
            CORRELATION_ID,
            header(
                "X-Correlation-Id",
                "By which the request is found again in log, audit and evidence; made, if left out or \
                 unusable.",
                id,
            ),
        ),
        (
            TRACEPARENT,
            header(
                "traceparent",
                "The caller's trace (W3C Trace Context), which goes on here.",
                text().build(),
            ),
        ),
    ]
}

fn headers() -> [(&'static str, Header); 4] {
    let header = |about: &str, schema: Object| {
        HeaderBuilder::new()
            .description(Some(about))
            .schema(Some(schema))
            .build()
    };
    let seconds = ObjectBuilder::new().schema_type(Type::Integer).build();
    [
        (
            CORRELATION_ID,
            header("The request's correlation id.", text().build()),
        ),
        (
            REVISION,
            header(
                "Where in the history of changes this one stands; left out where nothing changed.",
                text().build(),
            ),
        ),
        (
            REPLAYED,
            header(
                "`true` if this is the kept answer of an earlier request with the same key.",
                text().build(),
            ),
        ),
        (
            RETRY_AFTER,
            header("In how many seconds to try again.", seconds),
        ),
    ]
}
