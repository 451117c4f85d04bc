//! Every setting there is, in one table. Precedence, `reeve config show` and `docs/configuration.md`
//! are made from it, so an entry here is all that a new setting needs (beside somebody who reads
//! it). How values are written is in [`value`](super::value).

use super::value::Kind;

/// One setting.
#[derive(Debug)]
pub(crate) struct Setting {
    pub(crate) name: Name,
    /// Its key in `reeve.toml`.
    pub(crate) key: &'static str,
    pub(crate) variable: &'static str,
    /// Its flag, if it has one, with the dashes.
    pub(crate) flag: Option<&'static str>,
    pub(crate) kind: Kind,
    pub(crate) otherwise: Otherwise,
    /// Whether `reeve.toml` may hold it.
    pub(crate) in_file: bool,
    pub(crate) when: When,
    /// Whether nodes of one installation may differ in it.
    pub(crate) per_node: bool,
    /// One or two sentences for the documentation, in Markdown.
    pub(crate) about: &'static str,
}

/// What holds when nobody says anything.
#[derive(Debug)]
pub(crate) enum Otherwise {
    /// This value, as it would be written.
    Value(&'static str),
    /// No value; these words say what that means.
    Nothing(&'static str),
}

/// When a setting is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    /// When the process starts.
    Start,
    /// Then, and again on each reload.
    Live,
    /// Once, when a new installation is made; from then on the database has it (decision 0023).
    Seed,
}

impl Setting {
    pub(crate) fn is_secret(&self) -> bool {
        self.kind == Kind::Secret
    }

    /// The variable that names a file with the value, for secrets.
    pub(crate) fn file_variable(&self) -> Option<String> {
        self.is_secret().then(|| format!("{}_FILE", self.variable))
    }
}

/// What most settings are; an entry of the table says where it differs.
const USUAL: Setting = Setting {
    name: Name::DataDir,
    key: "",
    variable: "",
    flag: None,
    kind: Kind::Text,
    otherwise: Otherwise::Nothing(""),
    in_file: true,
    when: When::Start,
    per_node: false,
    about: "",
};

/// Makes the table, and the type of its entries' names.
macro_rules! settings {
    ($($name:ident { $($field:ident: $value:expr),* $(,)? })*) => {
        /// How the code names a setting.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Name { $($name),* }

        /// The settings, in the order of the documentation.
        pub(crate) static SETTINGS: &[Setting] =
            &[$(Setting { name: Name::$name, $($field: $value,)* ..USUAL }),*];
    };
}

settings! {
    DataDir {
        key: "data_dir",
        variable: "REEVE_DATA_DIR",
        flag: Some("--data-dir"),
        kind: Kind::Path,
        otherwise: Otherwise::Nothing("`/var/lib/reeve` as root, else `~/.local/share/reeve`"),
        in_file: false,
        per_node: true,
        about: "Where Reeve keeps its private PostgreSQL, its secrets, its address and, unless \
                told otherwise, `reeve.toml`.",
    }
    ConfigFile {
        key: "config",
        variable: "REEVE_CONFIG",
        flag: Some("--config"),
        kind: Kind::Path,
        otherwise: Otherwise::Nothing("`reeve.toml` in the data directory, if there is one"),
        in_file: false,
        per_node: true,
        about: "The configuration file.",
    }
    EnvFile {
        key: "env_file",
        variable: "REEVE_ENV_FILE",
        flag: Some("--env-file"),
        kind: Kind::Path,
        otherwise: Otherwise::Nothing("no file is read"),
        in_file: false,
        per_node: true,
        about: "A file of variables that can be read again without a restart; see [the env \
                file](#the-env-file-and-sighup).",
    }
    Listen {
        key: "listen",
        variable: "REEVE_LISTEN",
        flag: Some("--listen"),
        kind: Kind::Address,
        otherwise: Otherwise::Value("127.0.0.1:8080"),
        per_node: true,
        about: "Where `reeve serve` and `reeve quickstart` listen; port 0 takes a free one.",
    }
    PublicUrl {
        key: "public_url",
        variable: "REEVE_PUBLIC_URL",
        otherwise: Otherwise::Nothing("`http://localhost` with the port of `listen`"),
        about: "Where browsers find this installation, like `https://reeve.example.org`. Cookies and the \
                way back from the identity provider depend on it, and passkeys are bound to its host, which \
                must be a name: with another one they have to be registered anew. TLS is the proxy's.",
    }
    TrustedProxies {
        key: "trusted_proxies",
        variable: "REEVE_TRUSTED_PROXIES",
        kind: Kind::List,
        otherwise: Otherwise::Nothing("none; `X-Forwarded-For` is ignored"),
        when: When::Live,
        about: "Addresses or networks (`10.0.0.0/8`) of the proxies before this server, whose word on a \
                request's origin counts when too many sign-ins fail.",
    }
    FailedAttempts {
        key: "failed_attempts_per_minute",
        variable: "REEVE_FAILED_ATTEMPTS_PER_MINUTE",
        kind: Kind::PerMinute,
        otherwise: Otherwise::Value("30"),
        when: When::Live,
        about: "How often one address, or anybody with one and the same token, link or session, may fail to be \
                recognised before they have to wait. An IPv6 address counts by its network (/64).",
    }
    SignIns {
        key: "sign_ins_per_minute",
        variable: "REEVE_SIGN_INS_PER_MINUTE",
        kind: Kind::PerMinute,
        otherwise: Otherwise::Value("300"),
        when: When::Live,
        about: "How many sign-ins one address may begin.",
    }
    Requests {
        key: "requests_per_minute",
        variable: "REEVE_REQUESTS_PER_MINUTE",
        kind: Kind::PerMinute,
        otherwise: Otherwise::Value("60000"),
        when: When::Live,
        about: "How many requests one person may make, by all their tokens and sessions together. Each server \
                counts for itself.",
    }
    Log {
        key: "log",
        variable: "REEVE_LOG",
        otherwise: Otherwise::Nothing("`info` for `serve` and `quickstart`, else `warn`"),
        per_node: true,
        about: "What is logged: a level (`error`, `warn`, `info`, `debug`, `trace`) or a filter by \
                module like `warn,app=debug`.",
    }
    LogFormat {
        key: "log_format",
        variable: "REEVE_LOG_FORMAT",
        kind: Kind::LogFormat,
        otherwise: Otherwise::Value("text"),
        per_node: true,
        about: "How lines are logged: `text` for people, or `json`, one object a line, those of a \
                request with `correlation_id`, `trace_id` and `actor_user_id`.",
    }
    OtelEndpoint {
        key: "otel_exporter_otlp_endpoint",
        variable: "OTEL_EXPORTER_OTLP_ENDPOINT",
        otherwise: Otherwise::Nothing("no traces are exported"),
        per_node: true,
        about: "The collector that gets traces by OTLP over HTTP, like `http://localhost:4318`; \
                `/v1/traces` is added. See [traces](metrics.md#traces).",
    }
    OtelHeaders {
        key: "otel_exporter_otlp_headers",
        variable: "OTEL_EXPORTER_OTLP_HEADERS",
        kind: Kind::Secret,
        otherwise: Otherwise::Nothing("none"),
        per_node: true,
        about: "What the collector is sent along: `name=value`, separated by commas, values \
                percent-encoded.",
    }
    OtelService {
        key: "otel_service_name",
        variable: "OTEL_SERVICE_NAME",
        otherwise: Otherwise::Value("reeve"),
        per_node: true,
        about: "What this server is called in traces.",
    }
    OtelSamplerArg {
        key: "otel_traces_sampler_arg",
        variable: "OTEL_TRACES_SAMPLER_ARG",
        otherwise: Otherwise::Value("1"),
        per_node: true,
        about: "Which part of the traces that begin here is exported, from 0 to 1. Whether one that \
                began elsewhere is, its `traceparent` says.",
    }
    PgBin {
        key: "pg_bin",
        variable: "REEVE_PG_BIN",
        kind: Kind::Path,
        otherwise: Otherwise::Nothing(
            "the newest PostgreSQL on the `PATH` or where distributions put it",
        ),
        per_node: true,
        about: "The folder of PostgreSQL's server programs, for the private PostgreSQL.",
    }
    DatabaseUrl {
        key: "database_url",
        variable: "DATABASE_URL",
        kind: Kind::Secret,
        otherwise: Otherwise::Nothing("a private PostgreSQL in the data directory"),
        per_node: true,
        about: "A PostgreSQL server of your own, 15 or newer: \
                `postgres://LOGIN:PASSWORD@HOST/DATABASE`.",
    }
    DatabaseOwnerUrl {
        key: "database_owner_url",
        variable: "DATABASE_OWNER_URL",
        kind: Kind::Secret,
        otherwise: Otherwise::Nothing("migrations use the login of `DATABASE_URL`"),
        per_node: true,
        about: "A login that is a member of `reeve_owner`, for migrations; `reeve db \
                bootstrap-sql` prints how the roles are made.",
    }
    SnapshotMaxAge {
        key: "discord_snapshot_max_age_seconds",
        variable: "DISCORD_SNAPSHOT_MAX_AGE_SECONDS",
        kind: Kind::Seconds,
        otherwise: Otherwise::Value("21600"),
        when: When::Seed,
        about: "How old a snapshot of Discord may be before it entitles nobody. As a variable of \
                one `reeve reconcile plan` or `run` it counts for that plan only.",
    }
    RoleRestoreDays {
        key: "reconcile_role_restore_days",
        variable: "RECONCILE_ROLE_RESTORE_DAYS",
        kind: Kind::Days,
        otherwise: Otherwise::Value("30"),
        when: When::Seed,
        about: "For how long roles that a plan took are given back when the person is restored.",
    }
    BreakGlassUserIds {
        key: "admin_breakglass_user_ids",
        variable: "ADMIN_BREAKGLASS_USER_IDS",
        kind: Kind::List,
        otherwise: Otherwise::Nothing("nobody"),
        in_file: false,
        when: When::Live,
        about: "Ids of people (`app_user.user_id`) who get administrative access in an emergency. \
                Remove it when access is recovered.",
    }
    BreakGlassEmails {
        key: "admin_breakglass_emails",
        variable: "ADMIN_BREAKGLASS_EMAILS",
        kind: Kind::List,
        otherwise: Otherwise::Nothing("nobody"),
        in_file: false,
        when: When::Live,
        about: "The same by e-mail address (`app_user.email`), in any case. Either of the two is \
                enough.",
    }
    UserMgmtCore {
        key: "user_mgmt_core",
        variable: "USER_MGMT_CORE",
        kind: Kind::Flag,
        otherwise: Otherwise::Value("on"),
        in_file: false,
        when: When::Live,
        about: "People, organizations and audit over HTTP, and provisioning at sign-in. Off, the \
                routes answer 404.",
    }
    UserMgmtUi {
        key: "user_mgmt_ui",
        variable: "USER_MGMT_UI",
        kind: Kind::Flag,
        otherwise: Otherwise::Value("on"),
        in_file: false,
        when: When::Live,
        about: "The pages of the console. Off, they answer 404; the API stays.",
    }
    PublicUserMgmtUi {
        key: "next_public_user_mgmt_ui",
        variable: "NEXT_PUBLIC_USER_MGMT_UI",
        kind: Kind::Flag,
        otherwise: Otherwise::Value("on"),
        in_file: false,
        when: When::Live,
        about: "The same under the name that older deployments use; off in either is off.",
    }
    UserMgmtEnforce {
        key: "user_mgmt_enforce",
        variable: "USER_MGMT_ENFORCE",
        kind: Kind::Flag,
        otherwise: Otherwise::Value("on"),
        in_file: false,
        when: When::Live,
        about: "Whether roles are asked for permissions. Off is for emergencies: everybody who is \
                active may do everything in the organizations that they belong to, but give and \
                take roles beyond their ceiling; signing in, the permissions of the platform and \
                the walls between organizations stay (decision 0062).",
    }
    UserMgmtRlsEnforce {
        key: "user_mgmt_rls_enforce",
        variable: "USER_MGMT_RLS_ENFORCE",
        kind: Kind::Flag,
        otherwise: Otherwise::Nothing("as `USER_MGMT_ENFORCE`"),
        in_file: false,
        when: When::Live,
        about: "Whether row security is switched on at start.",
    }
    OidcIssuer {
        key: "oidc_issuer",
        variable: "OIDC_ISSUER",
        otherwise: Otherwise::Nothing("no identity provider is trusted"),
        in_file: false,
        when: When::Live,
        about: "The identity provider, by its issuer exactly as its tokens have it.",
    }
    OidcAudience {
        key: "oidc_audience",
        variable: "OIDC_AUDIENCE",
        otherwise: Otherwise::Nothing("as `OIDC_CLIENT_ID`"),
        in_file: false,
        when: When::Live,
        about: "What access tokens for the API are made out to (`aud`).",
    }
    OidcClientId {
        key: "oidc_client_id",
        variable: "OIDC_CLIENT_ID",
        otherwise: Otherwise::Nothing("nobody signs in by the identity provider"),
        in_file: false,
        when: When::Live,
        about: "What Reeve is called at the identity provider.",
    }
    OidcClientSecret {
        key: "oidc_client_secret",
        variable: "OIDC_CLIENT_SECRET",
        kind: Kind::Secret,
        otherwise: Otherwise::Nothing("a public client: the exchange is protected by PKCE alone"),
        in_file: false,
        when: When::Live,
        per_node: true,
        about: "The secret that goes with it. Opaque access tokens are only taken with one.",
    }
    OidcScopes {
        key: "oidc_scopes",
        variable: "OIDC_SCOPES",
        kind: Kind::List,
        otherwise: Otherwise::Value("openid email profile"),
        in_file: false,
        when: When::Live,
        about: "What a sign-in asks for.",
    }
    OidcGroupsClaim {
        key: "oidc_groups_claim",
        variable: "OIDC_GROUPS_CLAIM",
        otherwise: Otherwise::Value("groups"),
        in_file: false,
        when: When::Live,
        about: "The claim that has the groups, by name or as a path like `realm_access.roles`: a list, or \
                one text with commas.",
    }
    OidcUserinfoEndpoint {
        key: "oidc_userinfo_endpoint",
        variable: "OIDC_USERINFO_ENDPOINT",
        otherwise: Otherwise::Nothing("the one that the provider publishes"),
        in_file: false,
        when: When::Live,
        about: "The absolute URL that is asked, with the person's token, when a token lacks name, address \
                or groups.",
    }
    OidcDisplayNameClaim {
        key: "oidc_display_name_claim",
        variable: "OIDC_DISPLAY_NAME_CLAIM",
        otherwise: Otherwise::Nothing("the usual forms of `display_name`, then `name`"),
        in_file: false,
        when: When::Live,
        about: "The claim that says what to call somebody.",
    }
    OidcClaimByVerifiedEmail {
        key: "oidc_claim_by_verified_email",
        variable: "OIDC_CLAIM_BY_VERIFIED_EMAIL",
        kind: Kind::Flag,
        otherwise: Otherwise::Value("off"),
        in_file: false,
        when: When::Live,
        about: "Whether a first sign-in with a verified address is bound to the person who has that \
                address here, if they are no administrator and not linked to the provider yet.",
    }
    OidcAllowPrivate {
        key: "oidc_allow_private",
        variable: "OIDC_ALLOW_PRIVATE",
        kind: Kind::Flag,
        otherwise: Otherwise::Value("off"),
        in_file: false,
        when: When::Live,
        about: "Whether the identity provider may be in a private network, or on this machine by http.",
    }
    OidcGroupRoleMap {
        key: "oidc_group_role_map",
        variable: "OIDC_GROUP_ROLE_MAP",
        otherwise: Otherwise::Nothing("groups give no roles"),
        in_file: false,
        when: When::Live,
        about: "Which groups give which roles: `group=role`, or `group=role@organization`, separated by \
                commas, newlines or a literal `\\n`. A group may stand several times. An entry that can't be \
                read, or names a role that does not exist, stops the start.",
    }
    OidcGroupRoleDefaults {
        key: "oidc_group_role_defaults",
        variable: "OIDC_GROUP_ROLE_DEFAULTS",
        otherwise: Otherwise::Nothing("no role"),
        in_file: false,
        when: When::Live,
        about: "Roles for everybody who is provisioned, whatever their groups; separated in the same way.",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn keys_and_variables_are_unique_and_every_setting_is_documented() {
        let mut names = BTreeSet::new();
        for setting in SETTINGS {
            assert!(names.insert(setting.key.to_owned()), "{}", setting.key);
            let variables = [Some(setting.variable.to_owned()), setting.file_variable()];
            for variable in variables.into_iter().flatten() {
                assert!(names.insert(variable.clone()), "{variable}");
            }
            assert!(setting.about.ends_with('.'), "{}", setting.key);
        }
    }

    #[test]
    fn every_default_is_a_value_of_its_kind() {
        for setting in SETTINGS {
            match setting.otherwise {
                Otherwise::Value(text) => assert!(setting.kind.read(text).is_some(), "{text}"),
                Otherwise::Nothing(words) => assert!(!words.is_empty(), "{}", setting.key),
            }
        }
    }
}
