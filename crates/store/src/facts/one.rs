//! The facts of one person, for a decision and its explanation.
//!
//! The mass load beside this reads a kind of fact for everybody; here it is a kind of fact a query
//! for one. What the facts mean is the same, and a test loads people both ways. All of it belongs in
//! one transaction of one snapshot.

use std::collections::BTreeMap;

use domain::access::facts::{Facts, IdentityFacts};
use domain::access::permission::{HAULING_MEMBER, PermissionSet};
use domain::access::role::{Administrative, RoleDefinition, Scope};
use domain::governance::assess::{Evidence, Rules, RulesMissing};
use domain::governance::eligibility::ScopeMatches;
use domain::governance::entitlement::{DiscordEvidence, GuildSet, PortalEvidence};
use domain::governance::jml::Standing;
use domain::governance::privileged::{BreakGlass, Privilege};
use domain::id::{AssignmentId, OrganizationId, ProjectId, UserId};
use domain::reconcile::plan::Person;
use domain::reconcile::restore::{Stripped, restorable, strippable};
use jiff::{SignedDuration, Timestamp};

use crate::error::StoreError;
use crate::governance::Governance;
use crate::role::Roles;
use crate::scope::Tx;
use crate::status_map::{self, Seen};

mod rows;

pub use rows::{Account, Assignment, Membership, Pass, Since};
use rows::{Claims, Taken};

/// One person with everything that decides about them.
#[derive(Debug)]
pub struct One {
    pub account: Account,
    /// When the status became what it is, as far as the audit log tells.
    pub since: Option<Since>,
    pub privilege: Option<Privilege>,
    pub memberships: Vec<Membership>,
    /// Every assignment, valid or not, anywhere.
    pub assignments: Vec<Assignment>,
    /// What the current snapshots show of the linked account.
    pub seen: Vec<Seen>,
    /// Holds and exemptions that nobody ended, whatever their time.
    pub holds: Vec<Pass>,
    pub exemptions: Vec<Pass>,
    linked: bool,
    discord: DiscordEvidence,
    matches: ScopeMatches,
    rules: Result<Rules, RulesMissing>,
    tenants: BTreeMap<ProjectId, OrganizationId>,
    taken: Vec<Taken>,
    restore_window: SignedDuration,
    strippable: Vec<AssignmentId>,
    stripped: Vec<Stripped>,
    now: Timestamp,
}

/// By what the facts are read.
#[derive(Debug)]
pub struct Lens<'a> {
    pub governance: &'a Governance,
    pub roles: &'a Roles,
    pub break_glass: &'a BreakGlass,
    pub now: Timestamp,
}

impl One {
    /// Loads one person, and the tenant of a project that is asked about. `None` if there is nobody
    /// of that id.
    pub async fn load(
        tx: &mut Tx,
        lens: &Lens<'_>,
        user_id: UserId,
        project: Option<ProjectId>,
    ) -> Result<Option<Self>, StoreError> {
        let Some((account, claims)) = rows::account(tx, user_id).await? else {
            return Ok(None);
        };
        let memberships = rows::memberships(tx, user_id).await?;
        let assignments = rows::assignments(tx, user_id, lens.roles).await?;
        let taken = rows::taken(tx, user_id, lens.roles).await?;
        let linked = rows::is_linked(tx, user_id).await?;
        let seen = status_map::seen(tx, &[user_id.0]).await?;
        let tenants = match project {
            Some(project) => rows::tenant_of(tx, project).await?,
            None => None,
        };
        let governance = lens.governance;
        let mut one = Self {
            since: rows::status_since(tx, user_id, account.status).await?,
            holds: rows::passes(tx, user_id, "hold").await?,
            exemptions: rows::passes(tx, user_id, "exemption").await?,
            matches: matches(governance, &account, &claims, &memberships),
            discord: discord(governance, linked, &seen),
            privilege: privilege(&account, &assignments, lens),
            strippable: what_is_stripped(&assignments, &claims, lens.now),
            stripped: Vec::new(),
            rules: governance.rules(None),
            restore_window: governance.restore_window,
            tenants: project.into_iter().zip(tenants).collect(),
            now: lens.now,
            account,
            memberships,
            assignments,
            seen,
            linked,
            taken,
        };
        one.stripped = one.stripped_at(lens.now);
        Ok(Some(one))
    }

    /// This person as planning sees them, at the instant of the load.
    pub fn person(&self) -> Person<'_> {
        Person {
            user_id: self.account.user_id,
            version: self.account.version,
            status: self.account.status,
            privilege: self.privilege,
            held: Pass::any(&self.holds, self.now),
            evidence: self.evidence_at(self.now),
            recorded: self.recorded(),
            strippable: &self.strippable,
            stripped: &self.stripped,
        }
    }

    pub fn is_linked(&self) -> bool {
        self.linked
    }

    fn recorded(&self) -> Option<Standing> {
        let (in_scope, entitled) = self.account.recorded?;
        Some(Standing { in_scope, entitled })
    }

    fn evidence_at(&self, now: Timestamp) -> Evidence {
        let carries = |role: &RoleDefinition| role.permissions.contains(HAULING_MEMBER);
        let mut valid = self
            .assignments
            .iter()
            .filter(|held| held.valid.contains(now));
        let mut kept = self.taken.iter().zip(self.stripped_at(now));
        Evidence {
            matches: self.matches,
            discord: self.discord,
            portal: PortalEvidence {
                assigned: valid.any(|held| held.scope == Scope::Platform && carries(&held.role)),
                stripped: kept.any(|(taken, judged)| {
                    judged.restorable.is_ok() && taken.role.as_ref().is_some_and(carries)
                }),
            },
            exempted: Pass::any(&self.exemptions, now),
        }
    }

    fn stripped_at(&self, now: Timestamp) -> Vec<Stripped> {
        self.taken
            .iter()
            .map(|taken| Stripped {
                assignment_id: taken.assignment_id,
                restorable: restorable(
                    taken.role.as_ref(),
                    taken.scope,
                    taken.stripped_at,
                    taken.valid_until,
                    now,
                    self.restore_window,
                ),
            })
            .collect()
    }
}

impl Facts for One {
    fn identity(&self, user_id: UserId) -> Option<IdentityFacts> {
        (user_id == self.account.user_id).then_some(IdentityFacts {
            status: self.account.status,
            session_epoch: self.account.session_epoch,
            privilege: self.privilege,
        })
    }

    fn is_active_member(&self, user_id: UserId, tenant_id: OrganizationId) -> bool {
        user_id == self.account.user_id
            && self
                .memberships
                .iter()
                .any(|of| of.organization_id == tenant_id && of.active)
    }

    fn tenant_of(&self, project_id: ProjectId) -> Option<OrganizationId> {
        self.tenants.get(&project_id).copied()
    }

    fn permissions(&self, user_id: UserId, scope: Scope, now: Timestamp) -> PermissionSet {
        self.assignments
            .iter()
            .filter(|held| user_id == self.account.user_id && held.scope == scope)
            .filter(|held| held.valid.contains(now))
            .fold(PermissionSet::EMPTY, |all, held| {
                all.union(held.role.permissions)
            })
    }

    fn rules(&self) -> Result<&Rules, RulesMissing> {
        self.rules.as_ref().map_err(|missing| *missing)
    }

    fn evidence(&self, user_id: UserId, now: Timestamp) -> Evidence {
        if user_id == self.account.user_id {
            self.evidence_at(now)
        } else {
            Evidence::default()
        }
    }
}

fn matches(
    governance: &Governance,
    account: &Account,
    claims: &Claims,
    memberships: &[Membership],
) -> ScopeMatches {
    let Some(policy) = governance.policy.as_ref().map(|policy| &policy.resolved) else {
        return ScopeMatches::default();
    };
    let domain = account.email.split('@').nth(1).unwrap_or_default();
    let of_person = policy.match_person(account.user_id, domain);
    let of_groups = claims.groups.iter().map(|group| policy.match_group(group));
    let of_organizations = memberships
        .iter()
        .filter(|of| of.active)
        .map(|of| policy.match_organization(of.organization_id));
    of_groups
        .chain(of_organizations)
        .fold(of_person, ScopeMatches::with)
}

fn discord(governance: &Governance, linked: bool, seen: &[Seen]) -> DiscordEvidence {
    let none = DiscordEvidence {
        linked,
        ..DiscordEvidence::default()
    };
    seen.iter().fold(none, |evidence, seen| {
        let Some(place) = governance.mapping.place(seen.guild_id) else {
            return evidence;
        };
        let (guild, mapped) = (GuildSet::of(place), !seen.mapped_roles.is_empty());
        DiscordEvidence {
            member_of: evidence.member_of.union(guild),
            mapped_role_in: evidence.mapped_role_in.union(if mapped {
                guild
            } else {
                GuildSet::EMPTY
            }),
            ..evidence
        }
    })
}

fn privilege(account: &Account, assignments: &[Assignment], lens: &Lens<'_>) -> Option<Privilege> {
    let administrative: Option<Administrative> = assignments
        .iter()
        .filter(|held| held.valid.contains(lens.now))
        .filter_map(|held| held.role.administrative())
        .max();
    let listed = lens.break_glass.lists(account.user_id, &account.email);
    Privilege::of(administrative, listed)
}

/// What suspension takes, by id, as the mass load has it.
fn what_is_stripped(held: &[Assignment], claims: &Claims, now: Timestamp) -> Vec<AssignmentId> {
    let overrides = claims.overrides.clone().map(|stored| stored.in_force(now));
    let mut taken: Vec<_> = held
        .iter()
        .filter(|held| held.scope == Scope::Platform && strippable(&held.role, overrides.as_ref()))
        .map(|held| held.assignment_id)
        .collect();
    taken.sort_unstable();
    taken
}
