//! `reeve serve`: HTTP, jobs, and the private PostgreSQL, until a signal.

use std::net::SocketAddr;
use std::time::Duration;

use clap::Args;
use embedded::Cluster;
use jiff::SignedDuration;
use server::http;
use server::jobs::{self, Job};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use super::{Ending, Session};
use crate::failure::Failure;
use crate::installation::Host;

/// Flags of `serve` and `quickstart`.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Where to listen; port 0 takes a free one. The address is printed and written to the data
    /// directory.
    #[arg(
        long,
        env = "REEVE_LISTEN",
        default_value = "127.0.0.1:8080",
        value_name = "ADDR"
    )]
    pub(crate) listen: SocketAddr,
}

pub(crate) async fn run(session: &Session, command: Serve) -> Result<Ending, Failure> {
    let host = session.installation.host().await?;
    let listener = listen(command.listen).await?;
    println!("Reeve listens on http://{}", listener.local_addr()?);
    until_stopped(host, listener).await
}

/// Binds the address, and says which one if that fails.
pub(crate) async fn listen(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|e| {
        Failure::plain(format!(
            "can't listen on {address}: {e}; choose another --listen"
        ))
    })
}

/// Serves until SIGINT or SIGTERM, then stops in order: requests, jobs, database.
pub(crate) async fn until_stopped(host: Host, listener: TcpListener) -> Result<Ending, Failure> {
    let Host {
        reeve,
        dir,
        cluster,
        lock,
        ..
    } = host;
    dir.write_listen(listener.local_addr()?)?;
    let state = http::State::new(reeve.clone()).map_err(|e| Failure::plain(e.to_string()))?;
    let jobs = tokio::spawn(jobs::run(reeve.clone(), all_jobs()));
    let watch = cluster
        .clone()
        .map(|cluster| tokio::spawn(keep_running(cluster)));
    let stop = stop_signal()?;
    http::serve(listener, state, stop).await?;
    jobs.abort();
    if let Some(watch) = watch {
        watch.abort();
    }
    reeve.database.close().await;
    dir.clear_listen()?;
    if let Some(cluster) = cluster {
        cluster.stop()?;
    }
    drop(lock);
    Ok(Ending::Done)
}

fn stop_signal() -> Result<impl Future<Output = ()> + Send + 'static, Failure> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        tracing::info!("stopping");
    })
}

/// The sample's Discord export is imported again when it is older than this.
pub(super) const SAMPLE_AGE: SignedDuration = SignedDuration::from_hours(1);

/// The server's jobs, and the sample organization's own.
fn all_jobs() -> Vec<Job> {
    let mut jobs = jobs::all();
    jobs.push(Job {
        name: "sample-freshness",
        every: Duration::from_secs(1800),
        why: "a newcomer's sample must still work tomorrow: its Discord export, and nobody else's, \
              is imported again before it goes stale",
        run: |reeve| {
            Box::pin(async move {
                let caller = app::Caller::new(domain::actor::Actor::Job { name: "sample" });
                sample::keep_fresh(&reeve, &caller, SAMPLE_AGE)
                    .await
                    .map(|_| ())
            })
        },
    });
    jobs
}

/// Starts the private PostgreSQL again if it dies.
async fn keep_running(cluster: Cluster) {
    let mut turns = tokio::time::interval(Duration::from_secs(1));
    let mut rotation = tokio::time::interval(Duration::from_secs(3600));
    loop {
        tokio::select! {
            _ = turns.tick() => {}
            _ = rotation.tick() => {
                if let Err(error) = cluster.rotate_log() {
                    tracing::warn!(%error, "the database's log could not be rotated");
                }
            }
        }
        let looked_at = cluster.clone();
        let outcome = tokio::task::spawn_blocking(move || {
            if looked_at.is_running() {
                Ok(false)
            } else {
                looked_at.start().map(|_| true)
            }
        })
        .await;
        match outcome {
            Ok(Ok(true)) => tracing::warn!("the database had stopped and was started again"),
            Ok(Err(error)) => tracing::error!(%error, "the database can't be started"),
            Ok(Ok(false)) | Err(_) => {}
        }
    }
}
