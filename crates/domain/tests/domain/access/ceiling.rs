//! The ceiling (D17; I-03, I-14 to I-17): who may give and take which role, held against the
//! decision's own sentences and a table of the built-in roles written by hand.

use domain::access::ceiling::{
    Authority, GrantDenied, HIGHEST_RANK, Held, can_define, can_grant, grantable,
};
use domain::access::permission::{Permission, PermissionSet, ROLES_GRANT, TOKENS_READ};
use domain::access::role::{BUILT_IN, BuiltIn, RoleDefinition, Scope, ScopeKind};
use domain::id::{OrganizationId, RoleId};
use proptest::prelude::*;
use uuid::Uuid;

use crate::cases;
use crate::plain::{ELSEWHERE, HOME};
use crate::world::{PROJECT, TENANT};

const SOME_PERMISSIONS: [&str; 4] = [
    "roles:grant",
    "projects:manage",
    "audit:read",
    "bookmarks:read",
];

/// Rank and permissions in one scope, as words.
#[derive(Clone, Debug, Default)]
struct Standing {
    rank: i16,
    may: Vec<&'static str>,
}

#[derive(Clone, Debug)]
enum Who {
    Administrator,
    Job,
    Mapping,
    Person { tenant: Standing, project: Standing },
}

#[derive(Clone, Debug)]
struct Role {
    name: &'static str,
    kind: ScopeKind,
    owner: Option<OrganizationId>,
    carries: Standing,
}

/// D17, sentence by sentence.
fn the_decision_says_yes(who: &Who, role: &Role, place: ScopeKind) -> bool {
    // A role is given at its own kind of scope, and an organization's own only inside it.
    let inside = place != ScopeKind::Platform && role.owner == Some(HOME);
    if role.kind != place || !(role.owner.is_none() || inside) {
        return false;
    }
    let (tenant, project) = match who {
        Who::Administrator => return true,
        Who::Job => {
            let administrative = role.name == "admin" || role.name == "subadmin";
            return !(place == ScopeKind::Platform && administrative);
        }
        // An identity provider's groups make no subadmin and no owner (decision 0050).
        Who::Mapping => {
            let subadmin = place == ScopeKind::Platform && role.name == "subadmin";
            let owner = role.name == "tenant_owner" || role.name == "project_owner";
            return !(subadmin || owner && role.owner.is_none());
        }
        Who::Person { tenant, project } => (tenant, project),
    };
    let (ceiling, mut held) = match place {
        // Platform roles only by `admin`.
        ScopeKind::Platform => return false,
        ScopeKind::Tenant => (tenant.rank, vec![]),
        // Never above what the tenant rank reaches, for whoever grants by it.
        ScopeKind::Project if tenant.may.contains(&"roles:grant") => {
            (tenant.rank, project.may.clone())
        }
        ScopeKind::Project => (tenant.rank.max(project.rank), project.may.clone()),
    };
    held.extend(&tenant.may);
    // `roles:grant` at the scope or its tenant, a rank not above theirs, permissions among theirs.
    held.contains(&"roles:grant")
        && role.carries.rank <= ceiling
        && role.carries.may.iter().all(|wanted| held.contains(wanted))
}

fn set(names: &[&str]) -> PermissionSet {
    names
        .iter()
        .filter_map(|name| Permission::of(name))
        .collect()
}

fn held(standing: &Standing) -> Held {
    Held {
        rank: standing.rank,
        permissions: set(&standing.may),
    }
}

impl Who {
    fn authority(&self) -> Authority {
        match self {
            Self::Administrator => Authority::Administrator,
            Self::Job => Authority::Job,
            Self::Mapping => Authority::Mapping,
            Self::Person { tenant, project } => Authority::Holder {
                tenant: held(tenant),
                project: held(project),
            },
        }
    }
}

impl Role {
    fn definition(&self) -> RoleDefinition {
        RoleDefinition {
            role_id: RoleId(Uuid::nil()),
            name: self.name.to_owned(),
            scope: self.kind,
            tenant_id: self.owner,
            rank: self.carries.rank,
            portal: false,
            permissions: set(&self.carries.may),
        }
    }
}

#[test]
fn a_denial_names_the_roles_that_may_be_given_there_and_no_other() {
    let all: Vec<_> = BUILT_IN.iter().map(definition).collect();
    let names = |authority: &Authority, scope| {
        let found = grantable(authority, &all, scope);
        found
            .iter()
            .map(|role| role.name.clone())
            .collect::<Vec<_>>()
    };
    let admin = Authority::Holder {
        tenant: holding("tenant_admin"),
        project: Held::default(),
    };
    assert_eq!(
        names(&admin, TENANT),
        ["tenant_admin", "tenant_member", "tenant_viewer"]
    );
    assert_eq!(
        names(&admin, PROJECT),
        ["project_admin", "project_member", "project_viewer"]
    );
    assert!(names(&admin, Scope::Platform).is_empty());
    assert_eq!(admin.ceiling(TENANT), Some(60));
    assert_eq!(admin.ceiling(Scope::Platform), None);
    let member = Authority::Holder {
        tenant: holding("tenant_member"),
        project: Held::default(),
    };
    assert!(names(&member, TENANT).is_empty());
    assert_eq!(
        member.ceiling(TENANT),
        None,
        "who gives nothing has no ceiling"
    );
    assert_eq!(
        Authority::Administrator.ceiling(PROJECT),
        Some(HIGHEST_RANK)
    );
    assert_eq!(
        names(&Authority::Administrator, TENANT),
        [
            "tenant_owner",
            "tenant_admin",
            "tenant_member",
            "tenant_viewer"
        ],
        "the highest first"
    );
}

#[test]
fn groups_of_an_identity_provider_make_admins_but_neither_subadmins_nor_owners() {
    for role in BUILT_IN {
        let answer = can_grant(&Authority::Mapping, &definition(role), scope_of(role.scope));
        let refused = ["subadmin", "tenant_owner", "project_owner"].contains(&role.name);
        assert_eq!(answer.is_err(), refused, "{}", role.name);
    }
}

/// Whoever defines a role gives it to all who have it, so the same holds for it.
#[test]
fn a_role_is_defined_by_whoever_could_give_it_and_no_job_defines_one() {
    let owner = Authority::Holder {
        tenant: holding("tenant_owner"),
        project: holding("project_owner"),
    };
    for role in BUILT_IN {
        let role = definition(role);
        let scope = match role.scope {
            ScopeKind::Platform => Scope::Platform,
            ScopeKind::Tenant => TENANT,
            ScopeKind::Project => PROJECT,
        };
        let same = can_grant(&owner, &role, scope).is_ok() == can_define(&owner, &role).is_ok();
        assert!(same, "{}", role.name);
        assert!(can_define(&Authority::Administrator, &role).is_ok());
        assert!(can_define(&Authority::Job, &role).is_err());
    }
}

fn built_in(name: &str) -> &'static BuiltIn {
    BUILT_IN.iter().find(|role| role.name == name).unwrap()
}

fn definition(role: &BuiltIn) -> RoleDefinition {
    RoleDefinition {
        role_id: RoleId(Uuid::nil()),
        name: role.name.to_owned(),
        scope: role.scope,
        tenant_id: None,
        rank: role.rank,
        portal: role.portal(),
        permissions: role.permissions(),
    }
}

fn holding(name: &str) -> Held {
    let role = built_in(name);
    Held {
        rank: role.rank,
        permissions: role.permissions(),
    }
}

fn scope_of(kind: ScopeKind) -> Scope {
    match kind {
        ScopeKind::Platform => Scope::Platform,
        ScopeKind::Tenant => TENANT,
        ScopeKind::Project => PROJECT,
    }
}

fn any_kind() -> impl Strategy<Value = ScopeKind> {
    prop_oneof![
        1 => Just(ScopeKind::Platform),
        3 => Just(ScopeKind::Tenant),
        4 => Just(ScopeKind::Project),
    ]
}

fn any_standing() -> impl Strategy<Value = Standing> {
    let rank = prop::sample::select(vec![0_i16, 10, 20, 50, 59, 60, 61, 70, 80, 100]);
    let may = prop::sample::subsequence(SOME_PERMISSIONS.to_vec(), 0..=4);
    (rank, may).prop_map(|(rank, may)| Standing { rank, may })
}

fn any_who() -> impl Strategy<Value = Who> {
    let person = (any_standing(), any_standing())
        .prop_map(|(tenant, project)| Who::Person { tenant, project });
    prop_oneof![
        1 => Just(Who::Administrator),
        1 => Just(Who::Job),
        2 => Just(Who::Mapping),
        8 => person,
    ]
}

fn any_role() -> impl Strategy<Value = Role> {
    let name = prop::sample::select(vec![
        "admin",
        "subadmin",
        "tenant_owner",
        "project_owner",
        "own",
    ]);
    let owner = prop_oneof![3 => Just(None), 2 => Just(Some(HOME)), 1 => Just(Some(ELSEWHERE))];
    (name, any_kind(), owner, any_standing()).prop_map(|(name, kind, owner, carries)| Role {
        name,
        kind,
        owner,
        carries,
    })
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn giving_and_taking_a_role_follows_the_decision_on_ceilings(
        who in any_who(), role in any_role(), place in any_kind(), at_home in any::<bool>(),
    ) {
        // Mostly where the role fits, or nothing else would be tested.
        let place = if at_home { role.kind } else { place };
        let answer = can_grant(&who.authority(), &role.definition(), scope_of(place));
        prop_assert_eq!(answer.is_ok(), the_decision_says_yes(&who, &role, place), "{:?}", answer);
    }

    #[test]
    fn a_tenant_admin_never_grants_an_owner_whatever_they_hold_in_the_project(
        extra in any_standing(), project_role in prop::sample::select(vec![
            "project_owner", "project_admin", "project_member", "project_viewer",
        ]),
    ) {
        let mut project = holding(project_role);
        project.rank = project.rank.max(extra.rank);
        project.permissions = project.permissions.union(set(&extra.may));
        let admin = Authority::Holder { tenant: holding("tenant_admin"), project };
        for owner in ["tenant_owner", "project_owner"] {
            let role = definition(built_in(owner));
            for scope in [Scope::Platform, TENANT, PROJECT] {
                prop_assert!(can_grant(&admin, &role, scope).is_err(), "{} at {:?}", owner, scope);
            }
        }
    }

    #[test]
    fn nobody_but_an_administrator_touches_platform_roles_and_a_job_no_administrative_one(
        tenant in any_standing(), project in any_standing(),
    ) {
        let person = Who::Person { tenant, project }.authority();
        for role in BUILT_IN.iter().filter(|role| role.scope == ScopeKind::Platform) {
            let (name, role) = (role.name, definition(role));
            prop_assert_eq!(
                can_grant(&person, &role, Scope::Platform),
                Err(GrantDenied::PlatformAdminOnly)
            );
            prop_assert_eq!(can_grant(&Authority::Administrator, &role, Scope::Platform), Ok(()));
            let by_job = can_grant(&Authority::Job, &role, Scope::Platform);
            if name == "admin" || name == "subadmin" {
                prop_assert_eq!(by_job, Err(GrantDenied::Administrative));
            } else {
                prop_assert_eq!(by_job, Ok(()));
            }
        }
    }
}

#[test]
fn each_built_in_role_grants_exactly_the_roles_of_this_table() {
    let everything_in_a_project = "project_owner project_admin project_member project_viewer";
    let below_owner = "project_admin project_member project_viewer";
    let below_tenant_owner = "tenant_admin tenant_member tenant_viewer";
    let none = "nothing_held";
    let table = [
        (
            "tenant_owner",
            none,
            format!("tenant_owner {below_tenant_owner} {everything_in_a_project}"),
        ),
        (
            "tenant_admin",
            none,
            format!("{below_tenant_owner} {below_owner}"),
        ),
        (
            "tenant_admin",
            "project_owner",
            format!("{below_tenant_owner} {below_owner}"),
        ),
        ("tenant_member", none, String::new()),
        ("tenant_viewer", none, String::new()),
        (
            "tenant_member",
            "project_owner",
            everything_in_a_project.to_owned(),
        ),
        ("tenant_member", "project_admin", below_owner.to_owned()),
        ("tenant_member", "project_member", String::new()),
        ("tenant_viewer", "project_viewer", String::new()),
    ];
    for (in_tenant, in_project, expected) in table {
        let project = if in_project == none {
            Held::default()
        } else {
            holding(in_project)
        };
        let actor = Authority::Holder {
            tenant: holding(in_tenant),
            project,
        };
        let granted = BUILT_IN
            .iter()
            .filter(|role| can_grant(&actor, &definition(role), scope_of(role.scope)).is_ok())
            .map(|role| role.name)
            .collect::<Vec<_>>()
            .join(" ");
        assert_eq!(granted, expected, "{in_tenant} with {in_project}");
    }
}

#[test]
fn a_denial_names_the_ceiling_and_what_is_missing() {
    let admin = Authority::Holder {
        tenant: holding("tenant_admin"),
        project: Held::default(),
    };
    let denied = can_grant(&admin, &definition(built_in("tenant_owner")), TENANT).unwrap_err();
    assert_eq!(
        denied.to_string(),
        "the role `tenant_owner` has rank 80, your ceiling here is 60"
    );

    let mut own = definition(built_in("tenant_viewer"));
    own.name = "librarian".to_owned();
    own.permissions = set(&["organizations:read", "bookmarks:manage", "bookmarks:read"]);
    let denied = can_grant(&admin, &own, TENANT).unwrap_err();
    assert_eq!(
        denied.to_string(),
        "the role `librarian` carries permissions that you do not hold here: \
         bookmarks:read, bookmarks:manage"
    );
}

#[test]
fn a_token_gives_an_administrative_role_only_if_it_may_do_everything() {
    let everything = PermissionSet::all();
    let narrow: PermissionSet = [ROLES_GRANT].into_iter().collect();
    let by = |scopes| Authority::AdministratorsToken { scopes };
    for name in ["admin", "subadmin"] {
        let role = definition(built_in(name));
        assert_eq!(can_grant(&by(everything), &role, Scope::Platform), Ok(()));
        for scopes in [
            narrow,
            everything.minus([TOKENS_READ].into_iter().collect()),
        ] {
            let denied = can_grant(&by(scopes), &role, Scope::Platform);
            assert!(
                matches!(denied, Err(GrantDenied::PermissionsNotHeld { .. })),
                "{name}: {denied:?}"
            );
        }
    }
    let reader = definition(built_in("reader"));
    assert_eq!(can_grant(&by(narrow), &reader, Scope::Platform), Ok(()));
}
