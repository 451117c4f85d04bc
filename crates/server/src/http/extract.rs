//! What handlers take from a request, with errors in the API's own form.

use std::fmt::Display;
use std::str::FromStr;

use app::authenticate::{self, Unauthenticated};
use app::{Caller, Error};
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use domain::id::CorrelationId;
use serde::de::DeserializeOwned;

use super::State;
use super::cookie;
use super::envelope::Ids;
use super::problem::{ApiError, Code};

/// Whoever calls, by the credential of the request: a token, or the session of a browser.
pub(super) struct Authenticated(pub(super) Caller);

impl FromRequestParts<State> for Authenticated {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, ApiError> {
        if let Some(caller) = parts.extensions.get::<Caller>() {
            return Ok(Self(caller.clone()));
        }
        let caller = if parts.headers.contains_key(header::AUTHORIZATION) {
            let token = bearer(parts).ok_or(Error::from(Unauthenticated::Missing))?;
            let shown = authenticate::by_bearer(&state.reeve, token, correlation_id(parts));
            let caller = state.recognise(token, shown).await?;
            state.count_request(caller.actor.user_id())?;
            caller
        } else {
            let Browser(browser) = Browser::from_request_parts(parts, state).await?;
            browser.caller
        };
        let actor = caller.actor.user_id();
        if let Some(ids) = parts.extensions.get::<Ids>() {
            ids.actor.get_or_init(|| actor);
        }
        tracing::Span::current().record("actor_user_id", tracing::field::display(actor));
        Ok(Self(caller))
    }
}

/// Whoever calls, by the session of a browser alone.
pub(super) struct Browser(pub(super) authenticate::Browser);

impl FromRequestParts<State> for Browser {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, ApiError> {
        let public_url = state.reeve.live.get().public_url.clone();
        let text = cookie::session(&parts.headers, &public_url);
        let text = text.ok_or(Error::from(Unauthenticated::Missing))?;
        let id = correlation_id(parts);
        let shown = authenticate::by_session(&state.reeve, text, id);
        let browser = state.recognise(text, shown).await?;
        state.count_request(browser.caller.actor.user_id())?;
        if !parts.method.is_safe() {
            from_our_page(state, &parts.headers)?;
            let shown = parts.headers.get("x-csrf-token");
            if shown.is_none_or(|shown| shown.as_bytes() != browser.own.csrf_token.as_bytes()) {
                return Err(not_from_our_page());
            }
        }
        Ok(Self(browser))
    }
}

/// What a browser changes is asked for by a page of ours, never by another site: nobody changes anything,
/// or is signed in as somebody else, against their will.
pub(super) fn from_our_page(state: &State, headers: &HeaderMap) -> Result<(), ApiError> {
    let live = state.reeve.live.get();
    match headers.get(header::ORIGIN) {
        Some(origin) if origin.as_bytes() == live.public_url.origin().as_bytes() => Ok(()),
        _ => Err(not_from_our_page()),
    }
}

fn not_from_our_page() -> ApiError {
    ApiError::new(
        Code::InsufficientPermissions,
        "this was not asked for by a page of this installation: `Origin` must be its address (public_url), \
         and once signed in `X-CSRF-Token` what GET /v1/me/session says",
    )
}

pub(super) fn correlation_id(parts: &Parts) -> CorrelationId {
    match parts.extensions.get::<Ids>() {
        Some(ids) => ids.correlation_id.clone(),
        None => store::id::new_id().into(),
    }
}

/// The token of `Authorization: Bearer` (RFC 6750, section 2.1).
fn bearer(parts: &Parts) -> Option<&str> {
    let text = parts.headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = text.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then_some(token.trim())
}

/// A JSON body.
pub(super) struct Body<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<State> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &State) -> Result<Self, ApiError> {
        match axum::Json::<T>::from_request(request, state).await {
            Ok(axum::Json(body)) => Ok(Self(body)),
            Err(rejection) => Err(ApiError::invalid(format!(
                "body: {}",
                rejection.body_text()
            ))),
        }
    }
}

/// The query string.
pub(super) struct Asked<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequestParts<State> for Asked<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, ApiError> {
        match Query::<T>::from_request_parts(parts, state).await {
            Ok(Query(asked)) => Ok(Self(asked)),
            Err(rejection) => Err(ApiError::invalid(format!(
                "query: {}",
                rejection.body_text()
            ))),
        }
    }
}

/// The variable parts of the path. What can't be one names nothing.
pub(super) struct Named<T>(pub(super) T);

impl<T: DeserializeOwned + Send> FromRequestParts<State> for Named<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, ApiError> {
        match Path::<T>::from_request_parts(parts, state).await {
            Ok(Path(named)) => Ok(Self(named)),
            Err(_) => Err(ApiError::not_found()),
        }
    }
}

/// How many a page has, of a query that may say so.
pub(super) fn page_size(limit: Option<u16>) -> Result<i64, ApiError> {
    super::cursor::limit(limit).map(i64::from)
}

/// A part of a request that is written as text; an error names the field.
pub(super) fn read<T: FromStr<Err: Display>>(
    field: &str,
    text: Option<&str>,
) -> Result<Option<T>, ApiError> {
    let text = text.map(str::parse).transpose();
    text.map_err(|problem| ApiError::invalid(format!("{field}: {problem}")))
}

/// One of a few words.
pub(super) fn word<T: Copy>(
    field: &str,
    text: Option<&str>,
    all: &[T],
    name: impl Fn(T) -> &'static str,
) -> Result<Option<T>, ApiError> {
    let Some(text) = text else {
        return Ok(None);
    };
    match all.iter().find(|one| name(**one) == text) {
        Some(one) => Ok(Some(*one)),
        None => {
            let known: Vec<_> = all.iter().map(|one| name(*one)).collect();
            let known = known.join(", ");
            Err(ApiError::invalid(format!(
                "{field}: expected one of {known}"
            )))
        }
    }
}
