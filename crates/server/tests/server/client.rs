//! A client of the API: who asks, and what they are told.

use app::rate::Rates;
use app::token::Wanted;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use domain::id::UserId;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use serde_json::Value;
use testkit::World;
use tower::ServiceExt;

/// The API over one world.
pub(crate) struct Api {
    router: Router,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) json: Value,
    /// What is not JSON: a page.
    pub(crate) text: String,
}

impl Answer {
    /// The JSON, of an answer that is as it should be.
    pub(crate) fn ok(self) -> Value {
        assert!(self.status.is_success(), "{self:?}");
        self.json
    }

    /// Status and code of an error.
    pub(crate) fn error(&self) -> (u16, &str) {
        let code = self.json["code"].as_str();
        (
            self.status.as_u16(),
            code.unwrap_or_else(|| panic!("no problem: {self:?}")),
        )
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |value| value.to_str().unwrap())
    }
}

/// Somebody who asks; `None` shows nothing.
#[derive(Clone, Debug)]
pub(crate) struct Asker(pub(crate) Option<String>);

/// Nobody.
pub(crate) const ANONYMOUS: Asker = Asker(None);

impl Api {
    pub(crate) fn of(world: &World) -> Self {
        Self::with(world, PrometheusBuilder::new().build_recorder().handle())
    }

    /// The API that renders what this recorder counts.
    pub(crate) fn with(world: &World, metrics: PrometheusHandle) -> Self {
        let state = server::http::State::new(world.reeve().clone(), metrics);
        Self {
            router: server::http::router(state),
        }
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 10_000_000).await.unwrap();
        let json = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Answer {
            status: parts.status,
            headers: parts.headers,
            json,
            text: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    pub(crate) async fn ask(
        &self,
        asker: &Asker,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Answer {
        self.ask_with(asker, method, path, body, &[]).await
    }

    /// The same, with more headers.
    pub(crate) async fn ask_with(
        &self,
        asker: &Asker,
        method: Method,
        path: &str,
        body: Option<Value>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(token) = &asker.0 {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let body = match body {
            Some(json) => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                Body::from(json.to_string())
            }
            None => Body::empty(),
        };
        self.send(request.body(body).unwrap()).await
    }

    pub(crate) async fn get(&self, asker: &Asker, path: &str) -> Answer {
        self.ask(asker, Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, asker: &Asker, path: &str, body: Value) -> Answer {
        self.ask(asker, Method::POST, path, Some(body)).await
    }

    pub(crate) async fn patch(&self, asker: &Asker, path: &str, body: Value) -> Answer {
        self.ask(asker, Method::PATCH, path, Some(body)).await
    }

    pub(crate) async fn put(&self, asker: &Asker, path: &str, body: Value) -> Answer {
        self.ask(asker, Method::PUT, path, Some(body)).await
    }

    pub(crate) async fn delete(&self, asker: &Asker, path: &str) -> Answer {
        self.ask(asker, Method::DELETE, path, None).await
    }
}

/// Somebody with a token of theirs, limited to some permissions or not.
pub(crate) async fn token(world: &World, user_id: UserId, scopes: Option<&[&str]>) -> Asker {
    let wanted = Wanted {
        name: "test".to_owned(),
        scopes: scopes.map(|names| names.iter().map(ToString::to_string).collect()),
        expires_at: None,
    };
    let made = app::token::create(
        world.reeve(),
        &world.caller(),
        &user_id.to_string(),
        &wanted,
    )
    .await
    .unwrap();
    Asker(Some(made.token))
}

/// Takes the limits away: for tables whose askers are refused again and again.
pub(crate) fn without_limits(world: &World) {
    let mut settings = world.reeve().live.get().as_ref().clone();
    settings.rates = Rates {
        failed_attempts: 0,
        sign_ins: 0,
        requests: 0,
    };
    world.reeve().live.set(settings);
}

/// As if a second had passed: what was good a moment ago is looked up again.
pub(crate) fn forget(world: &World) {
    let live = &world.reeve().live;
    live.set(live.get().as_ref().clone());
}

/// An administrator and a reader, with tokens of theirs.
pub(crate) async fn boss_and_reader(world: &World) -> (Asker, Asker) {
    let boss = world.person("boss").role("admin").build().await;
    let reader = world.person("reader").role("reader").build().await;
    (
        token(world, boss, None).await,
        token(world, reader, None).await,
    )
}

/// One value from the database.
pub(crate) async fn count(world: &World, from: &str) -> i64 {
    let sql = sqlx::AssertSqlSafe(format!("select count(*) from {from}"));
    sqlx::query_scalar(sql)
        .fetch_one(&mut world.db.superuser().await)
        .await
        .unwrap()
}

/// A browser: what its cookie is, and what it must send along with changes.
#[derive(Clone, Debug)]
pub(crate) struct Browser {
    pub(crate) cookie: String,
    pub(crate) csrf: String,
}

/// The address at which tests' browsers think they are.
pub(crate) const ORIGIN: &str = "http://localhost:8080";

impl Api {
    /// Posts a form from a page of our own.
    pub(crate) async fn form(&self, path: &str, body: &str) -> Answer {
        let request = Request::builder()
            .method(Method::POST)
            .uri(path)
            .header(header::ORIGIN, ORIGIN)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(body.to_owned())).unwrap())
            .await
    }

    /// Somebody signed in by a link of the operator's.
    pub(crate) async fn browser(&self, world: &World, user_id: UserId) -> Browser {
        let who = user_id.to_string();
        let link = app::session::create_link(world.reeve(), &world.caller(), &who).await;
        let link = link.unwrap().link;
        let (_, query) = link.split_once('?').unwrap();
        self.signed_in(&self.form("/login/link", query).await).await
    }

    /// The browser that an answer signed in.
    pub(crate) async fn signed_in(&self, answer: &Answer) -> Browser {
        let signed_in = [StatusCode::SEE_OTHER, StatusCode::OK];
        assert!(signed_in.contains(&answer.status), "{answer:?}");
        let cookies = answer.headers.get_all(header::SET_COOKIE);
        let mut cookies = cookies.iter().map(|cookie| cookie.to_str().unwrap());
        let cookie = cookies.find(|cookie| cookie.starts_with("reeve_session=reeve_ses_"));
        let cookie = cookie.unwrap().split(';').next().unwrap().to_owned();
        let mut browser = Browser {
            cookie,
            csrf: String::new(),
        };
        let own = self.browse(&browser, Method::GET, "/v1/me/session").await;
        if own.status.is_success() {
            browser.csrf = own.json["csrf_token"].as_str().unwrap().to_owned();
        }
        browser
    }

    /// Asks as a page of our own does.
    pub(crate) async fn browse(&self, browser: &Browser, method: Method, path: &str) -> Answer {
        self.browse_with(browser, method, path, Value::Null).await
    }

    /// The same, with a body.
    pub(crate) async fn browse_with(
        &self,
        browser: &Browser,
        method: Method,
        path: &str,
        body: Value,
    ) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::COOKIE, &browser.cookie)
            .header(header::ORIGIN, ORIGIN)
            .header("x-csrf-token", &browser.csrf)
            .header(header::CONTENT_TYPE, "application/json");
        let body = match body {
            Value::Null => Body::empty(),
            json => Body::from(json.to_string()),
        };
        self.send(request.body(body).unwrap()).await
    }
}
