//! The provider's process, and the server that trusts it.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use reqwest::StatusCode;
use serde_json::{Value, json};
use sqlx::PgConnection;
use testkit::TestDb;

use super::browser::{Browser, Shown};
use crate::program::{Program, Serving};
use crate::scratch::Scratch;

/// How the provider says that the machine can't run it.
const NOT_HERE: i32 = 77;

/// `oidc-provider` from npm, by `scripts/openid-provider`. Ends when dropped.
pub(super) struct Provider {
    child: Child,
    told: ChildStdin,
    answers: BufReader<ChildStdout>,
    pub(super) issuer: String,
}

impl Provider {
    /// `None` on a machine without Node, and where no soak is asked for.
    pub(super) fn start() -> Option<Self> {
        if std::env::var_os("REEVE_SOAK").is_none() {
            eprintln!("skipped: a provider from elsewhere is tried with REEVE_SOAK set only");
            return None;
        }
        let script =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/openid-provider/start");
        let mut command = Command::new(script);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let told = child.stdin.take().unwrap();
        let mut answers = BufReader::new(child.stdout.take().unwrap());
        let Some(issuer) = line(&mut answers, |line| line.starts_with("http://")) else {
            let status = child.wait().unwrap();
            assert_eq!(status.code(), Some(NOT_HERE), "the provider did not start");
            eprintln!("skipped: this machine has no Node to run the provider with");
            return None;
        };
        Some(Self {
            child,
            told,
            answers,
            issuer,
        })
    }

    /// Tells it something, and waits until that is done.
    pub(super) fn tell(&mut self, what: &Value) {
        writeln!(self.told, "{what}").unwrap();
        line(&mut self.answers, |line| line == "done").expect("the provider answers");
    }

    /// Says who somebody is from now on.
    pub(super) fn knows(&mut self, sub: &str, groups: &[&str]) {
        self.tell(&json!({ "account": {
            "sub": sub,
            "email": format!("{sub}@example.test"),
            "email_verified": true,
            "name": format!("{sub} of the provider"),
            "groups": groups,
        }}));
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The next line that is meant for us; `None` at the end.
fn line(answers: &mut impl BufRead, meant: impl Fn(&str) -> bool) -> Option<String> {
    answers
        .lines()
        .map_while(Result::ok)
        .find(|line| meant(line))
}

/// A provider, a server that trusts it, and their database.
pub(super) struct Installation {
    pub(super) provider: Provider,
    pub(super) db: TestDb,
    pub(super) url: String,
    _serving: Serving,
    _scratch: Scratch,
}

impl Installation {
    /// `None` where there is no provider.
    pub(super) async fn start() -> Option<Self> {
        let mut provider = Provider::start()?;
        let (db, scratch) = (TestDb::new().await, Scratch::new());
        let program = Program::on(&db)
            .flag("--data-dir")
            .flag(scratch.path.to_str().unwrap())
            .set("OIDC_ISSUER", &provider.issuer)
            .set("OIDC_ALLOW_PRIVATE", "1")
            .set("OIDC_CLIENT_ID", "reeve")
            .set("OIDC_CLIENT_SECRET", SECRET)
            .set("OIDC_SCOPES", "openid email profile groups")
            .set("OIDC_GROUP_ROLE_MAP", "staff=reader, ops=operator");
        let serving = program.serve();
        let url = format!("http://localhost:{}", serving.address.port());
        for client in ["reeve", "other"] {
            provider.tell(&json!({ "client": {
                "client_id": client,
                "client_secret": SECRET,
                "redirect_uris": [format!("{url}/login/oidc/callback"), format!("{url}/own")],
                "backchannel_logout_uri": format!("{url}/logout/backchannel"),
                "backchannel_logout_session_required": true,
            }}));
        }
        Some(Self {
            provider,
            db,
            url,
            _serving: serving,
            _scratch: scratch,
        })
    }

    /// Somebody signs in to the server, in this browser.
    pub(super) async fn sign_in(&self, browser: &mut Browser, login: &str) -> Shown {
        let start = format!("{}/login/oidc/start", self.url);
        let stop = format!("{}/login/oidc/callback", self.url);
        browser.sign_in(&start, login, &stop).await
    }

    /// What the server says of whoever this browser or token is.
    pub(super) async fn me(&self, browser: &mut Browser) -> (StatusCode, Value) {
        let url = format!("{}/v1/me", self.url).parse().unwrap();
        let (shown, _) = browser.ask(url, None).await;
        (shown.status, serde_json::from_str(&shown.body).unwrap())
    }

    /// An access token of somebody, that a client of the provider asked for.
    pub(super) async fn access_token(&self, client: &str, login: &str, resource: &str) -> String {
        let answer = self.tokens(client, login, resource).await;
        let token = answer["access_token"].as_str();
        token.unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    /// Access and id token.
    pub(super) async fn tokens(&self, client: &str, login: &str, resource: &str) -> Value {
        let own = format!("{}/own", self.url);
        let resource = match resource {
            "" => String::new(),
            resource => format!("&resource={resource}"),
        };
        let start = format!(
            "{}/auth?response_type=code&client_id={client}&redirect_uri={own}\
             &scope=openid%20email%20profile%20groups&code_challenge={CHALLENGE}\
             &code_challenge_method=S256{resource}",
            self.provider.issuer
        );
        let back = Browser::new().sign_in(&start, login, &own).await;
        let code = back.url.query_pairs().find(|(name, _)| name == "code");
        let (_, code) = code.unwrap_or_else(|| panic!("{back:?}"));
        let form = format!(
            "grant_type=authorization_code&code={code}&redirect_uri={own}\
             &code_verifier={VERIFIER}{resource}"
        );
        self.post(client, "/token", form).await
    }

    /// Posts a form to the provider as a client.
    pub(super) async fn post(&self, client: &str, path: &str, form: String) -> Value {
        let http = connect::guard::client(connect::guard::Reach::Private).unwrap();
        let request = http
            .post(format!("{}{path}", self.provider.issuer))
            .basic_auth(client, Some(SECRET_ENCODED))
            .header("content-type", "application/x-www-form-urlencoded");
        let text = request.body(form).send().await.unwrap().text().await;
        serde_json::from_str(&text.unwrap()).unwrap_or_default()
    }

    /// The status and the code with which a token is answered.
    pub(super) async fn bearer(&self, token: &str) -> (u16, Value) {
        let http = connect::guard::client(connect::guard::Reach::Private).unwrap();
        let request = http.get(format!("{}/v1/me", self.url)).bearer_auth(token);
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let body = answer.text().await.unwrap();
        (status, serde_json::from_str(&body).unwrap())
    }

    /// The names of the roles that somebody has from the provider.
    pub(super) async fn roles(&self, connection: &mut PgConnection, email: &str) -> Vec<String> {
        sqlx::query_scalar(
            "select r.name from user_roles a join role r using (role_id) join app_user u using (user_id)
              where u.email = $1 and a.source = 'oidc:' || $2 order by 1",
        )
        .bind(email)
        .bind(&self.provider.issuer)
        .fetch_all(connection)
        .await
        .unwrap()
    }
}

/// The pair of RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// With what an encoding could get wrong.
const SECRET: &str = "a secret: of+clients/with%20more";
/// The same as it is sent (RFC 6749, section 2.3.1).
const SECRET_ENCODED: &str = "a+secret%3A+of%2Bclients%2Fwith%2520more";
