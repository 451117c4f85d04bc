//! The API at size: changes a second with audit and feed, beside the same rows by hand-written SQL; and
//! any page of a long list of people.

use std::sync::Arc;
use std::time::Instant;

use app::role::Place;
use app::token::Wanted;
use app::{Caller, Reeve};
use axum::body::{Body, to_bytes};
use axum::http::{Request, header};
use domain::actor::Actor;
use domain::id::UserId;
use metrics_exporter_prometheus::PrometheusBuilder;
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, Executor, PgConnection};
use tower::ServiceExt;
use uuid::Uuid;

use crate::server::Server;
use crate::{spread, world};

/// Callers at once, and changes of each run.
const CALLERS: usize = 8;
const CHANGES: usize = 8_000;
const RUNS: usize = 3;
/// Pages asked for of each kind.
const PAGES: usize = 200;

/// Lists that are asked for, with `{}` for a number that moves through the people.
const LISTS: [(&str, &str); 7] = [
    ("first page", "?limit=50"),
    ("any page", "?limit=50&cursor=person{}@example.com"),
    ("suspended", "?limit=50&status=suspended"),
    ("by role", "?limit=50&role=publisher"),
    (
        "by organization",
        "?limit=50&organization=hauling&cursor=person{}@example.com",
    ),
    ("search of one", "?limit=50&search=person{}@"),
    ("search of many", "?limit=50&search=son1"),
];

pub(crate) async fn measure(people: u64) {
    let server = Server::start().await;
    println!("making a world of {people} people");
    world::fill(&server.superuser("world"), people).await;
    let (mut ours, mut floors, mut ratios, mut slow) =
        <(Vec<_>, Vec<_>, Vec<_>, Vec<_>)>::default();
    for _ in 0..RUNS {
        server.copy("ours").await;
        let reeve = server.reeve("ours").await;
        let (rate, p99) = changes(&reeve, people).await;
        reeve.database.close().await;
        server.copy("floor").await;
        let floor = floor(&server.superuser("floor"), people).await;
        println!("changes a second: {rate:.0} (p99 {p99:.1} ms); floor {floor:.0}");
        ours.push(rate);
        slow.push(p99);
        ratios.push(floor / rate);
        floors.push(floor);
    }
    println!("\nmin / median / max of {RUNS} runs, {CALLERS} callers at once");
    println!("changes a second:     {}", spread(ours));
    println!("  p99, ms:            {}", spread(slow));
    println!("floor (same rows):    {}", spread(floors));
    println!("ratio:                {}", spread(ratios));
    server.copy("lists").await;
    let reeve = server.reeve("lists").await;
    lists(&reeve, people).await;
    reeve.database.close().await;
}

/// The person of a number.
fn person(number: u64) -> UserId {
    UserId(Uuid::from_u128(
        0x0190_0000_0000_7000_8000_0000_0000_0000 + u128::from(number),
    ))
}

/// Somebody who may do everything, as a signed-in person.
async fn admin(reeve: &Reeve) -> Caller {
    let boss = person(1);
    let operator = Caller::new(Actor::Operator);
    app::role::assign(
        reeve,
        &operator,
        &boss.to_string(),
        "admin",
        &Place::default(),
    )
    .await
    .unwrap();
    Caller::new(Actor::Person { user_id: boss })
}

/// Gives a role to one person after another; changes a second and the 99th percentile in ms.
async fn changes(reeve: &Reeve, people: u64) -> (f64, f64) {
    let caller = Arc::new(admin(reeve).await);
    let start = Instant::now();
    let tasks: Vec<_> = (0..CALLERS)
        .map(|task| {
            let (reeve, caller) = (reeve.clone(), Arc::clone(&caller));
            tokio::spawn(async move {
                let mut took = Vec::new();
                for change in 0..CHANGES / CALLERS {
                    let number = u64::try_from(change * CALLERS + task).unwrap() % (people - 2) + 2;
                    let who = person(number).to_string();
                    let start = Instant::now();
                    app::role::assign(&reeve, &caller, &who, "publisher", &Place::default())
                        .await
                        .unwrap();
                    took.push(start.elapsed().as_secs_f64() * 1000.0);
                }
                took
            })
        })
        .collect();
    let mut took = Vec::new();
    for task in tasks {
        took.extend(task.await.unwrap());
    }
    let rate = f64::from(u32::try_from(took.len()).unwrap()) / start.elapsed().as_secs_f64();
    (rate, percentile(took, 99))
}

/// The rows of one such change: the assignment, the person's version, the feed twice, the audit row.
const FLOOR: &str = "
with given as (insert into user_roles (user_id, role_id, source, granted_by)
               values ($1, (select role_id from role where name = 'publisher'), 'person', $1) returning *),
     moved as (update app_user set version = version + 1 where user_id = $1 returning user_id),
     fed as (insert into change_feed (table_name, key, op, image)
             select 'user_roles', assignment_id::text, 'insert', to_jsonb(given) from given
             union all select 'app_user', user_id::text, 'update', to_jsonb(moved) from moved)
insert into audit_log (action, entity_type, entity_pk, actor_user_id, target_user_id, source, after_json, revision)
select 'role.assign', 'user_roles', user_id || '/publisher', user_id, user_id, 'person', to_jsonb(given), 'floor'
  from given";

async fn floor(options: &PgConnectOptions, people: u64) -> f64 {
    let start = Instant::now();
    let tasks: Vec<_> = (0..CALLERS)
        .map(|task| {
            let options = options.clone();
            tokio::spawn(async move {
                let mut connection = PgConnection::connect_with(&options).await.unwrap();
                connection
                    .execute("set session_replication_role = replica")
                    .await
                    .unwrap();
                for change in 0..CHANGES / CALLERS {
                    let number = u64::try_from(change * CALLERS + task).unwrap() % (people - 2) + 2;
                    connection.execute("begin").await.unwrap();
                    sqlx::query(FLOOR)
                        .bind(person(number).0)
                        .execute(&mut connection)
                        .await
                        .unwrap();
                    connection.execute("commit").await.unwrap();
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    f64::from(u32::try_from(CHANGES).unwrap()) / start.elapsed().as_secs_f64()
}

/// Asks for pages over the real router, one after another.
async fn lists(reeve: &Reeve, people: u64) {
    let boss = admin(reeve).await.actor.user_id().to_string();
    let operator = Caller::new(Actor::Operator);
    for number in 2..1_000 {
        let who = person(number * (people / 1_000)).to_string();
        app::role::assign(reeve, &operator, &who, "publisher", &Place::default())
            .await
            .unwrap();
        app::lifecycle::suspend(reeve, &operator, &person(number + 10).to_string(), "bench")
            .await
            .unwrap();
    }
    let wanted = Wanted {
        name: "bench".to_owned(),
        ..Wanted::default()
    };
    let token = app::token::create(reeve, &operator, &boss, &wanted)
        .await
        .unwrap()
        .token;
    let metrics = PrometheusBuilder::new().build_recorder().handle();
    let router = server::http::router(server::http::State::new(reeve.clone(), metrics));
    println!("\npages of 50 among {people} people, ms: median / p99 of {PAGES}");
    for (name, query) in LISTS {
        let mut took = Vec::new();
        for page in 0..PAGES {
            let number = (people / 200) * u64::try_from(page).unwrap() + 1;
            let uri = format!(
                "/v1/admin/users{}",
                query.replace("{}", &number.to_string())
            );
            let request = Request::get(uri)
                .header(header::AUTHORIZATION, format!("Bearer {token}"))
                .body(Body::empty())
                .unwrap();
            let start = Instant::now();
            let response = router.clone().oneshot(request).await.unwrap();
            let status = response.status();
            to_bytes(response.into_body(), 10_000_000).await.unwrap();
            assert!(status.is_success(), "{name}: {status}");
            took.push(start.elapsed().as_secs_f64() * 1000.0);
        }
        println!(
            "{name:16} {:.1} / {:.1}",
            percentile(took.clone(), 50),
            percentile(took, 99)
        );
    }
}

fn percentile(mut values: Vec<f64>, of_hundred: usize) -> f64 {
    values.sort_by(f64::total_cmp);
    let place = (values.len() * of_hundred).div_ceil(100).saturating_sub(1);
    values.get(place).copied().unwrap_or(f64::NAN)
}
