//! A world of one person, as plain facts, that answers decisions: the third thing that implements
//! `Facts`, beside the rows of `store` and the index.

use domain::access::facts::{Facts, IdentityFacts};
use domain::access::permission::PermissionSet;
use domain::access::role::Scope;
use domain::governance::assess::{Evidence, Rules, RulesMissing};
use domain::governance::privileged::Privilege;
use domain::id::{OrganizationId, ProjectId, UserId};
use domain::identity::Status;
use jiff::Timestamp;
use uuid::Uuid;

use crate::plain::{Age, Body, Clauses, HOME, Leads, ME, NOW, Setting};

/// A project of [`HOME`].
pub(crate) const WORKSHOP: ProjectId = ProjectId(Uuid::from_u128(200));
pub(crate) const TENANT: Scope = Scope::Tenant { tenant_id: HOME };
pub(crate) const PROJECT: Scope = Scope::Project {
    tenant_id: HOME,
    project_id: WORKSHOP,
};

/// Everything that [`ME`] is and has.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) known: bool,
    pub(crate) status: Status,
    pub(crate) privilege: Option<Privilege>,
    pub(crate) session_epoch: Timestamp,
    pub(crate) member: bool,
    /// The tenant to which [`WORKSHOP`] belongs.
    pub(crate) project_of: Option<OrganizationId>,
    pub(crate) permissions: Vec<(Scope, PermissionSet)>,
    pub(crate) rules: Result<Rules, RulesMissing>,
    pub(crate) evidence: Evidence,
}

impl World {
    /// An active member without any role, in scope and entitled by a fresh snapshot.
    pub(crate) fn of_an_entitled_member() -> Self {
        let setting = Setting {
            leads: Leads::Discord,
            ages: [Age::Fresh; 3],
        };
        let clauses = Clauses {
            organization: true,
            ..Clauses::default()
        };
        let yes = [true, false, false];
        Self::of(
            &setting,
            &Body {
                clauses,
                linked: true,
                member: yes,
                role: yes,
                ..Body::default()
            },
        )
    }

    /// An active member without any role, to whom governance applies as given.
    pub(crate) fn of(setting: &Setting, body: &Body) -> Self {
        Self {
            known: true,
            status: Status::Active,
            privilege: None,
            session_epoch: NOW,
            member: true,
            project_of: Some(HOME),
            permissions: Vec::new(),
            rules: Ok(setting.rules()),
            evidence: body.evidence(),
        }
    }
}

impl Facts for World {
    fn identity(&self, user_id: UserId) -> Option<IdentityFacts> {
        (self.known && user_id == ME).then_some(IdentityFacts {
            status: self.status,
            session_epoch: self.session_epoch,
            privilege: self.privilege,
        })
    }

    fn is_active_member(&self, user_id: UserId, tenant_id: OrganizationId) -> bool {
        self.member && user_id == ME && tenant_id == HOME
    }

    fn tenant_of(&self, project_id: ProjectId) -> Option<OrganizationId> {
        self.project_of.filter(|_| project_id == WORKSHOP)
    }

    fn permissions(&self, user_id: UserId, scope: Scope, _: Timestamp) -> PermissionSet {
        self.permissions
            .iter()
            .filter(|(at, _)| *at == scope && user_id == ME)
            .fold(PermissionSet::EMPTY, |all, (_, some)| all.union(*some))
    }

    fn rules(&self) -> Result<&Rules, RulesMissing> {
        self.rules.as_ref().map_err(|missing| *missing)
    }

    fn evidence(&self, user_id: UserId, _: Timestamp) -> Evidence {
        if user_id == ME {
            self.evidence
        } else {
            Evidence::default()
        }
    }
}
