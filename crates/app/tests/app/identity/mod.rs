//! Identities: import files, and what importing them writes.

mod file;
mod import;

use testkit::World;

use crate::watch::words;

#[tokio::test]
async fn an_identity_is_found_by_id_or_by_email_in_any_case() {
    let world = World::empty().await;
    let ada = world.person("ada").build().await;
    for name in [
        ada.to_string(),
        "ada@example.test".to_owned(),
        "ADA@Example.Test".to_owned(),
    ] {
        assert_eq!(
            app::identity::find(world.reeve(), &world.caller(), &name)
                .await
                .unwrap(),
            ada,
            "{name}"
        );
    }
    let missing =
        words(app::identity::find(world.reeve(), &world.caller(), "nobody@example.test").await);
    assert_eq!(missing, "there is no identity `nobody@example.test`");
}
