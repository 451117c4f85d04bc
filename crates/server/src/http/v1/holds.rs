//! Holds: telling automation to leave somebody alone for a while (D10).

use app::hold;
use axum::Json;
use axum::extract::State as Extract;
use axum::http::StatusCode;
use domain::id::UserId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::hold::Hold;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::end::required;
use crate::http::State;
use crate::http::answers::Problems;
use crate::http::cursor;
use crate::http::extract::{Asked, Authenticated, Body, Named};
use crate::http::problem::ApiError;

/// Which holds.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct Wanted {
    /// Only those on this person.
    user_id: Option<UserId>,
    /// Also those that ended.
    #[serde(default)]
    all: bool,
    /// Where the page before ended.
    cursor: Option<String>,
    /// At most so many, 1 to 200; 50 if left out.
    limit: Option<u16>,
}

/// A page of holds.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct Holds {
    holds: Vec<Hold>,
    /// Where the next page begins, if there is one.
    next: Option<String>,
}

/// A hold to open.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewHold)]
pub(in crate::http) struct New {
    user_id: UserId,
    /// Why; whoever reviews it reads that. 1 to 500 characters.
    reason: String,
    /// Until then, at most 31 days away; or say `for_seconds`.
    until: Option<Timestamp>,
    /// For so long from now; or say `until`.
    for_seconds: Option<u32>,
}

/// A hold that was opened.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct OpenedHold {
    hold_id: Uuid,
    ends_at: Timestamp,
}

/// Why something ends before its time.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EarlyEnd)]
pub(in crate::http) struct End {
    /// 1 to 500 characters.
    pub(super) reason: Option<String>,
}

/// Whom it was about.
#[derive(Serialize, ToSchema)]
#[schema(as = EndedEarly)]
pub(in crate::http) struct Ended {
    pub(super) user_id: UserId,
}

/// A page of the holds in force and to come, newest first.
#[utoipa::path(get, path = "/v1/admin/holds", tag = "holds", params(Wanted),
    responses((status = 200, body = Holds), Problems))]
pub(in crate::http) async fn list_holds(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Json<Holds>, ApiError> {
    let limit = cursor::limit(wanted.limit)?;
    let id = |text: &str| Uuid::try_parse(text).map_err(|_| cursor::malformed());
    let after = wanted.cursor.as_deref().map(id).transpose()?;
    let who = wanted.user_id.map(|id| id.to_string());
    let one_more = i64::from(limit) + 1;
    let (who, all) = (who.as_deref(), wanted.all);
    let found = hold::list(&state.reeve, &caller, who, all, after, one_more).await?;
    let (holds, next) = cursor::page(found, limit, |hold| hold.hold_id.simple().to_string());
    Ok(Json(Holds { holds, next }))
}

/// Opens a hold: automation leaves status and assignments alone until it ends. It grants nothing.
#[utoipa::path(post, path = "/v1/admin/holds", tag = "holds", request_body = New,
    responses((status = 201, body = OpenedHold), Problems))]
pub(in crate::http) async fn create_hold(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Body(new): Body<New>,
) -> Result<(StatusCode, Json<OpenedHold>), ApiError> {
    let until = required(new.until, new.for_seconds)?;
    let who = new.user_id.to_string();
    let (hold_id, ends_at) = hold::add(&state.reeve, &caller, &who, until, &new.reason).await?;
    let opened = OpenedHold { hold_id, ends_at };
    Ok((StatusCode::CREATED, Json(opened)))
}

/// Ends a hold before its time.
#[utoipa::path(post, path = "/v1/admin/holds/{hold_id}/end", tag = "holds", request_body = End,
    params(("hold_id" = Uuid, Path)),
    responses((status = 200, body = hold::Ended), Problems))]
pub(in crate::http) async fn end_hold(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Named(hold_id): Named<Uuid>,
    Body(end): Body<End>,
) -> Result<Json<hold::Ended>, ApiError> {
    let why = end.reason.as_deref();
    let ended = hold::end(&state.reeve, &caller, hold_id, why).await?;
    Ok(Json(ended))
}
