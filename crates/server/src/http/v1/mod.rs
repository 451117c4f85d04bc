//! The API: every route of `/v1`, in one list; a file a noun, a function a route.

#![expect(
    unused_qualifications,
    reason = "the macro of a route names its types in full"
)]

mod assignments;
mod members;
mod organizations;
mod paging;
mod projects;
mod rehomes;
mod roles;
mod tenancy;
mod tokens;
mod users;

use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::State;
use super::problem::{Code, Problem};

/// What the document says of itself.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Reeve",
        description = "Identity and access governance: who is this person, should they have access right \
                       now, and why. Every error is a problem (RFC 9457) with a code of a closed list; \
                       every answer carries `X-Correlation-Id`.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    components(schemas(Problem, Code)),
    modifiers(&Bearer),
    security(("token" = [])),
    tags(
        (name = "me", description = "Whoever calls, and what is theirs."),
        (name = "users", description = "People: who they are and what they hold."),
        (name = "organizations", description = "Organizations, which are tenants, and their projects."),
        (name = "members", description = "Who belongs to an organization."),
        (name = "roles", description = "What roles permit, and defining them."),
        (name = "assignments", description = "Who has which role: on the platform, in an organization, in a project."),
        (name = "rehomes", description = "Moving people from one organization to another."),
        (name = "tenancy", description = "Strict mode, and the pause of bulk changes.")
    )
)]
struct Document;

/// Declares how callers prove who they are.
struct Bearer;

impl utoipa::Modify for Bearer {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
        let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("token", scheme);
    }
}

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(users::get_me))
        .routes(routes!(tokens::list_my_tokens, tokens::create_my_token))
        .routes(routes!(tokens::revoke_my_token))
        .routes(routes!(users::list_users))
        .routes(routes!(users::get_user))
        .merge(inside_organizations())
        .merge(across_organizations())
}

/// Organizations, and what is inside one.
fn inside_organizations() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(organizations::list_my_organizations))
        .routes(routes!(
            organizations::list_organizations,
            organizations::create_organization
        ))
        .routes(routes!(
            organizations::get_organization,
            organizations::update_organization,
            organizations::delete_organization
        ))
        .routes(routes!(members::list_members, members::add_members))
        .routes(routes!(members::remove_member))
        .routes(routes!(
            members::list_members_as_admin,
            members::add_members_as_admin
        ))
        .routes(routes!(members::remove_member_as_admin))
        .routes(routes!(projects::list_projects, projects::create_project))
        .routes(routes!(
            projects::get_project,
            projects::update_project,
            projects::delete_project
        ))
        .routes(routes!(projects::move_project))
        .routes(routes!(roles::list_roles))
        .routes(routes!(roles::create_role))
        .routes(routes!(roles::update_role, roles::delete_role))
        .routes(routes!(roles::create_platform_role))
        .routes(routes!(
            roles::update_platform_role,
            roles::delete_platform_role
        ))
        .routes(routes!(
            assignments::list_platform_assignments,
            assignments::give_platform_role,
            assignments::take_platform_role
        ))
        .routes(routes!(
            assignments::list_organization_assignments,
            assignments::give_organization_role,
            assignments::take_organization_role
        ))
        .routes(routes!(
            assignments::list_project_assignments,
            assignments::give_project_role,
            assignments::take_project_role
        ))
}

/// What concerns several organizations, or all.
fn across_organizations() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(rehomes::list_rehomes, rehomes::request_rehome))
        .routes(routes!(rehomes::approve_rehome))
        .routes(routes!(rehomes::cancel_rehome))
        .routes(routes!(tenancy::get_tenancy))
        .routes(routes!(tenancy::set_strict_membership))
        .routes(routes!(tenancy::set_rehome_approval))
        .routes(routes!(
            tenancy::get_pause,
            tenancy::pause_bulk_changes,
            tenancy::resume_bulk_changes
        ))
}
