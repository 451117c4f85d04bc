//! The only way to a transaction.
//!
//! A scope sets the database role and the caller's context in one statement, for this transaction
//! alone; nothing outlives it, so a pooled connection leaks nothing. [`Database::system`] is for
//! jobs, sign-in and operators at the command line; what a caller of the API may see goes through
//! [`Database::tenant`], which row-level security confines.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use domain::audit::Action;
use domain::id::{CorrelationId, OrganizationId, UserId};
use sqlx::postgres::PgPool;
use sqlx::{AssertSqlSafe, PgConnection, Postgres, SqlSafeStr, Transaction};
use tracing::{Instrument as _, Span};

use crate::connect::Database;
use crate::error::StoreError;
use crate::idempotency;
use crate::request::Request;

/// How long a transaction may sit idle before the server ends it, in milliseconds: whoever stopped in
/// the middle must not keep its locks. That of a lease which is shorter may sit no longer than it.
pub(crate) const IDLE_LIMIT_MS: u32 = 30_000;

/// How long a statement waits for somebody else's lock, in milliseconds. A transaction that an
/// operator left open must cost a failure that says so, not a server that stands still.
const LOCK_LIMIT_MS: u32 = 15_000;

/// Who acts, for audit rows and row-level security.
#[derive(Clone, Debug, Default)]
pub struct Context {
    pub user_id: Option<UserId>,
    pub correlation_id: Option<CorrelationId>,
    /// The operation that runs, which writes its own audit row. Without one, changes are audited
    /// as raw SQL, so that a forgotten row is never a missing one.
    pub operation: Option<Action>,
}

/// A transaction with role and context set. Dropped without [`Tx::commit`], it changes nothing.
#[derive(Debug)]
pub struct Tx {
    transaction: Transaction<'static, Postgres>,
    /// The request whose change this is.
    answers: Option<Part>,
    /// Of an operation; after the transaction, so that it ends after it.
    _ended: Option<Ended>,
    /// Lasts as long as this.
    span: Span,
}

/// Counts an operation when it ends, however it does.
#[derive(Debug)]
struct Ended(Arc<AtomicU64>);

impl Drop for Ended {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Release);
    }
}

/// A transaction's part in a request.
#[derive(Debug)]
struct Part {
    request: Arc<Request>,
    /// Whether the request's key is written in this transaction, and not committed yet.
    holds_key: bool,
}

impl Drop for Part {
    fn drop(&mut self) {
        if self.holds_key {
            self.request.give_key_back();
        }
    }
}

impl Tx {
    /// The connection, for the statements of this crate.
    pub(crate) fn connection(&mut self) -> &mut PgConnection {
        &mut self.transaction
    }

    /// Makes the changes durable.
    pub async fn commit(mut self) -> Result<(), StoreError> {
        let Some(mut part) = self.answers.take() else {
            self.transaction.commit().await?;
            self.span.record("reeve.outcome", "committed");
            return Ok(());
        };
        let row = sqlx::query!(
            r#"select current_revision() as revision,
                      exists (select from change_feed where xid = pg_current_xact_id())
                      and not exists (select from audit_log
                                       where correlation_id = current_setting('app.correlation_id', true)
                                         and revision = current_revision()) as "gap!""#
        )
        .fetch_one(self.connection())
        .await?;
        let revision = row.revision;
        if row.gap {
            // An operation forgot its row (I-29). Refusing here would make a defect of the record one of
            // the service; whoever watches the log and the metric is told.
            tracing::error!(revision, "facts were changed and no audit row says so");
            metrics::counter!("reeve_audit_gaps_total").increment(1);
        }
        // From here on nobody knows whether it was committed unless the server says so: a key whose
        // transaction may stand is not given back.
        let with_key = std::mem::take(&mut part.holds_key);
        self.transaction.commit().await?;
        self.span.record("reeve.outcome", "committed");
        part.request.committed(revision, with_key);
        Ok(())
    }

    /// Gives the changes up. Dropping does the same, later.
    pub async fn rollback(self) -> Result<(), StoreError> {
        Ok(self.transaction.rollback().await?)
    }

    /// Makes an operation's transaction part of the request that is being answered. Its key, if it has
    /// one that no other transaction carries, is written first: whoever comes second does nothing.
    async fn in_request(mut self, context: &Context) -> Result<Self, StoreError> {
        let Some(request) = context.operation.and_then(|_| Request::current()) else {
            return Ok(self);
        };
        let mut part = Part {
            request: Arc::clone(&request),
            holds_key: false,
        };
        if let Some(key) = request.take_key() {
            part.holds_key = true;
            if !idempotency::take(&mut self, key).await? {
                return Err(StoreError::Repeated);
            }
        }
        self.answers = Some(part);
        Ok(self)
    }

    /// The database's clock, at the start of this transaction.
    pub async fn now(&mut self) -> Result<jiff::Timestamp, StoreError> {
        let row = sqlx::query!(r#"select now() as "now!""#)
            .fetch_one(self.connection())
            .await?;
        Ok(row.now.to_jiff())
    }

    /// The database's clock at this very moment.
    pub async fn clock(&mut self) -> Result<jiff::Timestamp, StoreError> {
        let row = sqlx::query!(r#"select clock_timestamp() as "now!""#)
            .fetch_one(self.connection())
            .await?;
        Ok(row.now.to_jiff())
    }
}

impl Database {
    /// A transaction of Reeve itself: sees every row. `why` stands in `pg_stat_activity`.
    pub async fn system(&self, why: &'static str, context: &Context) -> Result<Tx, StoreError> {
        let tx = self
            .open(&self.pool, "begin", "reeve_system", why, context, None)
            .await?;
        tx.in_request(context).await
    }

    /// The same for what is no part of the change that a request asks for, like the record of its
    /// refusal, while that change's own transaction may still be open: it carries no key and tells no
    /// revision.
    pub async fn apart(&self, why: &'static str, context: &Context) -> Result<Tx, StoreError> {
        self.open(&self.second, "begin", "reeve_system", why, context, None)
            .await
    }

    /// A reading transaction of Reeve itself in which nothing moves: every statement sees the same
    /// moment.
    pub async fn snapshot(&self, why: &'static str) -> Result<Tx, StoreError> {
        let begin = "begin isolation level repeatable read read only";
        self.open(
            &self.pool,
            begin,
            "reeve_system",
            why,
            &Context::default(),
            None,
        )
        .await
    }

    /// Two more reading transactions of the moment that `tx` sees.
    pub async fn two_beside(&self, tx: &mut Tx, why: &'static str) -> Result<[Tx; 2], StoreError> {
        let _turn = self.turn.lock().await;
        Ok([self.beside(tx, why).await?, self.beside(tx, why).await?])
    }

    /// Another reading transaction that sees exactly what `tx` sees, changes of its own left out.
    pub async fn beside(&self, tx: &mut Tx, why: &'static str) -> Result<Tx, StoreError> {
        let snapshot = sqlx::query_scalar!(r#"select pg_export_snapshot() as "id!""#)
            .fetch_one(tx.connection())
            .await?;
        let begin = format!(
            "begin isolation level repeatable read read only; set transaction snapshot '{snapshot}'"
        );
        let (begin, context) = (AssertSqlSafe(begin), Context::default());
        self.open(&self.second, begin, "reeve_system", why, &context, None)
            .await
    }

    /// A caller's transaction, confined to one organization by row-level security.
    pub async fn tenant(
        &self,
        tenant_id: OrganizationId,
        why: &'static str,
        context: &Context,
    ) -> Result<Tx, StoreError> {
        let tenant = Some(tenant_id);
        let tx = self
            .open(&self.pool, "begin", "reeve_app", why, context, tenant)
            .await?;
        tx.in_request(context).await
    }

    #[expect(clippy::disallowed_methods, reason = "this is the one place")]
    async fn open(
        &self,
        pool: &PgPool,
        begin: impl SqlSafeStr,
        role: &str,
        why: &str,
        context: &Context,
        tenant_id: Option<OrganizationId>,
    ) -> Result<Tx, StoreError> {
        let span = tracing::trace_span!(
            "transaction",
            otel.name = why,
            otel.kind = "client",
            db.system.name = "postgresql",
            reeve.role = role,
            reeve.operation = context.operation.map(Action::as_str),
            reeve.correlation_id = context.correlation_id.as_ref().map(CorrelationId::as_str),
            reeve.outcome = "given up",
        );
        let begun = pool.begin_with(begin).instrument(span.clone());
        let mut transaction = begun.await?;
        sqlx::query!(
            r#"select set_config('role', $1, true) as a1,
                      set_config('application_name', 'reeve: ' || $2, true) as a2,
                      set_config('app.user_id', $3, true) as a3,
                      set_config('app.tenant_id', $4, true) as a4,
                      set_config('app.operation', $5, true) as a5,
                      set_config('app.correlation_id', $6, true) as a6,
                      set_config('idle_in_transaction_session_timeout', $7, true) as a7,
                      set_config('lock_timeout', $8, true) as a8"#,
            role,
            why,
            context.user_id.map_or(String::new(), |id| id.to_string()),
            tenant_id.map_or(String::new(), |id| id.to_string()),
            context.operation.map_or("", Action::as_str),
            context
                .correlation_id
                .as_ref()
                .map_or("", CorrelationId::as_str),
            IDLE_LIMIT_MS.to_string(),
            LOCK_LIMIT_MS.to_string(),
        )
        .fetch_one(&mut *transaction)
        .await?;
        Ok(Tx {
            transaction,
            answers: None,
            _ended: context.operation.map(|_| Ended(Arc::clone(&self.changes))),
            span,
        })
    }
}

#[cfg(test)]
mod tests {
    use testkit::TestDb;
    use uuid::Uuid;

    use super::*;

    /// Role and context, as the one connection of a pool has them between transactions.
    async fn left_over(database: &Database) -> Vec<Option<String>> {
        sqlx::query_scalar(
            "select setting from unnest('{role,application_name,app.user_id,app.tenant_id,app.operation,app.correlation_id}'::text[]) name,
                    lateral nullif(current_setting(name, true), '') setting",
        )
        .fetch_all(&database.pool)
        .await
        .unwrap()
    }

    #[tokio::test]
    async fn nothing_of_a_transactions_context_outlives_it() {
        let db = TestDb::new().await;
        let options = crate::connect::options(&db.runtime_url()).unwrap();
        let (database, server) = Database::connect(options, 1).await.unwrap();
        assert!(!server.superuser);
        let context = Context {
            user_id: Some(UserId(crate::id::new_id())),
            correlation_id: Some("request-1".parse().unwrap()),
            operation: Some(Action::RoleAssign),
        };
        let tenant_id = OrganizationId(crate::id::new_id());
        let clean = [
            Some("none".to_owned()),
            Some("reeve".to_owned()),
            None,
            None,
            None,
            None,
        ];
        assert_eq!(left_over(&database).await, clean);

        let tx = database.system("test", &context).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(left_over(&database).await, clean, "after a commit");
        let tx = database.tenant(tenant_id, "test", &context).await.unwrap();
        tx.rollback().await.unwrap();
        assert_eq!(left_over(&database).await, clean, "after giving up");
        drop(database.tenant(tenant_id, "test", &context).await.unwrap());
        assert_eq!(left_over(&database).await, clean, "after being dropped");
        let mut tx = database.tenant(tenant_id, "test", &context).await.unwrap();
        let broken = sqlx::query("select 1 / 0").execute(tx.connection()).await;
        assert!(broken.is_err());
        drop(tx);
        assert_eq!(left_over(&database).await, clean, "after an error");
    }

    #[tokio::test]
    async fn a_scope_sets_role_and_context() {
        let db = TestDb::new().await;
        let options = crate::connect::options(&db.runtime_url()).unwrap();
        let (database, _) = Database::connect(options, 1).await.unwrap();
        let tenant_id = OrganizationId(crate::id::new_id());
        let user_id = UserId(crate::id::new_id());
        let context = Context {
            user_id: Some(user_id),
            ..Context::default()
        };
        let mut tx = database.tenant(tenant_id, "test", &context).await.unwrap();
        let (role, tenant, user, operation): (String, Uuid, Uuid, bool) = sqlx::query_as(
            "select current_user::text, app_tenant_id(), app_user_id(), is_operation()",
        )
        .fetch_one(tx.connection())
        .await
        .unwrap();
        assert_eq!(
            (role.as_str(), tenant, user),
            ("reeve_app", tenant_id.0, user_id.0)
        );
        assert!(!operation, "none was named");
        tx.rollback().await.unwrap();
        let mut tx = database.snapshot("test").await.unwrap();
        let wrote = sqlx::query("delete from lease")
            .execute(tx.connection())
            .await;
        assert!(wrote.is_err(), "a snapshot only reads");
    }
}
