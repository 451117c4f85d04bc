//! What is wrong with an installation, judged from facts: the findings that `reeve doctor` lists
//! and that become alerts.
//!
//! What can only be seen from a machine (disk, environment, rights on the server) is looked at there
//! and judged here too, so that a finding means the same wherever it is read.

pub mod condition;
pub mod database;
pub mod machine;

use serde::Serialize;

pub use condition::{Condition, judge};

/// What was looked at. The text is `alert.kind` and stands in JSON; it is never renamed.
macro_rules! checks {
    ($($(#[$doc:meta])* $variant:ident = $text:literal),+ $(,)?) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Check { $($(#[$doc])* $variant),+ }

        impl Check {
            /// Every check, in the order in which they are reported.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }
    };
}

checks! {
    /// The database answers and is new enough.
    Database = "database",
    /// The schema is this program's.
    Migrations = "migrations",
    /// Database roles, and what the runtime login may do.
    Rights = "rights",
    /// Row security is enabled and forced where a table has policies.
    RowSecurity = "row_security",
    /// This machine's clock against the database's.
    Clock = "clock",
    /// Room where the private database lies.
    Disk = "disk",
    /// Mode, policy and mapping are set.
    Governance = "governance",
    /// The observations of Discord are fresh.
    Snapshot = "snapshot",
    /// A plan waits for somebody's approval.
    HeldPlan = "held_plan",
    /// The break-glass list lets somebody in.
    BreakGlass = "break_glass",
    /// An entry of it matches nobody.
    BreakGlassEntry = "break_glass_entry",
    /// Somebody is platform admin.
    Admins = "admins",
    /// Each organization that ever had an owner has one who is active.
    Owners = "owners",
    /// Bulk changes of roles and memberships are let through.
    IamPause = "iam_pause",
    /// Exemptions whose review is due.
    Reviews = "reviews",
    /// Review campaigns are signed off in time.
    Campaigns = "campaigns",
    /// The jobs of the schedule end well, and run at all.
    Jobs = "jobs",
    /// All nodes are set the same and run the same version.
    Nodes = "nodes",
    /// Environment and settings file say nothing that is ignored.
    Configuration = "configuration",
    /// The audit log has its partitions.
    AuditPartitions = "audit_partitions",
}

impl Serialize for Check {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// As it should be.
    Ok,
    /// Somebody should look at it.
    Warning,
    /// Somebody has to: people lose access, or a protection is off.
    Error,
}

impl Severity {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    /// For metrics: 0, 1, 2.
    pub fn level(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Warning => 1,
            Self::Error => 2,
        }
    }
}

/// One thing that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub check: Check,
    /// What it is about, where a check can find more than one thing; empty: the installation.
    pub subject: String,
    pub severity: Severity,
    pub text: String,
    /// What to do, with the command; empty where nothing is to be done.
    pub remedy: String,
}

impl Finding {
    pub fn ok(check: Check, text: impl Into<String>) -> Self {
        Self::new(check, Severity::Ok, text, "")
    }

    pub fn warning(check: Check, text: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(check, Severity::Warning, text, remedy)
    }

    pub fn error(check: Check, text: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(check, Severity::Error, text, remedy)
    }

    fn new(
        check: Check,
        severity: Severity,
        text: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            check,
            subject: String::new(),
            severity,
            text: text.into(),
            remedy: remedy.into(),
        }
    }

    #[must_use]
    pub fn about(mut self, subject: impl Into<String>) -> Self {
        self.subject = subject.into();
        self
    }
}
