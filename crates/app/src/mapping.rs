//! The mapping of groups to roles: trying it out, and checking it against the roles that there are.

use std::collections::BTreeSet;

use domain::access::ceiling::{ForPeople, for_people_to_give};
use domain::access::permission::IDENTITIES_READ;
use domain::access::role::{Administrative, RoleDefinition, Scope};
use domain::identity::RoleOverrides;
pub use domain::identity::mapping::Target;
use domain::identity::mapping::{Groups, Mapping, Step, sync};
use serde::{Deserialize, Serialize};
use store::role::Roles;
use store::{Tx, organization, role};
use utoipa::ToSchema;

use crate::{Caller, Error, Reeve, permit};

/// A person as a provider might describe them.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MappingTest)]
pub struct Test {
    /// The claims of a token or of userinfo. The groups are looked for where `OIDC_GROUPS_CLAIM` says.
    #[schema(value_type = Object)]
    pub claims: serde_json::Map<String, serde_json::Value>,
    /// Roles that the person has from the provider already.
    #[serde(default)]
    pub held: Vec<String>,
    /// The person's overrides.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub overrides: RoleOverrides,
}

/// What the mapping makes of it, step by step. Nothing was changed.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = MappingTested)]
pub struct Tested {
    /// What the person would have from the provider afterwards.
    pub roles: Vec<Target>,
    pub give: Vec<Target>,
    pub take: Vec<Target>,
    pub steps: Vec<Step>,
    /// The same steps in words.
    pub words: Vec<String>,
}

/// Where groups are, if no provider is set up.
const USUAL_GROUPS_CLAIM: &str = "groups";

/// Says what a sign-in with these claims would give and take.
pub async fn test(reeve: &Reeve, caller: &Caller, test: &Test) -> Result<Tested, Error> {
    let tx = permit::look(reeve, caller, "test the mapping", IDENTITIES_READ).await?;
    tx.rollback().await?;
    let live = reeve.live.get();
    let claim = live.oidc.as_ref().map(|oidc| oidc.groups_claim.as_str());
    let groups =
        connect::oidc::claims::groups_in(&test.claims, claim.unwrap_or(USUAL_GROUPS_CLAIM));
    let held: BTreeSet<Target> = test
        .held
        .iter()
        .map(|name| {
            let read = Mapping::parse("", name).map_err(|e| Error::invalid("held", e))?;
            Ok(read.targets().into_iter().cloned().collect::<Vec<_>>())
        })
        .collect::<Result<Vec<_>, Error>>()?
        .into_iter()
        .flatten()
        .collect();
    Ok(tested(&live.mapping, &groups, held, &test.overrides))
}

fn tested(
    mapping: &Mapping,
    groups: &Groups,
    held: BTreeSet<Target>,
    overrides: &RoleOverrides,
) -> Tested {
    let done = sync(mapping, groups, &held, overrides);
    let mut roles = held;
    roles.extend(done.give.iter().cloned());
    for target in &done.take {
        roles.remove(target);
    }
    Tested {
        roles: roles.into_iter().collect(),
        words: done.trace.iter().map(Step::describe).collect(),
        give: done.give,
        take: done.take,
        steps: done.trace,
    }
}

/// What is wrong with a mapping, seen against the roles that there are.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    #[error("the mapping of groups names `{0}`, and there is no such role")]
    UnknownRole(Target),
    #[error("the mapping of groups names `{0}`, and there is no such organization")]
    UnknownOrganization(Target),
    #[error("the mapping of groups names `{0}`; owners are made by people, not by groups")]
    Owner(Target),
    #[error(
        "the mapping of groups names `{0}`; only the operator of an installation gives that role"
    )]
    Subadmin(Target),
}

/// Whether the mapping that is in force can be used. Returned are the roles of it that an operator should
/// think twice about.
pub async fn check(reeve: &Reeve, mapping: &Mapping) -> Result<Vec<Target>, Error> {
    let mut tx = reeve.database.snapshot("check the mapping").await?;
    let roles = role::load(&mut tx).await?;
    let mut powerful = Vec::new();
    for target in mapping.targets() {
        let (role, _) = resolve(&mut tx, &roles, target).await?;
        if role.administrative() == Some(Administrative::Admin) {
            powerful.push(target.clone());
        }
    }
    tx.rollback().await?;
    Ok(powerful)
}

/// Refuses to take away a name that the mapping in force uses: the next start would fail by it.
pub(crate) fn unnamed(named: Option<&Target>) -> Result<(), Error> {
    match named {
        None => Ok(()),
        Some(target) => Err(Error::Conflict(format!(
            "the mapping of groups names `{target}`; whoever runs the server takes that out of \
             OIDC_GROUP_ROLE_MAP or OIDC_GROUP_ROLE_DEFAULTS first"
        ))),
    }
}

/// The role and the scope that a target names, if it is one that groups may give.
pub(crate) async fn resolve(
    tx: &mut Tx,
    roles: &Roles,
    target: &Target,
) -> Result<(RoleDefinition, Scope), Error> {
    let scope = match &target.organization {
        None => Scope::Platform,
        Some(slug) => {
            let tenant_id = organization::find(tx, slug).await?;
            let unknown = || Unusable::UnknownOrganization(target.clone());
            Scope::Tenant {
                tenant_id: tenant_id.ok_or_else(unknown)?,
            }
        }
    };
    let role = roles.named(&target.role, scope.kind(), scope.tenant_id());
    let role = role.ok_or_else(|| Unusable::UnknownRole(target.clone()))?;
    match for_people_to_give(role) {
        None => Ok((role.clone(), scope)),
        Some(ForPeople::Owner) => Err(Unusable::Owner(target.clone()).into()),
        Some(ForPeople::Subadmin) => Err(Unusable::Subadmin(target.clone()).into()),
    }
}
