//! The command line: `reeve <noun> <verb>`, one file a noun.
//!
//! Exit codes: 0 done, 1 failed, 2 usage, 3 held by a guard.

mod audit;
mod db;
mod explain;
mod freshness;
mod governance;
mod healthcheck;
mod identity;
mod jml;
mod migrate;
mod organization;
mod policy;
mod quickstart;
mod reconcile;
mod role;
mod serve;
mod snapshot;
mod status_map;

use std::ffi::OsStr;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

use app::Caller;
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use domain::actor::Actor;
use tracing_subscriber::EnvFilter;

use crate::failure::Failure;
use crate::installation::Installation;
use crate::output::Format;

/// Identity and access governance: who is this person, should they have access, and why.
#[derive(Debug, Parser)]
#[command(name = "reeve", version, propagate_version = true)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Args)]
struct Global {
    /// Where Reeve keeps its private PostgreSQL, secrets and address.
    #[arg(long, global = true, env = "REEVE_DATA_DIR", value_name = "DIR")]
    data_dir: Option<PathBuf>,
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
    /// Roles: what they permit, who has them.
    #[command(subcommand)]
    Role(role::Role),
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
    /// What was done, by whom, and why.
    #[command(subcommand)]
    Audit(audit::Audit),
}

/// What every command gets.
pub(crate) struct Session {
    pub(crate) installation: Installation,
    pub(crate) format: Format,
    pub(crate) caller: Caller,
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
    let cli = parse();
    let serves = matches!(cli.command, Command::Serve(_) | Command::Quickstart(_));
    start_logging(if serves { "info" } else { "warn" });
    let result = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Failure::from)
        .and_then(|runtime| runtime.block_on(run(cli)));
    match result {
        Ok(ending) => ending.into(),
        Err(failure) => {
            eprintln!("error: {failure}");
            if let Some(hint) = failure.hint() {
                eprintln!("hint: {hint}");
            }
            ExitCode::FAILURE
        }
    }
}

fn parse() -> Cli {
    let matches = without_empty_variables(Cli::command()).get_matches();
    Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
}

/// An empty variable counts as unset for flags too (decision 0004); clap takes it for a value.
fn without_empty_variables(command: clap::Command) -> clap::Command {
    let is_empty = |name: &OsStr| {
        std::env::var_os(name).is_some_and(|value| value.to_string_lossy().trim().is_empty())
    };
    command
        .mut_args(|arg| match arg.get_env() {
            // clap can't forget a variable; one without a name is never set.
            Some(name) if is_empty(name) => arg.env("").hide_env(true),
            _ => arg,
        })
        .mut_subcommands(without_empty_variables)
}

fn start_logging(level: &str) {
    let wanted = std::env::var("REEVE_LOG").ok();
    let wanted = wanted.filter(|filter| !filter.trim().is_empty());
    let filter = wanted.and_then(|filter| EnvFilter::try_new(filter).ok());
    let filter = filter.unwrap_or_else(|| EnvFilter::new(level));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false)
        .init();
}

async fn run(cli: Cli) -> Result<Ending, Failure> {
    let session = Session {
        installation: Installation::new(cli.global.data_dir)?,
        format: cli.global.output,
        caller: Caller::new(Actor::Operator),
    };
    match cli.command {
        Command::Quickstart(command) => quickstart::run(&session, command).await,
        Command::Serve(command) => serve::run(&session, command).await,
        Command::Healthcheck(command) => healthcheck::run(&session, command).await,
        Command::Migrate(command) => migrate::run(&session, command).await,
        Command::Db(command) => db::run(&session, command),
        Command::Snapshot(command) => snapshot::run(&session, command).await,
        Command::Identity(command) => identity::run(&session, command).await,
        Command::Organization(command) => organization::run(&session, command).await,
        Command::Role(command) => role::run(&session, command).await,
        Command::Governance(command) => governance::run(&session, command).await,
        Command::Policy(command) => policy::run(&session, command).await,
        Command::Reconcile(command) => reconcile::run(&session, command).await,
        Command::Explain(command) => explain::run(&session, command).await,
        Command::StatusMap(command) => status_map::run(&session, command).await,
        Command::Drift(command) => status_map::run_drift(&session, command).await,
        Command::Freshness => freshness::run(&session).await,
        Command::Jml(command) => jml::run(&session, command).await,
        Command::Audit(command) => audit::run(&session, command).await,
    }
}
