//! Sessions of browsers.

use app::session::Own;
use axum::Json;
use axum::extract::State as Extract;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::AppendHeaders;
use domain::id::{SessionId, UserId};
use serde::Serialize;
use store::session::Session;
use utoipa::ToSchema;

use crate::http::State;
use crate::http::answers::Problems;
use crate::http::cookie;
use crate::http::extract::{Authenticated, Browser, Named};
use crate::http::problem::ApiError;

/// Sessions that still count.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct Sessions {
    sessions: Vec<Session>,
}

/// How many sessions were ended.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct Ended {
    ended: usize,
}

type Cookies = AppendHeaders<Vec<(HeaderName, HeaderValue)>>;

/// The session of the browser that asks, and the word that its changes must carry.
#[utoipa::path(get, path = "/v1/me/session", tag = "me",
    responses((status = 200, body = Own), Problems))]
pub(in crate::http) async fn get_my_session(Browser(browser): Browser) -> Json<Own> {
    Json(browser.own)
}

/// Signs out: ends the session of the browser that asks.
#[utoipa::path(delete, path = "/v1/me/session", tag = "me",
    responses((status = 204), Problems))]
pub(in crate::http) async fn end_my_session(
    Browser(browser): Browser,
    Extract(state): Extract<State>,
) -> Result<(StatusCode, Cookies), ApiError> {
    let session_id = browser.own.session.session_id;
    app::session::revoke(&state.reeve, &browser.caller, session_id, None).await?;
    let cleared = cookie::clear_session(&state.reeve.live.get().public_url);
    let cookies = cleared.map(|value| (header::SET_COOKIE, value));
    let cookies = cookies.into_iter().collect();
    Ok((StatusCode::NO_CONTENT, AppendHeaders(cookies)))
}

/// A person's sessions that still count, newest first.
#[utoipa::path(get, path = "/v1/admin/users/{user_id}/sessions", tag = "sessions",
    params(("user_id" = UserId, Path)),
    responses((status = 200, body = Sessions), Problems))]
pub(in crate::http) async fn list_user_sessions(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Named(user_id): Named<UserId>,
) -> Result<Json<Sessions>, ApiError> {
    let sessions = app::session::list(&state.reeve, &caller, &user_id.to_string()).await?;
    Ok(Json(Sessions { sessions }))
}

/// Ends all sessions of a person. Their tokens stay.
#[utoipa::path(delete, path = "/v1/admin/users/{user_id}/sessions", tag = "sessions",
    params(("user_id" = UserId, Path)),
    responses((status = 200, body = Ended), Problems))]
pub(in crate::http) async fn end_user_sessions(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Named(user_id): Named<UserId>,
) -> Result<Json<Ended>, ApiError> {
    let ended = app::session::revoke_all(&state.reeve, &caller, &user_id.to_string()).await?;
    Ok(Json(Ended { ended }))
}

/// Ends one session of a person.
#[utoipa::path(delete, path = "/v1/admin/users/{user_id}/sessions/{session_id}", tag = "sessions",
    params(("user_id" = UserId, Path), ("session_id" = SessionId, Path)),
    responses((status = 204), Problems))]
pub(in crate::http) async fn end_user_session(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Named((user_id, session_id)): Named<(UserId, SessionId)>,
) -> Result<StatusCode, ApiError> {
    app::session::revoke(&state.reeve, &caller, session_id, Some(user_id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
