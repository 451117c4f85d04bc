//! Exemptions: granted, time-bound, reviewed passes through eligibility and entitlement (D10, P-23).

use app::exemption;
use axum::Json;
use axum::extract::State as Extract;
use axum::http::StatusCode;
use domain::id::UserId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::exemption::{Exemption, Filter, Place};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::end::required;
use super::holds::{End, Ended};
use crate::http::State;
use crate::http::answers::Problems;
use crate::http::cursor;
use crate::http::extract::{Asked, Authenticated, Body, Named};
use crate::http::problem::ApiError;

/// Which exemptions.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct Wanted {
    /// Only those of this person.
    user_id: Option<UserId>,
    /// Also those that ended.
    #[serde(default)]
    all: bool,
    /// Only those whose review is due.
    #[serde(default)]
    due: bool,
    /// Where the page before ended.
    cursor: Option<String>,
    /// At most so many, 1 to 200; 50 if left out.
    limit: Option<u16>,
}

/// A page of exemptions.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct Exemptions {
    exemptions: Vec<Exemption>,
    /// Where the next page begins, if there is one.
    next: Option<String>,
}

/// An exemption to grant.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewExemption)]
pub(in crate::http) struct New {
    user_id: UserId,
    /// Why; whoever reviews it reads that. 1 to 500 characters.
    reason: String,
    /// Until then, at most 366 days away; or say `for_seconds`.
    until: Option<Timestamp>,
    /// For so long from now; or say `until`.
    for_seconds: Option<u32>,
    /// When it is due for review; after a quarter, if left out.
    review_at: Option<Timestamp>,
}

/// An exemption that was granted.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct GrantedExemption {
    exemption_id: Uuid,
    ends_at: Timestamp,
}

/// What a review found.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ExemptionReview)]
pub(in crate::http) struct Review {
    /// Why it stays; 1 to 500 characters.
    reason: String,
    /// When it is due again; after a quarter, if left out.
    review_at: Option<Timestamp>,
}

/// When an exemption is due again.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct ReviewedExemption {
    review_at: Timestamp,
}

/// A page of exemptions, those whose review is due first.
#[utoipa::path(get, path = "/v1/admin/exemptions", tag = "exemptions", params(Wanted),
    responses((status = 200, body = Exemptions), Problems))]
pub(in crate::http) async fn list_exemptions(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Json<Exemptions>, ApiError> {
    let limit = cursor::limit(wanted.limit)?;
    let filter = Filter {
        user_id: wanted.user_id,
        all: wanted.all,
        due: wanted.due,
        after: wanted.cursor.as_deref().map(place).transpose()?,
        limit: i64::from(limit) + 1,
    };
    let found = exemption::list(&state.reeve, &caller, &filter).await?;
    let (exemptions, next) = cursor::page(found, limit, |last| text(last.into()));
    Ok(Json(Exemptions { exemptions, next }))
}

/// The cursor of a place.
fn text(place: Place) -> String {
    let id = place.exemption_id.simple();
    let micros = place.review_at.as_microsecond();
    format!("{}.{micros}.{id}", u8::from(place.ended))
}

/// The place of a cursor.
fn place(text: &str) -> Result<Place, ApiError> {
    let read = || {
        let (ended, rest) = text.split_once('.')?;
        let (micros, id) = rest.split_once('.')?;
        Some(Place {
            ended: ended == "1",
            review_at: Timestamp::from_microsecond(micros.parse().ok()?).ok()?,
            exemption_id: Uuid::try_parse(id).ok()?,
        })
    };
    read().ok_or_else(cursor::malformed)
}

/// Exempts somebody from eligibility and entitlement, for a time.
#[utoipa::path(post, path = "/v1/admin/exemptions", tag = "exemptions", request_body = New,
    responses((status = 201, body = GrantedExemption), Problems))]
pub(in crate::http) async fn create_exemption(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Body(new): Body<New>,
) -> Result<(StatusCode, Json<GrantedExemption>), ApiError> {
    let until = required(new.until, new.for_seconds)?;
    let (who, review) = (new.user_id.to_string(), new.review_at);
    let granted = exemption::add(&state.reeve, &caller, &who, until, review, &new.reason).await?;
    let (exemption_id, ends_at) = granted;
    let granted = GrantedExemption {
        exemption_id,
        ends_at,
    };
    Ok((StatusCode::CREATED, Json(granted)))
}

/// Records that somebody looked at an exemption and keeps it.
#[utoipa::path(post, path = "/v1/admin/exemptions/{exemption_id}/review", tag = "exemptions",
    request_body = Review, params(("exemption_id" = Uuid, Path)),
    responses((status = 200, body = ReviewedExemption), Problems))]
pub(in crate::http) async fn review_exemption(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Named(exemption_id): Named<Uuid>,
    Body(review): Body<Review>,
) -> Result<Json<ReviewedExemption>, ApiError> {
    let (next, note) = (review.review_at, &review.reason);
    let review_at = exemption::review(&state.reeve, &caller, exemption_id, next, note).await?;
    Ok(Json(ReviewedExemption { review_at }))
}

/// Ends an exemption before its time; governance holds for the person again at once.
#[utoipa::path(post, path = "/v1/admin/exemptions/{exemption_id}/end", tag = "exemptions",
    request_body = End, params(("exemption_id" = Uuid, Path)),
    responses((status = 200, body = Ended), Problems))]
pub(in crate::http) async fn end_exemption(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Named(exemption_id): Named<Uuid>,
    Body(end): Body<End>,
) -> Result<Json<Ended>, ApiError> {
    let why = end.reason.as_deref();
    let user_id = exemption::end(&state.reeve, &caller, exemption_id, why).await?;
    Ok(Json(Ended { user_id }))
}
