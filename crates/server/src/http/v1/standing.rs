//! Where everybody stands: status map, drift, freshness, joiners, movers and leavers, alerts,
//! break-glass.

use app::status_map::{Filter, StatusMap, WhichDrift};
use axum::Json;
use axum::extract::State as Extract;
use domain::governance::drift::Drift;
use domain::governance::jml::Event;
use domain::governance::outcome::PolicyOutcome;
use domain::identity::Status;
use domain::status_map::Badge;
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::http::State;
use crate::http::answers::Problems;
use crate::http::extract::{Asked, Authenticated, page_size, read, word};
use crate::http::problem::ApiError;

/// Whom the map shows; each given field narrows it.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct Whom {
    /// `active`, `suspended` or `disabled`.
    #[param(value_type = Option<String>)]
    status: Option<Status>,
    eligible: Option<bool>,
    entitled: Option<bool>,
    /// Effective access.
    access: Option<bool>,
    /// Like `compliant`: the policy outcome.
    outcome: Option<String>,
    /// `compliant`, `drifting`, `exempt`, `unobserved`, `unsynced` or `disabled`.
    compliance: Option<String>,
    /// A kind of drift, or `any`.
    drift: Option<String>,
    /// Part of an e-mail address or a name, in any case.
    search: Option<String>,
    /// Where the page before ended.
    cursor: Option<String>,
    /// At most so many, 1 to 200; 50 if left out.
    limit: Option<u16>,
}

/// Whose drift.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct Drifts {
    /// Only this kind.
    kind: Option<String>,
    /// Part of an e-mail address or a name, in any case.
    search: Option<String>,
    /// Where the page before ended.
    cursor: Option<String>,
    /// At most so many, 1 to 200; 50 if left out.
    limit: Option<u16>,
}

/// Which events.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct Events {
    /// `joiner`, `mover` or `leaver`.
    event: Option<String>,
    /// Id or e-mail address.
    identity: Option<String>,
    /// Not before this instant.
    #[param(value_type = Option<String>)]
    since: Option<Timestamp>,
    /// Where the page before ended.
    cursor: Option<String>,
    /// At most so many, 1 to 200; 50 if left out.
    limit: Option<u16>,
}

/// Which alerts.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct Alerts {
    /// Also those that are closed.
    #[serde(default)]
    all: bool,
    /// Where the page before ended.
    cursor: Option<String>,
    /// At most so many, 1 to 200; 50 if left out.
    limit: Option<u16>,
}

fn drift(field: &str, text: Option<&str>) -> Result<Option<WhichDrift>, ApiError> {
    if text == Some("any") {
        return Ok(Some(WhichDrift::Any));
    }
    let kind = word(field, text, &Drift::ALL, Drift::as_str)?;
    Ok(kind.map(WhichDrift::Only))
}

fn size(limit: Option<u16>) -> Result<u32, ApiError> {
    Ok(u32::try_from(page_size(limit)?).unwrap_or(u32::MAX))
}

/// A page of people with status, eligibility, entitlement, access and compliance, and what is counted
/// over everybody who matches.
#[utoipa::path(get, path = "/v1/admin/status-map", tag = "governance", params(Whom),
    responses((status = 200, body = StatusMap), Problems))]
pub(in crate::http) async fn get_status_map(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Asked(whom): Asked<Whom>,
) -> Result<Json<StatusMap>, ApiError> {
    let outcome = whom.outcome.as_deref();
    let badge = whom.compliance.as_deref();
    let filter = Filter {
        status: whom.status,
        eligible: whom.eligible,
        entitled: whom.entitled,
        access: whom.access,
        outcome: word(
            "outcome",
            outcome,
            &PolicyOutcome::ALL,
            PolicyOutcome::as_str,
        )?,
        compliance: word("compliance", badge, &Badge::ALL, Badge::as_str)?,
        drift: drift("drift", whom.drift.as_deref())?,
        search: whom.search,
        limit: size(whom.limit)?,
        cursor: whom.cursor,
    };
    Ok(Json(
        app::status_map::look(&state.reeve, &caller, &filter).await?,
    ))
}

/// Who is not as they should be, and what mends it.
#[utoipa::path(get, path = "/v1/admin/drift", tag = "governance", params(Drifts),
    responses((status = 200, body = StatusMap), Problems))]
pub(in crate::http) async fn get_drift(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Asked(drifts): Asked<Drifts>,
) -> Result<Json<StatusMap>, ApiError> {
    let kind = drift("kind", drifts.kind.as_deref())?;
    let filter = Filter {
        drift: kind.or(Some(WhichDrift::Any)),
        search: drifts.search,
        limit: size(drifts.limit)?,
        cursor: drifts.cursor,
        ..Filter::default()
    };
    Ok(Json(
        app::status_map::look(&state.reeve, &caller, &filter).await?,
    ))
}

/// How old the observations are, when each goes stale, and how many lose access then.
#[utoipa::path(get, path = "/v1/admin/freshness", tag = "governance",
    responses((status = 200, body = app::freshness::Report), Problems))]
pub(in crate::http) async fn get_freshness(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
) -> Result<Json<app::freshness::Report>, ApiError> {
    Ok(Json(app::freshness::look(&state.reeve, &caller).await?))
}

/// Joiners, movers and leavers, newest first, and how long access outlived what was seen.
#[utoipa::path(get, path = "/v1/admin/jml", tag = "governance", params(Events),
    responses((status = 200, body = app::jml::Events), Problems))]
pub(in crate::http) async fn list_jml(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Asked(events): Asked<Events>,
) -> Result<Json<app::jml::Events>, ApiError> {
    let event = events.event.as_deref();
    let filter = app::jml::Filter {
        event: word("event", event, &Event::ALL, Event::as_str)?,
        identity: events.identity,
        since: events.since,
        before: read("cursor", events.cursor.as_deref())?,
        limit: size(events.limit)?,
    };
    Ok(Json(app::jml::list(&state.reeve, &caller, &filter).await?))
}

/// What needs a person, newest first.
#[utoipa::path(get, path = "/v1/admin/alerts", tag = "governance", params(Alerts),
    responses((status = 200, body = app::alert::Page), Problems))]
pub(in crate::http) async fn list_alerts(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Asked(alerts): Asked<Alerts>,
) -> Result<Json<app::alert::Page>, ApiError> {
    let (all, limit) = (alerts.all, page_size(alerts.limit)?);
    let before = read("cursor", alerts.cursor.as_deref())?;
    let page = app::alert::page(&state.reeve, &caller, all, before.as_ref(), limit).await?;
    Ok(Json(page))
}

/// The break-glass list of this server, whom its entries match, and what the other servers have.
#[utoipa::path(get, path = "/v1/admin/break-glass", tag = "governance",
    responses((status = 200, body = app::break_glass::Shown), Problems))]
pub(in crate::http) async fn get_break_glass(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
) -> Result<Json<app::break_glass::Shown>, ApiError> {
    Ok(Json(app::break_glass::show(&state.reeve, &caller).await?))
}
