//! The walk over what is done to one person.

use app::Error;
use app::identity::{Change, New, create, edit};
use app::link;
use app::overrides::{self, How, Wanted};
use app::quota;
use domain::audit::Action;
use domain::quota::Quota;

use super::Walk;

impl Walk {
    pub(super) async fn one_person(&mut self) -> Result<(), Error> {
        let pia = "pia@example.test";
        let caller = self.caller();
        let new = New {
            email: pia.to_owned(),
            display_name: None,
        };
        create(self.world.reeve(), &caller, &new).await?;
        self.wrote(&caller, &[Action::IdentityCreate]).await;
        let caller = self.caller();
        let change = Change {
            display_name: Some(Some("Pia".to_owned())),
            ..Change::default()
        };
        edit(self.world.reeve(), &caller, pia, &change).await?;
        self.wrote(&caller, &[Action::IdentityUpdate]).await;
        let account = link::New {
            discord_id: "99".to_owned(),
        };
        let caller = self.caller();
        link::link(self.world.reeve(), &caller, pia, &account).await?;
        self.wrote(&caller, &[Action::IdentityLink]).await;
        let caller = self.caller();
        link::unlink(self.world.reeve(), &caller, pia, "discord", "99").await?;
        self.wrote(&caller, &[Action::IdentityUnlink]).await;
        self.limits(pia).await
    }

    async fn limits(&mut self, pia: &str) -> Result<(), Error> {
        let preserved = Wanted {
            preserved: Some(vec!["reader".to_owned()]),
            ..Wanted::default()
        };
        let caller = self.caller();
        overrides::set(self.world.reeve(), &caller, pia, &preserved, How::Replace).await?;
        self.wrote(&caller, &[Action::OverridesSet]).await;
        // What is set already is no change.
        let caller = self.caller();
        overrides::set(self.world.reeve(), &caller, pia, &preserved, How::Merge).await?;
        self.wrote(&caller, &[]).await;
        let caller = self.caller();
        assert!(overrides::clear(self.world.reeve(), &caller, pia).await?);
        self.wrote(&caller, &[Action::OverridesClear]).await;
        let quota = Quota::Tokens;
        let caller = self.caller();
        quota::set(self.world.reeve(), &caller, pia, quota, Some(3)).await?;
        self.wrote(&caller, &[Action::QuotaSet]).await;
        let caller = self.caller();
        quota::set(self.world.reeve(), &caller, pia, quota, None).await?;
        self.wrote(&caller, &[Action::QuotaClear]).await;
        Ok(())
    }
}
