//! Signing in by a passkey: what the button of the page at `/login` asks for. The page's script is the
//! only one that may run there, and comes from here.

use axum::Json;
use axum::extract::State as Extract;
use axum::http::header;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use domain::credential::passkey::CEREMONY_LIFE;
use serde_json::{Value, json};

use super::{BEGINNING, set_session};
use crate::http::extract::{self, Body};
use crate::http::problem::{ApiError, Code};
use crate::http::{State, cookie};

/// The cookie of a sign-in by passkey under way.
const UNDER_WAY: &str = "reeve_passkey";

const SCRIPT: &str = include_str!("passkey.js");

/// The page's button, which the script shows where the browser knows passkeys.
pub(super) const BUTTON: &str = "<p><button type=\"button\" id=\"passkey\" hidden>Sign in with a passkey</button></p>\
     <p id=\"passkey-status\" role=\"status\"></p>\
     <script src=\"/login/passkey.js\" defer></script>";

/// What the page with the button may do: run our own script, which speaks with this server only.
pub(super) const POLICY: &str = "default-src 'none'; script-src 'self'; connect-src 'self'; \
                                 form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

pub(super) async fn get_script() -> impl IntoResponse {
    let kind = "text/javascript; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], SCRIPT)
}

/// Begins a sign-in: what to ask the authenticator for.
pub(super) async fn start(
    Extract(state): Extract<State>,
    parts: Parts,
) -> Result<Response, ApiError> {
    extract::from_our_page(&state, &parts.headers)?;
    let id = extract::correlation_id(&parts);
    let started = app::passkey::sign_in::start(&state.reeve, &id).await?;
    let public_url = &state.reeve.live.get().public_url;
    let seconds = CEREMONY_LIFE.as_secs();
    let mut response = Json(json!({ "public_key": started.public_key })).into_response();
    if let Some(kept) = cookie::set(UNDER_WAY, public_url, started.secret.expose(), seconds) {
        response.headers_mut().append(header::SET_COOKIE, kept);
    }
    Ok(response)
}

/// Ends a sign-in with what the authenticator says, and tells where to go on.
pub(super) async fn finish(
    Extract(state): Extract<State>,
    parts: Parts,
    Body(shown): Body<Value>,
) -> Result<Response, ApiError> {
    extract::from_our_page(&state, &parts.headers)?;
    let public_url = state.reeve.live.get().public_url.clone();
    let kept = cookie::get(&parts.headers, UNDER_WAY, &public_url).ok_or_else(|| {
        ApiError::new(
            Code::Unauthenticated,
            "this browser began no sign-in by passkey, or too long ago; begin again at /login",
        )
    })?;
    let id = extract::correlation_id(&parts);
    let begun = app::passkey::sign_in::finish(&state.reeve, kept, shown, &id).await?;
    let answer = Json(json!({ "next": BEGINNING })).into_response();
    let mut response = set_session(&state, &begun, answer);
    if let Some(gone) = cookie::set(UNDER_WAY, &public_url, "", 0) {
        response.headers_mut().append(header::SET_COOKIE, gone);
    }
    Ok(response)
}
