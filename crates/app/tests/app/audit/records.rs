//! The walk over notes about incidents.

use app::Error;
use app::evidence::{New, note};
use domain::audit::Action;

use super::Walk;

impl Walk {
    pub(super) async fn records(&mut self) -> Result<(), Error> {
        let caller = self.caller();
        let new = New {
            decision: "as the policy says".to_owned(),
            remediation: None,
        };
        let id = "request-1".parse().unwrap();
        note(self.world.reeve(), &caller, &id, &new).await?;
        self.wrote(&caller, &[Action::EvidenceNote]).await;
        Ok(())
    }
}
