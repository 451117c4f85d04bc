//! Starts, stops or names the PostgreSQL that tests share: `test-cluster start|stop|url`.
//! `./test` stops it at its end.
use std::process::ExitCode;

use secrecy::ExposeSecret;
use testkit::{cluster, template};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match std::env::args().nth(1).as_deref() {
        Some("start") => {
            cluster::start();
        }
        Some("stop") => {
            if cluster::is_running() {
                template::tidy(&cluster::server().await).await;
            }
            cluster::stop();
        }
        Some("url") => {
            let login = cluster::start().superuser("postgres");
            println!("{}", login.url.expose_secret());
        }
        _ => {
            eprintln!("usage: test-cluster start|stop|url");
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}
