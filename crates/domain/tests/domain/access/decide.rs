//! The decision, gate by gate, against the gates as they are written down; and
//! that explaining is the same judge.

use domain::access::decide::{
    Decision, Request, admit, decide, decide_administration, explain, path,
};
use domain::access::facts::IdentityFacts;
use domain::access::permission::{HAULING_MEMBER, HAULING_USE, Permission};
use domain::access::reason::{Gate, Reason};
use domain::access::role::Scope;
use domain::governance::assess::RulesMissing;
use domain::governance::privileged::Privilege;
use domain::id::{OrganizationId, UserId};
use domain::identity::Status;
use jiff::Timestamp;
use proptest::prelude::*;
use uuid::Uuid;

use crate::cases;
use crate::plain::{
    self, Age, Body, ELSEWHERE, HOME, Leads, ME, MOMENT, NOW, Setting, any_setting_and_body,
};
use crate::world::{PROJECT, TENANT, WORKSHOP, World};

/// A question and everything its answer depends on, as plain yes and no.
#[derive(Clone, Debug)]
pub(super) struct Question {
    pub(super) known: bool,
    pub(super) status: Status,
    pub(super) privilege: Option<Privilege>,
    pub(super) credential: Credential,
    pub(super) place: Place,
    pub(super) member: bool,
    /// Whether the permission is held on the platform, in the tenant, in the project.
    pub(super) holds: [bool; 3],
    pub(super) owner: Option<UserId>,
    pub(super) permission: Permission,
    pub(super) rules_complete: bool,
    pub(super) setting: Setting,
    pub(super) body: Body,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Credential {
    None,
    BeforeTheEpoch,
    AtTheEpoch,
    AfterTheEpoch,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Platform,
    Tenant,
    Project,
    /// The project is another tenant's than the one asked about.
    ForeignProject,
    ForeignTenant,
}

pub(super) const STRANGER: UserId = UserId(Uuid::from_u128(8));

pub(super) fn whole(issued_at: Timestamp) -> domain::credential::Credential {
    domain::credential::Credential {
        issued_at,
        scopes: None,
    }
}

fn bookmarks() -> Permission {
    Permission::of("bookmarks:read").unwrap()
}

/// The first gate that fails, by the documents' own words.
fn first_gate_that_fails(q: &Question) -> Option<Gate> {
    let break_glass = q.privilege == Some(Privilege::BreakGlass);
    let governed = q.permission == HAULING_USE || q.permission == HAULING_MEMBER;
    let may_be_here = match q.status {
        Status::Active => true,
        Status::Suspended => break_glass,
        Status::Disabled => false,
    };
    if !q.known || !may_be_here {
        return Some(Gate::Identity);
    }
    if matches!(
        q.credential,
        Credential::BeforeTheEpoch | Credential::AtTheEpoch
    ) {
        return Some(Gate::Session);
    }
    match q.place {
        Place::ForeignProject | Place::ForeignTenant => return Some(Gate::Membership),
        Place::Tenant | Place::Project if !q.member => return Some(Gate::Membership),
        Place::Platform | Place::Tenant | Place::Project => {}
    }
    let in_tenant = q.holds[1] && q.place != Place::Platform;
    let in_project = q.holds[2] && q.place == Place::Project;
    let held = q.holds[0] || in_tenant || in_project;
    if !(governed || break_glass || q.owner == Some(ME) || held) {
        return Some(Gate::Permission);
    }
    let should_have_access = q.rules_complete && plain::access(&q.setting, &q.body);
    (governed && !should_have_access).then_some(Gate::Governance)
}

impl Question {
    fn world(&self) -> World {
        let places = [Scope::Platform, TENANT, PROJECT];
        let held = |(scope, holds)| (scope, if holds { vec![self.permission] } else { vec![] });
        World {
            known: self.known,
            status: self.status,
            privilege: self.privilege,
            member: self.member,
            project_of: Some(if self.place == Place::ForeignProject {
                ELSEWHERE
            } else {
                HOME
            }),
            permissions: places
                .into_iter()
                .zip(self.holds)
                .map(held)
                .map(|(scope, some)| (scope, some.into_iter().collect()))
                .collect(),
            rules: if self.rules_complete {
                Ok(self.setting.rules())
            } else {
                Err(RulesMissing::Policy)
            },
            ..World::of(&self.setting, &self.body)
        }
    }

    fn request(&self) -> Request {
        let foreign = |tenant_id: OrganizationId| Scope::Tenant { tenant_id };
        Request {
            user_id: ME,
            permission: self.permission,
            scope: match self.place {
                Place::Platform => Scope::Platform,
                Place::Tenant => TENANT,
                Place::Project | Place::ForeignProject => PROJECT,
                Place::ForeignTenant => foreign(ELSEWHERE),
            },
            owner_id: self.owner,
            credential: self.credential.issued_at().map(whole),
            enforced: true,
        }
    }

    pub(super) fn decide(&self) -> Decision {
        decide(&self.world(), &self.request(), NOW)
    }

    pub(super) fn explain(&self) -> Decision {
        explain(&self.world(), &self.request(), NOW)
    }
}

impl Credential {
    /// The world's session epoch is [`NOW`].
    fn issued_at(self) -> Option<Timestamp> {
        match self {
            Self::None => None,
            Self::BeforeTheEpoch => Some(NOW - MOMENT),
            Self::AtTheEpoch => Some(NOW),
            Self::AfterTheEpoch => Some(NOW + MOMENT),
        }
    }
}

fn any_person() -> impl Strategy<Value = (bool, Status, Option<Privilege>, Credential)> {
    let status = prop_oneof![
        5 => Just(Status::Active), 2 => Just(Status::Suspended), 1 => Just(Status::Disabled),
    ];
    let privilege = prop_oneof![
        5 => Just(None),
        1 => Just(Some(Privilege::Admin)),
        1 => Just(Some(Privilege::Subadmin)),
        3 => Just(Some(Privilege::BreakGlass)),
    ];
    let credential = prop_oneof![
        3 => Just(Credential::None),
        1 => Just(Credential::BeforeTheEpoch),
        1 => Just(Credential::AtTheEpoch),
        5 => Just(Credential::AfterTheEpoch),
    ];
    (prop::bool::weighted(0.95), status, privilege, credential)
}

pub(super) fn any_question() -> impl Strategy<Value = Question> {
    let place = prop_oneof![
        4 => Just(Place::Platform),
        3 => Just(Place::Tenant),
        3 => Just(Place::Project),
        1 => Just(Place::ForeignProject),
        1 => Just(Place::ForeignTenant),
    ];
    let owner = prop_oneof![Just(None), Just(Some(ME)), Just(Some(STRANGER))];
    let permission =
        prop_oneof![2 => Just(HAULING_USE), 1 => Just(HAULING_MEMBER), 3 => Just(bookmarks())];
    let often = || prop::bool::weighted(0.85);
    let holds = prop::array::uniform3(prop::bool::weighted(0.3));
    (
        any_person(),
        place,
        often(),
        holds,
        owner,
        permission,
        often(),
        any_setting_and_body(),
    )
        .prop_map(
            |(person, place, member, holds, owner, permission, rules_complete, (setting, body))| {
                let (known, status, privilege, credential) = person;
                Question {
                    known,
                    status,
                    privilege,
                    credential,
                    place,
                    member,
                    holds,
                    owner,
                    permission,
                    rules_complete,
                    setting,
                    body,
                }
            },
        )
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn the_first_gate_that_fails_is_the_reason(question in any_question()) {
        let decision = question.decide();
        let failing = first_gate_that_fails(&question);
        prop_assert_eq!(decision.denied_by().map(|finding| finding.gate), failing);
        prop_assert_eq!(decision.allowed, failing.is_none());
    }

    #[test]
    fn an_explanation_begins_with_the_decision_and_ends_with_all_gates(question in any_question()) {
        let (decision, explanation) = (question.decide(), question.explain());
        prop_assert_eq!(decision.allowed, explanation.allowed);
        prop_assert_eq!(decision.denied_by(), explanation.denied_by());
        prop_assert!(explanation.findings.starts_with(&decision.findings));
        let all_pass = explanation.findings.iter().all(|finding| finding.reason.passes());
        prop_assert_eq!(explanation.allowed, all_pass);
        let gates = explanation.findings.iter().map(|finding| finding.gate).collect::<Vec<_>>();
        let expected = [
            Gate::Identity, Gate::Session, Gate::Membership, Gate::Permission, Gate::Governance,
        ];
        prop_assert_eq!(gates, expected);
    }

    #[test]
    fn a_governed_permission_is_never_allowed_without_what_governs_it(question in any_question()) {
        let mut question = question;
        question.permission = HAULING_USE;
        // Neither a role, nor ownership, nor break-glass stands in for it.
        question.holds = [true; 3];
        question.owner = Some(ME);
        question.privilege = Some(Privilege::BreakGlass);
        if question.decide().allowed {
            prop_assert!(question.rules_complete);
            let (setting, body) = (&question.setting, &question.body);
            let owed = plain::in_scope(body) && plain::entitled(setting, body);
            prop_assert!(body.exempted || (owed && !plain::portal_is_blind(setting)));
        }
    }

    #[test]
    fn a_disabled_identity_is_always_denied(question in any_question()) {
        let question = Question { status: Status::Disabled, ..question };
        prop_assert!(!question.decide().allowed);
    }
}

/// Break-glass: suspended and without any role, asking for everything.
#[test]
fn break_glass_passes_the_identity_and_permission_gates_but_never_governance() {
    let setting = Setting {
        leads: Leads::Discord,
        ages: [Age::Fresh; 3],
    };
    let mut world = World::of(&setting, &Body::default());
    world.status = Status::Suspended;
    world.privilege = Some(Privilege::BreakGlass);
    let ask = |permission| {
        let request = Request {
            user_id: ME,
            permission,
            scope: Scope::Platform,
            owner_id: None,
            credential: Some(whole(NOW + MOMENT)),
            enforced: true,
        };
        decide(&world, &request, NOW)
    };
    for permission in Permission::all() {
        let decision = ask(permission);
        if permission == HAULING_USE || permission == HAULING_MEMBER {
            assert_eq!(decision.denied_by().unwrap().gate, Gate::Governance);
            let told = path(&decision.findings);
            let beginning = "identity=break_glass session=passed membership=not_asked permission=";
            assert!(told.starts_with(beginning), "{told}");
            assert!(told.ends_with(" governance=not_eligible"), "{told}");
        } else {
            assert!(decision.allowed, "{permission}: {decision:?}");
            assert_eq!(decision.findings[0].reason, Reason::BreakGlass);
            assert_eq!(decision.findings[3].reason, Reason::BreakGlass);
        }
    }
}

#[test]
fn a_credential_issued_exactly_at_the_session_epoch_is_refused() {
    let world = World::of_an_entitled_member();
    let ask = |credential: Credential| {
        let request = Request {
            user_id: ME,
            permission: HAULING_USE,
            scope: TENANT,
            owner_id: None,
            credential: credential.issued_at().map(whole),
            enforced: true,
        };
        decide(&world, &request, NOW)
    };
    assert!(ask(Credential::AfterTheEpoch).allowed);
    assert!(ask(Credential::None).allowed);
    for refused in [Credential::AtTheEpoch, Credential::BeforeTheEpoch] {
        let decision = ask(refused);
        assert_eq!(
            decision.denied_by().unwrap().reason,
            Reason::SessionRevoked,
            "{refused:?}"
        );
    }
}

#[test]
fn what_is_held_in_a_project_reaches_neither_its_tenant_nor_another_project() {
    let mut world = World::of_an_entitled_member();
    world.permissions = vec![(PROJECT, [bookmarks()].into_iter().collect())];
    let another = Scope::Project {
        tenant_id: HOME,
        project_id: domain::id::ProjectId(Uuid::from_u128(WORKSHOP.0.as_u128() + 1)),
    };
    let ask = |scope| {
        let request = Request {
            user_id: ME,
            permission: bookmarks(),
            scope,
            owner_id: None,
            credential: None,
            enforced: true,
        };
        decide(&world, &request, NOW)
            .denied_by()
            .map(|finding| finding.gate)
    };
    assert_eq!(ask(PROJECT), None);
    assert_eq!(ask(TENANT), Some(Gate::Permission));
    assert_eq!(ask(Scope::Platform), Some(Gate::Permission));
    assert_eq!(ask(another), Some(Gate::Membership));
}

#[test]
fn a_token_does_what_its_scopes_name_and_nothing_else_whoever_its_owner_is() {
    let world = World {
        permissions: vec![(
            Scope::Platform,
            domain::access::permission::PermissionSet::all(),
        )]
        .into_iter()
        .collect(),
        privilege: Some(Privilege::BreakGlass),
        ..World::of_an_entitled_member()
    };
    for wanted in Permission::all() {
        for scoped in Permission::all() {
            let request = Request {
                user_id: ME,
                permission: wanted,
                scope: Scope::Platform,
                owner_id: Some(ME),
                credential: Some(domain::credential::Credential {
                    issued_at: NOW + MOMENT,
                    scopes: Some([scoped].into_iter().collect()),
                }),
                enforced: false,
            };
            let refused = decide(&world, &request, NOW)
                .findings
                .iter()
                .any(|f| f.reason == Reason::OutsideTokenScopes { permission: wanted });
            assert_eq!(
                refused,
                wanted != scoped,
                "{wanted} by a token for {scoped}"
            );
        }
    }
}

#[test]
fn whoever_owns_a_thing_manages_it_without_a_role_and_nobody_else_does() {
    let world = World::of_an_entitled_member();
    for name in [
        "bookmarks:manage",
        "credentials:manage",
        "site_configs:manage",
    ] {
        for (owner_id, allowed) in [(Some(ME), true), (Some(STRANGER), false), (None, false)] {
            let request = Request {
                user_id: ME,
                permission: Permission::of(name).unwrap(),
                scope: Scope::Platform,
                owner_id,
                credential: None,
                enforced: true,
            };
            assert_eq!(
                decide(&world, &request, NOW).allowed,
                allowed,
                "{name} {owner_id:?}"
            );
        }
    }
}

/// Somebody who holds the permission here, or nowhere, as a member or not.
fn asked(member: bool, holds: Option<Scope>, scope: Scope, enforced: bool) -> bool {
    let world = World {
        member,
        permissions: holds
            .map(|at| (at, [bookmarks()].into_iter().collect()))
            .into_iter()
            .collect(),
        ..World::of_an_entitled_member()
    };
    let request = Request {
        user_id: ME,
        permission: bookmarks(),
        scope,
        owner_id: None,
        credential: None,
        enforced,
    };
    decide_administration(&world, &request, NOW).allowed
}

#[test]
fn whoever_administers_the_platform_administers_every_organization_and_nobody_else_does() {
    let platform = Some(Scope::Platform);
    for scope in [Scope::Platform, TENANT, PROJECT] {
        assert!(asked(false, platform, scope, true), "{scope:?}");
        assert!(!asked(true, None, scope, true), "{scope:?}");
    }
    assert!(asked(true, Some(TENANT), PROJECT, true));
    assert!(!asked(false, Some(TENANT), TENANT, true), "no member");
    assert!(!asked(true, Some(TENANT), Scope::Platform, true));
}

#[test]
fn without_enforcement_no_role_is_asked_but_another_tenants_things_stay_closed() {
    assert!(asked(true, None, Scope::Platform, false));
    assert!(asked(true, None, TENANT, false));
    assert!(!asked(false, None, TENANT, false), "no member");
}

#[test]
fn without_enforcement_whatever_reaches_into_every_organization_stays_closed() {
    let world = World::of_an_entitled_member();
    let open: Vec<_> = Permission::all()
        .filter(|permission| {
            let request = Request {
                user_id: ME,
                permission: *permission,
                scope: Scope::Platform,
                owner_id: None,
                credential: None,
                enforced: false,
            };
            let decision = decide_administration(&world, &request, NOW);
            !permission.granted_by_entitlement() && decision.allowed
        })
        .map(Permission::name)
        .collect();
    assert_eq!(
        open,
        [
            "site_configs:read",
            "site_configs:manage",
            "credentials:read",
            "credentials:manage",
            "bookmarks:read",
            "bookmarks:manage"
        ]
    );
}

#[test]
fn a_credential_is_admitted_exactly_where_the_first_two_gates_pass() {
    let statuses = [Status::Active, Status::Suspended, Status::Disabled];
    let privileges = [None, Some(Privilege::Admin), Some(Privilege::BreakGlass)];
    for status in statuses {
        for privilege in privileges {
            for issued_at in [NOW - MOMENT, NOW, NOW + MOMENT] {
                let world = World {
                    status,
                    privilege,
                    ..World::of_an_entitled_member()
                };
                let identity = IdentityFacts {
                    status,
                    session_epoch: world.session_epoch,
                    privilege,
                };
                let request = Request {
                    user_id: ME,
                    permission: bookmarks(),
                    scope: Scope::Platform,
                    owner_id: Some(ME),
                    credential: Some(whole(issued_at)),
                    enforced: true,
                };
                let denied = decide(&world, &request, NOW).denied_by().cloned();
                assert_eq!(admit(&identity, &whole(issued_at)).err(), denied);
            }
        }
    }
}
