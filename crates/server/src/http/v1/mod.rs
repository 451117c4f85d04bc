//! The API: every route of `/v1`, in one list; a file a noun, a function a route.

#![expect(
    unused_qualifications,
    reason = "the macro of a route names its types in full"
)]

mod audit;
mod decisions;
mod evidence;
mod governance;
mod plans;
mod standing;
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
        (name = "governance", description = "What decides access, what it makes of everybody, and plans."),
        (name = "records", description = "What was done, refused and logged."),
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
        .routes(routes!(users::list_users))
        .routes(routes!(users::get_user))
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
