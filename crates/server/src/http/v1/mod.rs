//! The API: every route of `/v1`, in one list; a file a noun, a function a route.

#![expect(
    unused_qualifications,
    reason = "the macro of a route names its types in full"
)]

mod mapping;
mod provisioning;
mod sessions;
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
        (name = "sessions", description = "Signed-in browsers."),
        (name = "mapping", description = "From an identity provider's groups to roles."),
        (name = "users", description = "People: who they are and what they hold.")
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
        .routes(routes!(sessions::get_my_session, sessions::end_my_session))
        .routes(routes!(users::list_users))
        .routes(routes!(users::get_user))
        .routes(routes!(
            sessions::list_user_sessions,
            sessions::end_user_sessions
        ))
        .routes(routes!(sessions::end_user_session))
        .routes(routes!(mapping::test_mapping))
        .routes(routes!(provisioning::sync_user))
}
