//! The API: every route of `/v1`, in one list; a file a noun, a function a route.

#![expect(
    unused_qualifications,
    reason = "the macro of a route names its types in full"
)]

mod assignments;
mod audit;
mod decisions;
mod end;
mod evidence;
mod exemptions;
mod governance;
mod holds;
mod lifecycle;
mod links;
mod mapping;
mod members;
mod organizations;
mod overrides;
mod passkeys;
mod plans;
mod projects;
mod provisioning;
mod quotas;
mod rehomes;
mod reviews;
mod roles;
mod sessions;
mod standing;
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
                       every answer carries `X-Correlation-Id`. A mutation that changed \
                       something answers with `X-Revision`. A mutation may carry `Idempotency-Key` (1 to 255 \
                       visible characters, remembered for 24 hours): sent again by the same caller it \
                       changes nothing and gives the first answer with `Idempotency-Replayed: true`, \
                       without the secrets that were shown once; with another request it is refused \
                       (422), while the first is under way too (409).",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    components(schemas(Problem, Code)),
    modifiers(&Bearer),
    security(("token" = [])),
    tags(
        (name = "me", description = "Whoever calls, and what is theirs."),
        (name = "users", description = "People: who they are and what they hold."),
        (name = "reviews", description = "Looking at what was granted, one by one."),
        (name = "holds", description = "Leaving somebody alone for a while."),
        (name = "exemptions", description = "Passes through eligibility and entitlement, reviewed."),
        (name = "organizations", description = "Organizations, which are tenants, and their projects."),
        (name = "members", description = "Who belongs to an organization."),
        (name = "roles", description = "What roles permit, and defining them."),
        (name = "assignments", description = "Who has which role: on the platform, in an organization, in a project."),
        (name = "rehomes", description = "Moving people from one organization to another."),
        (name = "tenancy", description = "Strict mode, and the pause of bulk changes."),
        (name = "governance", description = "What decides access, what it makes of everybody, and plans."),
        (name = "records", description = "What was done, refused and logged."),
        (name = "sessions", description = "Signed-in browsers."),
        (name = "mapping", description = "From an identity provider's groups to roles.")
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
        .routes(routes!(
            passkeys::list_my_passkeys,
            passkeys::create_my_passkey
        ))
        .routes(routes!(passkeys::begin_my_passkey))
        .routes(routes!(passkeys::remove_my_passkey))
        .merge(people())
        .merge(sign_in())
        .merge(governance_and_records())
        .merge(inside_organizations())
        .merge(across_organizations())
        .merge(reviews())
        .routes(routes!(holds::list_holds, holds::create_hold))
        .routes(routes!(holds::end_hold))
        .routes(routes!(
            exemptions::list_exemptions,
            exemptions::create_exemption
        ))
        .routes(routes!(exemptions::review_exemption))
        .routes(routes!(exemptions::end_exemption))
}

/// People, and what belongs to one of them.
fn people() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(users::list_users, users::create_user))
        .routes(routes!(users::get_user, users::update_user))
        .routes(routes!(users::list_user_timeline))
        .routes(routes!(lifecycle::suspend_user))
        .routes(routes!(lifecycle::disable_user))
        .routes(routes!(lifecycle::enable_user))
        .routes(routes!(lifecycle::restore_user))
        .routes(routes!(lifecycle::erase_user))
        .routes(routes!(
            overrides::get_user_role_overrides,
            overrides::set_user_role_overrides,
            overrides::update_user_role_overrides,
            overrides::clear_user_role_overrides
        ))
        .routes(routes!(quotas::list_user_quotas))
        .routes(routes!(quotas::set_user_quota, quotas::clear_user_quota))
        .routes(routes!(links::link_user))
        .routes(routes!(links::unlink_user))
        .routes(routes!(tokens::list_user_tokens, tokens::create_user_token))
        .routes(routes!(tokens::revoke_user_token))
        .routes(routes!(passkeys::list_user_passkeys))
        .routes(routes!(passkeys::remove_user_passkey))
}

/// Review campaigns.
fn reviews() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(reviews::list_reviews, reviews::begin_review))
        .routes(routes!(reviews::get_review))
        .routes(routes!(reviews::export_review))
        .routes(routes!(reviews::decide_review_item))
        .routes(routes!(reviews::sign_off_review))
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

/// What decides access, what it makes of everybody, and what was done.
fn governance_and_records() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(audit::list_audit))
        .routes(routes!(audit::export_audit))
        .routes(routes!(governance::get_governance))
        .routes(routes!(governance::set_mode))
        .routes(routes!(governance::set_mapping))
        .routes(routes!(governance::set_number))
        .routes(routes!(governance::set_policy))
        .routes(routes!(plans::list_plans, plans::make_plan))
        .routes(routes!(plans::get_plan))
        .routes(routes!(plans::approve_plan))
        .routes(routes!(plans::apply_plan))
        .routes(routes!(standing::get_status_map))
        .routes(routes!(standing::get_drift))
        .routes(routes!(standing::get_freshness))
        .routes(routes!(standing::list_jml))
        .routes(routes!(standing::list_alerts))
        .routes(routes!(standing::get_break_glass))
        .routes(routes!(decisions::explain))
        .routes(routes!(decisions::explain_me))
        .routes(routes!(decisions::get_hauling))
        .routes(routes!(decisions::list_decisions))
        .routes(routes!(evidence::find_log))
        .routes(routes!(evidence::get_evidence))
        .routes(routes!(evidence::add_evidence_note))
}

/// Sessions, and what an identity provider says of people.
fn sign_in() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(sessions::get_my_session, sessions::end_my_session))
        .routes(routes!(
            sessions::list_user_sessions,
            sessions::end_user_sessions
        ))
        .routes(routes!(sessions::end_user_session))
        .routes(routes!(mapping::test_mapping))
        .routes(routes!(provisioning::sync_user))
}
