//! Review campaigns (U-80, P-23).

use app::review::{Begun, Decided, New, Page};
use axum::Json;
use axum::extract::State as Extract;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use domain::review::Verdict;
use serde::{Deserialize, Serialize};
use store::review::Campaign;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::http::State;
use crate::http::answers::Problems;
use crate::http::extract::{Asked, Authenticated, Body, Named};
use crate::http::problem::ApiError;

/// Campaigns that are shown at most; there are a few a quarter.
const CAMPAIGNS: i64 = 1_000;

/// Which campaigns to list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct Which {
    /// Only those that are not signed off.
    #[serde(default)]
    open: bool,
}

/// Which grants of a campaign to show.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct Part {
    /// Only those that nobody decided yet.
    #[serde(default)]
    undecided: bool,
    /// Where the page before ended.
    cursor: Option<Uuid>,
    /// At most so many, 1 to 1000; 100 if left out.
    limit: Option<u16>,
}

/// Campaigns, newest first.
#[derive(Serialize, ToSchema)]
#[schema(as = Reviews)]
pub(in crate::http) struct Reviews {
    reviews: Vec<Campaign>,
}

/// What a reviewer says of a grant.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReviewDecision)]
pub(in crate::http) struct Decision {
    verdict: Verdict,
    /// Why, 1 to 500 characters.
    reason: String,
}

/// The last word on a campaign.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReviewSignOff)]
pub(in crate::http) struct SignOff {
    /// What was found, 1 to 500 characters.
    note: String,
}

/// Review campaigns, newest first.
#[utoipa::path(get, path = "/v1/admin/reviews", tag = "reviews", params(Which),
    responses((status = 200, body = Reviews), Problems))]
pub(in crate::http) async fn list_reviews(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Asked(which): Asked<Which>,
) -> Result<Json<Reviews>, ApiError> {
    let reviews = app::review::list(&state.reeve, &caller, which.open, CAMPAIGNS).await?;
    Ok(Json(Reviews { reviews }))
}

/// Begins a campaign over all grants of a subject that there are now.
#[utoipa::path(post, path = "/v1/admin/reviews", tag = "reviews", request_body = New,
    responses((status = 201, body = Begun), Problems))]
pub(in crate::http) async fn begin_review(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Body(new): Body<New>,
) -> Result<(StatusCode, Json<Begun>), ApiError> {
    let begun = app::review::begin(&state.reeve, &caller, &new).await?;
    Ok((StatusCode::CREATED, Json(begun)))
}

/// A page of a campaign's grants; also for its reviewers.
#[utoipa::path(get, path = "/v1/admin/reviews/{campaign_id}", tag = "reviews",
    params(("campaign_id" = Uuid, Path), Part),
    responses((status = 200, body = Page), Problems))]
pub(in crate::http) async fn get_review(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Named(campaign_id): Named<Uuid>,
    Asked(part): Asked<Part>,
) -> Result<Json<Page>, ApiError> {
    let limit = part.limit.unwrap_or(100);
    if limit == 0 || limit > 1_000 {
        return Err(ApiError::invalid("limit: expected 1 to 1000"));
    }
    let (undecided, after) = (part.undecided, part.cursor);
    let reeve = &state.reeve;
    let page =
        app::review::show(reeve, &caller, campaign_id, undecided, after, limit.into()).await?;
    Ok(Json(page))
}

/// The whole population of a campaign as CSV, for an auditor: person, role, where, by which path, by
/// whom, since when, and the verdict.
#[utoipa::path(get, path = "/v1/admin/reviews/{campaign_id}/export", tag = "reviews",
    params(("campaign_id" = Uuid, Path)),
    responses((status = 200, content_type = "text/csv", body = String), Problems))]
pub(in crate::http) async fn export_review(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Named(campaign_id): Named<Uuid>,
) -> Result<impl IntoResponse, ApiError> {
    let csv = app::review::export(&state.reeve, &caller, campaign_id).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"review.csv\"",
        ),
    ];
    Ok((headers, csv))
}

/// Decides one grant. Revoking takes it, if the caller may.
#[utoipa::path(post, path = "/v1/admin/review-items/{item_id}/decision", tag = "reviews",
    params(("item_id" = Uuid, Path)), request_body = Decision,
    responses((status = 200, body = Decided), Problems))]
pub(in crate::http) async fn decide_review_item(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Named(item_id): Named<Uuid>,
    Body(said): Body<Decision>,
) -> Result<Json<Decided>, ApiError> {
    let reeve = &state.reeve;
    let decided = app::review::decide(reeve, &caller, item_id, said.verdict, &said.reason).await?;
    Ok(Json(decided))
}

/// Signs a campaign off, when everything is decided.
#[utoipa::path(post, path = "/v1/admin/reviews/{campaign_id}/sign-off", tag = "reviews",
    params(("campaign_id" = Uuid, Path)), request_body = SignOff,
    responses((status = 204), Problems))]
pub(in crate::http) async fn sign_off_review(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Named(campaign_id): Named<Uuid>,
    Body(said): Body<SignOff>,
) -> Result<StatusCode, ApiError> {
    app::review::sign_off(&state.reeve, &caller, campaign_id, &said.note).await?;
    Ok(StatusCode::NO_CONTENT)
}
