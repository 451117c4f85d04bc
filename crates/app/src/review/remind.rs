//! Reminding reviewers as the end of a campaign draws near, and after it.

use domain::audit::Action;
use domain::review::Stage;
use serde_json::json;
use store::audit::Entry;
use store::review::{self, Ending};

use crate::{Caller, Error, Reeve};

/// Reminds every reviewer who has open grants of a campaign, once a stage. Returns how many were
/// reminded. Passes at once remind each once.
pub async fn remind(reeve: &Reeve, caller: &Caller) -> Result<usize, Error> {
    let mut tx = reeve.database.snapshot("look for reviews").await?;
    let now = tx.now().await?;
    let open = review::open(&mut tx).await?;
    tx.rollback().await?;
    let mut reminded = 0;
    for campaign in open {
        if let Some(stage) = Stage::at(now, campaign.due_at) {
            reminded += of(reeve, caller, campaign, stage).await?;
        }
    }
    Ok(reminded)
}

async fn of(
    reeve: &Reeve,
    caller: &Caller,
    campaign: Ending,
    stage: Stage,
) -> Result<usize, Error> {
    let action = Action::ReviewRemind;
    let campaign_id = campaign.campaign_id;
    let context = caller.context(action);
    let mut tx = reeve.database.system("remind reviewers", &context).await?;
    let reminded = review::remind(&mut tx, campaign_id, stage).await?;
    if reminded.is_empty() {
        return Ok(0);
    }
    let reviewers: Vec<_> = reminded.iter().map(|(user_id, _)| user_id).collect();
    let entry = Entry {
        tenant_id: campaign.tenant_id,
        after: Some(json!({
            "stage": stage.as_str(), "reviewers": reviewers, "due_at": campaign.due_at,
        })),
        ..caller.entry(action, "review_campaign", campaign_id.to_string())
    };
    store::audit::record(&mut tx, &entry).await?;
    tx.commit().await?;
    let (stage, due_at) = (stage.as_str(), campaign.due_at);
    for (reviewer, undecided) in &reminded {
        tracing::warn!(%campaign_id, %reviewer, undecided, stage, %due_at, "a review waits for its reviewer");
        metrics::counter!("reeve_review_reminders_total", "stage" => stage).increment(1);
    }
    Ok(reminded.len())
}
