//! The closed list of audit actions and what each records.
//!
//! Images (`before_json`, `after_json`) hold ids and governed fields, never names or e-mail
//! addresses (decision 0024); what a person is called may change or be erased, the log may not.

/// What happened. The text is `audit_log.action`; once written it is never renamed.
macro_rules! actions {
    ($($(#[$doc:meta])* $variant:ident = $text:literal),+ $(,)?) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Action { $($(#[$doc])* $variant),+ }

        impl Action {
            /// Every action, in the order of this file.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The text in `audit_log.action`.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }
    };
}

actions! {
    /// Reconcile changed one identity: status, roles or recorded standing, with the event
    /// (joiner, mover, leaver) and the reason. One row a change.
    EntitlementReconcile = "entitlement.reconcile",
    /// Self-heal made a privileged identity active again: status and session revocation before, the
    /// time of the remedy.
    EntitlementAdminSelfheal = "entitlement.admin_selfheal",
    /// A plan with suspensions over the guard's limit was approved: its id, who, how many.
    PlanApprove = "plan.approve",
    /// A snapshot became current: guild, members, differences.
    SnapshotAdmit = "snapshot.admit",
    /// A snapshot much smaller than the last was admitted because an operator said so.
    SnapshotAcceptShrink = "snapshot.accept_shrink",
    /// A snapshot was refused: guild and reason.
    SnapshotReject = "snapshot.reject",
    /// The governance mode was set: before and after.
    GovernanceSetMode = "governance.set_mode",
    /// The Discord roles of an entitlement in a guild were set: before and after.
    GovernanceMapRole = "governance.map_role",
    /// A number that decides access (snapshot age, guard limits, restore window) was set.
    GovernanceSetNumber = "governance.set_number",
    /// `access.login` was set: before and after, with ids.
    PolicySet = "policy.set",
    /// An identity was created; the image holds its status.
    IdentityCreate = "identity.create",
    /// Fields of an identity changed: status in the image, names only as "changed".
    IdentityUpdate = "identity.update",
    /// A person suspended an identity: status before and after, the reason in `reason`.
    IdentitySuspend = "identity.suspend",
    /// A person disabled an identity, which no automation reverses.
    IdentityDisable = "identity.disable",
    /// A person undid a disable; the status is the one before it.
    IdentityEnable = "identity.enable",
    /// A person restored an identity: status, the assignments given back and those that could not be.
    IdentityRestore = "identity.restore",
    /// A person was erased: pseudonymised, unlinked, disabled. The image holds counts only.
    IdentityErase = "identity.erase",
    /// A hold was opened: whom it is about, and until when.
    HoldAdd = "hold.add",
    /// A person ended a hold before its time.
    HoldEnd = "hold.end",
    /// A hold's time was over.
    HoldExpire = "hold.expire",
    /// An exemption was granted: whom it is about, until when, and when it is due for review.
    ExemptionAdd = "exemption.add",
    /// An exemption was looked at and kept: when it is due for review again.
    ExemptionReview = "exemption.review",
    /// A person ended an exemption before its time.
    ExemptionEnd = "exemption.end",
    /// An exemption's time was over.
    ExemptionExpire = "exemption.expire",
    /// An external account was bound to an identity: the provider, and of a Discord account its id.
    /// What other providers call somebody may be an e-mail address, and stays out.
    IdentityLink = "identity.link",
    /// An external account was taken from an identity: what the link's row holds.
    IdentityUnlink = "identity.unlink",
    /// Somebody's role overrides were set: before and after; the reason in `reason`.
    OverridesSet = "overrides.set",
    /// Somebody's role overrides were cleared: what they were.
    OverridesClear = "overrides.clear",
    /// Somebody's own limit of something was set: which, before and after.
    QuotaSet = "quota.set",
    /// Somebody has no limit of their own any more, but the usual one: what it was.
    QuotaClear = "quota.clear",
    /// An organization was created.
    OrganizationCreate = "organization.create",
    /// An organization's slug, name or description changed.
    OrganizationUpdate = "organization.update",
    /// The default organization, its name and everybody's membership were put back: whom that
    /// enrolled, by id, or above a hundred how many.
    OrganizationEnsureDefault = "organization.ensure_default",
    /// An organization was deleted: how many memberships, projects, roles and assignments went with it.
    OrganizationDelete = "organization.delete",
    /// A project was created in an organization.
    ProjectCreate = "project.create",
    /// A project's slug or name changed.
    ProjectUpdate = "project.update",
    /// A project was deleted, and with it its assignments: their ids and roles.
    ProjectDelete = "project.delete",
    /// A project moved to another organization: which assignments moved with it and which ended.
    ProjectMove = "project.move",
    /// A membership began or became active.
    MembershipAdd = "membership.add",
    /// A membership ended, and with it its assignments: their ids and roles.
    MembershipEnd = "membership.end",
    /// A role was given: role, scope, the assignment's id.
    RoleAssign = "role.assign",
    /// A role was taken: role, scope, the ids of the assignments.
    RoleRevoke = "role.revoke",
    /// A role was defined: scope, rank, permissions.
    RoleCreate = "role.create",
    /// A role's definition changed: rank and permissions before and after.
    RoleUpdate = "role.update",
    /// A role was taken out of the world.
    RoleDelete = "role.delete",
    /// Strict mode was switched: before and after.
    GovernanceSetStrict = "governance.set_strict_membership",
    /// Whether a move needs approval was set: before and after.
    GovernanceSetRehomeApproval = "governance.set_rehome_approval",
    /// Bulk changes of roles and memberships were paused; why is in `reason`.
    IamPause = "iam.pause",
    /// Bulk changes were let through again.
    IamResume = "iam.resume",
    /// A move to another organization was asked for, and waits.
    RehomeRequest = "rehome.request",
    /// Somebody was moved to another organization: what ended, what began.
    RehomeMove = "rehome.move",
    /// A move was given up before it was done.
    RehomeCancel = "rehome.cancel",
    /// A personal access token was made: its scopes and its end.
    TokenCreate = "token.create",
    /// A personal access token was revoked.
    TokenRevoke = "token.revoke",
    /// Somebody signed in: how, and whether the break-glass list named them.
    SessionBegin = "session.begin",
    /// Sessions were ended, by their owner, an administrator or the identity provider.
    SessionRevoke = "session.revoke",
    /// A link that signs somebody in once was made.
    LoginLinkCreate = "login_link.create",
    /// Somebody registered a passkey of theirs.
    PasskeyRegister = "passkey.register",
    /// A passkey was removed, by its owner or an administrator.
    PasskeyRemove = "passkey.remove",
    /// An identity provider's first word of somebody made an identity: status and provider.
    ProvisioningCreate = "provisioning.create",
    /// A verified address bound an identity to an account of the provider.
    ProvisioningClaim = "provisioning.claim",
    /// The provider said another name or other groups: which of them, never what.
    ProvisioningUpdate = "provisioning.update",
    /// A group gave a role: role, scope, the assignment's id.
    ProvisioningGrant = "provisioning.grant",
    /// No group gives a role any more: role, scope, the ids of the assignments.
    ProvisioningRevoke = "provisioning.revoke",
    /// A person had somebody's roles brought in line with the groups last known.
    ProvisioningSync = "provisioning.sync",
    /// Somebody who is suspended was let in by the break-glass list.
    BreakGlassUse = "break_glass.use",
    /// A review campaign began: its subject, reviewers, and how many grants.
    ReviewBegin = "review.begin",
    /// A reviewer decided one grant: keep or revoke; what was taken has its own row.
    ReviewDecide = "review.decide",
    /// Reviewers with undecided grants were reminded: the stage, and whom.
    ReviewRemind = "review.remind",
    /// A campaign was signed off.
    ReviewSignOff = "review.sign_off",
    /// A month of the audit log was dropped by the retention: its name, and how many rows it had.
    AuditDrop = "audit.drop",
    /// Somebody noted what was decided and done about an incident: its correlation id.
    EvidenceNote = "evidence.note",
    /// An assignment's time was over.
    RoleExpire = "role.expire",
    /// Somebody's raw SQL inserted a row of a tracked table.
    SqlInsert = "sql.insert",
    /// Somebody's raw SQL updated a row of a tracked table.
    SqlUpdate = "sql.update",
    /// Somebody's raw SQL deleted a row of a tracked table.
    SqlDelete = "sql.delete",
}

/// How the attempt ended, `audit_log.outcome`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Success,
    /// A rule said no; nothing changed.
    Denied,
}

impl Outcome {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Denied => "denied",
        }
    }
}
