//! What one server does to a credential, another refuses within a second, and it itself at once.

use std::time::{Duration, Instant};

use app::{Live, Records, Reeve, authenticate};
use domain::id::UserId;
use serde_json::json;
use store::Database;
use testkit::World;
use testkit::oidc::Issuer;

use crate::client::{Asker, token};

/// Another server on the world's database.
async fn another_server(world: &World) -> Reeve {
    let options = store::connect::options(&world.db.runtime_url()).unwrap();
    let (database, _) = Database::connect(options, 2).await.unwrap();
    let live = Live::new(world.reeve().live.get().as_ref().clone());
    Reeve {
        database,
        live,
        records: Records::default(),
    }
}

/// A credential as it is shown.
enum Shown {
    Token(String),
    Session(String),
}

impl Shown {
    async fn is_taken_by(&self, reeve: &Reeve) -> bool {
        let id = store::id::new_id().into();
        match self {
            Self::Token(text) => authenticate::by_bearer(reeve, text, id).await.is_ok(),
            Self::Session(text) => authenticate::by_session(reeve, text, id).await.is_ok(),
        }
    }

    /// Asks until it is refused. Whatever is asked later than `limit` after now must be.
    async fn is_refused_by(&self, reeve: &Reeve, limit: Duration, why: &str) {
        let start = Instant::now();
        loop {
            let asked_at = start.elapsed();
            if !self.is_taken_by(reeve).await {
                return;
            }
            assert!(asked_at < limit, "{why}: taken {asked_at:?} after it ended");
            tokio::task::yield_now().await;
        }
    }
}

const SECOND: Duration = Duration::from_secs(1);

async fn token_of(world: &World, user_id: UserId) -> Shown {
    let Asker(text) = token(world, user_id, None).await;
    Shown::Token(text.unwrap())
}

async fn session_of(world: &World, user_id: UserId) -> Shown {
    let (reeve, caller) = (world.reeve(), world.caller());
    let link = app::session::create_link(reeve, &caller, &user_id.to_string()).await;
    let link = link.unwrap().link;
    let (_, text) = link.split_once("token=").unwrap();
    let begun = app::session::sign_in_by_link(reeve, text, &caller.correlation_id).await;
    Shown::Session(begun.unwrap().secret.expose().to_owned())
}

async fn sql(world: &World, statement: &'static str, user_id: UserId) {
    sqlx::query(statement)
        .bind(user_id.0)
        .execute(&mut world.db.superuser().await)
        .await
        .unwrap();
}

#[tokio::test]
async fn whatever_ends_a_token_or_session_by_sql_is_known_to_every_server_within_a_second() {
    let world = World::empty().await;
    let other = another_server(&world).await;
    for (number, change) in [
        "update personal_access_token set revoked_at = now() where user_id = $1",
        "update session set revoked_at = now() where user_id = $1",
        "update app_user set status = 'suspended' where user_id = $1",
        "update app_user set status = 'disabled' where user_id = $1",
        "update app_user set session_revoked_at = now() where user_id = $1",
        "update app_user set session_epoch = clock_timestamp() where user_id = $1",
    ]
    .into_iter()
    .enumerate()
    {
        let user_id = world.person(&format!("p{number}")).build().await;
        let shown = [
            token_of(&world, user_id).await,
            session_of(&world, user_id).await,
        ];
        for shown in &shown {
            assert!(shown.is_taken_by(world.reeve()).await, "{change}");
            assert!(shown.is_taken_by(&other).await, "{change}");
        }
        sql(&world, change, user_id).await;
        let [token, session] = &shown;
        for reeve in [&other, world.reeve()] {
            if !change.starts_with("update session ") {
                token.is_refused_by(reeve, SECOND, change).await;
            }
            if !change.starts_with("update personal") {
                session.is_refused_by(reeve, SECOND, change).await;
            }
        }
    }
}

#[tokio::test]
async fn what_a_server_ends_itself_it_refuses_at_once_and_others_within_a_second() {
    let world = World::empty().await;
    let (here, there) = (world.reeve(), another_server(&world).await);
    let ada = world.person("ada").build().await;
    let (who, caller) = (ada.to_string(), world.caller());
    let (token, session) = (token_of(&world, ada).await, session_of(&world, ada).await);
    for shown in [&token, &session] {
        assert!(shown.is_taken_by(here).await && shown.is_taken_by(&there).await);
    }
    let token_id = app::token::list(here, &caller, &who).await.unwrap()[0].token_id;
    app::token::revoke(here, &caller, token_id).await.unwrap();
    app::session::revoke_all(here, &caller, &who).await.unwrap();
    for shown in [&token, &session] {
        assert!(!shown.is_taken_by(here).await, "at once");
        shown
            .is_refused_by(&there, SECOND, "revoked elsewhere")
            .await;
    }
}

#[tokio::test]
async fn a_credential_is_not_taken_beyond_its_own_end_for_having_been_good_a_moment_ago() {
    let world = World::empty().await;
    let ada = world.person("ada").build().await;
    let (token, session) = (token_of(&world, ada).await, session_of(&world, ada).await);
    // The session was begun after that.
    let never = "update app_user set session_epoch = 'epoch' where user_id = $1";
    sql(&world, never, ada).await;
    let soon = Duration::from_millis(400);
    for (shown, change) in [
        (
            &token,
            "update personal_access_token set expires_at = now() + interval '0.4 s' where user_id = $1",
        ),
        (
            &session,
            "update session set created_at = now() - interval '7 d' + interval '0.4 s' where user_id = $1",
        ),
    ] {
        sql(&world, change, ada).await;
        shown.is_refused_by(world.reeve(), soon, change).await;
    }
}

#[tokio::test]
async fn a_suspension_reaches_the_providers_tokens_within_a_second() {
    let world = World::empty().await;
    let issuer = Issuer::start(world.now().await).await;
    let mut settings = world.reeve().live.get().as_ref().clone();
    settings.oidc = Some(issuer.settings());
    world.reeve().live.set(settings);
    let claims = json!({ "sub": "ada", "email": "ada@example.test", "name": "Ada", "groups": [] });
    let shown = Shown::Token(issuer.token(claims));
    assert!(shown.is_taken_by(world.reeve()).await);
    assert!(shown.is_taken_by(world.reeve()).await);
    sqlx::query("update app_user set status = 'suspended' where email = 'ada@example.test'")
        .execute(&mut world.db.superuser().await)
        .await
        .unwrap();
    shown
        .is_refused_by(world.reeve(), SECOND, "suspended")
        .await;
}
