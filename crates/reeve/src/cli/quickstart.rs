//! `reeve quickstart`: from nothing to a first plan of a sample organization, served.

use serde::Serialize;
use tokio::net::TcpListener;

use super::serve::{SAMPLE_AGE, Signals, announce, check_mapping, listen, until_stopped};
use super::{Ending, Session, reconcile};
use crate::failure::Failure;
use crate::installation::Host;
use crate::output::people;

#[derive(Serialize)]
struct Started {
    listen: String,
    data_dir: String,
    migrations: usize,
    sample: Option<sample::Loaded>,
    plan: Option<app::reconcile::Made>,
}

pub(crate) async fn run(session: &Session) -> Result<Ending, Failure> {
    let mut signals = Signals::new()?;
    let (host, listener) = tokio::select! {
        () = &mut signals.stop => return Ok(Ending::Done),
        started = start(session) => started?,
    };
    until_stopped(session, host, listener, signals).await
}

async fn start(session: &Session) -> Result<(Host, TcpListener), Failure> {
    let host = session.installation.host().await?;
    let listener = listen(session).await?;
    let sample = sample::load(&host.reeve, &session.caller).await?;
    sample::keep_fresh(&host.reeve, &session.caller, SAMPLE_AGE).await?;
    // After the sample, so that a mapping may name its organizations.
    check_mapping(&host).await?;
    let plan = first_plan(session, &host).await?;
    let started = Started {
        listen: announce(session, &host, &listener)?,
        data_dir: session.installation.data_dir().display().to_string(),
        migrations: host.migrated,
        sample,
        plan,
    };
    session
        .format
        .print(&started, |started| describe(started, &host))?;
    Ok((host, listener))
}

/// The plan to look at; none if there is nothing to do, or if this installation is not set up so
/// far.
async fn first_plan(
    session: &Session,
    host: &Host,
) -> Result<Option<app::reconcile::Made>, Failure> {
    let options = app::reconcile::plan::Options::default();
    match app::reconcile::plan(&host.reeve, &session.caller, &options).await {
        Ok(plan) => Ok(plan),
        Err(app::Error::RulesMissing(missing)) => {
            tracing::warn!(%missing, "no first plan");
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

fn describe(started: &Started, host: &Host) -> String {
    let mut said = Vec::new();
    let data_dir = &started.data_dir;
    said.push(match host.private.as_ref().map(|private| private.started) {
        Some(embedded::Started::Adopted) => {
            format!("PostgreSQL was still running in {data_dir} and was adopted")
        }
        Some(embedded::Started::Fresh) => format!("PostgreSQL runs privately in {data_dir}"),
        None => "connected to the database of DATABASE_URL".to_owned(),
    });
    if started.migrations > 0 {
        said.push(format!(
            "the schema was brought up to date ({} migrations)",
            started.migrations
        ));
    }
    match &started.sample {
        Some(sample) => said.push(format!(
            "a sample organization was loaded: {}, {} of them linked to Discord, and a Discord \
             export of {} members",
            people(sample.people),
            sample.linked,
            sample.discord_members
        )),
        None => said.push("there are people already, so no sample was loaded".to_owned()),
    }
    match &started.plan {
        Some(plan) => said.push(format!(
            "a plan was made: {}",
            reconcile::sentence(&plan.counts)
        )),
        None => said.push("there is nothing to reconcile".to_owned()),
    }
    if started.sample.is_some() {
        said.push(
            "the schedule does not reconcile, so that you apply the plan yourself (`reeve governance set \
             reconcile-every-seconds 600` turns it on)"
                .to_owned(),
        );
    }
    let said: String = said.iter().map(|line| format!("  * {line}\n")).collect();
    let with = match host.private {
        Some(_) => "",
        None => ", with the same DATABASE_URL",
    };
    format!(
        "Reeve listens on {}\n{said}\nTry in another terminal{with}:\n\
         \x20 reeve reconcile show latest      what would change, and why\n\
         \x20 reeve reconcile apply latest     do it\n\
         \x20 reeve audit list                 see what was done\n\n\
         Ctrl-C stops it; the data stays.",
        started.listen
    )
}
