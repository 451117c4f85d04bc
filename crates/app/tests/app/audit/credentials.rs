//! The walk over tokens.

use app::Error;
use app::authenticate::by_token;
use app::token::{Wanted, create, revoke};
use domain::actor::Actor;
use domain::audit::Action;
use domain::governance::privileged::BreakGlass;
use store::id::new_id;

use super::Walk;

impl Walk {
    pub(super) async fn credentials(&mut self) -> Result<(), Error> {
        let (tia, wanted) = (
            "tia@example.test",
            Wanted {
                name: "ci".to_owned(),
                ..Wanted::default()
            },
        );
        let user_id = self.world.person("tia").status("suspended").build().await;
        let caller = self.caller();
        let made = create(self.world.reeve(), &caller, tia, &wanted).await?;
        self.wrote(&caller, &[Action::TokenCreate]).await;
        let live = &self.world.reeve().live;
        let mut settings = live.get().as_ref().clone();
        settings.break_glass = BreakGlass::parse(&user_id.to_string(), "");
        live.set(settings);
        let caller = by_token(self.world.reeve(), &made.token, new_id().into()).await?;
        let expected = Actor::Token {
            user_id,
            token_id: made.token_id,
        };
        assert_eq!(caller.actor, expected);
        let used = self.world.audit(Action::BreakGlassUse.as_str()).await;
        assert_eq!(used.len(), 1);
        assert_eq!(used[0].actor_user_id, Some(user_id.0));
        assert_eq!(
            used[0].correlation_id.as_deref(),
            Some(caller.correlation_id.as_str())
        );
        self.seen.insert(used[0].action.clone());
        let caller = self.caller();
        revoke(self.world.reeve(), &caller, made.token_id).await?;
        self.wrote(&caller, &[Action::TokenRevoke]).await;
        Ok(())
    }
}
