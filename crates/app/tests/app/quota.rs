//! Quotas where they bite (U-42).

use app::quota::{list, set};
use app::token::{Wanted, create, revoke};
use app::{Caller, Error};
use domain::actor::Actor;
use domain::quota::{HIGHEST, Quota};
use testkit::World;

use crate::watch::{audit_of, words};

const ADA: &str = "ada@example.test";

fn token() -> Wanted {
    Wanted {
        name: "ci".to_owned(),
        ..Wanted::default()
    }
}

#[tokio::test]
async fn a_person_makes_tokens_up_to_the_quota_and_again_after_one_is_revoked() {
    let world = World::empty().await;
    let ada = world.person("ada").build().await;
    set(world.reeve(), &world.caller(), ADA, Quota::Tokens, Some(2))
        .await
        .unwrap();
    let own = || Caller::new(Actor::Person { user_id: ada });
    let whose = ada.to_string();
    let first = create(world.reeve(), &own(), &whose, &token())
        .await
        .unwrap();
    create(world.reeve(), &own(), &whose, &token())
        .await
        .unwrap();
    let caller = own();
    let refused = create(world.reeve(), &caller, &whose, &token()).await;
    assert!(matches!(refused, Err(Error::QuotaExceeded(_))));
    let rows = audit_of(&world, &caller).await;
    assert_eq!(
        (&*rows[0].action, &*rows[0].outcome),
        ("token.create", "denied")
    );
    let shown = list(world.reeve(), &world.caller(), ADA).await.unwrap();
    assert_eq!(
        (shown[0].used, shown[0].limit, shown[0].usual),
        (2, 2, false)
    );
    revoke(world.reeve(), &own(), first.token_id).await.unwrap();
    create(world.reeve(), &own(), &whose, &token())
        .await
        .unwrap();
    let lifted = set(world.reeve(), &world.caller(), ADA, Quota::Tokens, None)
        .await
        .unwrap();
    assert_eq!((lifted.limit, lifted.usual), (Quota::Tokens.usual(), true));
}

#[tokio::test]
async fn tokens_made_at_once_are_no_more_than_the_quota() {
    let world = World::empty().await;
    world.person("ada").build().await;
    set(world.reeve(), &world.caller(), ADA, Quota::Tokens, Some(3))
        .await
        .unwrap();
    let tries = (0..8).map(|_| {
        let (reeve, caller) = (world.reeve().clone(), world.caller());
        tokio::spawn(async move { create(&reeve, &caller, ADA, &token()).await.is_ok() })
    });
    let mut made = 0;
    for attempt in tries.collect::<Vec<_>>() {
        made += usize::from(attempt.await.unwrap());
    }
    assert_eq!(made, 3);
    let shown = list(world.reeve(), &world.caller(), ADA).await.unwrap();
    assert_eq!(shown[0].used, 3);
}

#[tokio::test]
async fn a_limit_is_at_most_the_highest_and_none_at_all_is_a_limit() {
    let world = World::empty().await;
    world.person("ada").build().await;
    let too_many = Some(HIGHEST + 1);
    let refused = set(world.reeve(), &world.caller(), ADA, Quota::Tokens, too_many).await;
    assert_eq!(words(refused), "limit: expected 0 to 1000");
    set(world.reeve(), &world.caller(), ADA, Quota::Tokens, Some(0))
        .await
        .unwrap();
    let refused = create(world.reeve(), &world.caller(), ADA, &token()).await;
    assert!(matches!(refused, Err(Error::QuotaExceeded(_))));
}
