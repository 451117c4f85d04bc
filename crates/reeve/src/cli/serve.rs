//! `reeve serve`: HTTP, jobs, and the private PostgreSQL, until a signal.

use std::net::SocketAddr;
use std::pin::Pin;
use std::time::Duration;

use app::job::Outcome;
use app::{Caller, Reeve};
use clap::Args;
use connect::traces::FLUSH;
use domain::actor::Actor;
use embedded::Cluster;
use jiff::SignedDuration;
use serde_json::json;
use server::http;
use server::jobs::{self, Every, Job, Me};
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::{Ending, Session};
use crate::config::reload;
use crate::failure::Failure;
use crate::installation::Host;

/// Flags of `serve` and `quickstart`.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Where to listen; port 0 takes a free one. The address is printed and written to the data
    /// directory [env: REEVE_LISTEN] [default: 127.0.0.1:8080].
    #[arg(long, value_name = "ADDR", value_parser = super::argument::address)]
    pub(crate) listen: Option<SocketAddr>,
}

/// Requests under way get this long to end when the server is told to stop.
const DRAIN: Duration = Duration::from_secs(10);

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
    check_mapping(&host).await?;
    let listener = listen(session).await?;
    let listen = announce(session, &host, &listener)?;
    session.format.print(&json!({ "listen": listen }), |_| {
        format!("Reeve listens on {listen}")
    })?;
    Ok((host, listener))
}

/// Notes where this process listens, for itself and for other commands; returns the address.
pub(crate) fn announce(
    session: &Session,
    host: &Host,
    listener: &TcpListener,
) -> Result<String, Failure> {
    let address = listener.local_addr()?;
    let config = &session.installation.config;
    config.note_port(&host.reeve.live, address);
    host.dir.write_listen(address)?;
    Ok(format!("http://{address}"))
}

/// A mapping of groups that names what does not exist stops the start (U-11).
pub(crate) async fn check_mapping(host: &Host) -> Result<(), Failure> {
    let mapping = &host.reeve.live.get().mapping;
    let checked = app::mapping::check(&host.reeve, mapping).await;
    if checked.is_err()
        && let Some(private) = &host.private
    {
        private.cluster.stop()?;
    }
    reload::warn_of_powerful(&checked?);
    Ok(())
}

/// Binds the address, and says which one if that fails.
pub(crate) async fn listen(session: &Session) -> Result<TcpListener, Failure> {
    let address = session.installation.config.listen();
    let address = address.ok_or_else(|| Failure::plain("there is no address to listen on"))?;
    TcpListener::bind(address).await.map_err(|e| {
        Failure::plain(format!(
            "can't listen on {address}: {e}; choose another --listen"
        ))
    })
}

/// Serves until `stop`, then stops in order: requests, jobs, database.
pub(crate) async fn until_stopped(
    session: &Session,
    host: Host,
    listener: TcpListener,
    signals: Signals,
) -> Result<Ending, Failure> {
    let metrics = http::record_metrics().map_err(|e| Failure::plain(e.to_string()))?;
    let state = http::State::new(host.reeve.clone(), metrics);
    warn_of_break_glass(&host.reeve);
    let config = session.installation.config.clone();
    let me = Me {
        node_id: store::id::new_id(),
        version: env!("CARGO_PKG_VERSION"),
    };
    let reload = reload::on_signal(signals.hangup, config, host.reeve.clone());
    let reload = tokio::spawn(reload);
    let jobs = tokio::spawn(jobs::run(host.reeve.clone(), me, all_jobs()));
    let (last_span, no_more_spans) = oneshot::channel::<()>();
    let traces = session.send_traces(async { drop(no_more_spans.await) });
    let (end, ended) = oneshot::channel();
    let watch = host
        .private
        .as_ref()
        .map(|private| tokio::spawn(keep_running(private.cluster.clone(), ended)));
    let running = jobs.abort_handle();
    let served = serve(listener, state, or_ended(signals.stop, jobs)).await;
    let crashed = running.is_finished();
    running.abort();
    reload.abort();
    // Not aborted but waited for: it may be starting the database right now.
    drop(end);
    if let Some(watch) = watch {
        drop(watch.await);
    }
    if let Err(error) = app::records::flush(&host.reeve).await {
        tracing::debug!(%error, "the last records are lost");
    }
    if let Err(error) = app::job::leave(&host.reeve, me.node_id).await {
        tracing::debug!(%error, "the others will notice by its silence that this server stopped");
    }
    drop(last_span);
    if let Some(traces) = traces
        && tokio::time::timeout(FLUSH, traces).await.is_err()
    {
        tracing::debug!("the last traces are lost");
    }
    host.reeve.database.close().await;
    host.dir.clear_listen()?;
    if let Some(private) = &host.private {
        private.cluster.stop()?;
    }
    served?;
    if crashed {
        return Err(Failure::plain(
            "the jobs crashed; standard error says where",
        ));
    }
    Ok(Ending::Done)
}

/// Resolves at `stop`, or if the jobs end, which they never do by themselves. A server without them would
/// look well and enforce nothing any more; whoever keeps it running starts it again.
fn or_ended(stop: Stop, jobs: JoinHandle<()>) -> Stop {
    Box::pin(async move {
        tokio::select! {
            () = stop => {}
            _ = jobs => tracing::error!("the jobs crashed, so the server stops"),
        }
    })
}

/// The standing warning of R-47, at each start; alert, metric and doctor go on saying it.
fn warn_of_break_glass(reeve: &Reeve) {
    if !reeve.live.get().break_glass.is_empty() {
        tracing::warn!(
            "break-glass is on: whoever ADMIN_BREAKGLASS_USER_IDS and ADMIN_BREAKGLASS_EMAILS list is let \
             in as admin; remove them once access is recovered"
        );
    }
}

/// Serves until `stop`, and then as long as requests are under way, but not for ever.
async fn serve(listener: TcpListener, state: http::State, stop: Stop) -> std::io::Result<()> {
    let (stopping, stopped) = oneshot::channel::<()>();
    let stop = async move {
        stop.await;
        drop(stopping);
    };
    tokio::select! {
        served = http::serve(listener, state, stop) => served,
        () = async { drop(stopped.await); tokio::time::sleep(DRAIN).await } => {
            tracing::warn!("stopped with requests under way");
            Ok(())
        }
    }
}

/// Resolves when the process is told to stop.
pub(crate) type Stop = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The signals that a serving process heeds.
pub(crate) struct Signals {
    pub(crate) stop: Stop,
    /// SIGHUP, for [`reload`].
    hangup: Signal,
}

impl Signals {
    /// From here on SIGINT and SIGTERM do not end the process but resolve `stop`, and SIGHUP is
    /// kept until somebody looks.
    pub(crate) fn new() -> Result<Self, Failure> {
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let stop = async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            tracing::info!("stopping");
        };
        Ok(Self {
            stop: Box::pin(stop),
            hangup: signal(SignalKind::hangup())?,
        })
    }
}

/// The sample's Discord export is imported again when it is older than this.
pub(super) const SAMPLE_AGE: SignedDuration = SignedDuration::from_hours(1);

/// The server's jobs, and the sample organization's own.
fn all_jobs() -> Vec<Job> {
    let mut jobs = jobs::all();
    jobs.push(Job {
        name: "sample-freshness",
        every: Every::Each(SignedDuration::from_mins(30)),
        why: "a newcomer's sample must still work tomorrow: its Discord export, and nobody else's, \
              is imported again before it goes stale",
        run: |reeve, _| Box::pin(keep_sample_fresh(reeve)),
    });
    jobs
}

async fn keep_sample_fresh(reeve: Reeve) -> Result<Outcome, app::Error> {
    let caller = Caller::new(Actor::Job { name: "sample" });
    Ok(
        match sample::keep_fresh(&reeve, &caller, SAMPLE_AGE).await? {
            true => Outcome::Done("the sample's Discord export was imported again".to_owned()),
            false => Outcome::Skipped("no sample, or still fresh".to_owned()),
        },
    )
}

/// Starts the private PostgreSQL again if it dies, until the other end of `ended` is dropped.
async fn keep_running(cluster: Cluster, mut ended: oneshot::Receiver<()>) {
    let mut turns = tokio::time::interval(Duration::from_secs(1));
    let mut rotation = tokio::time::interval(Duration::from_secs(3600));
    loop {
        tokio::select! {
            _ = &mut ended => return,
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
