//! A private PostgreSQL for one measurement.

use std::path::PathBuf;

use app::{Live, Records, Reeve};
use embedded::{Cluster, DataDir, Durability};
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, PgConnection};
use store::Database;
use store::bootstrap::{self, Passwords};
use store::connect::socket_options;

pub(crate) struct Server {
    cluster: Cluster,
    dir: DataDir,
    path: PathBuf,
}

impl Server {
    pub(crate) async fn start() -> Self {
        let path = std::env::temp_dir().join(format!("reeve-bench-{}", std::process::id()));
        let dir = DataDir::open(&path).unwrap();
        let cluster = Cluster::prepare(&dir, Durability::Durable).unwrap();
        cluster.start().unwrap();
        let server = Self { cluster, dir, path };
        let passwords = Passwords {
            runtime: server.dir.secret("reeve").unwrap(),
            operator: server.dir.secret("reeve_operator").unwrap(),
        };
        bootstrap::create(&server.superuser("postgres"), "world", Some(&passwords))
            .await
            .unwrap();
        store::migrate::run(&server.superuser("world"))
            .await
            .unwrap();
        server
    }

    pub(crate) fn superuser(&self, database: &str) -> PgConnectOptions {
        let at = self.cluster.connection();
        let password = self.dir.secret("superuser").unwrap();
        socket_options(&at.socket_dir, at.port, at.superuser, &password, database)
    }

    /// Reeve on a database, by its runtime login.
    pub(crate) async fn reeve(&self, database: &str) -> Reeve {
        let at = self.cluster.connection();
        let password = self.dir.secret("reeve").unwrap();
        let options = socket_options(&at.socket_dir, at.port, "reeve", &password, database);
        let (database, _) = Database::connect(options, 4).await.unwrap();
        Reeve {
            database,
            live: Live::default(),
            records: Records::default(),
        }
    }

    /// A fresh copy of the prepared world, with warm statistics.
    pub(crate) async fn copy(&self, name: &str) {
        let mut connection = PgConnection::connect_with(&self.superuser("postgres"))
            .await
            .unwrap();
        for statement in [
            format!("drop database if exists {name}"),
            format!("create database {name} template world strategy file_copy"),
            "checkpoint".to_owned(),
        ] {
            sqlx::raw_sql(sqlx::AssertSqlSafe(statement))
                .execute(&mut connection)
                .await
                .unwrap();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.cluster.stop();
        let _ = std::fs::remove_dir_all(&self.path);
    }
}
