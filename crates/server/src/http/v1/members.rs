//! Members of an organization (U-19, I-01). Each route is there twice: under the organization, for its
//! administrators, and under `/v1/admin`, as the guide has it.

use app::Error;
use app::membership::{Added, NewMember};
use axum::Json;
use axum::extract::State as Extract;
use domain::id::UserId;
use domain::tenancy::organization::Slug;
use serde::{Deserialize, Serialize};
use store::membership::{Filter, Page};
use utoipa::{IntoParams, ToSchema};

use crate::http::State;
use crate::http::answers::Problems;
use crate::http::extract::{Asked, Authenticated, Body, Named, page_size};
use crate::http::problem::{ApiError, Code};

/// Whom to list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct Wanted {
    /// Contained in address or name, in any case.
    search: Option<String>,
    /// Where the page before ended.
    cursor: Option<String>,
    /// At most so many, 1 to 200; 50 if left out.
    limit: Option<u16>,
}

/// People to add, 1 to 500. More than one is a bulk change, which may be paused.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct NewMembers {
    members: Vec<NewMember>,
}

/// What became of each, in the order in which they were named.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct AddedMembers {
    results: Vec<AddedMember>,
}

/// What became of one.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct AddedMember {
    /// As it was named.
    identity: String,
    outcome: Outcome,
    user_id: Option<UserId>,
    /// Why not, for programs.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<Code>,
    /// Why not, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AddedMemberOutcome)]
pub(in crate::http) enum Outcome {
    /// The membership or the role is new.
    Added,
    /// Both were there.
    Already,
    /// Nothing changed; `code` says why.
    Denied,
}

/// What the end of a membership took.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct EndedMembership {
    assignments_taken: usize,
}

/// A page of the active members of an organization with their roles in it, by e-mail address.
#[utoipa::path(get, path = "/v1/orgs/{org}/members", tag = "members",
    params(("org" = String, Path), Wanted),
    responses((status = 200, body = Page), Problems))]
pub(in crate::http) async fn list_members(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Named(org): Named<Slug>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Json<Page>, ApiError> {
    let filter = Filter {
        search: wanted.search,
        after: wanted.cursor,
        limit: page_size(wanted.limit)?,
    };
    let page = app::membership::page(&state.reeve, &caller, &org, &filter).await?;
    Ok(Json(page))
}

/// Makes people members, by id or e-mail address, with a role or without. Each stands for itself;
/// somebody whose address is new is created, and the answer is the same for both.
#[utoipa::path(post, path = "/v1/orgs/{org}/members", tag = "members",
    params(("org" = String, Path)), request_body = NewMembers,
    responses((status = 200, body = AddedMembers), Problems))]
pub(in crate::http) async fn add_members(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Named(org): Named<Slug>,
    Body(NewMembers { members }): Body<NewMembers>,
) -> Result<Json<AddedMembers>, ApiError> {
    let added = app::membership::add_many(&state.reeve, &caller, &org, &members).await?;
    let results = members.into_iter().zip(added);
    let results = results.map(|(new, added)| told(new.identity, added));
    Ok(Json(AddedMembers {
        results: results.collect(),
    }))
}

fn told(identity: String, added: Result<Added, Error>) -> AddedMember {
    match added {
        Ok(Added {
            user_id,
            member,
            role,
        }) => AddedMember {
            identity,
            outcome: if member || role {
                Outcome::Added
            } else {
                Outcome::Already
            },
            user_id: Some(user_id),
            code: None,
            detail: None,
        },
        Err(error) => {
            let error = ApiError::from(error);
            AddedMember {
                identity,
                outcome: Outcome::Denied,
                user_id: None,
                code: Some(error.code),
                detail: Some(error.detail),
            }
        }
    }
}

/// Ends a membership, and with it every role in the organization and its projects.
#[utoipa::path(delete, path = "/v1/orgs/{org}/members/{user_id}", tag = "members",
    params(("org" = String, Path), ("user_id" = UserId, Path)),
    responses((status = 200, body = EndedMembership), Problems))]
pub(in crate::http) async fn remove_member(
    Authenticated(caller): Authenticated,
    Extract(state): Extract<State>,
    Named((org, user_id)): Named<(Slug, UserId)>,
) -> Result<Json<EndedMembership>, ApiError> {
    let who = user_id.to_string();
    let taken = app::membership::end(&state.reeve, &caller, &org, &who).await?;
    let assignments_taken = taken.ok_or_else(ApiError::not_found)?;
    Ok(Json(EndedMembership { assignments_taken }))
}

/// A page of the active members of an organization; the same as under `/v1/orgs`.
#[utoipa::path(get, path = "/v1/admin/orgs/{org}/members", tag = "members",
    params(("org" = String, Path), Wanted),
    responses((status = 200, body = Page), Problems))]
pub(in crate::http) async fn list_members_as_admin(
    caller: Authenticated,
    state: Extract<State>,
    org: Named<Slug>,
    wanted: Asked<Wanted>,
) -> Result<Json<Page>, ApiError> {
    list_members(caller, state, org, wanted).await
}

/// Makes people members; the same as under `/v1/orgs`.
#[utoipa::path(post, path = "/v1/admin/orgs/{org}/members", tag = "members",
    params(("org" = String, Path)), request_body = NewMembers,
    responses((status = 200, body = AddedMembers), Problems))]
pub(in crate::http) async fn add_members_as_admin(
    caller: Authenticated,
    state: Extract<State>,
    org: Named<Slug>,
    new: Body<NewMembers>,
) -> Result<Json<AddedMembers>, ApiError> {
    add_members(caller, state, org, new).await
}

/// Ends a membership; the same as under `/v1/orgs`.
#[utoipa::path(delete, path = "/v1/admin/orgs/{org}/members/{user_id}", tag = "members",
    params(("org" = String, Path), ("user_id" = UserId, Path)),
    responses((status = 200, body = EndedMembership), Problems))]
pub(in crate::http) async fn remove_member_as_admin(
    caller: Authenticated,
    state: Extract<State>,
    named: Named<(Slug, UserId)>,
) -> Result<Json<EndedMembership>, ApiError> {
    remove_member(caller, state, named).await
}
