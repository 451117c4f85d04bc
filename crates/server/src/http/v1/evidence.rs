//! What is on record about one correlation id (I-13, I-31).

use app::evidence::{Evidence, New};
use axum::Json;
use axum::extract::State as Extract;
use axum::http::{HeaderName, StatusCode, header};
use domain::id::CorrelationId;
use serde::Serialize;
use store::log::Line;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::http::State;
use crate::http::answers::Problems;
use crate::http::extract::{Authenticated, Body, Named, read};
use crate::http::problem::ApiError;

/// Log lines of a request.
#[derive(Serialize, ToSchema)]
#[schema(as = LogLines)]
pub(in crate::http) struct Lines {
    lines: Vec<Line>,
}

/// A note that was made.
#[derive(Serialize, ToSchema)]
#[schema(as = EvidenceNoted)]
pub(in crate::http) struct Noted {
    note_id: Uuid,
}

fn id(text: &str) -> Result<CorrelationId, ApiError> {
    let id = read("correlation_id", Some(text))?;
    id.ok_or_else(ApiError::not_found)
}

/// The log lines of a correlation id, in order, as long as they are kept.
#[utoipa::path(get, path = "/v1/admin/logs/{correlation_id}", tag = "records",
    params(("correlation_id" = String, Path)),
    responses((status = 200, body = Lines), Problems))]
pub(in crate::http) async fn find_log(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Named(text): Named<String>,
) -> Result<Json<Lines>, ApiError> {
    let lines = app::log::find(&state.reeve, &caller, &id(&text)?).await?;
    Ok(Json(Lines { lines }))
}

/// Everything on record about a correlation id, as one document: problems, decision paths, audit rows,
/// log lines, ids, notes.
#[utoipa::path(get, path = "/v1/admin/evidence/{correlation_id}", tag = "records",
    params(("correlation_id" = String, Path)),
    responses((status = 200, body = Evidence), Problems))]
pub(in crate::http) async fn get_evidence(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Named(text): Named<String>,
) -> Result<([(HeaderName, String); 1], Json<Evidence>), ApiError> {
    let id = id(&text)?;
    let evidence = app::evidence::show(&state.reeve, &caller, &id).await?;
    // A correlation id has no character that would end the name.
    let file = format!("attachment; filename=\"evidence-{id}.json\"");
    Ok(([(header::CONTENT_DISPOSITION, file)], Json(evidence)))
}

/// Notes what was decided by the runbook, and what was done about it.
#[utoipa::path(post, path = "/v1/admin/evidence/{correlation_id}/notes", tag = "records",
    params(("correlation_id" = String, Path)), request_body = New,
    responses((status = 201, body = Noted), Problems))]
pub(in crate::http) async fn add_evidence_note(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Named(text): Named<String>,
    Body(new): Body<New>,
) -> Result<(StatusCode, Json<Noted>), ApiError> {
    let note_id = app::evidence::note(&state.reeve, &caller, &id(&text)?, &new).await?;
    Ok((StatusCode::CREATED, Json(Noted { note_id })))
}
