//! The database roles: cluster-wide, so outside the migrations.

use secrecy::{ExposeSecret, SecretString};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection, Executor, PgConnection};

use crate::error::StoreError;

/// The statements that make the roles, for a DBA to read and run (`reeve db bootstrap-sql`).
pub const SQL: &str = include_str!("bootstrap.sql");

/// Reeve's own login.
pub const RUNTIME_LOGIN: &str = "reeve";
/// The login for the runbooks' SQL.
pub const OPERATOR_LOGIN: &str = "reeve_operator";
/// Who owns the schema.
pub const OWNER: &str = "reeve_owner";

/// Two bootstraps at once would both find a role missing, or change one under each other's hands.
/// Roles are the whole cluster's and advisory locks are one database's, so whoever may locks the
/// roles themselves.
const ONE_AT_A_TIME: &str = "do $$ begin
  if (select rolsuper from pg_roles where rolname = current_user) then
    lock table pg_authid in share row exclusive mode;
  else
    perform pg_advisory_xact_lock(hashtext('reeve bootstrap'));
  end if;
end $$";

/// Passwords for the two logins.
#[derive(Debug)]
pub struct Passwords {
    pub runtime: SecretString,
    pub operator: SecretString,
}

/// Makes the database if it is missing, then the roles. `server` is a superuser's connection to
/// any database of the cluster. Harmless to repeat.
pub async fn create(
    server: &PgConnectOptions,
    database: &str,
    passwords: Option<&Passwords>,
) -> Result<(), StoreError> {
    let mut connection = PgConnection::connect_with(&server.clone().database("postgres")).await?;
    let exists = sqlx::query_scalar!(
        r#"select exists (select from pg_database where datname = $1) as "exists!""#,
        database
    )
    .fetch_one(&mut connection)
    .await?;
    if !exists {
        let statement = sqlx::query_scalar!(
            r#"select format('create database %I encoding ''UTF8'' template template0', $1::text) as "sql!""#,
            database
        )
        .fetch_one(&mut connection)
        .await?;
        connection.execute(sqlx::AssertSqlSafe(statement)).await?;
    }
    connection.close().await?;
    roles_in(&server.clone().database(database), passwords).await
}

async fn roles(
    connection: &mut PgConnection,
    passwords: Option<&Passwords>,
) -> Result<(), StoreError> {
    let mut transaction = connection.begin().await?;
    transaction.execute(ONE_AT_A_TIME).await?;
    transaction
        .execute("set local client_min_messages = warning")
        .await?;
    transaction.execute(SQL).await?;
    if let Some(passwords) = passwords {
        for (login, password) in [
            (RUNTIME_LOGIN, &passwords.runtime),
            (OPERATOR_LOGIN, &passwords.operator),
        ] {
            let statement = sqlx::query_scalar!(
                r#"select format('alter role %I password %L', $1::text, $2::text) as "sql!""#,
                login,
                password.expose_secret()
            )
            .fetch_one(&mut *transaction)
            .await?;
            transaction.execute(sqlx::AssertSqlSafe(statement)).await?;
        }
    }
    transaction.commit().await?;
    Ok(())
}

/// Makes the roles in the database that `options` names.
pub async fn roles_in(
    options: &PgConnectOptions,
    passwords: Option<&Passwords>,
) -> Result<(), StoreError> {
    // The statements hold passwords, which no log may have, however much it is asked to tell.
    let silent = options.clone().disable_statement_logging();
    let mut connection = PgConnection::connect_with(&silent).await?;
    roles(&mut connection, passwords).await?;
    connection.close().await?;
    Ok(())
}
