//! Moving people from one organization to another (I-26).

use app::rehome::{Page, Rehoming, Wanted, approve, cancel, list, request};
use axum::Json;
use axum::extract::State as Extract;
use axum::http::StatusCode;
use domain::tenancy::organization::Slug;
use domain::tenancy::rehome::State as Progress;
use serde::Deserialize;
use store::rehome::{Filter, Rehome};
use utoipa::IntoParams;
use uuid::Uuid;

use crate::http::State;
use crate::http::answers::Problems;
use crate::http::extract::{Asked, Authenticated, Body, Named, page_size};
use crate::http::problem::ApiError;

/// Which moves to list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct Listing {
    /// From or to the organization of this slug or id; all, if left out.
    #[param(value_type = Option<String>)]
    organization: Option<Slug>,
    /// `requested`, `done` or `cancelled`.
    #[param(value_type = Option<String>)]
    state: Option<Progress>,
    /// Where the page before ended.
    cursor: Option<Uuid>,
    /// At most so many, 1 to 200; 50 if left out.
    limit: Option<u16>,
}

/// A page of moves, newest first.
#[utoipa::path(get, path = "/v1/admin/rehomes", tag = "rehomes", params(Listing),
    responses((status = 200, body = Page), Problems))]
pub(in crate::http) async fn list_rehomes(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Asked(listing): Asked<Listing>,
) -> Result<Json<Page>, ApiError> {
    let filter = Filter {
        state: listing.state,
        after: listing.cursor,
        limit: page_size(listing.limit)?,
        ..Filter::default()
    };
    let organization = listing.organization.as_ref();
    let page = list(&state.reeve, &caller, organization, filter).await?;
    Ok(Json(page))
}

/// Asks for a move, and says what it takes. Done at once where no approval is required.
#[utoipa::path(post, path = "/v1/admin/rehomes", tag = "rehomes", request_body = Wanted,
    responses((status = 201, body = Rehoming), Problems))]
pub(in crate::http) async fn request_rehome(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Body(wanted): Body<Wanted>,
) -> Result<(StatusCode, Json<Rehoming>), ApiError> {
    let asked = request(&state.reeve, &caller, &wanted).await?;
    Ok((StatusCode::CREATED, Json(asked)))
}

/// Approves a move that somebody else asked for, and does it.
#[utoipa::path(post, path = "/v1/admin/rehomes/{rehome_id}/approve", tag = "rehomes",
    params(("rehome_id" = Uuid, Path)),
    responses((status = 200, body = Rehome), Problems))]
pub(in crate::http) async fn approve_rehome(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Named(rehome_id): Named<Uuid>,
) -> Result<Json<Rehome>, ApiError> {
    let done = approve(&state.reeve, &caller, rehome_id).await?;
    Ok(Json(done))
}

/// Gives a move up that waits.
#[utoipa::path(post, path = "/v1/admin/rehomes/{rehome_id}/cancel", tag = "rehomes",
    params(("rehome_id" = Uuid, Path)),
    responses((status = 200, body = Rehome), Problems))]
pub(in crate::http) async fn cancel_rehome(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Named(rehome_id): Named<Uuid>,
) -> Result<Json<Rehome>, ApiError> {
    let cancelled = cancel(&state.reeve, &caller, rehome_id).await?;
    Ok(Json(cancelled))
}
