//! An identity provider over real HTTP on loopback: it publishes itself and its keys, signs tokens of any
//! shape, answers for userinfo, introspection and codes, counts what it is asked, and can go silent.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD as BASE64URL};
use connect::guard::Reach;
use connect::oidc::{Hidden, Settings};
use jiff::{SignedDuration, Timestamp};
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::rsa::PublicKeyComponents;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256,
    RSA_PSS_SHA256, RsaKeyPair,
};
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// What Reeve is called at the provider, and its secret there.
pub const CLIENT: &str = "reeve";
pub const SECRET: &str = "a secret of tests";

/// The algorithms that it can sign by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// RSA, PKCS #1.
    Rs256,
    /// RSA, PSS.
    Ps256,
    /// ECDSA on P-256.
    Es256,
    /// Ed25519.
    EdDsa,
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Rs256, Self::Ps256, Self::Es256, Self::EdDsa];

    /// As `alg` has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
        }
    }
}

/// The keys of one moment.
struct Keys {
    generation: u32,
    rsa: RsaKeyPair,
    p256: EcdsaKeyPair,
    ed25519: Ed25519KeyPair,
}

/// A code that was given out.
struct Code {
    nonce: String,
    challenge: String,
    redirect_uri: String,
    claims: Value,
}

struct Inner {
    url: String,
    now: Timestamp,
    keys: Keys,
    /// By subject.
    userinfo: BTreeMap<String, Value>,
    /// By token: what introspection says.
    opaque: BTreeMap<String, Value>,
    codes: BTreeMap<String, Code>,
    /// Subject of each access token that userinfo takes, beside the signed ones.
    access: BTreeMap<String, String>,
    asked: BTreeMap<String, usize>,
    silent: Option<String>,
}

/// The provider; stops when dropped.
pub struct Issuer {
    inner: Arc<Mutex<Inner>>,
    server: JoinHandle<()>,
}

impl Drop for Issuer {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Issuer {
    /// Listens on loopback. `now` is the time that its tokens are of.
    pub async fn start(now: Timestamp) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let inner = Arc::new(Mutex::new(Inner {
            url,
            now,
            keys: Keys::new(1),
            userinfo: BTreeMap::new(),
            opaque: BTreeMap::new(),
            codes: BTreeMap::new(),
            access: BTreeMap::new(),
            asked: BTreeMap::new(),
            silent: None,
        }));
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/jwks", get(jwks))
            .route("/userinfo", get(userinfo))
            .route("/introspect", post(introspect))
            .route("/token", post(token))
            .layer(middleware::from_fn_with_state(Arc::clone(&inner), count))
            .with_state(Arc::clone(&inner));
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { inner, server }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap()
    }

    /// Its name.
    pub fn url(&self) -> String {
        self.inner().url.clone()
    }

    /// The settings by which Reeve trusts it.
    pub fn settings(&self) -> Settings {
        Settings {
            issuer: self.url(),
            audience: None,
            client_id: Some(CLIENT.to_owned()),
            client_secret: Some(Hidden::new(SECRET.to_owned().into())),
            scopes: vec!["openid".to_owned(), "email".to_owned()],
            groups_claim: "groups".to_owned(),
            userinfo_endpoint: None,
            display_name_claim: None,
            claim_by_verified_email: false,
            reach: Reach::Private,
        }
    }

    /// Claims of a sound access token, with more and other ones; null takes one away.
    pub fn claims(&self, more: Value) -> Value {
        let inner = self.inner();
        let at = |seconds| (inner.now + SignedDuration::from_secs(seconds)).as_second();
        let sound = json!({
            "iss": inner.url, "aud": CLIENT, "sub": "subject-1", "iat": at(0), "exp": at(300),
        });
        over(sound, more)
    }

    /// A sound access token of a subject, with these claims too.
    pub fn token(&self, more: Value) -> String {
        self.sign(Algorithm::Es256, json!({}), &self.claims(more))
    }

    /// A token with these claims and a header with other values; null takes one away.
    pub fn sign(&self, algorithm: Algorithm, header: Value, claims: &Value) -> String {
        self.sign_text(algorithm, header, &claims.to_string())
    }

    /// The same with claims as text, sound or not.
    pub fn sign_text(&self, algorithm: Algorithm, header: Value, claims: &str) -> String {
        let inner = self.inner();
        let kid = format!("{}-{}", algorithm.name(), inner.keys.generation);
        let sound = json!({ "alg": algorithm.name(), "kid": kid, "typ": "at+jwt" });
        sign(
            &inner.keys,
            algorithm,
            &over(sound, header).to_string(),
            claims,
        )
    }

    /// The same with the header as text.
    pub fn sign_all_text(&self, algorithm: Algorithm, header: &str, claims: &str) -> String {
        sign(&self.inner().keys, algorithm, header, claims)
    }

    /// The public RSA key, as an attacker knows it: the modulus.
    pub fn public_rsa(&self) -> Vec<u8> {
        let inner = self.inner();
        inner.keys.public_rsa().n
    }

    /// Signs by other keys from now on, and publishes those alone.
    pub fn rotate(&self) {
        let mut inner = self.inner();
        inner.keys = Keys::new(inner.keys.generation + 1);
    }

    /// What userinfo says of a subject.
    pub fn says(&self, subject: &str, claims: Value) {
        self.inner().userinfo.insert(subject.to_owned(), claims);
    }

    /// An opaque token, and what introspection says of it.
    pub fn opaque(&self, token: &str, claims: Value) {
        self.inner().opaque.insert(token.to_owned(), claims);
    }

    /// A person signs in at the address that a browser was sent to; returns the query with which the
    /// browser comes back.
    pub fn approve(&self, address: &str, claims: Value) -> String {
        let url = url::Url::parse(address).unwrap();
        let asked: BTreeMap<String, String> = url.query_pairs().into_owned().collect();
        assert_eq!(asked["client_id"], CLIENT);
        assert_eq!(asked["response_type"], "code");
        assert_eq!(asked["code_challenge_method"], "S256");
        let mut inner = self.inner();
        let code = format!("code-{}", inner.codes.len());
        let given = Code {
            nonce: asked["nonce"].clone(),
            challenge: asked["code_challenge"].clone(),
            redirect_uri: asked["redirect_uri"].clone(),
            claims,
        };
        inner.codes.insert(code.clone(), given);
        format!("code={code}&state={}", asked["state"])
    }

    /// Answers nothing of use at this path from now on; with `None`, all as ever.
    pub fn silence(&self, path: Option<&str>) {
        self.inner().silent = path.map(str::to_owned);
    }

    /// How often it was asked for a path.
    pub fn asked(&self, path: &str) -> usize {
        self.inner().asked.get(path).copied().unwrap_or_default()
    }
}

impl Keys {
    fn new(generation: u32) -> Self {
        let random = SystemRandom::new();
        let p256 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        let ed25519 = Ed25519KeyPair::generate_pkcs8(&random).unwrap();
        Self {
            generation,
            // Made once: RSA keys take long to find. It signs nothing outside of tests.
            rsa: RsaKeyPair::from_pkcs8(include_bytes!("rsa-for-tests.pk8")).unwrap(),
            p256: EcdsaKeyPair::from_pkcs8(
                &ECDSA_P256_SHA256_FIXED_SIGNING,
                p256.as_ref(),
                &random,
            )
            .unwrap(),
            ed25519: Ed25519KeyPair::from_pkcs8(ed25519.as_ref()).unwrap(),
        }
    }

    fn sign(&self, algorithm: Algorithm, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        let mut signature = vec![0; self.rsa.public().modulus_len()];
        match algorithm {
            Algorithm::Rs256 => {
                let sign = self
                    .rsa
                    .sign(&RSA_PKCS1_SHA256, &random, message, &mut signature);
                sign.unwrap();
            }
            Algorithm::Ps256 => {
                let sign = self
                    .rsa
                    .sign(&RSA_PSS_SHA256, &random, message, &mut signature);
                sign.unwrap();
            }
            Algorithm::Es256 => {
                signature = self.p256.sign(&random, message).unwrap().as_ref().to_vec();
            }
            Algorithm::EdDsa => signature = self.ed25519.sign(message).as_ref().to_vec(),
        }
        signature
    }

    fn public_rsa(&self) -> PublicKeyComponents<Vec<u8>> {
        self.rsa.public().into()
    }

    fn published(&self) -> Value {
        let rsa = self.public_rsa();
        let (n, e) = (BASE64URL.encode(rsa.n), BASE64URL.encode(rsa.e));
        let point = self.p256.public_key().as_ref();
        let kid = |algorithm: Algorithm| format!("{}-{}", algorithm.name(), self.generation);
        json!({ "keys": [
            { "kty": "RSA", "kid": kid(Algorithm::Rs256), "alg": "RS256", "n": n, "e": e },
            { "kty": "RSA", "kid": kid(Algorithm::Ps256), "alg": "PS256", "n": n, "e": e },
            { "kty": "EC", "crv": "P-256", "kid": kid(Algorithm::Es256), "use": "sig",
              "x": BASE64URL.encode(&point[1..33]), "y": BASE64URL.encode(&point[33..]) },
            { "kty": "OKP", "crv": "Ed25519", "kid": kid(Algorithm::EdDsa),
              "x": BASE64URL.encode(self.ed25519.public_key().as_ref()) },
            { "kty": "oct", "kid": "secret", "k": "c2VjcmV0" },
            { "kty": "RSA", "kid": "for-encryption", "use": "enc", "n": n, "e": e },
        ] })
    }
}

fn sign(keys: &Keys, algorithm: Algorithm, header: &str, claims: &str) -> String {
    let message = format!("{}.{}", BASE64URL.encode(header), BASE64URL.encode(claims));
    let signature = keys.sign(algorithm, message.as_bytes());
    format!("{message}.{}", BASE64URL.encode(signature))
}

/// An object with others' values in place; null takes one away.
fn over(mut object: Value, other: Value) -> Value {
    let fields: &mut Map<String, Value> = object.as_object_mut().unwrap();
    for (name, value) in other.as_object().unwrap() {
        match value {
            Value::Null => drop(fields.remove(name)),
            value => drop(fields.insert(name.clone(), value.clone())),
        }
    }
    object
}

type Shared = State<Arc<Mutex<Inner>>>;

async fn count(State(inner): Shared, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let silent = {
        let mut inner = inner.lock().unwrap();
        *inner.asked.entry(path.clone()).or_default() += 1;
        inner.silent.as_ref() == Some(&path)
    };
    if silent {
        return StatusCode::BAD_GATEWAY.into_response();
    }
    next.run(request).await
}

async fn discovery(State(inner): Shared) -> Json<Value> {
    let url = inner.lock().unwrap().url.clone();
    Json(json!({
        "issuer": url,
        "jwks_uri": format!("{url}/jwks"),
        "authorization_endpoint": format!("{url}/authorize"),
        "token_endpoint": format!("{url}/token"),
        "userinfo_endpoint": format!("{url}/userinfo"),
        "introspection_endpoint": format!("{url}/introspect"),
    }))
}

async fn jwks(State(inner): Shared) -> Json<Value> {
    Json(inner.lock().unwrap().keys.published())
}

/// Takes any token that it signed (the subject is read, nothing verified) or gave for a code.
async fn userinfo(State(inner): Shared, headers: HeaderMap) -> Response {
    let inner = inner.lock().unwrap();
    let sent = headers[header::AUTHORIZATION].to_str().unwrap();
    let token = sent.strip_prefix("Bearer ").unwrap();
    let subject = match inner.access.get(token) {
        Some(subject) => subject.clone(),
        None => {
            let claims = token
                .split('.')
                .nth(1)
                .and_then(|part| BASE64URL.decode(part).ok());
            let Some(claims) = claims else {
                return StatusCode::UNAUTHORIZED.into_response();
            };
            let claims: Value = serde_json::from_slice(&claims).unwrap();
            claims["sub"].as_str().unwrap().to_owned()
        }
    };
    let said = inner.userinfo.get(&subject).cloned().unwrap_or(json!({}));
    Json(over(json!({ "sub": subject }), said)).into_response()
}

fn is_client(headers: &HeaderMap) -> bool {
    let expected = STANDARD.encode(format!("{CLIENT}:{}", SECRET.replace(' ', "+")));
    let sent = headers.get(header::AUTHORIZATION);
    sent.is_some_and(|sent| sent == format!("Basic {expected}").as_str())
}

async fn introspect(
    State(inner): Shared,
    headers: HeaderMap,
    Form(form): Form<BTreeMap<String, String>>,
) -> Response {
    if !is_client(&headers) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let inner = inner.lock().unwrap();
    let said = inner.opaque.get(&form["token"]).cloned();
    Json(said.unwrap_or(json!({ "active": false }))).into_response()
}

async fn token(
    State(inner): Shared,
    headers: HeaderMap,
    Form(form): Form<BTreeMap<String, String>>,
) -> Response {
    if !is_client(&headers) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let mut inner = inner.lock().unwrap();
    // A code is good once.
    let Some(code) = inner.codes.remove(&form["code"]) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let challenge = BASE64URL.encode(digest(&SHA256, form["code_verifier"].as_bytes()));
    if challenge != code.challenge || form["redirect_uri"] != code.redirect_uri {
        return StatusCode::BAD_REQUEST.into_response();
    }
    let at = |seconds| (inner.now + SignedDuration::from_secs(seconds)).as_second();
    let sound = json!({
        "iss": inner.url, "aud": CLIENT, "sub": "subject-1", "iat": at(0), "exp": at(300),
        "nonce": code.nonce,
    });
    let claims = over(sound, code.claims);
    let kid = format!("ES256-{}", inner.keys.generation);
    let header = json!({ "alg": "ES256", "kid": kid, "typ": "JWT" });
    let id_token = sign(
        &inner.keys,
        Algorithm::Es256,
        &header.to_string(),
        &claims.to_string(),
    );
    let access_token = format!("access-{}", form["code"]);
    let subject = claims["sub"].as_str().unwrap_or_default().to_owned();
    inner.access.insert(access_token.clone(), subject);
    Json(json!({ "id_token": id_token, "access_token": access_token, "token_type": "Bearer" }))
        .into_response()
}
