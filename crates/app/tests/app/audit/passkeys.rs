//! The walk over passkeys.

use app::passkey::{Wanted, register, remove, start};
use app::{Caller, Error};
use domain::actor::Actor;
use domain::audit::Action;
use domain::id::SessionId;
use store::id::new_id;
use testkit::authenticator::Authenticator;

use super::Walk;

impl Walk {
    pub(super) async fn passkeys(&mut self) -> Result<(), Error> {
        let user_id = self.world.person("keyholder").build().await;
        // Nobody registers one for somebody else, and nobody without a browser.
        let owner = Caller {
            session: Some(SessionId(new_id())),
            ..Caller::new(Actor::Person { user_id })
        };
        let reeve = self.world.reeve();
        let started = start(reeve, &owner).await?;
        let wanted = Wanted {
            name: "laptop".to_owned(),
            ceremony: started.ceremony,
            credential: Authenticator::at("http://localhost:8080").create(&started.public_key),
        };
        let passkey = register(reeve, &owner, &wanted).await?;
        self.recorded(Action::PasskeyRegister, "person").await;
        let caller = self.caller();
        remove(self.world.reeve(), &caller, passkey.passkey_id, None).await?;
        self.wrote(&caller, &[Action::PasskeyRemove]).await;
        Ok(())
    }
}
