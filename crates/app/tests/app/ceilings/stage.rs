//! What the table of ceilings is tried on: two organizations, somebody to try it with, and each path.

use std::fmt::Write as _;

use app::identity::{Change, edit};
use app::lifecycle::erase;
use app::membership::{NewMember, add_many, end};
use app::organization::delete;
use app::overrides::{How, Wanted as Overriding, clear, set};
use app::project::relocate;
use app::provision::sync;
use app::rehome::{Wanted as Rehoming, request};
use app::review::{New as Review, begin, decide};
use app::role::define::{NewRole, RoleChanges, create, update};
use app::role::{Place, assign, revoke};
use app::token::{self, Wanted};
use app::{Caller, Error};
use domain::access::permission::{Permission, PermissionSet};
use domain::access::role::{BUILT_IN, ScopeKind};
use domain::actor::Actor;
use domain::credential::Credential;
use domain::id::{OrganizationId, UserId};
use domain::identity::mapping::Mapping;
use domain::review::{Subject, Verdict};
use domain::tenancy::organization::Slug;
use jiff::SignedDuration;
use sqlx::{AssertSqlSafe, Executor, PgConnection};
use testkit::World;
use testkit::oidc::Issuer;

use crate::role::{at, inside};
use crate::sql::value;

use super::{Path, Who, kind};

/// What a path says that leaves out what is refused, where the denial was seen.
pub(super) const REFUSED: &str = "refused";

fn north() -> Slug {
    "north".parse().unwrap()
}

fn live_settings(world: &World) -> app::live::Settings {
    world.reeve().live.get().as_ref().clone()
}

/// A role on the platform that may do to people whatever there is.
async fn helpdesk(world: &World) {
    let helpdesk = NewRole {
        name: "helpdesk".to_owned(),
        scope: ScopeKind::Platform,
        rank: 0,
        permissions: [
            "identities:manage",
            "tokens:manage",
            "organizations:manage",
            "reviews:manage",
        ]
        .map(str::to_owned)
        .to_vec(),
        description: None,
    };
    create(world.reeve(), &world.caller(), None, &helpdesk)
        .await
        .unwrap();
}

pub(super) struct Stage {
    world: World,
    issuer: Issuer,
    /// How often something was tried for which nothing can be used twice.
    tried: u32,
    scene: PgConnection,
    north: OrganizationId,
    south: OrganizationId,
    road: uuid::Uuid,
    lane: uuid::Uuid,
    target: UserId,
}

impl Stage {
    pub(super) async fn set() -> Self {
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
        helpdesk(&world).await;
        let issuer = Issuer::start(world.now().await).await;
        let mut settings = live_settings(&world);
        settings.oidc = Some(issuer.settings());
        world.reeve().live.set(settings);
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
            issuer,
            tried: 0,
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

    pub(super) async fn actor(&self, who: &Who) -> Caller {
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
            person = person.role_at(role, self.north, self.lane);
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
    pub(super) async fn tries(
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
        self.fresh(path).await;
        self.reset((path.takes() && kind.is_some()).then_some(role), path)
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
            Path::Groups | Path::Defaults => self.provider(caller, path, role).await,
            Path::End => end(&reeve, caller, &north(), &target).await.map(drop),
            Path::Review => self.review(caller, kind).await,
            Path::Scopes => self.own_token(caller, role).await,
            Path::Token => self.token(caller, &target, Wanted::default()).await,
            Path::Address => self.address(caller, &target).await,
            Path::Erase => {
                let email = format!("target{}@example.test", self.tried);
                erase(&reeve, caller, &target, &email, "a test")
                    .await
                    .map(drop)
            }
            Path::OrganizationDelete => self.organization_delete(caller).await,
        })
    }

    async fn own_token(&mut self, caller: &Caller, role: &str) -> Result<(), Error> {
        let permissions = BUILT_IN.iter().find(|of| of.name == role).unwrap();
        let names = permissions.permissions();
        let wanted = Wanted {
            scopes: Some(names.iter().map(|of| of.name().to_owned()).collect()),
            ..Wanted::default()
        };
        let own = caller.actor.user_id().to_string();
        self.token(caller, &own, wanted).await
    }

    async fn address(&self, caller: &Caller, target: &str) -> Result<(), Error> {
        let change = Change {
            email: Some(format!("another{}@example.test", self.tried)),
            ..Change::default()
        };
        let reeve = self.world.reeve();
        edit(reeve, caller, target, &change).await.map(drop)
    }

    /// Somebody else for each try of what can't be undone, and who answers to their address.
    async fn fresh(&mut self, path: Path) {
        if matches!(path, Path::Erase | Path::Address) {
            self.tried += 1;
            let name = format!("target{}", self.tried);
            self.target = self.world.person(&name).build().await;
        }
    }

    /// The target comes from the provider, in a group that gives the role or as everybody there gets it.
    async fn provider(&mut self, caller: &Caller, path: Path, role: &str) -> Result<(), Error> {
        let at = match kind(role) {
            Some(ScopeKind::Platform) => role.to_owned(),
            _ => format!("{role}@north"),
        };
        let (map, defaults) = match path {
            Path::Groups => (format!("ops={at}"), String::new()),
            _ => (String::new(), at),
        };
        let mut settings = live_settings(&self.world);
        settings.mapping = Mapping::parse(&map, &defaults).unwrap();
        self.world.reeve().live.set(settings);
        let (target, issuer) = (self.target, self.issuer.url());
        self.run(format!(
            "insert into identity_link (user_id, provider, external_id)
               values ('{target}', '{issuer}', 'target') on conflict do nothing;
             update app_user set claims = jsonb_build_object('oidc_groups', jsonb_build_object('{issuer}', '[\"ops\"]'::jsonb))
              where user_id = '{target}'"
        ))
        .await;
        let done = sync(self.world.reeve(), caller, &target.to_string()).await;
        let mut settings = live_settings(&self.world);
        settings.mapping = Mapping::default();
        self.world.reeve().live.set(settings);
        match done?.refused.is_empty() {
            true => Ok(()),
            false => Err(Error::Conflict(REFUSED.to_owned())),
        }
    }

    /// The caller reviews what the target has.
    async fn review(&self, caller: &Caller, kind: Option<ScopeKind>) -> Result<(), Error> {
        let in_north = kind != Some(ScopeKind::Platform);
        let new = Review {
            name: "all".to_owned(),
            subject: Subject::Assignments,
            organization: in_north.then(|| "north".to_owned()),
            due_at: self.world.now().await + SignedDuration::from_hours(1),
            reviewers: vec![caller.actor.user_id().to_string()],
        };
        let operator = self.world.caller();
        let campaign = begin(self.world.reeve(), &operator, &new).await.unwrap();
        let (campaign, target) = (campaign.campaign_id, self.target);
        let item = value(
            &self.world,
            format!("select item_id from review_item where campaign_id = '{campaign}' and user_id = '{target}'"),
        )
        .await;
        let done = decide(self.world.reeve(), caller, item, Verdict::Revoke, "a test").await;
        done.map(drop)
    }

    async fn token(&mut self, caller: &Caller, whose: &str, wanted: Wanted) -> Result<(), Error> {
        // So that no quota stands in the way.
        self.run("delete from personal_access_token".to_owned())
            .await;
        let wanted = Wanted {
            name: "mine".to_owned(),
            ..wanted
        };
        token::create(self.world.reeve(), caller, whose, &wanted)
            .await
            .map(drop)
    }

    /// What the target has in `north` they have in another one, which goes.
    async fn organization_delete(&mut self, caller: &Caller) -> Result<(), Error> {
        self.tried += 1;
        let slug = format!("gone{}", self.tried);
        let gone = self.world.organization(&slug).await;
        let lot = self.world.project(gone, "lot").await;
        let target = self.target;
        self.run(format!(
            "insert into membership (organization_id, user_id) values ('{gone}', '{target}');
             insert into user_roles (user_id, role_id, tenant_id, project_id)
             select user_id, role_id, '{gone}', case when project_id is not null then '{lot}'::uuid end
               from user_roles where user_id = '{target}'"
        ))
        .await;
        let (reeve, gone) = (self.world.reeve(), slug.parse().unwrap());
        let done = delete(reeve, caller, &gone, Some(&slug)).await.map(drop);
        if done.is_err() {
            let operator = self.world.caller();
            delete(reeve, &operator, &gone, Some(&slug)).await.unwrap();
        }
        done
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

    /// Afterwards nothing is overridden again.
    async fn preserve(&self, caller: &Caller, role: &str) -> Result<(), Error> {
        let (reeve, target) = (self.world.reeve(), self.target.to_string());
        let wanted = Overriding {
            preserved: Some(vec![role.to_owned()]),
            ..Overriding::default()
        };
        let done = set(reeve, caller, &target, &wanted, How::Replace).await;
        clear(reeve, &self.world.caller(), &target).await.unwrap();
        done.map(drop)
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
        Err(Error::Conflict(REFUSED.to_owned()))
    }
}
