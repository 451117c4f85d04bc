//! The walk over a review.

use app::Error;
use app::review::{New, begin, decide, remind, show, sign_off};
use domain::audit::Action;
use domain::review::{Subject, Verdict};
use jiff::ToSpan;

use super::Walk;

impl Walk {
    pub(super) async fn reviews(&mut self) -> Result<(), Error> {
        self.world.person("rex").exempt(9).build().await;
        let caller = self.caller();
        let new = New {
            name: "Q4".to_owned(),
            subject: Subject::Exemptions,
            organization: None,
            due_at: self.world.now().await + 24.hours(),
            reviewers: vec!["rex@example.test".to_owned()],
        };
        let begun = begin(self.world.reeve(), &caller, &new).await?;
        self.wrote(&caller, &[Action::ReviewBegin]).await;
        self.world.person("ron").build().await;
        let add = "insert into review_reviewer (campaign_id, user_id)
                   select campaign_id, user_id from review_campaign, app_user
                    where email = 'ron@example.test'";
        crate::sql::scene(&self.world, add).await;
        let caller = self.caller();
        remind(self.world.reeve(), &caller).await?;
        self.wrote(&caller, &[Action::ReviewRemind]).await;
        let operator = self.world.caller();
        let id = begun.campaign_id;
        let page = show(self.world.reeve(), &operator, id, false, None, 9).await?;
        let item = page.items[0].item_id;
        let why = "not needed";
        decide(self.world.reeve(), &operator, item, Verdict::Revoke, why).await?;
        self.wrote(&operator, &[Action::ReviewDecide, Action::ExemptionEnd])
            .await;
        let operator = self.world.caller();
        sign_off(self.world.reeve(), &operator, id, "done").await?;
        self.wrote(&operator, &[Action::ReviewSignOff]).await;
        Ok(())
    }
}
