//! The pause of bulk changes (I-12).

use app::Error;
use app::iam::{pause, resume, show};
use app::membership::{NewMember, add, add_many};
use app::role::{Place, assign};
use testkit::World;

use crate::role::{ADA, world};
use crate::watch::{Census, audit_of};

fn new(who: &str) -> NewMember {
    NewMember {
        identity: who.to_owned(),
        role: None,
    }
}

async fn import(world: &World, file: &str) -> Result<usize, Error> {
    let lines = app::identity::file::read(file.as_bytes()).unwrap();
    let done =
        app::identity::import::import(world.reeve(), &world.caller(), lines, false, |_| {}).await;
    done.map(|done| done.errors.len())
}

#[tokio::test]
async fn while_paused_bulk_changes_wait_and_single_ones_work() {
    let (world, _, tina, _) = world().await;
    let (reeve, north) = (world.reeve(), "north".parse().unwrap());
    assert!(
        pause(reeve, &world.caller(), "too many denials")
            .await
            .unwrap()
    );
    let many = [new(ADA), new("bob@example.test")];
    for caller in [&world.caller(), &tina] {
        let refused = add_many(reeve, caller, &north, &many).await;
        assert!(
            matches!(&refused, Err(Error::Paused { reason, .. }) if reason == "too many denials"),
            "{refused:?}"
        );
    }
    for file in [
        "email,roles\nada@example.test,reader\n",
        "email,organizations\nada@example.test,north\n",
    ] {
        let refused = import(&world, file).await;
        assert!(matches!(refused, Err(Error::Paused { .. })), "{refused:?}");
    }
    assert_eq!(
        import(&world, "email\nbob@example.test\n").await.unwrap(),
        0
    );
    assert!(add(reeve, &tina, &north, ADA).await.unwrap());
    let one = add_many(reeve, &tina, &north, &[new("bob@example.test")]).await;
    assert!(one.unwrap()[0].is_ok(), "one is not many");
    assign(reeve, &world.caller(), ADA, "reader", &Place::default())
        .await
        .unwrap();
    assert!(resume(reeve, &world.caller()).await.unwrap());
    let each = add_many(reeve, &tina, &north, &many).await.unwrap();
    assert!(each.iter().all(Result::is_ok));
}

#[tokio::test]
async fn pausing_and_resuming_are_one_row_each_and_again_nothing() {
    let world = World::empty().await;
    let (reeve, caller) = (world.reeve(), world.caller());
    assert!(pause(reeve, &caller, "an incident").await.unwrap());
    let before = Census::of(&world).await;
    assert!(!pause(reeve, &world.caller(), "another").await.unwrap());
    before.assert_nothing_written(&world).await;
    let shown = show(reeve, &world.caller()).await.unwrap().unwrap();
    assert_eq!(shown.reason, "an incident");
    assert!(resume(reeve, &caller).await.unwrap());
    assert!(!resume(reeve, &world.caller()).await.unwrap());
    let found = audit_of(&world, &caller).await;
    let rows: Vec<_> = found
        .iter()
        .map(|row| (row.action.as_str(), row.reason.as_deref()))
        .collect();
    assert_eq!(
        rows,
        [("iam.pause", Some("an incident")), ("iam.resume", None)]
    );
}
