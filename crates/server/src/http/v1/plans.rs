//! Plans: what reconcile would change, made, looked at, approved, applied.

use app::reconcile::plan::{Made, Options, Page, Shown};
use app::reconcile::{self, Applied};
use axum::Json;
use axum::extract::State as Extract;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::http::State;
use crate::http::answers::Problems;
use crate::http::extract::{Asked, Authenticated, Body, Named, page_size, read};
use crate::http::problem::ApiError;

/// Which page.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct Which {
    /// Where the page before ended.
    cursor: Option<String>,
    /// At most so many, 1 to 200; 50 if left out.
    limit: Option<u16>,
}

/// How much of a plan.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct Extent {
    /// Also the steps that only record an event.
    #[serde(default)]
    all: bool,
    /// At most so many steps, 1 to 200; 50 if left out.
    limit: Option<u16>,
}

/// How to plan.
#[derive(Default, Deserialize, ToSchema)]
#[schema(as = NewPlan)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct New {
    /// How old a snapshot may be, for this plan alone; live decisions go by the stored number.
    max_age_seconds: Option<u32>,
}

/// A plan, if anything has to change.
#[derive(Serialize, ToSchema)]
#[schema(as = PlanAnswer)]
pub(in crate::http) struct Planned {
    plan: Option<Made>,
}

/// A plan that was approved.
#[derive(Serialize, ToSchema)]
#[schema(as = PlanApproved)]
pub(in crate::http) struct Approved {
    plan_id: String,
}

/// The stored plans, newest first.
#[utoipa::path(get, path = "/v1/admin/plans", tag = "governance", params(Which),
    responses((status = 200, body = Page), Problems))]
pub(in crate::http) async fn list_plans(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Asked(which): Asked<Which>,
) -> Result<Json<Page>, ApiError> {
    let (before, limit) = (
        read("cursor", which.cursor.as_deref())?,
        page_size(which.limit)?,
    );
    let page = reconcile::page(&state.reeve, &caller, before.as_ref(), limit).await?;
    Ok(Json(page))
}

/// Plans for everybody and stores the plan; nothing is applied.
#[utoipa::path(post, path = "/v1/admin/plans", tag = "governance", request_body = New,
    responses((status = 200, body = Planned), Problems))]
pub(in crate::http) async fn make_plan(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Body(new): Body<New>,
) -> Result<Json<Planned>, ApiError> {
    /// A year, as for the stored number.
    const LONGEST: u32 = 31_536_000;
    let seconds = new.max_age_seconds;
    if seconds.is_some_and(|seconds| seconds == 0 || seconds > LONGEST) {
        let problem = format!("max_age_seconds: expected 1 to {LONGEST}");
        return Err(ApiError::invalid(problem));
    }
    let options = Options {
        max_age: seconds.map(|seconds| SignedDuration::from_secs(seconds.into())),
        ..Options::default()
    };
    let plan = reconcile::plan(&state.reeve, &caller, &options).await?;
    Ok(Json(Planned { plan }))
}

/// A plan with its steps and a reason for each; named by its id, the beginning of it, or `latest`.
#[utoipa::path(get, path = "/v1/admin/plans/{plan_id}", tag = "governance",
    params(("plan_id" = String, Path), Extent),
    responses((status = 200, body = Shown), Problems))]
pub(in crate::http) async fn get_plan(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Named(id): Named<String>,
    Asked(extent): Asked<Extent>,
) -> Result<Json<Shown>, ApiError> {
    let limit = page_size(extent.limit)?;
    let plan = reconcile::show(&state.reeve, &caller, &id, extent.all, limit).await?;
    Ok(Json(plan))
}

/// Approves a held plan, by its id; needs `plans:approve`.
#[utoipa::path(put, path = "/v1/admin/plans/{plan_id}/approval", tag = "governance",
    params(("plan_id" = String, Path)),
    responses((status = 200, body = Approved), Problems))]
pub(in crate::http) async fn approve_plan(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Named(id): Named<String>,
) -> Result<Json<Approved>, ApiError> {
    let plan_id = reconcile::approve(&state.reeve, &caller, &id).await?;
    Ok(Json(Approved { plan_id }))
}

/// Applies a plan, or what the guard lets through of it. A run that was cut off is gone on with by
/// applying again.
#[utoipa::path(post, path = "/v1/admin/plans/{plan_id}/apply", tag = "governance",
    params(("plan_id" = String, Path)),
    responses((status = 200, body = Applied), Problems))]
pub(in crate::http) async fn apply_plan(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Named(id): Named<String>,
) -> Result<Json<Applied>, ApiError> {
    let lease = Options::default().lease;
    let applied = reconcile::apply(&state.reeve, &caller, &id, lease).await?;
    Ok(Json(applied))
}
