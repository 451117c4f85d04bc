//! Projects of an organization.

use app::project::{Changes, MovedProject};
use axum::Json;
use axum::extract::State as Extract;
use axum::http::StatusCode;
use domain::tenancy::organization::Slug;
use serde::{Deserialize, Serialize};
use store::project::Project;
use utoipa::ToSchema;

use crate::http::State;
use crate::http::answers::Problems;
use crate::http::extract::{Authenticated, Body, Named};
use crate::http::problem::ApiError;

/// Projects, by slug.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct Projects {
    projects: Vec<Project>,
}

/// A project to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct NewProject {
    #[schema(value_type = String)]
    slug: Slug,
    /// 1 to 200 characters; the slug if left out.
    name: Option<String>,
}

/// Where a project goes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Destination {
    /// Slug or id of the other organization.
    #[schema(value_type = String)]
    to: Slug,
}

/// What a deletion took.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct DeletedProject {
    assignments_taken: usize,
}

/// The projects of an organization.
#[utoipa::path(get, path = "/v1/orgs/{org}/projects", tag = "organizations",
    params(("org" = String, Path)),
    responses((status = 200, body = Projects), Problems))]
pub(in crate::http) async fn list_projects(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Named(org): Named<Slug>,
) -> Result<Json<Projects>, ApiError> {
    let projects = app::project::list(&state.reeve, &caller, Some(&org)).await?;
    Ok(Json(Projects { projects }))
}

/// Creates a project. Its slug is unique in the organization.
#[utoipa::path(post, path = "/v1/orgs/{org}/projects", tag = "organizations",
    params(("org" = String, Path)), request_body = NewProject,
    responses((status = 201, body = Project), Problems))]
pub(in crate::http) async fn create_project(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Named(org): Named<Slug>,
    Body(new): Body<NewProject>,
) -> Result<(StatusCode, Json<Project>), ApiError> {
    let name = new.name.as_deref().unwrap_or(new.slug.as_str());
    app::project::create(&state.reeve, &caller, &org, &new.slug, name).await?;
    let made = app::project::get(&state.reeve, &caller, &org, &new.slug).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// One project, by slug or id.
#[utoipa::path(get, path = "/v1/orgs/{org}/projects/{project}", tag = "organizations",
    params(("org" = String, Path), ("project" = String, Path)),
    responses((status = 200, body = Project), Problems))]
pub(in crate::http) async fn get_project(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Named((org, project)): Named<(Slug, Slug)>,
) -> Result<Json<Project>, ApiError> {
    let found = app::project::get(&state.reeve, &caller, &org, &project).await?;
    Ok(Json(found))
}

/// Changes slug or name.
#[utoipa::path(patch, path = "/v1/orgs/{org}/projects/{project}", tag = "organizations",
    params(("org" = String, Path), ("project" = String, Path)), request_body = Changes,
    responses((status = 200, body = Project), Problems))]
pub(in crate::http) async fn update_project(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Named((org, project)): Named<(Slug, Slug)>,
    Body(changes): Body<Changes>,
) -> Result<Json<Project>, ApiError> {
    let after = app::project::update(&state.reeve, &caller, &org, &project, &changes).await?;
    Ok(Json(after))
}

/// Deletes a project, and with it every role in it, if the caller could take each of them.
#[utoipa::path(delete, path = "/v1/orgs/{org}/projects/{project}", tag = "organizations",
    params(("org" = String, Path), ("project" = String, Path)),
    responses((status = 200, body = DeletedProject), Problems))]
pub(in crate::http) async fn delete_project(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Named((org, project)): Named<(Slug, Slug)>,
) -> Result<Json<DeletedProject>, ApiError> {
    let assignments_taken = app::project::delete(&state.reeve, &caller, &org, &project).await?;
    Ok(Json(DeletedProject { assignments_taken }))
}

/// Moves a project to another organization. Roles of people who belong there go with it, the others
/// end; the caller must be able to give and take them.
#[utoipa::path(post, path = "/v1/orgs/{org}/projects/{project}/move", tag = "organizations",
    params(("org" = String, Path), ("project" = String, Path)), request_body = Destination,
    responses((status = 200, body = MovedProject), Problems))]
pub(in crate::http) async fn move_project(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Named((org, project)): Named<(Slug, Slug)>,
    Body(Destination { to }): Body<Destination>,
) -> Result<Json<MovedProject>, ApiError> {
    let moved = app::project::relocate(&state.reeve, &caller, &org, &project, &to).await?;
    Ok(Json(moved))
}
