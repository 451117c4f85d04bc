//! What the matrix asks with: people, and for each cell things of its own.

use std::collections::BTreeMap;

use axum::http::Method;
use domain::id::{OrganizationId, UserId};
use jiff::SignedDuration;
use serde_json::{Value, json};
use testkit::World;
use uuid::Uuid;

use super::{WHO, Whose};
use crate::client::{ANONYMOUS, Answer, Api, Asker, token, without_limits};

pub(super) struct Scene {
    world: World,
    api: Api,
    /// Everybody's id and token.
    askers: BTreeMap<&'static str, (UserId, Asker)>,
    /// Organizations that nothing changes, for whoever only looks.
    kept: BTreeMap<(&'static str, bool), (OrganizationId, String, UserId)>,
    number: u32,
}

/// What one cell is about.
struct Cell {
    who: &'static str,
    whose: Whose,
    tenant: OrganizationId,
    slug: String,
    /// A member of the organization who is not the asker.
    member: UserId,
    number: u32,
}

impl Scene {
    pub(super) async fn new() -> Self {
        let world = World::empty().await;
        without_limits(&world);
        let api = Api::of(&world);
        let mut askers = BTreeMap::new();
        for who in WHO {
            let person = match who {
                "disabled" | "suspended" => world.person(who).status(who),
                "platform" | "narrow" => world.person(who).role("admin"),
                _ => world.person(who),
            };
            let user_id = person.build().await;
            let asker = match who {
                "anonymous" => ANONYMOUS,
                "narrow" => token(&world, user_id, Some(&["hauling:use"])).await,
                _ => token(&world, user_id, None).await,
            };
            askers.insert(who, (user_id, asker));
        }
        world.organization("elsewhere").await;
        Self {
            world,
            api,
            askers,
            kept: BTreeMap::new(),
            number: 0,
        }
    }

    /// What a cell is about. Who changes nothing, because they only look or are nobody, shares it.
    async fn cell(&mut self, who: &'static str, whose: Whose, changes: bool) -> Cell {
        self.number += 1;
        let nobody = ["anonymous", "disabled", "suspended"].contains(&who);
        let key = (who, whose == Whose::Own);
        let kept = self.kept.get(&key).cloned();
        let fresh = changes && !nobody && whose != Whose::Missing;
        let (tenant, slug, member) = match kept {
            Some(kept) if !fresh => kept,
            _ => {
                let made = self.organization(who, whose).await;
                if !fresh {
                    self.kept.insert(key, made.clone());
                }
                made
            }
        };
        Cell {
            who,
            whose,
            tenant,
            slug,
            member,
            number: self.number,
        }
    }

    /// A fresh organization with an owner and a member; the asker has their role in it if it is their own.
    async fn organization(&self, who: &str, whose: Whose) -> (OrganizationId, String, UserId) {
        let number = self.number;
        let slug = format!("org-{number}");
        let tenant = self.world.organization(&slug).await;
        let boss = format!("boss-of-{slug}");
        self.world
            .person(&boss)
            .role_in("tenant_owner", tenant)
            .build()
            .await;
        let member = format!("member-of-{slug}");
        let member = self
            .world
            .person(&member)
            .role_in("tenant_viewer", tenant)
            .build()
            .await;
        let role = match who {
            "viewer" => "tenant_viewer",
            "member" => "tenant_member",
            "admin" => "tenant_admin",
            "owner" | "disabled" | "suspended" => "tenant_owner",
            _ => "",
        };
        if whose == Whose::Own && !role.is_empty() {
            let sql = "insert into user_roles (user_id, tenant_id, role_id)
                       select $1, $2, role_id from role where name = $3 and tenant_id is null";
            let mut scene = self.world.scene().await;
            let asker = self.askers[who].0;
            let insert = sqlx::query(sql).bind(asker.0).bind(tenant.0).bind(role);
            insert.execute(&mut scene).await.unwrap();
        }
        (tenant, slug, member)
    }

    pub(super) async fn ask(
        &mut self,
        path: &str,
        method: &Method,
        operation: &Value,
        who: &'static str,
        whose: Whose,
    ) -> Answer {
        let changes = *method != Method::GET && path.contains('{');
        let cell = self.cell(who, whose, changes).await;
        let mut uri = path.to_owned();
        let mut query = Vec::new();
        let inside = path.contains("{org}");
        for parameter in operation["parameters"]
            .as_array()
            .cloned()
            .unwrap_or_default()
        {
            // A header is only named here.
            let Some(name) = parameter["name"].as_str() else {
                continue;
            };
            if parameter["in"] == "path" {
                let part = self.part(name, inside, &cell).await;
                uri = uri.replace(&format!("{{{name}}}"), &part);
            } else if parameter["required"] == true {
                query.push(match name {
                    "identity" => format!("identity={}", cell.member),
                    "role" if !inside => "role=reader".to_owned(),
                    "role" if path.contains("{project}") => "role=project_viewer".to_owned(),
                    "role" => "role=tenant_viewer".to_owned(),
                    other => panic!("nothing stands for the parameter {other} yet"),
                });
            }
        }
        let name = operation["operationId"].as_str().unwrap();
        if name == "delete_organization" {
            query.push(format!("confirm={}", cell.slug));
        }
        if !query.is_empty() {
            uri = format!("{uri}?{}", query.join("&"));
        }
        let body = self.body(name, &cell).await;
        let needs_body = !operation["requestBody"].is_null();
        assert_eq!(body.is_some(), needs_body, "the body of {name}");
        let asker = self.askers[who].1.clone();
        self.api.ask(&asker, method.clone(), &uri, body).await
    }

    /// What stands in the place of a path's variable part.
    async fn part(&mut self, name: &str, inside: bool, cell: &Cell) -> String {
        match name {
            "quota" => return "tokens".to_owned(),
            "provider" => return "discord".to_owned(),
            "external_id" => return "1".to_owned(),
            "name" => return "guard-few".to_owned(),
            "guild_id" => return "700".to_owned(),
            // Nobody has those yet: they are missing for everybody.
            "plan_id" => return "deadbeef".to_owned(),
            "session_id" => return Uuid::from_u128(0xff).to_string(),
            "correlation_id" => return "nothing-of-that-id".to_owned(),
            _ => {}
        }
        if cell.whose == Whose::Missing {
            return match name {
                "org" | "project" | "role" => "nowhere".to_owned(),
                _ => Uuid::from_u128(0xff).to_string(),
            };
        }
        match name {
            "user_id" if inside => cell.member.to_string(),
            "user_id" => self.person(cell).await.to_string(),
            "org" => cell.slug.clone(),
            "project" => {
                let slug = format!("road-{}", cell.number);
                self.world.project(cell.tenant, &slug).await;
                slug
            }
            "role" => self.role(inside, cell).await,
            "token_id" => self.token(cell).await,
            "passkey_id" => self.passkey(cell).await,
            "hold_id" => {
                let person = format!("held-{}", cell.number);
                self.world.person(&person).hold(1).build().await;
                self.newest("select hold_id from hold order by hold_id desc limit 1")
                    .await
            }
            "exemption_id" => {
                let person = format!("exempt-{}", cell.number);
                self.world.person(&person).exempt(1).build().await;
                let sql = "select exemption_id from exemption order by exemption_id desc limit 1";
                self.newest(sql).await
            }
            "rehome_id" => self.rehome(cell).await,
            "campaign_id" | "item_id" => self.review(name, cell).await,
            other => panic!("nothing stands for {other} yet"),
        }
    }

    async fn newest(&self, sql: &'static str) -> String {
        let id: Uuid = sqlx::query_scalar(sql)
            .fetch_one(&mut self.world.scene().await)
            .await
            .unwrap();
        id.to_string()
    }

    /// The one person of a cell; a path may name them and something of theirs.
    async fn person(&self, cell: &Cell) -> UserId {
        let name = format!("person-{}", cell.number);
        let who = format!("{name}@example.test");
        let (reeve, caller) = (self.world.reeve(), self.world.caller());
        match app::identity::find(reeve, &caller, &who).await {
            Ok(user_id) => user_id,
            Err(_) => self.world.person(&name).build().await,
        }
    }

    async fn role(&self, inside: bool, cell: &Cell) -> String {
        let name = format!("own-{}", cell.number);
        let (scope, tenant) = match inside {
            true => ("tenant", Some(cell.tenant.0)),
            false => ("platform", None),
        };
        let sql = "insert into role (name, scope, tenant_id, rank) values ($1, $2, $3, 1)";
        let insert = sqlx::query(sql).bind(&name).bind(scope).bind(tenant);
        insert.execute(&mut self.world.scene().await).await.unwrap();
        name
    }

    async fn token(&self, cell: &Cell) -> String {
        let owner = match cell.whose {
            Whose::Own => self.askers[cell.who].0,
            Whose::Foreign | Whose::Missing => self.person(cell).await,
        };
        token(&self.world, owner, None).await;
        let (reeve, caller) = (self.world.reeve(), self.world.caller());
        let tokens = app::token::list(reeve, &caller, &owner.to_string()).await;
        tokens.unwrap()[0].token_id.to_string()
    }

    async fn passkey(&self, cell: &Cell) -> String {
        let owner = match cell.whose {
            Whose::Own => self.askers[cell.who].0,
            Whose::Foreign | Whose::Missing => self.person(cell).await,
        };
        let sql = "insert into passkey (user_id, name, credential_id, credential)
                   values ($1, 'laptop', $2, '{}') returning passkey_id";
        let insert = sqlx::query_scalar::<_, Uuid>(sql).bind(owner.0);
        let insert = insert.bind(Uuid::from_u128(self.number.into()).as_bytes().to_vec());
        let id = insert.fetch_one(&mut self.world.scene().await).await;
        id.unwrap().to_string()
    }

    async fn rehome(&self, cell: &Cell) -> String {
        let mover = format!("mover-{}", cell.number);
        let mover = self
            .world
            .person(&mover)
            .role_in("tenant_viewer", cell.tenant);
        let wanted = app::rehome::Wanted {
            identity: mover.build().await.to_string(),
            from: cell.slug.parse().unwrap(),
            to: "elsewhere".parse().unwrap(),
            role: None,
            reason: "r".to_owned(),
        };
        let (reeve, caller) = (self.world.reeve(), self.world.caller());
        let made = app::rehome::request(reeve, &caller, &wanted).await.unwrap();
        serde_json::to_value(made).unwrap()["rehome_id"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// A review of its own, whose reviewer the asker is if it is theirs.
    async fn review(&self, name: &str, cell: &Cell) -> String {
        let reviewer = match cell.whose {
            Whose::Own => self.askers[cell.who].0,
            Whose::Foreign | Whose::Missing => cell.member,
        };
        let new = app::review::New {
            name: cell.slug.clone(),
            subject: domain::review::Subject::Assignments,
            organization: Some(cell.slug.clone()),
            due_at: self.soon().await,
            reviewers: vec![reviewer.to_string()],
        };
        let (reeve, caller) = (self.world.reeve(), self.world.caller());
        let begun = app::review::begin(reeve, &caller, &new).await.unwrap();
        let id = begun.campaign_id;
        if name == "campaign_id" {
            return id.to_string();
        }
        let page = app::review::show(reeve, &caller, id, true, None, 9)
            .await
            .unwrap();
        let item = page
            .items
            .iter()
            .find(|item| item.user_id == Some(cell.member.0));
        item.unwrap().item_id.to_string()
    }

    async fn soon(&self) -> jiff::Timestamp {
        self.world.now().await + SignedDuration::from_hours(1)
    }

    /// A body that the operation accepts, if it takes one.
    async fn body(&self, operation: &str, cell: &Cell) -> Option<Value> {
        let (member, number) = (cell.member, cell.number);
        let fresh = format!("new-{number}");
        Some(match operation {
            "create_my_passkey" => json!({ "name": "n", "ceremony": "c", "credential": {} }),
            "create_my_token" | "create_user_token" => json!({ "name": "ci" }),
            "begin_review" => json!({
                "name": "r", "subject": "exemptions", "due_at": self.soon().await,
                "reviewers": ["platform@example.test"],
            }),
            "decide_review_item" => json!({ "verdict": "keep", "reason": "r" }),
            "sign_off_review" => json!({ "note": "n" }),
            "add_evidence_note" => json!({ "decision": "d" }),
            "create_exemption" | "create_hold" => {
                json!({ "user_id": member, "reason": "r", "for_seconds": 3600 })
            }
            "end_exemption" | "end_hold" => json!({ "reason": "r" }),
            "review_exemption" | "suspend_user" | "disable_user" | "enable_user"
            | "restore_user" | "pause_bulk_changes" => json!({ "reason": "r" }),
            "set_mapping" => json!({ "roles": [] }),
            "set_mode" => json!({ "mode": "portal" }),
            "set_number" => json!({ "value": 6 }),
            "set_policy" => json!({ "policy": "everyone = true" }),
            "set_rehome_approval" => json!({ "on": true }),
            "set_strict_membership" => json!({ "on": false }),
            "test_mapping" => json!({ "claims": {} }),
            "create_organization" | "create_project" => json!({ "slug": fresh, "name": fresh }),
            "update_organization" | "update_project" => json!({ "name": fresh }),
            "add_members" | "add_members_as_admin" => {
                json!({ "members": [{ "identity": "stranger@example.test" }] })
            }
            "make_plan" => json!({}),
            "request_rehome" => json!({
                "identity": member, "from": cell.slug, "to": "elsewhere", "reason": "r",
            }),
            "create_user" => json!({ "email": format!("{fresh}@example.test") }),
            "update_user" => json!({ "display_name": "Somebody" }),
            "erase_user" => {
                json!({ "reason": "r", "confirm": format!("person-{number}@example.test") })
            }
            "link_user" => json!({ "discord_id": (1_000 + number).to_string() }),
            "set_user_quota" => json!({ "limit": 5 }),
            "set_user_role_overrides" | "update_user_role_overrides" => json!({ "enabled": true }),
            "explain" => json!({ "identity": member, "permission": "audit:read" }),
            "explain_me" => json!({ "permission": "audit:read" }),
            "give_platform_role" => json!({ "identity": member, "role": "reader" }),
            "give_organization_role" => json!({ "identity": member, "role": "tenant_member" }),
            "give_project_role" => json!({ "identity": member, "role": "project_viewer" }),
            "move_project" => json!({ "to": "elsewhere" }),
            "create_role" => json!({
                "name": fresh, "scope": "tenant", "rank": 1, "permissions": ["organizations:read"],
            }),
            "create_platform_role" => {
                json!({ "name": fresh, "scope": "platform", "rank": 0, "permissions": [] })
            }
            "update_role" | "update_platform_role" => json!({ "description": "d" }),
            _ => return None,
        })
    }
}
