//! Why somebody may do something, or may not: the decision gate by gate, with the facts behind it and
//! what would change each "no".

mod facts;

use domain::access::decide::{Finding, Request, explain as judge};
use domain::access::facts::Facts as _;
use domain::access::permission::{GOVERNANCE_READ, Permission};
use domain::access::remedy::{Remedy, Subject, granting_roles, remedies, shell_word};
use domain::access::role::Scope;
use domain::id::UserId;
use domain::status_map::State;
use domain::tenancy::organization::Slug;
use jiff::Timestamp;
use serde::Serialize;
use store::facts::one::{Lens, One};
use store::governance::{self, Governance};
use store::role::{self, Roles};
use store::{Tx, identity};
use utoipa::ToSchema;

use crate::role::{Place, find_scope};
use crate::{Caller, Error, Reeve, permit};

pub use facts::{Facts, RoleFact, Sight};

/// What is asked, as a person names it.
#[derive(Clone, Debug)]
pub struct Question {
    /// Id or e-mail address.
    pub identity: String,
    pub permission: String,
    pub place: Place,
    /// Whose the thing asked about is: id or e-mail address.
    pub owner: Option<String>,
}

/// The answer, complete.
#[derive(Debug, Serialize, ToSchema)]
pub struct Explanation {
    pub as_of: Timestamp,
    pub user_id: UserId,
    pub email: String,
    pub display_name: Option<String>,
    pub permission: Permission,
    /// Whether the permission needs an entitlement.
    pub governed: bool,
    pub organization: Option<String>,
    pub project: Option<String>,
    pub owner_id: Option<UserId>,
    pub allowed: bool,
    /// The first gate that fails, which is why the answer is no.
    pub denied_by: Option<Finding>,
    /// Every gate, in the order in which they are asked.
    pub gates: Vec<GateShown>,
    pub facts: Facts,
}

/// One gate with what it found.
#[derive(Debug, Serialize, ToSchema)]
pub struct GateShown {
    #[serde(flatten)]
    pub finding: Finding,
    pub passes: bool,
    pub words: String,
    /// What would change it, if it fails.
    pub remedies: Vec<Remedy>,
}

/// Explains the decision about one question.
pub async fn explain(
    reeve: &Reeve,
    caller: &Caller,
    question: &Question,
) -> Result<Explanation, Error> {
    let permission = permission(&question.permission)?;
    let mut tx = reeve.database.snapshot("explain").await?;
    // Everybody may ask about themselves; whoever may not ask about others learns nothing of them, nor of
    // organizations that they do not belong to.
    let myself = caller.actor.user_id().to_string();
    let own = |who: &String| who.to_lowercase() == myself;
    if own(&question.identity) && question.owner.as_ref().is_none_or(own) {
        permit::own(reeve, caller, GOVERNANCE_READ)?;
    } else {
        permit::may_look(reeve, &mut tx, caller, GOVERNANCE_READ, Scope::Platform).await?;
    }
    let [all] = permit::among(reeve, &mut tx, caller, [GOVERNANCE_READ]).await?;
    let asked = Asked::load(reeve, &mut tx, question, permission).await?;
    let tenant = asked.request.scope.tenant_id();
    let member = |tenant| asked.one.is_active_member(asked.request.user_id, tenant);
    if !all && !tenant.is_none_or(member) {
        return Err(Error::not_found("organization", "that you belong to"));
    }
    tx.rollback().await?;
    Ok(asked.answer(question))
}

/// A question with everything that its answer depends on.
struct Asked {
    request: Request,
    one: One,
    governance: Governance,
    roles: Roles,
    now: Timestamp,
}

impl Asked {
    async fn load(
        reeve: &Reeve,
        tx: &mut Tx,
        question: &Question,
        permission: Permission,
    ) -> Result<Self, Error> {
        let spared = crate::break_glass::spared(reeve, tx).await?;
        let user_id = find(tx, &question.identity).await?;
        let owner_id = match &question.owner {
            Some(owner) => Some(find(tx, owner).await?),
            None => None,
        };
        let scope = find_scope(tx, &question.place).await?;
        let (governance, roles) = (governance::load(tx).await?, role::load(tx).await?);
        let now = tx.now().await?;
        let lens = Lens {
            governance: &governance,
            roles: &roles,
            break_glass: &spared,
            now,
        };
        let one = One::load(tx, &lens, user_id, scope.project_id()).await?;
        Ok(Self {
            one: one.ok_or_else(|| no_identity(&question.identity))?,
            request: Request {
                user_id,
                permission,
                scope,
                owner_id,
                credential: None,
                enforced: true,
            },
            governance,
            roles,
            now,
        })
    }

    /// Lets `domain` decide, and puts the facts beside.
    fn answer(self, question: &Question) -> Explanation {
        let Request {
            user_id,
            permission,
            scope,
            owner_id,
            ..
        } = self.request;
        let (one, now) = (self.one, self.now);
        let decision = judge(&one, &self.request, now);
        let granting = granting_roles(self.roles.0.values(), permission, scope);
        let Place {
            organization,
            project,
        } = &question.place;
        let named = shell_word(&one.account.email, user_id);
        let rules = self.governance.rules(None).ok();
        let about = Subject {
            identity: &named,
            held: one.person().held,
            organization: organization.as_ref().map(Slug::as_str),
            project: project.as_ref().map(Slug::as_str),
            role: granting
                .first()
                .map(|role| (role.name.as_str(), role.scope)),
            guild: rules.as_ref().and_then(|rules| rules.guild_to_observe(now)),
        };
        let state = rules.map(|rules| State::of(&one.person(), &rules.at(now)));
        Explanation {
            as_of: now,
            user_id,
            email: one.account.email.clone(),
            display_name: one.account.display_name.clone(),
            permission,
            governed: permission.governed_by().is_some(),
            organization: organization.as_ref().map(ToString::to_string),
            project: project.as_ref().map(ToString::to_string),
            owner_id,
            allowed: decision.allowed,
            denied_by: decision.denied_by().cloned(),
            gates: decision
                .findings
                .into_iter()
                .map(|finding| GateShown::of(finding, &about))
                .collect(),
            facts: Facts::of(one, state, &self.governance, permission, &granting, now),
        }
    }
}

impl GateShown {
    fn of(finding: Finding, about: &Subject<'_>) -> Self {
        Self {
            passes: finding.reason.passes(),
            words: finding.reason.describe(),
            remedies: remedies(&finding.reason, about),
            finding,
        }
    }
}

/// The permission of that name; if there is none, the error says which are like it.
fn permission(name: &str) -> Result<Permission, Error> {
    Permission::of(name).ok_or_else(|| {
        let alike: Vec<_> = Permission::nearest(name)
            .into_iter()
            .map(Permission::name)
            .collect();
        let hint = if alike.is_empty() {
            "`reeve role list` shows what there is".to_owned()
        } else {
            format!("did you mean {}?", alike.join(", "))
        };
        Error::invalid("permission", format!("there is no `{name}`; {hint}"))
    })
}

async fn find(tx: &mut Tx, name: &str) -> Result<UserId, Error> {
    let found = identity::find(tx, name).await?;
    found
        .map(|(user_id, _)| user_id)
        .ok_or_else(|| no_identity(name))
}

fn no_identity(name: &str) -> Error {
    Error::NotFound {
        what: "identity",
        name: name.to_owned(),
    }
}
