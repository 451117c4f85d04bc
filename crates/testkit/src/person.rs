//! People of a [`World`]: one by one in words, or many at once.

use domain::id::{OrganizationId, UserId};
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::World;
use crate::world::{MAPPED_ROLE, OTHER_ROLE};

/// Somebody to be; made by [`World::person`].
#[derive(Debug)]
#[must_use = "nobody is there before `build`"]
pub struct Person<'a> {
    world: &'a World,
    name: String,
    email: String,
    status: &'static str,
    discord_id: Option<i64>,
    discord_roles: Option<Vec<i64>>,
    groups: Vec<String>,
    memberships: Vec<OrganizationId>,
    roles: Vec<(String, Option<OrganizationId>, Option<Uuid>)>,
    hold_hours: Option<i32>,
    exemption_hours: Option<i32>,
}

/// Many people at once; made by [`World::people`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct People {
    /// How many there are.
    pub count: i64,
    /// The Discord id of the first; the others follow.
    pub first_discord_id: i64,
}

impl World {
    /// Somebody active, with the address `<name>@example.test`, unlinked and without roles, unless
    /// told otherwise.
    pub fn person(&self, name: &str) -> Person<'_> {
        Person {
            world: self,
            name: name.to_owned(),
            email: format!("{name}@example.test"),
            status: "active",
            discord_id: None,
            discord_roles: None,
            groups: Vec::new(),
            memberships: Vec::new(),
            roles: Vec::new(),
            hold_hours: None,
            exemption_hours: None,
        }
    }

    /// `count` active people `p1@example.test` onwards, each linked to a Discord account that has
    /// the mapped role and with the portal role `reader`. One statement a table, however many.
    pub async fn people(&self, count: i64) -> People {
        const FIRST: i64 = 1_000_001;
        let mut scene = self.scene().await;
        let made = People {
            count,
            first_discord_id: FIRST,
        };
        sqlx::query(
            "insert into app_user (email, display_name)
             select 'p' || i || '@example.test', 'Person ' || i from generate_series(1, $1) i",
        )
        .bind(count)
        .execute(&mut scene)
        .await
        .unwrap();
        sqlx::query(
            "insert into identity_link (user_id, provider, external_id)
             select user_id, 'discord', ($1 + substring(email from '^p(\\d+)@')::bigint - 1)::text
               from app_user where email ~ '^p\\d+@example.test$'",
        )
        .bind(FIRST)
        .execute(&mut scene)
        .await
        .unwrap();
        sqlx::query(
            "insert into user_roles (user_id, role_id)
             select user_id, (select role_id from role where name = 'reader' and tenant_id is null)
               from app_user where email ~ '^p\\d+@example.test$'",
        )
        .execute(&mut scene)
        .await
        .unwrap();
        for discord_id in FIRST..FIRST + count {
            self.discord(discord_id, &[MAPPED_ROLE]);
        }
        made
    }
}

impl Person<'_> {
    /// Another e-mail address.
    pub fn email(mut self, email: &str) -> Self {
        email.clone_into(&mut self.email);
        self
    }

    /// `active`, `suspended` or `disabled`.
    pub fn status(mut self, status: &'static str) -> Self {
        self.status = status;
        self
    }

    /// Linked to a Discord account.
    pub fn linked(mut self, discord_id: i64) -> Self {
        self.discord_id = Some(discord_id);
        self
    }

    /// In the guild with the mapped role, from the next scan on. Needs [`Self::linked`].
    pub fn mapped_role(self) -> Self {
        self.discord_roles(&[MAPPED_ROLE])
    }

    /// In the guild without the mapped role, from the next scan on. Needs [`Self::linked`].
    pub fn in_guild(self) -> Self {
        self.discord_roles(&[OTHER_ROLE])
    }

    /// In the guild with these roles, from the next scan on. Needs [`Self::linked`].
    pub fn discord_roles(mut self, roles: &[i64]) -> Self {
        self.discord_roles = Some(roles.to_vec());
        self
    }

    /// In these groups, by the claims of the last sign-in.
    pub fn groups(mut self, groups: &[&str]) -> Self {
        self.groups = groups.iter().map(|&group| group.to_owned()).collect();
        self
    }

    /// Has a platform role.
    pub fn role(mut self, name: &str) -> Self {
        self.roles.push((name.to_owned(), None, None));
        self
    }

    /// Has a role in a tenant, and so belongs to it.
    pub fn role_in(mut self, name: &str, tenant: OrganizationId) -> Self {
        self.roles.push((name.to_owned(), Some(tenant), None));
        self
    }

    /// Has a role in a project of a tenant.
    pub fn role_at(mut self, name: &str, tenant: OrganizationId, project: Uuid) -> Self {
        self.roles
            .push((name.to_owned(), Some(tenant), Some(project)));
        self
    }

    /// Belongs to an organization.
    pub fn member_of(mut self, organization: OrganizationId) -> Self {
        self.memberships.push(organization);
        self
    }

    /// Under a hold for so many hours from now.
    pub fn hold(mut self, hours: i32) -> Self {
        self.hold_hours = Some(hours);
        self
    }

    /// Exempt for so many hours from now.
    pub fn exempt(mut self, hours: i32) -> Self {
        self.exemption_hours = Some(hours);
        self
    }

    /// Writes it all down.
    pub async fn build(self) -> UserId {
        let mut scene = self.world.scene().await;
        let user: Uuid = sqlx::query_scalar(
            "insert into app_user (email, display_name, status, claims)
             values ($1, $2, $3, $4) returning user_id",
        )
        .bind(&self.email)
        .bind(&self.name)
        .bind(self.status)
        .bind(if self.groups.is_empty() {
            json!({})
        } else {
            json!({ "groups": self.groups })
        })
        .fetch_one(&mut scene)
        .await
        .unwrap();
        self.link(&mut scene, user).await;
        self.belong(&mut scene, user).await;
        self.grant(&mut scene, user).await;
        self.spare(&mut scene, user).await;
        UserId(user)
    }

    async fn link(&self, scene: &mut PgConnection, user: Uuid) {
        if let Some(discord_id) = self.discord_id {
            sqlx::query(
                "insert into identity_link (user_id, provider, external_id) values ($1, 'discord', $2)",
            )
            .bind(user)
            .bind(discord_id.to_string())
            .execute(scene)
            .await
            .unwrap();
        }
        if let Some(roles) = &self.discord_roles {
            let discord_id = self.discord_id.expect("whoever is in the guild is linked");
            self.world.discord(discord_id, roles);
        }
    }

    async fn belong(&self, scene: &mut PgConnection, user: Uuid) {
        for organization in &self.memberships {
            sqlx::query("insert into membership (organization_id, user_id) values ($1, $2)")
                .bind(organization.0)
                .bind(user)
                .execute(&mut *scene)
                .await
                .unwrap();
        }
    }

    async fn grant(&self, scene: &mut PgConnection, user: Uuid) {
        for (name, tenant, project) in &self.roles {
            let done = sqlx::query(
                "insert into user_roles (user_id, role_id, tenant_id, project_id)
                 select $1, role_id, $3, $4 from role
                  where name = $2 and (tenant_id is null or tenant_id = $3)",
            )
            .bind(user)
            .bind(name)
            .bind(tenant.map(|tenant| tenant.0))
            .bind(project)
            .execute(&mut *scene)
            .await
            .unwrap();
            assert_eq!(done.rows_affected(), 1, "there is one role {name}");
        }
    }

    async fn spare(&self, scene: &mut PgConnection, user: Uuid) {
        if let Some(hours) = self.hold_hours {
            sqlx::query(
                "insert into hold (user_id, reason, source, ends_at)
                 values ($1, 'a test says so', 'test', now() + make_interval(hours => $2))",
            )
            .bind(user)
            .bind(hours)
            .execute(&mut *scene)
            .await
            .unwrap();
        }
        if let Some(hours) = self.exemption_hours {
            sqlx::query(
                "insert into exemption (user_id, reason, ends_at, review_at)
                 values ($1, 'a test says so', now() + make_interval(hours => $2),
                         now() + make_interval(hours => $2))",
            )
            .bind(user)
            .bind(hours)
            .execute(&mut *scene)
            .await
            .unwrap();
        }
    }
}
