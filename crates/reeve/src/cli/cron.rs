//! `reeve cron`: one pass over the jobs, for machines where `reeve serve` does not run.
//!
//! The runbook's `php bin/cron.php`.

use server::jobs::{self, Ran};

use super::{Ending, Session};
use crate::failure::Failure;
use crate::output::table;

pub(crate) async fn run(session: &Session) -> Result<Ending, Failure> {
    let reeve = session.installation.open().await?;
    let ran = jobs::pass(&reeve, &jobs::all()).await;
    session.format.print(&ran, |ran| describe(ran))?;
    let failed = ran.iter().any(|ran| ran.outcome == "failed");
    Ok(if failed { Ending::No } else { Ending::Done })
}

fn describe(ran: &[Ran]) -> String {
    table(
        ["job", "outcome", "what"],
        ran.iter().map(|ran| {
            let outcome = ran.outcome.replace('_', " ");
            [ran.job.to_owned(), outcome, ran.detail.clone()]
        }),
    )
}
