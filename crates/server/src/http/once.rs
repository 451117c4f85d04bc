//! Mutations that carry `Idempotency-Key`: whoever sends one again gets the answer of the first.
//!
//! The key is the caller's own, and stands for method, path and body together. It is written by the
//! mutation's transaction, so there is no moment in which one is there without the other; the answer
//! follows. If it can't be kept, sending again is refused, and the effect is looked up by hand.

use app::Request as Asked;
use app::once::{self, Answer, Key, Known};
use axum::body::{Body, to_bytes};
use axum::extract::{FromRequestParts, Request, State as Extract};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::credential::secret::occurs_in;
use domain::idempotency::{LONGEST, is_key};
use domain::reconcile::digest::Sha256;
use serde_json::Value;

use super::State;
use super::envelope::{REVISION, changes};
use super::extract::Authenticated;
use super::problem::{ApiError, Code};

static KEY: HeaderName = HeaderName::from_static("idempotency-key");
static REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// The largest body of a request, as for those without a key.
const BODY: usize = 2 * 1024 * 1024;
/// The largest answer that is kept.
const ANSWER: usize = 1024 * 1024;

/// Lets a mutation with a key happen once.
pub(super) async fn once(
    Extract(state): Extract<State>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    if !changes(request.method()) || !request.headers().contains_key(&KEY) {
        return Ok(next.run(request).await);
    }
    let (mut parts, body) = request.into_parts();
    let text = parts
        .headers
        .get(&KEY)
        .and_then(|value| value.to_str().ok());
    let text = text.filter(|text| is_key(text)).map(str::to_owned);
    let text = text.ok_or_else(|| {
        ApiError::invalid(format!(
            "Idempotency-Key: expected 1 to {LONGEST} visible characters"
        ))
    })?;
    let Authenticated(caller) = Authenticated::from_request_parts(&mut parts, &state).await?;
    let body = to_bytes(body, BODY).await;
    let body = body.map_err(|_| ApiError::invalid(format!("body: at most {BODY} bytes")))?;
    let asked = [parts.method.as_str(), &parts.uri.to_string()].join(" ");
    let key = Key {
        caller: caller.actor.user_id(),
        key_hash: Sha256::of(text.as_bytes()).bytes(),
        request_hash: Sha256::of(&[asked.as_bytes(), b"\n", &body].concat()).bytes(),
        correlation_id: caller.correlation_id.clone(),
    };
    match once::look(&state.reeve, &key).await? {
        Known::New => {}
        Known::Answered(answer) => return replay(answer),
        Known::Unanswered(correlation_id) => return Err(unanswered(&correlation_id)),
        Known::Misused => {
            return Err(ApiError {
                status: StatusCode::UNPROCESSABLE_ENTITY,
                ..ApiError::invalid("Idempotency-Key: it was sent with another request before")
            });
        }
    }
    parts.extensions.insert(caller);
    if let Some(asked) = Asked::current() {
        asked.set_key(key.clone());
    }
    let response = next.run(Request::from_parts(parts, Body::from(body))).await;
    Ok(keep(&state, &key, response).await)
}

fn unanswered(correlation_id: &str) -> ApiError {
    ApiError {
        remedy: Some(format!(
            "try again in a moment; if this stays, its answer was lost: look for its effect in the audit \
             log under the correlation id {correlation_id}"
        )),
        ..ApiError::new(
            Code::Conflict,
            "a request with this idempotency key is under way, or was carried out already",
        )
    }
}

/// The answer of the first, told apart by a header.
fn replay(answer: Answer) -> Result<Response, ApiError> {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let mut response = (status, answer.body).into_response();
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_TYPE);
    if status != StatusCode::NO_CONTENT {
        let kind = HeaderValue::from_static("application/json");
        headers.insert(header::CONTENT_TYPE, kind);
    }
    headers.insert(REPLAYED.clone(), HeaderValue::from_static("true"));
    if let Some(revision) = answer.revision
        && let Ok(value) = HeaderValue::from_str(&revision)
    {
        headers.insert(REVISION.clone(), value);
    }
    Ok(response)
}

/// Keeps the answer of what succeeded, and gives it on. What failed changed nothing, or its key stands
/// without an answer.
async fn keep(state: &State, key: &Key, response: Response) -> Response {
    if !response.status().is_success() {
        return response;
    }
    let (parts, body) = response.into_parts();
    let body = match to_bytes(body, ANSWER).await {
        Ok(body) => body,
        Err(error) => {
            tracing::error!(%error, "an answer is too large to be kept under its key");
            return ApiError::new(
                Code::InternalError,
                "it was done, but the answer is too large to be kept under its idempotency key",
            )
            .into_response();
        }
    };
    let answer = Answer {
        status: parts.status.as_u16(),
        body: without_secrets(&body),
        revision: Asked::current().and_then(|asked| asked.told().revision),
    };
    if let Err(error) = once::keep(&state.reeve, key, &answer).await {
        tracing::warn!(%error, "the answer could not be kept; the key refuses a second request");
    }
    Response::from_parts(parts, Body::from(body))
}

/// A JSON answer without the fields that hold a secret. What is no JSON is not kept.
fn without_secrets(body: &[u8]) -> String {
    let Ok(mut json) = serde_json::from_slice::<Value>(body) else {
        return String::new();
    };
    strip(&mut json);
    json.to_string()
}

fn strip(json: &mut Value) {
    match json {
        Value::Object(fields) => {
            fields.retain(|_, value| !value.as_str().is_some_and(occurs_in));
            fields.values_mut().for_each(strip);
        }
        Value::Array(items) => {
            items.retain(|value| !value.as_str().is_some_and(occurs_in));
            items.iter_mut().for_each(strip);
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
        Value::String(text) => {
            if occurs_in(text) {
                text.clear();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_secret_is_kept_wherever_in_an_answer_it_stands() {
        let body = serde_json::json!({
            "token": "reeve_pat_00", "id": 1,
            "more": { "links": ["see reeve_lnk_00", "plain"], "session": "reeve_ses_0" },
        });
        let kept = without_secrets(body.to_string().as_bytes());
        assert_eq!(kept, r#"{"id":1,"more":{"links":["plain"]}}"#);
        assert_eq!(without_secrets(b"\"reeve_pat_1\""), "\"\"");
        assert_eq!(without_secrets(b"reeve_pat_1"), "");
    }
}
