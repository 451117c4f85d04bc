//! The ceilings, path by path: who may give, take, define or move which role, as a table that a person
//! can read (I-03, I-14 to I-16).

mod stage;

use std::fmt::Write as _;

use app::Error;
use domain::access::role::{BUILT_IN, ScopeKind};

use stage::{REFUSED, Stage};

/// The roles that are tried. Those of another organization are tried as `tenant_member`.
const ROLES: [&str; 10] = [
    "admin",
    "subadmin",
    "reader",
    "tenant_owner",
    "tenant_admin",
    "tenant_member",
    "project_owner",
    "project_admin",
    "project_member",
    "elsewhere",
];

/// Who tries: what they hold in `north` (and `south`), in the project `road`, on the platform; and what
/// their token is limited to.
struct Who {
    name: &'static str,
    platform: Option<&'static str>,
    tenant: Option<&'static str>,
    project: Option<&'static str>,
    scopes: Option<&'static [&'static str]>,
}

const fn who(name: &'static str) -> Who {
    Who {
        name,
        platform: None,
        tenant: None,
        project: None,
        scopes: None,
    }
}

const fn tenant(role: &'static str) -> Who {
    Who {
        tenant: Some(role),
        ..who(role)
    }
}

const fn project(name: &'static str, tenant: &'static str, role: &'static str) -> Who {
    Who {
        tenant: Some(tenant),
        project: Some(role),
        ..who(name)
    }
}

static ACTORS: [Who; 14] = [
    who("nobody"),
    tenant("tenant_viewer"),
    tenant("tenant_member"),
    tenant("tenant_admin"),
    tenant("tenant_owner"),
    project("project_admin", "tenant_member", "project_admin"),
    project("project_owner", "tenant_member", "project_owner"),
    project("tenant_admin owns road", "tenant_admin", "project_owner"),
    Who {
        platform: Some("subadmin"),
        ..who("subadmin")
    },
    Who {
        platform: Some("admin"),
        ..who("admin")
    },
    Who {
        scopes: Some(&[
            "roles:grant",
            "memberships:manage",
            "organizations:read",
            "projects:read",
        ]),
        tenant: Some("tenant_owner"),
        ..who("owner's narrow token")
    },
    Who {
        scopes: Some(&["projects:read", "memberships:manage"]),
        tenant: Some("tenant_owner"),
        ..who("owner's token without grant")
    },
    Who {
        scopes: Some(&["roles:grant", "identities:manage", "memberships:manage"]),
        platform: Some("admin"),
        ..who("admin's narrow token")
    },
    // Whatever may be done to people, and nothing else; see `Stage::set`.
    Who {
        platform: Some("helpdesk"),
        ..who("helpdesk")
    },
];

/// Who reaches nothing that somebody else here does not; left out where trying takes long.
const LESSER: [&str; 4] = [
    "tenant_viewer",
    "tenant_member",
    "project_admin",
    "owner's token without grant",
];

/// One path by which a role reaches somebody, or leaves them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Path {
    Assign,
    Revoke,
    Bulk,
    Import,
    Define,
    ProjectMove,
    Rehome,
    Arrival,
    Override,
    Groups,
    Defaults,
    End,
    Review,
    Scopes,
    Token,
    Address,
    Erase,
    OrganizationDelete,
}

const PATHS: [(Path, &str); 9] = [
    (Path::Assign, "given: `role assign`"),
    (Path::Revoke, "taken: `role revoke`"),
    (Path::Bulk, "given to many at once with their membership"),
    (Path::Import, "given by an import"),
    (
        Path::Define,
        "an own role is given the rank and permissions of it",
    ),
    (
        Path::ProjectMove,
        "a project moves to another organization with somebody who has it",
    ),
    (
        Path::Rehome,
        "somebody who has it is moved to another organization",
    ),
    (
        Path::Arrival,
        "somebody is given it when they are moved to another organization",
    ),
    (
        Path::Override,
        "kept by an override, so that no automation takes it",
    ),
];

/// Those by a provider, with an end of something, and by somebody's account.
const MORE: [(Path, &str); 9] = [
    (
        Path::Groups,
        "given by a group of the provider, by whoever has the person synchronized",
    ),
    (
        Path::Defaults,
        "given as a default of the provider's people, in the same way",
    ),
    (Path::End, "taken with the membership of who has it"),
    (Path::Review, "taken by a review, whose reviewer they are"),
    (
        Path::Scopes,
        "a token of one's own is to do what it permits",
    ),
    (Path::Token, "a token is made for somebody who has it"),
    (Path::Address, "who has it gets another address"),
    (Path::Erase, "who has it is erased"),
    (
        Path::OrganizationDelete,
        "the organization is deleted where somebody has it",
    ),
];

impl Path {
    /// Whether roles of a kind go this way; `None` is the one of another organization.
    fn knows(self, kind: Option<ScopeKind>) -> bool {
        let (tenant, project) = (
            kind == Some(ScopeKind::Tenant),
            kind == Some(ScopeKind::Project),
        );
        match self {
            Self::Assign | Self::Revoke => true,
            Self::Bulk => tenant || kind.is_none(),
            Self::Import => !project,
            Self::Define | Self::Rehome => tenant || project,
            Self::ProjectMove => project,
            Self::Arrival => tenant,
            // Names in overrides have no place.
            Self::Override => kind.is_some(),
            Self::Groups | Self::Defaults => kind.is_some() && !project,
            Self::End | Self::OrganizationDelete => tenant || project,
            Self::Review | Self::Scopes | Self::Token | Self::Address | Self::Erase => {
                kind.is_some()
            }
        }
    }

    /// Whether it begins with somebody who has the role.
    fn takes(self) -> bool {
        !matches!(
            self,
            Self::Assign
                | Self::Bulk
                | Self::Import
                | Self::Define
                | Self::Arrival
                | Self::Groups
                | Self::Defaults
                | Self::Scopes
        )
    }
}

fn kind(role: &str) -> Option<ScopeKind> {
    let found = BUILT_IN.iter().find(|of| of.name == role);
    found.map(|of| of.scope)
}

/// What became of it: `yes`; `no`; or `hidden`, where the caller may not even know of the place.
fn word(done: Option<Result<(), Error>>) -> &'static str {
    match done {
        None => "",
        Some(Ok(())) => "yes",
        Some(Err(Error::Refused(refusal))) if refusal.hides() => "hidden",
        Some(Err(
            Error::Refused(_)
            | Error::Ceiling(_)
            | Error::EndDenied(_)
            | Error::ActDenied(_)
            | Error::TokenDenied(_),
        )) => "no",
        // Of paths that go on without what was refused.
        Some(Err(Error::Conflict(said))) if said == REFUSED => "no",
        Some(Err(other)) => panic!("{other}"),
    }
}

async fn table(paths: &[(Path, &str)], whom: impl Iterator<Item = &'static Who>) -> String {
    let mut stage = Stage::set().await;
    let mut actors = Vec::new();
    for who in whom {
        actors.push((who.name, stage.actor(who).await));
    }
    let mut text = "What actors hold they hold in `north` and `south`; project roles in `road` and `lane` \
                    of `north`, where\neverything is tried; `lane` is what moves. `elsewhere` is `tenant_member` in `west`, where they \
                    hold\nnothing. `hidden`: told that there is no such place. A blank: the path knows no such \
                    role.\n"
        .to_owned();
    for (path, said) in paths.iter().copied() {
        write!(text, "\n{said}\n  {:27}", "").unwrap();
        for role in ROLES {
            write!(text, " {role:14}").unwrap();
        }
        text = format!("{}\n", text.trim_end());
        for (name, caller) in &actors {
            write!(text, "  {name:27}").unwrap();
            for role in ROLES {
                let done = stage.tries(caller, path, role).await;
                write!(text, " {:14}", word(done)).unwrap();
            }
            text = format!("{}\n", text.trim_end());
        }
    }
    text
}

#[tokio::test]
async fn who_reaches_which_role_by_which_path_is_the_table_that_was_reviewed() {
    let text = table(&PATHS, ACTORS.iter()).await;
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("ceilings", text);
    });
}

#[tokio::test]
async fn who_reaches_which_role_by_a_provider_an_end_or_an_account_is_the_table_that_was_reviewed()
{
    let lesser = |who: &&Who| !LESSER.contains(&who.name);
    let text = table(&MORE, ACTORS.iter().filter(lesser)).await;
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("ceilings_more", text);
    });
}
