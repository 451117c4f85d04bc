//! Signing in: the pages and redirects before there is a session. Plain HTML without scripts; the
//! console's pages are elsewhere.

use app::session::Begun;
use axum::extract::{Query, State as Extract};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Form, Router};
use serde::Deserialize;

use super::problem::{ApiError, Code};
use super::{State, cookie, extract};

/// Everything that can be asked without being signed in.
pub(super) fn routes() -> Router<State> {
    Router::new().route("/login/link", get(show_link).post(use_link))
}

/// The token of a link; nothing else is asked.
#[derive(Deserialize)]
struct Token {
    token: String,
}

/// The page that a link opens. Only its button signs in: programs that look at links in mails must not
/// use them up.
async fn show_link(Query(Token { token }): Query<Token>) -> Response {
    // What is put into the page has the letters of a token only.
    let plain = token
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '_');
    let token: String = plain.take(100).collect();
    page(
        "Sign in",
        &format!(
            "<p>This link signs you in, once.</p>\
             <form method=\"post\" action=\"/login/link\">\
             <input type=\"hidden\" name=\"token\" value=\"{token}\">\
             <button type=\"submit\">Sign in</button></form>"
        ),
    )
}

async fn use_link(
    Extract(state): Extract<State>,
    parts: Parts,
    Form(Token { token }): Form<Token>,
) -> Result<Response, ApiError> {
    from_our_page(&state, &parts.headers)?;
    let id = extract::correlation_id(&parts);
    let begun = app::session::sign_in_by_link(&state.reeve, &token, &id).await?;
    Ok(signed_in(&state, &begun))
}

/// A form of ours is sent from our own page, never from another site: nobody is signed in as somebody
/// else against their will.
fn from_our_page(state: &State, headers: &HeaderMap) -> Result<(), ApiError> {
    let origin = headers
        .get(header::ORIGIN)
        .and_then(|value| value.to_str().ok());
    if origin == Some(state.reeve.live.get().public_url.origin()) {
        return Ok(());
    }
    Err(ApiError::new(
        Code::InsufficientPermissions,
        "this form was not sent from a page of this installation; check public_url",
    ))
}

/// Sets the cookie and goes on to where people begin.
fn signed_in(state: &State, begun: &Begun) -> Response {
    let public_url = &state.reeve.live.get().public_url;
    let mut response = Redirect::to("/me").into_response();
    if let Some(value) = cookie::set_session(public_url, &begun.secret) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

/// A page that loads nothing, is shown in no frame, and sends its address to nobody.
fn page(title: &str, body: &str) -> Response {
    const POLICY: &str =
        "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title} - Reeve</title>\
         <meta name=\"viewport\" content=\"width=device-width\"></head><body><main><h1>{title}</h1>\
         {body}</main></body></html>"
    );
    let mut response = (StatusCode::OK, Html(html)).into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(POLICY),
    );
    // Not `no-referrer`, with which browsers send `Origin: null` along with the form.
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("same-origin"),
    );
    response
}
