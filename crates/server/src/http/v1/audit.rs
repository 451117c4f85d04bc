//! The audit log (U-17): searching it, and taking it out.

use app::audit::{Export, Page, csv};
use axum::Json;
use axum::body::Body;
use axum::extract::State as Extract;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use jiff::Timestamp;
use serde::Deserialize;
use store::audit::{Filter, Row};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::http::State;
use crate::http::answers::Problems;
use crate::http::extract::{Asked, Authenticated, page_size, read};
use crate::http::problem::ApiError;
use app::Caller;

/// Which rows; each given field narrows them.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct Search {
    /// Like `role.assign`.
    action: Option<String>,
    /// An entity's key, whole; of a person id or e-mail address.
    entity: Option<String>,
    /// Who did it: id or e-mail address.
    actor: Option<String>,
    /// The person whom the row is about: id or e-mail address.
    target: Option<String>,
    correlation_id: Option<String>,
    /// Not before this instant, like `2026-01-31T12:00:00Z`.
    #[param(value_type = Option<String>)]
    since: Option<Timestamp>,
    /// Where the page before ended.
    cursor: Option<String>,
    /// At most so many, 1 to 200; 50 if left out.
    limit: Option<u16>,
}

/// Which rows, and how they are written.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct Take {
    /// `ndjson`, one JSON object a line, or `csv`; `ndjson` if left out.
    #[serde(default)]
    #[param(inline)]
    format: Format,
    action: Option<String>,
    /// An entity's key, whole; of a person id or e-mail address.
    entity: Option<String>,
    /// Who did it: id or e-mail address.
    actor: Option<String>,
    /// The person whom the row is about: id or e-mail address.
    target: Option<String>,
    correlation_id: Option<String>,
    /// Not before this instant, like `2026-01-31T12:00:00Z`.
    #[param(value_type = Option<String>)]
    since: Option<Timestamp>,
}

/// How an export is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[schema(as = ExportFormat)]
#[serde(rename_all = "snake_case")]
pub(in crate::http) enum Format {
    #[default]
    Ndjson,
    Csv,
}

/// Changes and refused changes, newest first.
#[utoipa::path(get, path = "/v1/admin/audit", tag = "records", params(Search),
    responses((status = 200, body = Page), Problems))]
pub(in crate::http) async fn list_audit(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Asked(search): Asked<Search>,
) -> Result<Json<Page>, ApiError> {
    let filter = Filter {
        action: search.action,
        entity: entity(&state, &caller, search.entity).await?,
        actor: person(&state, &caller, "actor", search.actor).await?,
        target: person(&state, &caller, "target", search.target).await?,
        correlation_id: search.correlation_id,
        since: search.since,
        before: read("cursor", search.cursor.as_deref())?,
        limit: page_size(search.limit)?,
    };
    Ok(Json(
        app::audit::page(&state.reeve, &caller, &filter).await?,
    ))
}

/// All rows that match, newest first, as a file. No cell of the CSV is taken for a formula.
#[utoipa::path(get, path = "/v1/admin/audit/export", tag = "records", params(Take),
    responses((status = 200, body = String, content_type = "application/x-ndjson"), Problems))]
pub(in crate::http) async fn export_audit(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Asked(take): Asked<Take>,
) -> Result<Response, ApiError> {
    let filter = Filter {
        action: take.action,
        entity: entity(&state, &caller, take.entity).await?,
        actor: person(&state, &caller, "actor", take.actor).await?,
        target: person(&state, &caller, "target", take.target).await?,
        correlation_id: take.correlation_id,
        since: take.since,
        before: None,
        limit: 1,
    };
    let export = app::audit::export(&state.reeve, &caller, &filter).await?;
    let (kind, name) = match take.format {
        Format::Ndjson => ("application/x-ndjson", "audit.ndjson"),
        Format::Csv => ("text/csv; charset=utf-8", "audit.csv"),
    };
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
    ];
    let lines = stream::unfold((export, take.format, true), chunk);
    Ok((headers, Body::from_stream(lines)).into_response())
}

/// Where an export stands; whether its head is still to be written.
type Standing = (Export, Format, bool);

/// The next part of the file. A failure ends it in the middle, which the client sees.
async fn chunk(
    (mut export, format, head): Standing,
) -> Option<(Result<String, app::Error>, Standing)> {
    if head && format == Format::Csv {
        return Some((csv(&[], true), (export, format, false)));
    }
    let text = match export.next().await {
        Ok(None) => return None,
        Ok(Some(rows)) => write(&rows, format),
        Err(error) => Err(error),
    };
    if let Err(error) = &text {
        tracing::error!(%error, "an export ends before its end");
    }
    Some((text, (export, format, false)))
}

fn write(rows: &[Row], format: Format) -> Result<String, app::Error> {
    if format == Format::Csv {
        return csv(rows, false);
    }
    let mut text = String::new();
    for row in rows {
        let line = serde_json::to_string(row);
        text += &line.map_err(|error| app::Error::Io(error.into()))?;
        text.push('\n');
    }
    Ok(text)
}

/// A person who is named by id or address.
pub(super) async fn person(
    state: &State,
    caller: &Caller,
    field: &str,
    name: Option<String>,
) -> Result<Option<Uuid>, ApiError> {
    match name {
        Some(email) if email.contains('@') => {
            let found = app::identity::find(&state.reeve, caller, &email).await?;
            Ok(Some(found.0))
        }
        other => read(field, other.as_deref()),
    }
}

/// An entity's key; that of a person may be given as their address.
async fn entity(
    state: &State,
    caller: &Caller,
    name: Option<String>,
) -> Result<Option<String>, ApiError> {
    match name {
        Some(email) if email.contains('@') => {
            let found = app::identity::find(&state.reeve, caller, &email).await?;
            Ok(Some(found.to_string()))
        }
        other => Ok(other),
    }
}
