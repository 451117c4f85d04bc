//! `reeve healthcheck`: asks the server at the address that it wrote to the data directory.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use clap::Args;
use embedded::DataDir;
use serde::Serialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{Ending, Session};
use crate::failure::Failure;

#[derive(Debug, Args)]
pub(crate) struct Healthcheck {
    /// Ask here instead of the address in the data directory.
    #[arg(long, value_name = "ADDR", value_parser = super::argument::address)]
    listen: Option<SocketAddr>,
}

#[derive(Serialize)]
struct Health {
    address: SocketAddr,
    ready: bool,
    answer: serde_json::Value,
}

pub(crate) async fn run(session: &Session, command: Healthcheck) -> Result<Ending, Failure> {
    let dir = session.installation.data_dir();
    let written = match command.listen {
        Some(address) => Some(address),
        None => DataDir::open_existing(&dir)?
            .map(|dir| dir.read_listen())
            .transpose()?
            .flatten(),
    };
    let Some(address) = written.map(reachable) else {
        return Err(Failure::plain(format!(
            "no server runs on {}",
            dir.display()
        )));
    };
    let asked = tokio::time::timeout(Duration::from_secs(5), ask(address)).await;
    let (ready, body) = asked
        .map_err(|_| Failure::plain(format!("{address} did not answer within 5 s")))?
        .map_err(|e| Failure::plain(format!("{address} can't be asked: {e}")))?;
    let answer = serde_json::from_str(&body).unwrap_or(serde_json::Value::Null);
    session.format.print(
        &Health {
            address,
            ready,
            answer,
        },
        |health| {
            format!(
                "{}: {}",
                health.address,
                if health.ready { "ready" } else { body.as_str() }
            )
        },
    )?;
    Ok(if ready { Ending::Done } else { Ending::No })
}

/// A server that listens everywhere is asked on loopback.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

/// One request, spelled out: an HTTP client would be a large dependency for it.
async fn ask(address: SocketAddr) -> std::io::Result<(bool, String)> {
    let mut stream = TcpStream::connect(address).await?;
    let request = format!("GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.take(64 * 1024).read_to_end(&mut answer).await?;
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    Ok((head.starts_with("HTTP/1.1 200"), body.to_owned()))
}
