//! Every secret that Reeve takes or makes, used well and badly at the loudest log level; afterwards none
//! of them is anywhere that it should not be.

use std::collections::BTreeSet;
use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::credential::login;
use domain::credential::secret::{Kind, Secret};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use testkit::World;
use testkit::cluster;
use testkit::collector::Collector;
use testkit::oidc::{Algorithm, CLIENT, Issuer, SECRET};

use crate::http::{self, Page};
use crate::program::{Program, Serving};
use crate::scratch::{Scratch, wait_until};

/// What goes to the collector along with traces, in the clear.
const COLLECTOR: &str = "canary-of-the-collector";
/// A token that only introspection knows, one that it does not, and a code that nobody gave.
const OPAQUE: [&str; 2] = ["canary-opaque-known", "canary-opaque-unknown"];
const CODE: &str = "canary-code-of-nobody";

/// What no secret setting can be.
const UNUSABLE: &str = "canary-unusable:/nobody:canary-password@ 127.0.0.1/";

/// A secret, and what it is.
type Canary = (String, String);

/// What is in force, what was said, and what must not have been said.
struct Scene {
    world: World,
    issuer: Issuer,
    program: Program,
    serving: Serving,
    /// The address of our pages.
    origin: String,
    /// The secret settings.
    variables: Vec<&'static str>,
    canaries: Vec<Canary>,
    /// Errors, as whoever asked was told.
    errors: Vec<(String, String)>,
    correlation_ids: BTreeSet<String>,
}

impl Scene {
    fn canary(&mut self, what: &str, text: &str) {
        assert!(text.len() >= 12, "{what} is too short to be found: {text}");
        self.canaries.push((what.to_owned(), text.to_owned()));
    }

    /// Asks, and keeps what is said if that is an error.
    fn ask(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Page {
        let page = http::ask(self.serving.address, method, path, headers, body).unwrap();
        if let Some(id) = page.header("x-correlation-id") {
            self.correlation_ids.insert(id.to_owned());
        }
        if page.status >= 400 {
            let said = format!("{}\n{}", page.head, page.body);
            self.errors
                .push((format!("the answer to {method} {path}"), said));
        }
        page
    }

    fn bearer(&mut self, token: &str) -> u16 {
        let token = format!("Bearer {token}");
        self.ask("GET", "/v1/me", &[("authorization", &token)], "")
            .status
    }

    /// A form from our own page.
    fn form(&mut self, path: &str, body: &str) -> Page {
        let origin = self.origin.clone();
        let headers = [
            ("origin", origin.as_str()),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        self.ask("POST", path, &headers, body)
    }

    /// Changes something as a page of ours does, with this word against forgery.
    fn browse(&mut self, method: &str, path: &str, session: &str, csrf: &str) -> Page {
        let (origin, cookie) = (self.origin.clone(), format!("reeve_session={session}"));
        let headers = [
            ("origin", origin.as_str()),
            ("cookie", &cookie),
            ("x-csrf-token", csrf),
        ];
        self.ask(method, path, &headers, "")
    }

    async fn sql(&self, sql: &'static str) {
        let mut superuser = self.world.db.superuser().await;
        sqlx::raw_sql(sql).execute(&mut superuser).await.unwrap();
    }
}

/// The canary of each secret setting, and how the variable has it. A setting that is not here fails.
fn of_setting(world: &World, variable: &str) -> (String, String) {
    let password = |url: &str| url::Url::parse(url).unwrap().password().unwrap().to_owned();
    let (runtime, owner) = (world.db.runtime_url(), world.db.owner_url());
    let (runtime, owner) = (runtime.expose_secret(), owner.expose_secret());
    match variable {
        "DATABASE_URL" => (runtime.to_owned(), password(runtime)),
        "DATABASE_OWNER_URL" => (owner.to_owned(), password(owner)),
        "OIDC_CLIENT_SECRET" => (SECRET.to_owned(), SECRET.to_owned()),
        "OTEL_EXPORTER_OTLP_HEADERS" => (
            format!("authorization=Bearer%20{COLLECTOR}"),
            COLLECTOR.to_owned(),
        ),
        other => panic!("{other} is a secret: give it a canary, and make it be used in this test"),
    }
}

async fn begin(scratch: &Scratch, collector: &Collector) -> Scene {
    let world = World::empty().await;
    world.person("ada").role("admin").build().await;
    let issuer = Issuer::start(world.now().await).await;
    let mut program = Program::default()
        .flag("--data-dir")
        .flag(scratch.path.to_str().unwrap())
        .set("REEVE_LOG", "trace")
        .set("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url())
        .set("OIDC_ISSUER", &issuer.url())
        .set("OIDC_CLIENT_ID", CLIENT)
        .set("OIDC_ALLOW_PRIVATE", "on");
    let shown = Program::default().json(&["config", "show"]);
    let (mut canaries, mut variables) = (Vec::new(), Vec::new());
    for setting in shown["settings"].as_array().unwrap() {
        if setting["secret"] == true {
            let variable: &'static str = setting["variable"].as_str().unwrap().to_owned().leak();
            let (value, canary) = of_setting(&world, variable);
            program = program.set(variable, &value);
            canaries.push((variable.to_owned(), canary));
            variables.push(variable);
        }
    }
    // As it goes to the provider.
    let encoded = STANDARD.encode(format!("{CLIENT}:{}", SECRET.replace(' ', "+")));
    canaries.push(("the client's credentials".to_owned(), encoded));
    canaries.push((
        "an unusable setting".to_owned(),
        "canary-password".to_owned(),
    ));
    canaries.push((
        "an unusable setting".to_owned(),
        "canary-unusable".to_owned(),
    ));
    let serving = program.serve();
    Scene {
        world,
        issuer,
        program,
        origin: format!("http://localhost:{}", serving.address.port()),
        serving,
        variables,
        canaries,
        errors: Vec::new(),
        correlation_ids: BTreeSet::new(),
    }
}

/// The last character is another.
fn mistyped(text: &str) -> String {
    let other = if text.ends_with('0') { "1" } else { "0" };
    format!("{}{other}", &text[..text.len() - 1])
}

async fn personal_access_tokens(scene: &mut Scene) {
    for end in ["revoked", "expired"] {
        let create = "token create --identity ada@example.test --name";
        let words: Vec<_> = create.split(' ').chain([end]).collect();
        let made = scene.program.json(&words);
        let token = made["token"].as_str().unwrap().to_owned();
        scene.canary("a personal access token", &token);
        assert_eq!(scene.bearer(&token), 200);
        assert_eq!(scene.bearer(&mistyped(&token)), 401);
        if end == "revoked" {
            scene
                .program
                .done(&["token", "revoke", made["token_id"].as_str().unwrap()]);
        } else {
            let past = "update personal_access_token set expires_at = created_at + interval '1 us'";
            scene.sql(past).await;
        }
        // Another process, or SQL, ended it: the server knows within a second.
        wait_until(end, || scene.bearer(&token) == 401);
    }
}

/// A browser makes a token, twice with one key, and once by a request that can't be read.
fn token_by_api(scene: &mut Scene, session: &str, csrf: &str) {
    let (origin, cookie) = (scene.origin.clone(), format!("reeve_session={session}"));
    let headers = [
        ("origin", origin.as_str()),
        ("cookie", &cookie),
        ("x-csrf-token", csrf),
        ("content-type", "application/json"),
        ("idempotency-key", "canary-once"),
    ];
    let mut post = |body: &str| scene.ask("POST", "/v1/me/tokens", &headers, body);
    let made = post("{\"name\":\"by API\"}");
    assert_eq!(made.status, 201, "{made:?}");
    let again = post("{\"name\":\"by API\"}");
    assert_eq!(post("{\"name\":").status, 422);
    let token = made.json()["token"].as_str().unwrap().to_owned();
    assert!(!again.body.contains(&token), "shown once");
    scene.canary("a token of the API", &token);
}

async fn links_and_sessions(scene: &mut Scene) {
    for end in ["by its browser", "by command", "by the clock"] {
        let made = scene
            .program
            .json(&["admin", "login-link", "ada@example.test"]);
        let link = made["link"].as_str().unwrap().to_owned();
        let (_, token) = link.split_once("token=").unwrap();
        scene.canary("a login link", token);
        scene.ask("GET", &format!("/login/link?token={token}"), &[], "");
        let bad = scene.form("/login/link", &format!("token={}", mistyped(token)));
        assert_eq!(bad.status, 401);
        let body = format!("token={token}");
        let foreign = [("content-type", "application/x-www-form-urlencoded")];
        assert_eq!(
            scene.ask("POST", "/login/link", &foreign, &body).status,
            403
        );
        let page = scene.form("/login/link", &body);
        let session = page.cookie("reeve_session").unwrap();
        assert_eq!(scene.form("/login/link", &body).status, 401, "used up");
        scene.canary("a session", &session);
        let own = scene.browse("GET", "/v1/me/session", &session, "").json();
        let csrf = own["csrf_token"].as_str().unwrap();
        scene.canary("a word against forgery", csrf);
        let path = "/v1/me/session";
        assert_eq!(
            scene
                .browse("DELETE", path, &session, &mistyped(csrf))
                .status,
            403
        );
        assert_eq!(
            scene.browse("GET", path, &mistyped(&session), csrf).status,
            401
        );
        match end {
            "by its browser" => {
                token_by_api(scene, &session, csrf);
                assert_eq!(scene.browse("DELETE", path, &session, csrf).status, 204);
            }
            "by command" => {
                let id = own["session_id"].as_str().unwrap();
                scene.program.done(&["session", "revoke", id]);
            }
            _ => {
                scene
                    .sql(
                        "update session set last_used_at = '2000-01-01', created_at = '2000-01-01'",
                    )
                    .await;
            }
        }
        wait_until(end, || {
            scene.browse("GET", path, &session, csrf).status == 401
        });
    }
}

/// One sign-in at the provider: what the browser keeps, and the query it comes back with.
fn sent_to_the_provider(scene: &mut Scene) -> (String, String) {
    let page = scene.ask("GET", "/login/oidc/start", &[], "");
    let kept = page.cookie("reeve_signing_in").unwrap();
    let secret = Secret::parse(Kind::SignIn, &kept).unwrap();
    scene.canary("a sign-in under way", &kept);
    scene.canary("a state", &login::state(&secret));
    scene.canary("a nonce", &login::nonce(&secret));
    scene.canary("a verifier", &login::verifier(&secret));
    let claims = json!({ "sub": "ada", "email": "ada@provider.test", "email_verified": true });
    let query = scene
        .issuer
        .approve(page.header("location").unwrap(), claims);
    (kept, query)
}

fn signing_in_at_the_provider(scene: &mut Scene) {
    let back = |scene: &mut Scene, kept: &str, query: &str| {
        let cookie = format!("reeve_signing_in={kept}");
        let path = format!("/login/oidc/callback?{query}");
        scene.ask("GET", &path, &[("cookie", &cookie)], "")
    };
    scene.canary("a code of nobody", CODE);
    let (kept, query) = sent_to_the_provider(scene);
    assert_eq!(back(scene, &mistyped(&kept), &query).status, 401);
    assert_eq!(back(scene, &kept, &mistyped(&query)).status, 401);
    let page = back(scene, &kept, &query);
    let session = page.cookie("reeve_session");
    scene.canary("a session of the provider", &session.unwrap());
    assert_eq!(back(scene, &kept, &query).status, 401, "used up");
    let (kept, query) = sent_to_the_provider(scene);
    let (_, state) = query.split_once("state=").unwrap();
    let invented = format!("code={CODE}&state={state}");
    assert_eq!(back(scene, &kept, &invented).status, 401);
    let (kept, query) = sent_to_the_provider(scene);
    scene.issuer.silence(Some("/token"));
    assert_eq!(back(scene, &kept, &query).status, 503);
    scene.issuer.silence(None);
    // What the provider gave for the codes.
    scene.canary("an access token", "access-code-0");
}

fn tokens_of_the_provider(scene: &mut Scene) {
    let claims = |more: Value| scene.issuer.claims(more);
    let ada = json!({ "sub": "ada", "email": "ada@provider.test", "email_verified": true });
    let over = claims(json!({ "sub": "ada", "exp": 1_000_000_000, "iat": 999_999_000 }));
    let elsewhere = claims(json!({ "sub": "ada", "aud": "another" }));
    let sign = |claims: &Value| scene.issuer.sign(Algorithm::Es256, json!({}), claims);
    let good = scene.issuer.token(ada);
    let tokens = [
        (good.clone(), 200),
        (format!("{good}AAAA"), 401),
        (sign(&over), 401),
        (sign(&elsewhere), 401),
    ];
    let logout = json!({ "typ": "logout+jwt" });
    let event = json!({ "http://schemas.openid.net/event/backchannel-logout": {} });
    let logouts = [(event, 200), (json!({}), 401)].map(|(events, status)| {
        let claims = claims(json!({ "sub": "ada", "events": events }));
        let token = scene.issuer.sign(Algorithm::Es256, logout.clone(), &claims);
        (token, status)
    });
    for (token, status) in tokens {
        let (_, signature) = token.rsplit_once('.').unwrap();
        scene.canary("the signature of a token", &signature[..40]);
        assert_eq!(scene.bearer(&token), status);
    }
    for (token, status) in logouts {
        let (_, signature) = token.rsplit_once('.').unwrap();
        scene.canary("the signature of a logout token", signature);
        let page = scene.form("/logout/backchannel", &format!("logout_token={token}"));
        assert_eq!(page.status, status, "{page:?}");
    }
    let [known, unknown] = OPAQUE;
    scene.canary("an opaque token", known);
    scene.canary("an unknown opaque token", unknown);
    let active = scene
        .issuer
        .claims(json!({ "sub": "ada", "active": true, "client_id": CLIENT }));
    scene.issuer.opaque(known, active);
    assert_eq!(scene.bearer(known), 200);
    assert_eq!(scene.bearer(unknown), 401);
    scene.issuer.silence(Some("/introspect"));
    assert_eq!(scene.bearer(unknown), 503);
    scene.issuer.silence(None);
}

/// Everything that was said or kept, by where.
async fn places(scene: Scene, collector: &Collector) -> (Vec<Canary>, Vec<(String, String)>) {
    let last = scene.correlation_ids.last().unwrap();
    wait_until("the last lines are kept", || {
        let found = scene.program.json(&["log", "find", last]);
        found.as_array().is_some_and(|lines| !lines.is_empty())
    });
    let mut places = scene.errors;
    let mut say = |place: String, text: String| places.push((place, text));
    let metrics = http::get(scene.serving.address, "/metrics").unwrap();
    say("/metrics".to_owned(), metrics.body);
    let pid = scene.serving.pid();
    let arguments = fs::read(format!("/proc/{pid}/cmdline")).unwrap();
    say(
        "the process list".to_owned(),
        String::from_utf8(arguments).unwrap(),
    );
    for (command, output) in commands(&scene.program, &scene.variables, last) {
        say(command, output);
    }
    for id in &scene.correlation_ids {
        let (reeve, caller) = (scene.world.reeve(), scene.world.caller());
        let id = id.parse().unwrap();
        let evidence = app::evidence::show(reeve, &caller, &id).await.unwrap();
        say(
            format!("the evidence of {id}"),
            serde_json::to_string(&evidence).unwrap(),
        );
    }
    let ended = scene.serving.stop("TERM");
    assert!(ended.err.contains("TRACE"), "the log is loud");
    say("the log".to_owned(), ended.err);
    say("the output".to_owned(), ended.out);
    let dump = cluster::program("pg_dump")
        .arg(format!(
            "--dbname={}",
            scene.world.db.owner_url().expose_secret()
        ))
        .output()
        .unwrap();
    let dump = String::from_utf8(dump.stdout).unwrap();
    assert!(dump.contains("ada@example.test"), "the dump has the data");
    say("a dump of the database".to_owned(), dump);
    let traces = collector.asked();
    assert!(!traces.is_empty());
    for sent in traces {
        say("a batch of traces".to_owned(), sent.body);
    }
    (scene.canaries, places)
}

/// What commands print and log, also with secrets that can't be used.
fn commands(
    program: &Program,
    variables: &[&'static str],
    correlation_id: &str,
) -> Vec<(String, String)> {
    let mut said = Vec::new();
    let mut run = |program: &Program, command: &str| {
        let words: Vec<_> = command.split(' ').collect();
        let answer = program.run(&words);
        let (out, err) = (&answer.out, &answer.err);
        assert!(!(out.is_empty() && err.is_empty()), "{command}: {answer:?}");
        said.push((format!("the output of {command}"), format!("{out}\n{err}")));
    };
    for command in [
        "config show",
        "config show -o json",
        "doctor",
        "audit list --limit 5000 -o json",
    ] {
        run(program, command);
    }
    run(program, &format!("log find {correlation_id}"));
    run(program, &format!("evidence {correlation_id}"));
    for variable in variables {
        let broken = program.clone().set(variable, UNUSABLE);
        run(&broken, "config show");
        run(&broken, "migrate --check");
    }
    said
}

/// What is where it should not be, with the line, but not the secret.
fn found(canaries: &[Canary], places: &[(String, String)]) -> Vec<String> {
    let mut found = Vec::new();
    for (what, canary) in canaries {
        for (place, text) in places {
            if let Some(line) = text.lines().find(|line| line.contains(canary)) {
                let line: String = line.replace(canary, "CANARY").chars().take(500).collect();
                found.push(format!("{what} in {place}: {line}"));
            }
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_in_logs_errors_audit_metrics_traces_or_a_dump_of_the_database() {
    let (scratch, collector) = (Scratch::new(), Collector::start().await);
    let mut scene = begin(&scratch, &collector).await;
    personal_access_tokens(&mut scene).await;
    links_and_sessions(&mut scene).await;
    signing_in_at_the_provider(&mut scene);
    tokens_of_the_provider(&mut scene);
    assert!(scene.errors.len() >= 25, "{}", scene.errors.len());
    let (canaries, places) = places(scene, &collector).await;
    let leaks = found(&canaries, &places);
    assert!(leaks.is_empty(), "{}", leaks.join("\n"));
}

#[test]
fn a_secret_that_is_said_is_found_and_named_without_being_said_again() {
    let canaries = [("a token".to_owned(), "reeve_pat_1234".to_owned())];
    let places = [(
        "the log".to_owned(),
        "fine\ntoken=reeve_pat_1234 shown\n".to_owned(),
    )];
    assert_eq!(
        found(&canaries, &places),
        ["a token in the log: token=CANARY shown"]
    );
}
