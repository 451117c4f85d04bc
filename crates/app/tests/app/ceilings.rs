//! The ceilings, path by path: who may give, take, define or move which role, as a table that a person
//! can read (I-03, I-14 to I-16).

use std::fmt::Write as _;

use app::membership::{NewMember, add_many};
use app::overrides::{How, Wanted, clear, set};
use app::project::relocate;
use app::rehome::{Wanted as Rehoming, request};
use app::role::define::{NewRole, RoleChanges, create, update};
use app::role::{Place, assign, revoke};
use app::{Caller, Error};
use domain::access::permission::{Permission, PermissionSet};
use domain::access::role::{BUILT_IN, ScopeKind};
use domain::actor::Actor;
use domain::credential::Credential;
use domain::id::{OrganizationId, UserId};
use sqlx::{AssertSqlSafe, Executor, PgConnection};
use testkit::World;

use crate::role::{at, inside};
use crate::sql::value;

/// The roles that are tried. Those of another organization are tried as `tenant_member`.
const ROLES: [&str; 9] = [
    "admin",
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

const ACTORS: [Who; 13] = [
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
        }
    }
}

fn kind(role: &str) -> Option<ScopeKind> {
    let found = BUILT_IN.iter().find(|of| of.name == role);
    found.map(|of| of.scope)
}

struct Stage {
    world: World,
    scene: PgConnection,
    north: OrganizationId,
    south: OrganizationId,
    road: uuid::Uuid,
    lane: uuid::Uuid,
    target: UserId,
}

impl Stage {
    async fn set() -> Self {
        let world = World::empty().await;
        let north = world.organization("north").await;
        let south = world.organization("south").await;
        world.organization("west").await;
        let road = world.project(north, "road").await;
        // Nobody but the target has anything in the one that moves.
        let lane = world.project(north, "lane").await;
        // Somebody owns everything throughout, so that the last owner's guard stays out of it.
        world
            .person("keeper")
            .role("admin")
            .role_in("tenant_owner", north)
            .role_in("tenant_owner", south)
            .build()
            .await;
        let operator = world.caller();
        app::tenancy::set_rehome_approval(world.reeve(), &operator, false)
            .await
            .unwrap();
        let target = world.person("target").build().await;
        world.person("other").build().await;
        for scope in [ScopeKind::Tenant, ScopeKind::Project] {
            let new = NewRole {
                name: format!("own-{}", scope.as_str()),
                scope,
                rank: 0,
                permissions: Vec::new(),
                description: None,
            };
            let north = "north".parse().unwrap();
            create(world.reeve(), &operator, Some(&north), &new)
                .await
                .unwrap();
        }
        let scene = world.scene().await;
        Self {
            world,
            scene,
            north,
            south,
            road,
            lane,
            target,
        }
    }

    async fn run(&mut self, sql: String) {
        let done = self.scene.execute(AssertSqlSafe(&*sql)).await;
        done.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }

    async fn actor(&self, who: &Who) -> Caller {
        let mut person = self.world.person(&who.name.replace([' ', '\''], "-"));
        if let Some(role) = who.platform {
            person = person.role(role);
        }
        for tenant in [self.north, self.south] {
            if let Some(role) = who.tenant {
                person = person.role_in(role, tenant);
            }
        }
        if let Some(role) = who.project {
            person = person.role_at(role, self.north, self.road);
        }
        let user_id = person.build().await;
        let mut caller = Caller::new(Actor::Person { user_id });
        caller.credential = match who.scopes {
            None => None,
            Some(names) => Some(Credential {
                issued_at: self.world.now().await,
                scopes: Some(
                    names
                        .iter()
                        .filter_map(|name| Permission::of(name))
                        .collect(),
                ),
            }),
        };
        caller
    }

    /// The target as a member of `north` with nothing, or with `role`.
    async fn reset(&mut self, role: Option<&str>, path: Path) {
        let Self {
            north,
            south,
            road,
            lane,
            target,
            ..
        } = self;
        let road = if path == Path::ProjectMove {
            lane
        } else {
            road
        };
        let place = match role {
            Some(role) if role.starts_with("project") => format!("'{north}', '{road}'::uuid"),
            Some(role) if role.starts_with("tenant") => format!("'{north}', null::uuid"),
            _ => "null, null::uuid".to_owned(),
        };
        let mut sql = format!(
            "delete from user_roles where user_id = '{target}';
             delete from membership where user_id = '{target}' and organization_id = '{south}';
             insert into membership (organization_id, user_id) values ('{north}', '{target}')
               on conflict (organization_id, user_id) do update set status = 'active';"
        );
        if let Some(role) = role {
            write!(
                sql,
                "insert into user_roles (user_id, role_id, tenant_id, project_id)
                 select '{target}', role_id, {place} from role where name = '{role}' and tenant_id is null;"
            )
            .unwrap();
        }
        self.run(sql).await;
    }

    /// Tries one path for one role; `None` where the path knows no such role.
    async fn tries(
        &mut self,
        caller: &Caller,
        path: Path,
        role: &str,
    ) -> Option<Result<(), Error>> {
        let caller = &Caller {
            correlation_id: store::id::new_id().into(),
            ..caller.clone()
        };
        let kind = kind(role);
        if !path.knows(kind) {
            return None;
        }
        let has = matches!(path, Path::Revoke | Path::Rehome | Path::ProjectMove);
        self.reset((has && kind.is_some()).then_some(role), path)
            .await;
        let target = self.target.to_string();
        let reeve = self.world.reeve().clone();
        let (place, named) = match kind {
            Some(ScopeKind::Platform) => (Place::default(), role),
            Some(ScopeKind::Tenant) => (at("north"), role),
            Some(ScopeKind::Project) => (inside("north", "road"), role),
            None => (at("west"), "tenant_member"),
        };
        Some(match path {
            Path::Assign => assign(&reeve, caller, &target, named, &place)
                .await
                .map(drop),
            Path::Revoke => revoke(&reeve, caller, &target, named, &place)
                .await
                .map(drop),
            Path::Bulk => self.bulk(caller, named, &place).await,
            Path::Import => self.import(caller, named, &place).await,
            Path::Define => {
                let like = BUILT_IN.iter().find(|of| of.name == role).unwrap();
                self.define(caller, like.scope, like.rank, like.permissions())
                    .await
            }
            Path::ProjectMove => self.project_move(caller).await,
            Path::Rehome => self.rehome(caller, None).await,
            Path::Arrival => self.rehome(caller, Some(role)).await,
            Path::Override => self.preserve(caller, role).await,
        })
    }

    async fn bulk(&self, caller: &Caller, role: &str, place: &Place) -> Result<(), Error> {
        let member = |who: &str| NewMember {
            identity: who.to_owned(),
            role: Some(role.to_owned()),
        };
        let both = [
            member(&self.target.to_string()),
            member("other@example.test"),
        ];
        let slug = place.organization.as_ref().unwrap();
        let mut each = add_many(self.world.reeve(), caller, slug, &both).await?;
        each.remove(0).map(drop)
    }

    async fn import(&self, caller: &Caller, role: &str, place: &Place) -> Result<(), Error> {
        let slug = place.organization.as_ref().map(|slug| format!("@{slug}"));
        let slug = slug.unwrap_or_default();
        let file = format!("email,roles\ntarget@example.test,{role}{slug}\n");
        let lines = app::identity::file::read(file.as_bytes()).unwrap();
        let reeve = self.world.reeve();
        let done = app::identity::import::import(reeve, caller, lines, false, |_| {}).await?;
        if done.errors.is_empty() {
            return Ok(());
        }
        self.was_refused(caller).await
    }

    async fn project_move(&mut self, caller: &Caller) -> Result<(), Error> {
        let (south, target) = (self.south, self.target);
        self.run(format!(
            "insert into membership (organization_id, user_id) values ('{south}', '{target}')"
        ))
        .await;
        let [north, south, lane] = ["north", "south", "lane"].map(|slug| slug.parse().unwrap());
        let reeve = self.world.reeve();
        relocate(reeve, caller, &north, &lane, &south).await?;
        relocate(reeve, &self.world.caller(), &south, &lane, &north)
            .await
            .unwrap();
        Ok(())
    }

    async fn rehome(&self, caller: &Caller, role: Option<&str>) -> Result<(), Error> {
        let wanted = Rehoming {
            identity: self.target.to_string(),
            from: "north".parse().unwrap(),
            to: "south".parse().unwrap(),
            role: role.map(str::to_owned),
            reason: "a test".to_owned(),
        };
        request(self.world.reeve(), caller, &wanted).await.map(drop)
    }

    /// Afterwards nothing is overridden again.
    async fn preserve(&self, caller: &Caller, role: &str) -> Result<(), Error> {
        let (reeve, target) = (self.world.reeve(), self.target.to_string());
        let wanted = Wanted {
            preserved: Some(vec![role.to_owned()]),
            ..Wanted::default()
        };
        let done = set(reeve, caller, &target, &wanted, How::Replace).await;
        clear(reeve, &self.world.caller(), &target).await.unwrap();
        done.map(drop)
    }

    /// An own role of `north` becomes like a built-in one; afterwards it is nothing again.
    async fn define(
        &self,
        caller: &Caller,
        scope: ScopeKind,
        rank: i16,
        permissions: PermissionSet,
    ) -> Result<(), Error> {
        let (name, north) = (format!("own-{}", scope.as_str()), "north".parse().unwrap());
        let names = |set: PermissionSet| set.iter().map(|of| of.name().to_owned()).collect();
        let changes = |rank, set| RoleChanges {
            rank: Some(rank),
            permissions: Some(names(set)),
            description: None,
        };
        let reeve = self.world.reeve();
        let wanted = changes(rank, permissions);
        let done = update(reeve, caller, Some(&north), &name, &wanted).await;
        let nothing = changes(0, PermissionSet::EMPTY);
        update(reeve, &self.world.caller(), Some(&north), &name, &nothing)
            .await
            .unwrap();
        done.map(drop)
    }

    /// A line of an import is left out; that it was for want of rights is on record.
    async fn was_refused(&self, caller: &Caller) -> Result<(), Error> {
        let denied: i64 = value(
            &self.world,
            format!(
                "select count(*) from audit_log where correlation_id = '{}' and outcome = 'denied'",
                caller.correlation_id
            ),
        )
        .await;
        assert_eq!(denied, 1);
        Err(Error::Conflict("refused".to_owned()))
    }
}

/// What became of it: `yes`; `no`; or `hidden`, where the caller may not even know of the place.
fn word(done: Option<Result<(), Error>>) -> &'static str {
    match done {
        None => "",
        Some(Ok(())) => "yes",
        Some(Err(Error::Refused(refusal))) if refusal.hides() => "hidden",
        Some(Err(
            Error::Refused(_) | Error::Ceiling(_) | Error::EndDenied(_) | Error::Conflict(_),
        )) => "no",
        Some(Err(other)) => panic!("{other}"),
    }
}

#[tokio::test]
async fn who_reaches_which_role_by_which_path_is_the_table_that_was_reviewed() {
    let mut stage = Stage::set().await;
    let mut actors = Vec::new();
    for who in &ACTORS {
        actors.push((who.name, stage.actor(who).await));
    }
    let mut text = "What actors hold they hold in `north` and `south`; project roles in `road` of `north`, \
                    where everything\nis tried. `elsewhere` is `tenant_member` in `west`, where they hold \
                    nothing. `hidden`: told that there is no\nsuch place. A blank: the path knows no such \
                    role.\n"
        .to_owned();
    for (path, said) in PATHS {
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
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("ceilings", text);
    });
}
