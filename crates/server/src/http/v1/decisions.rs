//! Decisions: explained, taken (the sample of a governed right), and refused ones on record.

use app::Caller;
use app::decision::Page;
use app::explain::{Explanation, Question};
use app::hauling::Hauling;
use app::role::Place;
use axum::Json;
use axum::extract::State as Extract;
use jiff::Timestamp;
use serde::Deserialize;
use store::decision::Filter;
use utoipa::{IntoParams, ToSchema};

use super::audit::person;
use crate::http::State;
use crate::http::answers::Problems;
use crate::http::extract::{Asked, Authenticated, Body, page_size, read};
use crate::http::problem::ApiError;

/// A question about somebody.
#[derive(Deserialize, ToSchema)]
#[schema(as = Question)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct AboutSomebody {
    /// Id or e-mail address.
    identity: String,
    /// What they want to do, like `hauling:use`.
    permission: String,
    /// Where: the organization's slug. Without one, on the platform.
    organization: Option<String>,
    /// Where: the project's slug, with its organization.
    project: Option<String>,
    /// Whose the thing asked about is: id or e-mail address.
    owner: Option<String>,
}

/// A question about oneself.
#[derive(Deserialize, ToSchema)]
#[schema(as = MyQuestion)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct AboutMe {
    /// What I want to do, like `hauling:use`.
    permission: String,
    /// Where: the organization's slug. Without one, on the platform.
    organization: Option<String>,
    /// Where: the project's slug, with its organization.
    project: Option<String>,
}

/// Which refused reads; each given field narrows them.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct Search {
    /// Who was refused: id or e-mail address.
    actor: Option<String>,
    permission: Option<String>,
    /// That of the last refusal of a row.
    correlation_id: Option<String>,
    /// Not before this instant.
    #[param(value_type = Option<String>)]
    since: Option<Timestamp>,
    /// Where the page before ended.
    cursor: Option<String>,
    /// At most so many, 1 to 200; 50 if left out.
    limit: Option<u16>,
}

async fn answer(
    state: &State,
    caller: &Caller,
    about: AboutSomebody,
) -> Result<Json<Explanation>, ApiError> {
    let question = Question {
        identity: about.identity,
        permission: about.permission,
        place: Place {
            organization: read("organization", about.organization.as_deref())?,
            project: read("project", about.project.as_deref())?,
        },
        owner: about.owner,
    };
    Ok(Json(
        app::explain::explain(&state.reeve, caller, &question).await?,
    ))
}

/// Says why somebody may do something, or may not, gate by gate, and what would change it.
#[utoipa::path(post, path = "/v1/explain", tag = "governance", request_body = AboutSomebody,
    responses((status = 200, body = Explanation), Problems))]
pub(in crate::http) async fn explain(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Body(about): Body<AboutSomebody>,
) -> Result<Json<Explanation>, ApiError> {
    answer(&state, &caller, about).await
}

/// Says why the caller may do something, or may not.
#[utoipa::path(post, path = "/v1/me/explain", tag = "me", request_body = AboutMe,
    responses((status = 200, body = Explanation), Problems))]
pub(in crate::http) async fn explain_me(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Body(about): Body<AboutMe>,
) -> Result<Json<Explanation>, ApiError> {
    let about = AboutSomebody {
        identity: caller.actor.user_id().to_string(),
        permission: about.permission,
        organization: about.organization,
        project: about.project,
        owner: None,
    };
    answer(&state, &caller, about).await
}

/// The sample of a governed right: whoever is in scope and entitled by a fresh observation gets in,
/// everybody else is told the gate that says no.
#[utoipa::path(get, path = "/v1/hauling", tag = "me",
    responses((status = 200, body = Hauling), Problems))]
pub(in crate::http) async fn get_hauling(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
) -> Result<Json<Hauling>, ApiError> {
    Ok(Json(app::hauling::enter(&state.reeve, &caller).await?))
}

/// Reads that were refused, a row a minute for each actor and permission, newest first.
#[utoipa::path(get, path = "/v1/admin/decisions", tag = "records", params(Search),
    responses((status = 200, body = Page), Problems))]
pub(in crate::http) async fn list_decisions(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Asked(search): Asked<Search>,
) -> Result<Json<Page>, ApiError> {
    let filter = Filter {
        actor: person(&state, &caller, "actor", search.actor).await?,
        permission: search.permission,
        correlation_id: search.correlation_id,
        since: search.since,
        before: read("cursor", search.cursor.as_deref())?,
        limit: page_size(search.limit)?,
    };
    Ok(Json(
        app::decision::list(&state.reeve, &caller, &filter).await?,
    ))
}
