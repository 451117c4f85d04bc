//! Roles: what they permit, and defining them.

use app::role::define::{NewRole, RoleChanges, create, delete, update};
use app::role::{Listed, Place};
use axum::Json;
use axum::extract::State as Extract;
use axum::http::StatusCode;
use domain::tenancy::organization::Slug;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::http::State;
use crate::http::answers::Problems;
use crate::http::extract::{Asked, Authenticated, Body, Named};
use crate::http::problem::ApiError;

/// Where roles would be given.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct Wanted {
    /// Slug or id of an organization; the platform, if left out.
    #[param(value_type = Option<String>)]
    organization: Option<Slug>,
    /// Slug or id of one of its projects.
    #[param(value_type = Option<String>)]
    project: Option<Slug>,
}

/// Roles, by scope and rank.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct Roles {
    roles: Vec<Listed>,
}

/// The roles that there are, with what they permit and whether the caller may give them there.
#[utoipa::path(get, path = "/v1/roles", tag = "roles", params(Wanted),
    responses((status = 200, body = Roles), Problems))]
pub(in crate::http) async fn list_roles(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Asked(Wanted {
        organization,
        project,
    }): Asked<Wanted>,
) -> Result<Json<Roles>, ApiError> {
    let place = Place {
        organization,
        project,
    };
    let roles = app::role::list_at(&state.reeve, &caller, &place).await?;
    Ok(Json(Roles { roles }))
}

/// Defines a role of an organization's own, never above the caller's own rank and permissions.
#[utoipa::path(post, path = "/v1/orgs/{org}/roles", tag = "roles",
    params(("org" = String, Path)), request_body = NewRole,
    responses((status = 201, body = Listed), Problems))]
pub(in crate::http) async fn create_role(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Named(org): Named<Slug>,
    Body(new): Body<NewRole>,
) -> Result<(StatusCode, Json<Listed>), ApiError> {
    let made = create(&state.reeve, &caller, Some(&org), &new).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// Changes rank, permissions or description of an organization's own role; built-in ones never change.
#[utoipa::path(patch, path = "/v1/orgs/{org}/roles/{role}", tag = "roles",
    params(("org" = String, Path), ("role" = String, Path)), request_body = RoleChanges,
    responses((status = 200, body = Listed), Problems))]
pub(in crate::http) async fn update_role(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Named((org, role)): Named<(Slug, String)>,
    Body(changes): Body<RoleChanges>,
) -> Result<Json<Listed>, ApiError> {
    let after = update(&state.reeve, &caller, Some(&org), &role, &changes).await?;
    Ok(Json(after))
}

/// Takes an organization's own role out of the world, if nobody has it.
#[utoipa::path(delete, path = "/v1/orgs/{org}/roles/{role}", tag = "roles",
    params(("org" = String, Path), ("role" = String, Path)),
    responses((status = 204), Problems))]
pub(in crate::http) async fn delete_role(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Named((org, role)): Named<(Slug, String)>,
) -> Result<StatusCode, ApiError> {
    delete(&state.reeve, &caller, Some(&org), &role).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Defines a role of the platform's beside the built-in ones. For platform admins.
#[utoipa::path(post, path = "/v1/platform/roles", tag = "roles", request_body = NewRole,
    responses((status = 201, body = Listed), Problems))]
pub(in crate::http) async fn create_platform_role(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Body(new): Body<NewRole>,
) -> Result<(StatusCode, Json<Listed>), ApiError> {
    let made = create(&state.reeve, &caller, None, &new).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// Changes a role of the platform's; built-in ones never change.
#[utoipa::path(patch, path = "/v1/platform/roles/{role}", tag = "roles",
    params(("role" = String, Path)), request_body = RoleChanges,
    responses((status = 200, body = Listed), Problems))]
pub(in crate::http) async fn update_platform_role(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Named(role): Named<String>,
    Body(changes): Body<RoleChanges>,
) -> Result<Json<Listed>, ApiError> {
    let after = update(&state.reeve, &caller, None, &role, &changes).await?;
    Ok(Json(after))
}

/// Takes a role of the platform's out of the world, if nobody has it.
#[utoipa::path(delete, path = "/v1/platform/roles/{role}", tag = "roles",
    params(("role" = String, Path)),
    responses((status = 204), Problems))]
pub(in crate::http) async fn delete_platform_role(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Named(role): Named<String>,
) -> Result<StatusCode, ApiError> {
    delete(&state.reeve, &caller, None, &role).await?;
    Ok(StatusCode::NO_CONTENT)
}
