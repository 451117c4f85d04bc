//! The request that is being answered: what its transactions tell about it, and the key by which it
//! happens once.
//!
//! It is the one thing that is not handed down but stands around a whole task: every operation's
//! transaction belongs to the request in which it runs, and an operation that had to pass it on could
//! forget to. Outside of a request (jobs, the command line) there is none, and nothing changes.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use domain::id::{CorrelationId, OrganizationId, ProjectId, UserId};

tokio::task_local! {
    static CURRENT: Arc<Request>;
}

/// A key with which a mutation was sent: the same caller's second one with it changes nothing.
#[derive(Clone, Debug)]
pub struct Key {
    pub caller: UserId,
    /// SHA-256 of the key, and of all that the request asks.
    pub key_hash: [u8; 32],
    pub request_hash: [u8; 32],
    pub correlation_id: CorrelationId,
}

/// One request.
#[derive(Debug, Default)]
pub struct Request {
    key: OnceLock<Key>,
    told: Mutex<Told>,
}

/// What became known while it was answered.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// The revision of its last change.
    pub revision: Option<String>,
    /// Whether the key stands in a transaction that was committed, or is under way.
    taken: bool,
    pub kept: bool,
    /// Whom and what a refusal was about.
    pub target: Option<UserId>,
    pub tenant_id: Option<OrganizationId>,
    pub project_id: Option<ProjectId>,
}

impl Request {
    /// The one that this task answers, if any.
    pub fn current() -> Option<Arc<Self>> {
        CURRENT.try_with(Arc::clone).ok()
    }

    /// Runs a future as the answering of this request.
    pub async fn answer<F: Future>(self: Arc<Self>, future: F) -> F::Output {
        CURRENT.scope(self, future).await
    }

    /// Gives the request its key; it keeps the first.
    pub fn set_key(&self, key: Key) {
        drop(self.key.set(key));
    }

    pub fn told(&self) -> Told {
        self.lock().clone()
    }

    /// Says whom and what a refusal was about.
    pub fn is_about(
        &self,
        target: Option<UserId>,
        tenant_id: Option<OrganizationId>,
        project_id: Option<ProjectId>,
    ) {
        let mut told = self.lock();
        told.target = target.or(told.target);
        told.tenant_id = tenant_id.or(told.tenant_id);
        told.project_id = project_id.or(told.project_id);
    }

    /// The key, if no transaction has it yet; from now on this one does.
    pub(crate) fn take_key(&self) -> Option<&Key> {
        let key = self.key.get()?;
        let mut told = self.lock();
        if told.taken {
            return None;
        }
        told.taken = true;
        Some(key)
    }

    /// The transaction that had the key is gone.
    pub(crate) fn give_key_back(&self) {
        self.lock().taken = false;
    }

    pub(crate) fn committed(&self, revision: Option<String>, with_key: bool) {
        let mut told = self.lock();
        told.revision = revision.or(told.revision.take());
        told.kept |= with_key;
    }

    fn lock(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
