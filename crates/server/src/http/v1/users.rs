//! People (U-16, U-41).

use app::identity::{Change, Created, Detail, Filter, New};
use app::status_map::WhichDrift;
use app::timeline;
use axum::Json;
use axum::extract::State as Extract;
use axum::http::StatusCode;
use domain::governance::drift::Drift;
use domain::id::UserId;
use domain::identity::Status;
use domain::tenancy::organization::Slug;
use serde::Deserialize;
use store::person::{Page, Person};
use utoipa::IntoParams;

use crate::http::State;
use crate::http::answers::Problems;
use crate::http::cursor;
use crate::http::extract::{Asked, Authenticated, Body, Named};
use crate::http::problem::ApiError;

/// Whom to list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct Wanted {
    /// `active`, `suspended` or `disabled`.
    #[param(value_type = Option<String>)]
    status: Option<Status>,
    /// Assigned this role, anywhere.
    role: Option<String>,
    /// Active member of the organization of this slug.
    organization: Option<String>,
    /// Contained in address or name, in any case. From three characters on an index finds it.
    search: Option<String>,
    /// `any`, or the kind of a drift: who is not as they should be. It judges everybody, which takes
    /// seconds where they are a million; the other filters read what is stored.
    drift: Option<String>,
    /// Where the page before ended.
    cursor: Option<String>,
    /// At most so many, 1 to 200; 50 if left out.
    limit: Option<u16>,
}

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

/// Whoever calls.
#[utoipa::path(get, path = "/v1/me", tag = "me",
    responses((status = 200, body = Detail), Problems))]
pub(in crate::http) async fn get_me(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
) -> Result<Json<Detail>, ApiError> {
    Ok(Json(app::identity::me(&state.reeve, &caller).await?))
}

/// A page of people, by e-mail address.
#[utoipa::path(get, path = "/v1/admin/users", tag = "users", params(Wanted),
    responses((status = 200, body = Page), Problems))]
pub(in crate::http) async fn list_users(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Json<Page>, ApiError> {
    let slug = |text: String| {
        let slug: Result<Slug, _> = text.parse();
        slug.map_err(|problem| ApiError::invalid(format!("organization: {problem}")))
    };
    let after = wanted.cursor.as_deref().map(cursor::decode).transpose()?;
    let filter = Filter {
        status: wanted.status,
        role: wanted.role,
        organization: wanted.organization.map(slug).transpose()?,
        search: wanted.search,
        drift: wanted.drift.as_deref().map(drift).transpose()?,
        after,
        limit: cursor::limit(wanted.limit)?.into(),
    };
    let page = app::identity::list(&state.reeve, &caller, &filter).await?;
    Ok(Json(Page {
        next: page.next.as_deref().map(cursor::encode),
        people: page.people,
    }))
}

/// `any`, or one kind.
fn drift(text: &str) -> Result<WhichDrift, ApiError> {
    if text == "any" {
        return Ok(WhichDrift::Any);
    }
    let known = Drift::ALL.into_iter().find(|kind| kind.as_str() == text);
    known.map(WhichDrift::Only).ok_or_else(|| {
        let kinds = Drift::ALL.map(Drift::as_str).join(", ");
        ApiError::invalid(format!("drift: expected any, {kinds}"))
    })
}

/// Brings somebody in: active, in the default organization, without roles.
#[utoipa::path(post, path = "/v1/admin/users", tag = "users", request_body = New,
    responses((status = 201, body = Created), Problems))]
pub(in crate::http) async fn create_user(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Body(new): Body<New>,
) -> Result<(StatusCode, Json<Created>), ApiError> {
    let created = app::identity::create(&state.reeve, &caller, &new).await?;
    Ok((StatusCode::CREATED, Json(created)))
}

/// A person, with roles and their provenance, memberships, links, holds, exemptions and latest changes;
/// overrides, quotas, tokens and sessions for who may see those.
#[utoipa::path(get, path = "/v1/admin/users/{user_id}", tag = "users",
    params(("user_id" = UserId, Path)),
    responses((status = 200, body = Detail), Problems))]
pub(in crate::http) async fn get_user(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Named(user_id): Named<UserId>,
) -> Result<Json<Detail>, ApiError> {
    let detail = app::identity::show(&state.reeve, &caller, &user_id.to_string()).await?;
    Ok(Json(detail))
}

/// Changes address and name of a person; what is left out stays.
#[utoipa::path(patch, path = "/v1/admin/users/{user_id}", tag = "users", request_body = Change,
    params(("user_id" = UserId, Path)),
    responses((status = 200, body = Person), Problems))]
pub(in crate::http) async fn update_user(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Named(user_id): Named<UserId>,
    Body(change): Body<Change>,
) -> Result<Json<Person>, ApiError> {
    let who = user_id.to_string();
    let person = app::identity::edit(&state.reeve, &caller, &who, &change).await?;
    Ok(Json(person))
}

/// The audit rows about a person, newest first.
#[utoipa::path(get, path = "/v1/admin/users/{user_id}/timeline", tag = "users",
    params(("user_id" = UserId, Path), Which),
    responses((status = 200, body = timeline::Page), Problems))]
pub(in crate::http) async fn list_user_timeline(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Named(user_id): Named<UserId>,
    Asked(which): Asked<Which>,
) -> Result<Json<timeline::Page>, ApiError> {
    let limit = cursor::limit(which.limit)?.into();
    let (who, cursor) = (user_id.to_string(), which.cursor.as_deref());
    let page = timeline::show(&state.reeve, &caller, &who, cursor, limit).await?;
    Ok(Json(page))
}
