//! The API: every route of `/v1`, in one list; a file a noun, a function a route.

#![expect(
    unused_qualifications,
    reason = "the macro of a route names its types in full"
)]

mod end;
mod exemptions;
mod holds;
mod lifecycle;
mod links;
mod overrides;
mod quotas;
mod reviews;
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
        (name = "reviews", description = "Looking at what was granted, one by one."),
        (name = "holds", description = "Leaving somebody alone for a while."),
        (name = "exemptions", description = "Passes through eligibility and entitlement, reviewed.")
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
        .merge(people())
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
