//! Importing identities from a file: each line stands for itself, and a second import of the same
//! file changes nothing.
//!
//! A person is matched by e-mail address. What a line leaves out stays as it is; links, memberships
//! and roles are added, never taken. The status of somebody who is already there is never changed:
//! that is what commands and reconcile are for.

use std::collections::{HashMap, HashSet};

use domain::access::ceiling::{GrantDenied, can_grant};
use domain::access::over::Act;
use domain::access::permission::IDENTITIES_MANAGE;
use domain::access::role::{RoleDefinition, Scope};
use domain::audit::{Action, Outcome};
use domain::id::{OrganizationId, UserId};
use domain::identity::link::{DISCORD, Link};
use domain::tenancy::membership::fits_strict_mode;
use serde::Serialize;
use store::assignment::Grant;
use store::audit::{Entry, record_all};
use store::identity::{self, Identity, StoredLink};
use store::role::Roles;
use store::{Tx, organization, role};

use super::file::{Line, LineError};
use super::write;
use crate::permit::Rights;
use crate::{Caller, Error, Reeve, permit};

/// Lines a transaction.
const CHUNK: usize = 1_000;

/// What an import did, or with `dry_run` would do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Imported {
    pub lines: u64,
    pub created: u64,
    pub updated: u64,
    pub unchanged: u64,
    pub links: u64,
    pub memberships: u64,
    pub roles: u64,
    pub errors: Vec<LineError>,
}

/// Imports lines as they were read. Lines with errors are left out and named; the others are kept
/// (with `dry_run`, nothing is). `progress` is told how many lines are done.
pub async fn import(
    reeve: &Reeve,
    caller: &Caller,
    lines: Vec<Result<Line, LineError>>,
    dry_run: bool,
    mut progress: impl FnMut(u64),
) -> Result<Imported, Error> {
    let mut total = Imported {
        lines: to_u64(lines.len()),
        ..Imported::default()
    };
    let mut sound = Vec::with_capacity(lines.len());
    let mut seen = HashSet::new();
    for line in lines {
        match line {
            Err(error) => total.errors.push(error),
            Ok(line) if !seen.insert(line.email.clone()) => {
                let problem = format!("{} stands in an earlier line already", line.email);
                total
                    .errors
                    .push(LineError::new(line.number, "email", problem));
            }
            Ok(line) => sound.push(line),
        }
    }
    let mut done = to_u64(total.errors.len());
    // A dry run gives each transaction up, so what earlier lines claimed is remembered here.
    let mut claimed = Accounts::new();
    for chunk in sound.chunks(CHUNK) {
        let action = Action::IdentityCreate;
        let mut tx = permit::change(reeve, caller, action, IDENTITIES_MANAGE, None).await?;
        if chunk
            .iter()
            .any(|line| !line.roles.is_empty() || !line.organizations.is_empty())
        {
            crate::iam::may_change_many(&mut tx).await?;
        }
        Chunk::load(reeve, &mut tx, caller, chunk)
            .await?
            .write(reeve, &mut tx, chunk, &mut claimed, &mut total)
            .await?;
        if dry_run {
            tx.rollback().await?;
        } else {
            tx.commit().await?;
        }
        done += to_u64(chunk.len());
        progress(done);
    }
    total.errors.sort_by_key(|error| error.line);
    Ok(total)
}

pub(super) fn to_u64(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// Who has which external account, by provider and external id.
type Accounts = HashMap<(String, String), UserId>;

/// What is there already, as far as a chunk of lines touches it.
struct Chunk<'a> {
    caller: &'a Caller,
    by_email: HashMap<String, Identity>,
    owners: Accounts,
    /// Who has a Discord link, and which.
    discord: HashMap<UserId, String>,
    organizations: HashMap<String, OrganizationId>,
    /// In strict mode, where people belong beside the default organization.
    strict: Option<Strict>,
    roles: Roles,
    rights: Rights<'a>,
}

/// What strict mode asks for.
struct Strict {
    default: Option<OrganizationId>,
    belongs: HashMap<UserId, OrganizationId>,
}

/// A line that is left out; of a role that the caller may not give, with the row that says so.
struct Refused<'a> {
    error: LineError,
    denied: Option<Box<Entry<'a>>>,
}

impl From<LineError> for Refused<'_> {
    fn from(error: LineError) -> Self {
        Self {
            error,
            denied: None,
        }
    }
}

/// One line, checked against what is there.
pub(super) struct Resolved<'a> {
    pub(super) line: &'a Line,
    pub(super) user_id: UserId,
    pub(super) existing: Option<&'a Identity>,
    pub(super) new_links: Vec<Link>,
    pub(super) organizations: Vec<OrganizationId>,
    pub(super) grants: Vec<Grant>,
}

impl<'a> Chunk<'a> {
    async fn load(
        reeve: &Reeve,
        tx: &mut Tx,
        caller: &'a Caller,
        lines: &[Line],
    ) -> Result<Self, Error> {
        let emails: Vec<String> = lines.iter().map(|line| line.email.to_string()).collect();
        let found = identity::by_emails(tx, &emails).await?;
        let people: Vec<_> = found.iter().map(|identity| identity.user_id.0).collect();
        let wanted: Vec<Link> = lines.iter().flat_map(|line| line.links.clone()).collect();
        let mut owners = Accounts::new();
        let mut discord = HashMap::new();
        for StoredLink {
            user_id,
            provider,
            external_id,
        } in identity::links(tx, &wanted, &people).await?
        {
            if provider == DISCORD {
                discord.insert(user_id, external_id.clone());
            }
            owners.insert((provider, external_id), user_id);
        }
        let roles = role::load(tx).await?;
        let strict = if store::tenancy::load(tx).await?.strict_membership {
            let belongs = store::membership::exclusive(tx, &people).await?;
            Some(Strict {
                default: organization::find_default(tx).await?,
                belongs: belongs.into_iter().collect(),
            })
        } else {
            None
        };
        Ok(Self {
            strict,
            rights: Rights::load(reeve, tx, caller, &roles, Scope::Platform).await?,
            caller,
            by_email: found
                .into_iter()
                .map(|i| (i.email.to_lowercase(), i))
                .collect(),
            owners,
            discord,
            organizations: organization::ids_by_slug(tx).await?.into_iter().collect(),
            roles,
        })
    }

    async fn write(
        &mut self,
        reeve: &Reeve,
        tx: &mut Tx,
        lines: &[Line],
        claimed: &mut Accounts,
        total: &mut Imported,
    ) -> Result<(), Error> {
        let mut accepted = Vec::with_capacity(lines.len());
        let mut denied = Vec::new();
        for line in lines {
            let resolved = match self.resolve(line, claimed) {
                Ok(resolved) => self.may_act_on(reeve, tx, resolved).await?,
                Err(refused) => Err(refused),
            };
            match resolved {
                Ok(resolved) => {
                    for link in &resolved.new_links {
                        claimed.insert(account(link), resolved.user_id);
                    }
                    accepted.push(resolved);
                }
                Err(refused) => {
                    total.errors.push(refused.error);
                    denied.extend(refused.denied.map(|entry| *entry));
                }
            }
        }
        record_all(tx, &denied).await?;
        write::identities(tx, self.caller, &accepted, total).await?;
        write::belongings(tx, self.caller, &self.roles, &accepted, total).await
    }

    /// Whether the caller may bind accounts to somebody who is there, or bring somebody in by this address,
    /// if the line does that.
    async fn may_act_on<'b>(
        &self,
        reeve: &Reeve,
        tx: &mut Tx,
        resolved: Resolved<'b>,
    ) -> Result<Result<Resolved<'b>, Refused<'a>>, Error> {
        let Resolved { line, user_id, .. } = resolved;
        let new = resolved.existing.is_none();
        if self.caller.is_trusted() || !new && resolved.new_links.is_empty() {
            return Ok(Ok(resolved));
        }
        let held = permit::has(reeve, tx, &self.roles, user_id, line.email.as_str()).await?;
        let Err(denied) = self.rights.act_on(Act::Power, held) else {
            return Ok(Ok(resolved));
        };
        let (action, target) = match new {
            true => (Action::IdentityCreate, None),
            false => (Action::IdentityLink, Some(user_id)),
        };
        let entry = Entry {
            target,
            outcome: Outcome::Denied,
            reason: Some(denied.to_string()),
            ..self.caller.entry(action, "app_user", user_id.to_string())
        };
        let field = if new { "email" } else { "links" };
        Ok(Err(Refused {
            denied: Some(Box::new(entry)),
            error: LineError::new(line.number, field, denied),
        }))
    }

    /// Checks one line against what is there.
    fn resolve<'b>(
        &'b self,
        line: &'b Line,
        claimed: &Accounts,
    ) -> Result<Resolved<'b>, Refused<'a>> {
        let existing = self.by_email.get(line.email.as_str());
        let user_id = existing.map_or_else(|| UserId(store::id::new_id()), |found| found.user_id);
        let checked = self
            .check_status(line, existing)
            .and_then(|()| self.new_links(line, user_id, claimed))
            .and_then(|links| Ok((links, self.find_organizations(line)?)))
            .and_then(|(links, found)| Ok((links, found, self.find_roles(line)?)));
        let (new_links, organizations, wanted) = checked?;
        self.fits_strict_mode(line, user_id, &organizations, &wanted)?;
        let mut grants = Vec::new();
        for (role, scope) in wanted {
            if let Err(denied) = can_grant(&self.rights.authority(scope), role, scope) {
                return Err(Refused {
                    denied: Some(Box::new(self.denial(existing, role, scope, &denied))),
                    error: LineError::new(line.number, "roles", denied),
                });
            }
            grants.push(Grant {
                user_id,
                scope,
                role_id: role.role_id,
            });
        }
        Ok(Resolved {
            line,
            user_id,
            existing,
            new_links,
            organizations,
            grants,
        })
    }

    /// The row of a refused role. Whoever is not there yet has no id to name.
    fn denial(
        &self,
        existing: Option<&Identity>,
        role: &RoleDefinition,
        scope: Scope,
        denied: &GrantDenied,
    ) -> Entry<'a> {
        let whose = match existing {
            Some(found) => {
                crate::role::entry(self.caller, Action::RoleAssign, found.user_id, role, scope)
            }
            None => Entry {
                tenant_id: scope.tenant_id(),
                ..self
                    .caller
                    .entry(Action::RoleAssign, "role", role.role_id.to_string())
            },
        };
        Entry {
            outcome: Outcome::Denied,
            reason: Some(denied.to_string()),
            after: Some(crate::role::image(role, scope, &[])),
            ..whose
        }
    }

    /// In strict mode, one organization beside the default one.
    fn fits_strict_mode(
        &self,
        line: &Line,
        user_id: UserId,
        organizations: &[OrganizationId],
        wanted: &[(&RoleDefinition, Scope)],
    ) -> Result<(), LineError> {
        let Some(Strict { default, belongs }) = &self.strict else {
            return Ok(());
        };
        let of_roles = wanted.iter().filter_map(|(_, scope)| scope.tenant_id());
        let all = organizations.iter().copied().chain(of_roles);
        let counted = all.filter(|id| Some(*id) != *default);
        fits_strict_mode(belongs.get(&user_id).copied(), counted)
            .map_err(|conflict| LineError::new(line.number, "organizations", conflict))
    }

    fn check_status(&self, line: &Line, existing: Option<&Identity>) -> Result<(), LineError> {
        match (line.status, existing) {
            (Some(wanted), Some(found)) if wanted != found.status => Err(LineError::new(
                line.number,
                "status",
                format!(
                    "{} is {} and an import does not change that",
                    line.email, found.status
                ),
            )),
            _ => Ok(()),
        }
    }

    /// The links that are not there yet; somebody else's account is an error.
    fn new_links(
        &self,
        line: &Line,
        user_id: UserId,
        claimed: &Accounts,
    ) -> Result<Vec<Link>, LineError> {
        let mut new = Vec::new();
        for link in &line.links {
            let field = if matches!(link, Link::Discord(_)) {
                "discord_id"
            } else {
                "oidc_subject"
            };
            let account = account(link);
            match claimed.get(&account).or_else(|| self.owners.get(&account)) {
                Some(owner) if *owner == user_id => continue,
                Some(_) => {
                    let problem = format!("{link} is linked to somebody else");
                    return Err(LineError::new(line.number, field, problem));
                }
                None => {}
            }
            if let (Link::Discord(_), Some(other)) = (link, self.discord.get(&user_id)) {
                let problem = format!("{} is linked to Discord account {other}", line.email);
                return Err(LineError::new(line.number, field, problem));
            }
            new.push(link.clone());
        }
        Ok(new)
    }

    fn find_organizations(&self, line: &Line) -> Result<Vec<OrganizationId>, LineError> {
        line.organizations
            .iter()
            .map(|slug| {
                self.organizations
                    .get(slug.as_str())
                    .copied()
                    .ok_or_else(|| {
                        let problem = format!("there is no organization `{slug}`");
                        LineError::new(line.number, "organizations", problem)
                    })
            })
            .collect()
    }

    fn find_roles(&self, line: &Line) -> Result<Vec<(&RoleDefinition, Scope)>, LineError> {
        let error = |problem: String| LineError::new(line.number, "roles", problem);
        line.roles
            .iter()
            .map(|wanted| {
                let scope = match &wanted.organization {
                    None => Scope::Platform,
                    Some(slug) => Scope::Tenant {
                        tenant_id: *self
                            .organizations
                            .get(slug.as_str())
                            .ok_or_else(|| error(format!("there is no organization `{slug}`")))?,
                    },
                };
                let role = self
                    .roles
                    .named(&wanted.name, scope.kind(), scope.tenant_id());
                let missing = || {
                    let kind = scope.kind().as_str();
                    error(format!("there is no {kind} role `{}`", wanted.name))
                };
                Ok((role.ok_or_else(missing)?, scope))
            })
            .collect()
    }
}

fn account(link: &Link) -> (String, String) {
    (link.provider().to_owned(), link.external_id())
}
