//! Signing in: the pages and redirects before there is a session. Plain HTML, and one script for
//! passkeys ([`passkey`]); the console's pages are elsewhere.

mod passkey;

use app::session::Begun;
use axum::extract::{Query, State as Extract};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use serde::Deserialize;

use super::problem::{ApiError, Code};
use super::{State, cookie, extract};

/// Everything that can be asked without being signed in.
pub(super) fn routes() -> Router<State> {
    Router::new()
        .route("/login", get(choose))
        .route("/login/link", get(show_link).post(use_link))
        .route("/login/passkey.js", get(passkey::get_script))
        .route("/login/passkey/start", post(passkey::start))
        .route("/login/passkey/finish", post(passkey::finish))
        .route("/login/oidc/start", get(start))
        .route("/login/oidc/callback", get(finish))
        .route("/logout/backchannel", post(logout))
}

/// How people sign in here.
async fn choose(Extract(state): Extract<State>) -> Response {
    let mut body = match app::sign_in::is_offered(&state.reeve) {
        true => "<p><a href=\"/login/oidc/start\">Sign in with your organization's account</a></p>",
        false => {
            "<p>No identity provider is set up. An operator prints a link that signs you in: \
             <code>reeve admin login-link EMAIL</code></p>"
        }
    }
    .to_owned();
    let passkeys = app::passkey::is_offered(&state.reeve);
    if passkeys {
        body += passkey::BUTTON;
    }
    let mut page = page("Sign in", &body);
    if passkeys {
        let policy = HeaderValue::from_static(passkey::POLICY);
        page.headers_mut()
            .insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    page
}

/// The cookie of a sign-in under way.
const UNDER_WAY: &str = "reeve_signing_in";

/// Sends the browser to the identity provider.
async fn start(Extract(state): Extract<State>, parts: Parts) -> Result<Response, ApiError> {
    let started = app::sign_in::start(&state.reeve, &extract::correlation_id(&parts)).await?;
    let public_url = &state.reeve.live.get().public_url;
    let seconds = domain::credential::login::LIFE.as_secs();
    let kept = cookie::set(UNDER_WAY, public_url, started.secret.expose(), seconds);
    let mut response = Redirect::to(&started.address).into_response();
    if let Some(kept) = kept {
        response.headers_mut().append(header::SET_COOKIE, kept);
    }
    Ok(response)
}

/// What the provider sends a browser back with.
#[derive(Deserialize)]
struct Returned {
    state: Option<String>,
    code: Option<String>,
    error: Option<String>,
}

async fn finish(
    Extract(state): Extract<State>,
    Query(returned): Query<Returned>,
    parts: Parts,
) -> Result<Response, ApiError> {
    let public_url = state.reeve.live.get().public_url.clone();
    let kept = cookie::get(&parts.headers, UNDER_WAY, &public_url);
    let (Some(kept), Some(given), Some(code), None) =
        (kept, returned.state, returned.code, returned.error)
    else {
        return Err(ApiError::new(
            Code::Unauthenticated,
            "the identity provider did not sign you in, or this browser did not ask it to; begin at /login",
        ));
    };
    let id = extract::correlation_id(&parts);
    let finished = app::sign_in::finish(&state.reeve, kept, &given, &code, &id);
    let begun = state.recognise(kept, finished).await?;
    let mut response = signed_in(&state, &begun);
    if let Some(gone) = cookie::set(UNDER_WAY, &public_url, "", 0) {
        response.headers_mut().append(header::SET_COOKIE, gone);
    }
    Ok(response)
}

#[derive(Deserialize)]
struct Logout {
    logout_token: String,
}

/// The identity provider says that somebody signed out there (OpenID Connect Back-Channel Logout).
async fn logout(
    Extract(state): Extract<State>,
    parts: Parts,
    Form(Logout { logout_token }): Form<Logout>,
) -> Result<StatusCode, ApiError> {
    let id = extract::correlation_id(&parts);
    app::sign_in::logout(&state.reeve, &logout_token, &id).await?;
    Ok(StatusCode::OK)
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
    extract::from_our_page(&state, &parts.headers)?;
    let id = extract::correlation_id(&parts);
    let used = app::session::sign_in_by_link(&state.reeve, &token, &id);
    let begun = state.recognise(&token, used).await?;
    Ok(signed_in(&state, &begun))
}

/// Where people begin who signed in: what there is to do, which is the API as long as it is all there is.
const BEGINNING: &str = "/docs";

/// Sets the cookie and goes on to where people begin.
fn signed_in(state: &State, begun: &Begun) -> Response {
    set_session(state, begun, Redirect::to(BEGINNING).into_response())
}

/// Sets the cookie of a session that began.
fn set_session(state: &State, begun: &Begun, mut response: Response) -> Response {
    let public_url = &state.reeve.live.get().public_url;
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
