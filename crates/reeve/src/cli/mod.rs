//! The command line: `reeve <noun> <verb>`, one file a noun.
//!
//! Exit codes: 0 done, 1 failed, 2 usage, 3 held by a guard.

mod admin;
mod alert;
mod argument;
mod audit;
mod break_glass;
mod completions;
mod config;
mod cron;
mod db;
mod doctor;
mod evidence;
mod exemption;
mod explain;
mod freshness;
mod governance;
mod healthcheck;
mod hold;
mod iam;
mod identity;
mod jml;
mod log;
mod man;
mod mapping;
mod migrate;
mod organization;
mod passkey;
mod policy;
mod project;
mod quickstart;
mod reconcile;
mod rehome;
mod review;
mod role;
mod serve;
mod session;
mod snapshot;
mod status_map;
mod token;

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

use app::{Caller, Records};
use clap::{Args, Parser, Subcommand};
use connect::traces::{self, Exporter, Tracer};
use domain::actor::Actor;
use server::log::{Json, Keep};
use tokio::task::JoinHandle;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::command::pasteable;
use crate::config::{Config, Flags};
use crate::failure::Failure;
use crate::installation::Installation;
use crate::output::Format;
pub(crate) use argument::Until;

/// Identity and access governance: who is this person, should they have access, and why.
#[derive(Debug, Parser)]
#[command(name = "reeve", version, propagate_version = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Args)]
struct Global {
    /// Where Reeve keeps its private PostgreSQL, secrets and address [env: REEVE_DATA_DIR].
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// The configuration file, instead of reeve.toml in the data directory [env: REEVE_CONFIG].
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Lines NAME=VALUE that win over the environment; SIGHUP reads them again
    /// [env: REEVE_ENV_FILE].
    #[arg(long, global = true, value_name = "FILE")]
    env_file: Option<PathBuf>,
    /// How to print the answer.
    #[arg(short = 'o', long = "output", global = true, value_enum, default_value_t = Format::Table)]
    output: Format,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start with a sample organization, and serve.
    Quickstart(serve::Serve),
    /// Serve: HTTP, jobs, and the private PostgreSQL.
    Serve(serve::Serve),
    /// Ask a running server whether it is ready.
    Healthcheck(healthcheck::Healthcheck),
    /// Bring the database's schema up to date.
    Migrate(migrate::Migrate),
    /// The database itself: connection, psql, roles.
    #[command(subcommand)]
    Db(db::Db),
    /// Observations of Discord.
    #[command(subcommand)]
    Snapshot(snapshot::Snapshot),
    /// People.
    #[command(subcommand)]
    Identity(identity::Identity),
    /// Organizations, which are tenants.
    #[command(subcommand)]
    Organization(organization::Organization),
    /// Projects inside organizations.
    #[command(subcommand)]
    Project(project::Project),
    /// Roles: what they permit, who has them.
    #[command(subcommand)]
    Role(role::Role),
    /// The pause of bulk changes of roles and memberships.
    #[command(subcommand)]
    Iam(iam::Iam),
    /// Moving people from one organization to another.
    #[command(subcommand)]
    Rehome(rehome::Rehome),
    /// Platform administrators.
    #[command(subcommand)]
    Admin(admin::Admin),
    /// Personal access tokens.
    #[command(subcommand)]
    Token(token::Token),
    /// Signed-in browsers.
    #[command(subcommand)]
    Session(session::Sessions),
    /// Passkeys, by which people sign in.
    #[command(subcommand)]
    Passkey(passkey::Passkey),
    /// From an identity provider's groups to roles.
    #[command(subcommand)]
    Mapping(mapping::Mapping),
    /// Mode, role mapping and the numbers that decide access.
    #[command(subcommand)]
    Governance(governance::Governance),
    /// The access policy.
    #[command(subcommand)]
    Policy(policy::Policy),
    /// Plan, show, approve and apply what should change.
    #[command(subcommand, alias = "reconcile_discord_entitlements")]
    Reconcile(reconcile::Reconcile),
    /// Say why somebody may do something, or may not, and what would change it.
    Explain(explain::Explain),
    /// Show where everybody stands: status, eligibility, entitlement, access, compliance.
    StatusMap(status_map::Map),
    /// Show who is not as they should be, and what mends it.
    Drift(status_map::Drifts),
    /// Show how old the observations are, when they go stale, and who loses access then.
    Freshness,
    /// Joiners, movers and leavers.
    #[command(subcommand)]
    Jml(jml::Jml),
    /// Holds: leaving somebody alone for a while.
    #[command(subcommand)]
    Hold(hold::Hold),
    /// Exemptions: passes through eligibility and entitlement, reviewed.
    #[command(subcommand)]
    Exemption(exemption::Exemption),
    /// Reviews of what was granted: keep or revoke, and sign off.
    #[command(subcommand)]
    Review(review::Review),
    /// The allowlist that lets administrators back in.
    #[command(subcommand)]
    BreakGlass(break_glass::BreakGlass),
    /// One pass over the jobs: self-heal, expiry, reconcile, alerts, pruning. For machines where no
    /// server runs; harmless beside one. Older notes call it `php bin/cron.php`.
    Cron,
    /// Check everything that an operator would check by hand, and say what to do.
    Doctor(doctor::Doctor),
    /// What needs a person.
    #[command(subcommand)]
    Alert(alert::Alert),
    /// What was done, by whom, and why.
    #[command(subcommand)]
    Audit(audit::Audit),
    /// Log lines of requests.
    #[command(subcommand)]
    Log(log::Log),
    /// Show everything on record about a correlation id, or note what was decided about it.
    Evidence(evidence::Evidence),
    /// The settings: what is in force, and where it came from.
    #[command(subcommand)]
    Config(config::Config),
    /// Print the completions of a shell.
    Completions(completions::Completions),
    /// Write the manual's pages, one a command.
    Man(man::Man),
}

impl Command {
    fn serves(&self) -> bool {
        matches!(self, Self::Serve(_) | Self::Quickstart(_))
    }
}

/// What every command gets.
pub(crate) struct Session {
    pub(crate) installation: Installation,
    pub(crate) format: Format,
    pub(crate) caller: Caller,
    /// What sends traces, until somebody serves.
    exporter: Mutex<Option<Exporter>>,
}

impl Session {
    /// Sends traces from now on, if they are exported, until `stop`; the task ends when they are sent.
    pub(crate) fn send_traces(
        &self,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> Option<JoinHandle<()>> {
        let mut exporter = self.exporter.lock().unwrap_or_else(PoisonError::into_inner);
        Some(tokio::spawn(exporter.take()?.run(stop)))
    }
}

/// How a command that did not fail ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Done,
    /// The answer is "no" (not ready, schema behind, lines with errors).
    No,
    Held,
}

impl From<Ending> for ExitCode {
    fn from(ending: Ending) -> Self {
        match ending {
            Ending::Done => Self::SUCCESS,
            Ending::No => Self::from(1),
            Ending::Held => Self::from(3),
        }
    }
}

/// Parses, runs, and says how it went.
pub(crate) fn main() -> ExitCode {
    match start(Cli::parse()) {
        Ok(ending) => ending.into(),
        Err(failure) => {
            eprintln!("error: {}", pasteable(&failure.to_string()));
            if let Some(hint) = failure.hint() {
                eprintln!("hint: {}", pasteable(hint));
            }
            ExitCode::FAILURE
        }
    }
}

/// Answers at once what needs no configuration, and so works with a broken one; else reads it.
fn start(cli: Cli) -> Result<Ending, Failure> {
    let format = cli.global.output;
    let command = match cli.command {
        Command::Completions(command) => return completions::run(format, &command),
        Command::Man(command) => return man::run(format, &command),
        Command::Config(config::Config::Docs) => return config::docs(format),
        Command::Config(config::Config::Openapi) => return config::openapi(),
        command => command,
    };
    let listen = match &command {
        Command::Serve(serve) | Command::Quickstart(serve) => serve.listen,
        _ => None,
    };
    let config = Config::load(Flags {
        data_dir: cli.global.data_dir,
        config: cli.global.config,
        env_file: cli.global.env_file,
        listen,
    })?;
    crate::command::set(&config);
    let records = Records::default();
    let keep = command.serves().then(|| records.clone());
    let traces = config.traces()?.filter(|_| command.serves());
    let traces = traces.map(|settings| traces::start(&settings)).transpose();
    let traces = traces.map_err(|problem| Failure::plain(problem.to_string()))?;
    let (tracer, exporter) = traces.unzip();
    let level = if command.serves() { "info" } else { "warn" };
    start_logging(&config, level, keep, tracer);
    let session = Session {
        installation: Installation::new(config, records),
        format,
        caller: Caller::new(Actor::Operator),
        exporter: Mutex::new(exporter),
    };
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(run(&session, command))
}

/// Logs to standard error, as text or as JSON. Whoever serves also keeps the lines of requests, and
/// exports traces where that is wanted.
fn start_logging(config: &Config, level: &str, keep: Option<Records>, tracer: Option<Tracer>) {
    let wanted = config.log();
    let filter = wanted.as_ref().map(EnvFilter::try_new);
    let unreadable = matches!(filter, Some(Err(_)));
    let filter = filter.and_then(Result::ok);
    let filter = filter.unwrap_or_else(|| EnvFilter::new(level));
    let shown = if config.log_as_json() {
        Json.with_filter(filter).boxed()
    } else {
        tracing_subscriber::fmt::layer()
            .with_writer(std::io::stderr)
            .with_ansi(std::io::stderr().is_terminal())
            .with_target(false)
            .with_filter(filter)
            .boxed()
    };
    let kept = keep.map(|records| Keep::new(records).with_filter(filter_fn(Keep::wants)));
    tracing_subscriber::registry()
        .with(shown)
        .with(kept)
        .with(tracer.map(Tracer::layer))
        .init();
    if unreadable {
        tracing::warn!(
            log = wanted,
            "the filter of the log can't be read; it is {level}"
        );
    }
    for problem in config.problems() {
        problem.log();
    }
}

async fn run(session: &Session, command: Command) -> Result<Ending, Failure> {
    match command {
        Command::Quickstart(_) => quickstart::run(session).await,
        Command::Serve(_) => serve::run(session).await,
        Command::Healthcheck(command) => healthcheck::run(session, command).await,
        Command::Migrate(command) => migrate::run(session, command).await,
        Command::Db(command) => db::run(session, command),
        Command::Snapshot(command) => snapshot::run(session, command).await,
        Command::Identity(command) => identity::run(session, command).await,
        Command::Organization(command) => organization::run(session, command).await,
        Command::Project(command) => project::run(session, command).await,
        Command::Role(command) => role::run(session, command).await,
        Command::Iam(command) => iam::run(session, command).await,
        Command::Rehome(command) => rehome::run(session, command).await,
        Command::Admin(command) => admin::run(session, command).await,
        Command::Token(command) => token::run(session, command).await,
        Command::Session(command) => session::run(session, command).await,
        Command::Passkey(command) => passkey::run(session, command).await,
        Command::Mapping(command) => mapping::run(session, command).await,
        Command::Governance(command) => governance::run(session, command).await,
        Command::Policy(command) => policy::run(session, command).await,
        Command::Reconcile(command) => reconcile::run(session, command).await,
        Command::Explain(command) => explain::run(session, command).await,
        Command::StatusMap(command) => status_map::run(session, command).await,
        Command::Drift(command) => status_map::run_drift(session, command).await,
        Command::Freshness => freshness::run(session).await,
        Command::Jml(command) => jml::run(session, command).await,
        Command::Hold(command) => hold::run(session, command).await,
        Command::Exemption(command) => exemption::run(session, command).await,
        Command::Review(command) => review::run(session, command).await,
        Command::BreakGlass(command) => break_glass::run(session, command).await,
        Command::Cron => cron::run(session).await,
        Command::Doctor(command) => doctor::run(session, command).await,
        Command::Alert(command) => alert::run(session, command).await,
        Command::Audit(command) => audit::run(session, command).await,
        Command::Log(command) => log::run(session, command).await,
        Command::Evidence(command) => evidence::run(session, command).await,
        Command::Config(command) => config::run(session, &command),
        Command::Completions(command) => completions::run(session.format, &command),
        Command::Man(command) => man::run(session.format, &command),
    }
}
