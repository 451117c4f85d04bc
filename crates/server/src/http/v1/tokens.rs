//! Personal access tokens (U-23, U-71 to U-73).

use app::token::{Made, Wanted};
use axum::Json;
use axum::extract::State as Extract;
use axum::http::StatusCode;
use domain::id::{TokenId, UserId};
use serde::Serialize;
use store::token::Token;
use utoipa::ToSchema;

use crate::http::State;
use crate::http::answers::Problems;
use crate::http::extract::{Authenticated, Body, Named};
use crate::http::problem::ApiError;

/// Tokens that still count.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct Tokens {
    tokens: Vec<Token>,
}

/// The caller's own tokens, newest first; never their secrets.
#[utoipa::path(get, path = "/v1/me/tokens", tag = "me",
    responses((status = 200, body = Tokens), Problems))]
pub(in crate::http) async fn list_my_tokens(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
) -> Result<Json<Tokens>, ApiError> {
    let me = caller.actor.user_id().to_string();
    let tokens = app::token::list(&state.reeve, &caller, &me).await?;
    Ok(Json(Tokens { tokens }))
}

/// Makes a token. The answer is the only one that shows its secret.
#[utoipa::path(post, path = "/v1/me/tokens", tag = "me", request_body = Wanted,
    responses((status = 201, body = Made), Problems))]
pub(in crate::http) async fn create_my_token(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Body(wanted): Body<Wanted>,
) -> Result<(StatusCode, Json<Made>), ApiError> {
    let me = caller.actor.user_id().to_string();
    let made = app::token::create(&state.reeve, &caller, &me, &wanted).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// Revokes one of the caller's tokens; the next request that shows it is refused.
#[utoipa::path(delete, path = "/v1/me/tokens/{token_id}", tag = "me",
    params(("token_id" = TokenId, Path)),
    responses((status = 204), Problems))]
pub(in crate::http) async fn revoke_my_token(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Named(token_id): Named<TokenId>,
) -> Result<StatusCode, ApiError> {
    app::token::revoke(&state.reeve, &caller, token_id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A person's tokens, newest first; never their secrets.
#[utoipa::path(get, path = "/v1/admin/users/{user_id}/tokens", tag = "users",
    params(("user_id" = UserId, Path)),
    responses((status = 200, body = Tokens), Problems))]
pub(in crate::http) async fn list_user_tokens(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Named(user_id): Named<UserId>,
) -> Result<Json<Tokens>, ApiError> {
    let tokens = app::token::list(&state.reeve, &caller, &user_id.to_string()).await?;
    Ok(Json(Tokens { tokens }))
}

/// Makes a token for a person. The answer is the only one that shows its secret.
#[utoipa::path(post, path = "/v1/admin/users/{user_id}/tokens", tag = "users", request_body = Wanted,
    params(("user_id" = UserId, Path)),
    responses((status = 201, body = Made), Problems))]
pub(in crate::http) async fn create_user_token(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Named(user_id): Named<UserId>,
    Body(wanted): Body<Wanted>,
) -> Result<(StatusCode, Json<Made>), ApiError> {
    let who = user_id.to_string();
    let made = app::token::create(&state.reeve, &caller, &who, &wanted).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// Revokes a person's token; the next request that shows it is refused.
#[utoipa::path(delete, path = "/v1/admin/users/{user_id}/tokens/{token_id}", tag = "users",
    params(("user_id" = UserId, Path), ("token_id" = TokenId, Path)),
    responses((status = 204), Problems))]
pub(in crate::http) async fn revoke_user_token(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Named((user_id, token_id)): Named<(UserId, TokenId)>,
) -> Result<StatusCode, ApiError> {
    app::token::revoke_of(&state.reeve, &caller, user_id, token_id).await?;
    Ok(StatusCode::NO_CONTENT)
}
