//! Every operation of the document, asked by everybody about their own, somebody else's and a missing
//! thing: the statuses as one table that a person can read. An operation without a line here fails.
//!
//! Each cell has things of its own, so that nothing depends on what was asked before.

use std::collections::BTreeMap;
use std::fmt::Write;

use axum::http::Method;
use domain::id::{OrganizationId, UserId};
use serde_json::{Value, json};
use testkit::World;
use uuid::Uuid;

use crate::client::{ANONYMOUS, Answer, Api, Asker, token};

/// Who asks. The roles are in the organization whose things are their own.
const WHO: [&str; 10] = [
    "anonymous",
    "disabled",
    "suspended",
    "stranger",
    "viewer",
    "member",
    "admin",
    "owner",
    "platform",
    "narrow",
];

const WHOSE: [Whose; 3] = [Whose::Own, Whose::Foreign, Whose::Missing];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whose {
    /// In the organization where the asker has the role.
    Own,
    /// In an organization of which the asker is no member.
    Foreign,
    Missing,
}

struct Scene {
    world: World,
    api: Api,
    /// Everybody's id and token.
    askers: BTreeMap<&'static str, (UserId, Asker)>,
    number: u32,
}

impl Scene {
    async fn new() -> Self {
        let world = World::empty().await;
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
        Self {
            world,
            api,
            askers,
            number: 0,
        }
    }

    /// A fresh organization; `who` has their role in it if it is their own.
    async fn organization(&mut self, who: &str, whose: Whose) -> (OrganizationId, String) {
        self.number += 1;
        let slug = format!("org-{}", self.number);
        let id = self.world.organization(&slug).await;
        self.world
            .person(&format!("owner-of-{slug}"))
            .role_in("tenant_owner", id)
            .build()
            .await;
        let role = match who {
            "viewer" => "tenant_viewer",
            "member" => "tenant_member",
            "admin" => "tenant_admin",
            "owner" | "disabled" | "suspended" => "tenant_owner",
            _ => return (id, slug),
        };
        if whose == Whose::Own {
            let (user_id, _) = &self.askers[who];
            let sql = "insert into user_roles (user_id, tenant_id, role_id)
                       select $1, $2, role_id from role where name = $3";
            let mut scene = self.world.scene().await;
            sqlx::query(sql)
                .bind(user_id.0)
                .bind(id.0)
                .bind(role)
                .execute(&mut scene)
                .await
                .unwrap();
        }
        (id, slug)
    }

    /// What stands in the place of a path's variable part.
    async fn part(&mut self, name: &str, who: &str, whose: Whose) -> String {
        let nothing = Uuid::from_u128(0xff).to_string();
        if whose == Whose::Missing {
            return nothing;
        }
        self.number += 1;
        let person = format!("person-{}", self.number);
        match name {
            "user_id" => self.world.person(&person).build().await.to_string(),
            "token_id" => {
                let owner = match whose {
                    Whose::Own => self.askers[who].0,
                    _ => self.world.person(&person).build().await,
                };
                token(&self.world, owner, None).await;
                let tokens =
                    app::token::list(self.world.reeve(), &self.world.caller(), &owner.to_string())
                        .await
                        .unwrap();
                tokens[0].token_id.to_string()
            }
            "campaign_id" | "item_id" => self.review(name, who, whose).await,
            other => panic!("nothing stands for {other} yet"),
        }
    }

    /// A review of its own, whose reviewer the asker is.
    async fn review(&mut self, name: &str, who: &str, whose: Whose) -> String {
        let (tenant, slug) = self.organization(who, whose).await;
        let member = format!("member-of-{slug}");
        self.world
            .person(&member)
            .role_in("tenant_viewer", tenant)
            .build()
            .await;
        let reviewer = match whose {
            Whose::Own => self.askers[who].0.to_string(),
            _ => format!("{member}@example.test"),
        };
        let new = app::review::New {
            name: slug.clone(),
            subject: domain::review::Subject::Assignments,
            organization: Some(slug),
            due_at: self.world.now().await + jiff::SignedDuration::from_hours(1),
            reviewers: vec![reviewer],
        };
        let caller = self.world.caller();
        let begun = app::review::begin(self.world.reeve(), &caller, &new)
            .await
            .unwrap();
        if name == "campaign_id" {
            return begun.campaign_id.to_string();
        }
        let page = app::review::show(
            self.world.reeve(),
            &caller,
            begun.campaign_id,
            true,
            None,
            9,
        )
        .await
        .unwrap();
        let email = format!("{member}@example.test");
        let item = page.items.iter().find(|item| item.email == email);
        item.unwrap().item_id.to_string()
    }

    /// A body that the operation accepts, if it takes one.
    async fn body(&mut self, operation: &str) -> Option<Value> {
        self.number += 1;
        Some(match operation {
            "create_my_token" => json!({ "name": "ci" }),
            "begin_review" => json!({
                "name": "r", "subject": "exemptions", "reviewers": ["platform@example.test"],
                "due_at": self.world.now().await + jiff::SignedDuration::from_hours(1),
            }),
            "decide_review_item" => json!({ "verdict": "keep", "reason": "r" }),
            "sign_off_review" => json!({ "note": "n" }),
            _ => return None,
        })
    }

    async fn ask(
        &mut self,
        path: &str,
        method: &Method,
        operation: &Value,
        who: &str,
        whose: Whose,
    ) -> Answer {
        let mut uri = path.to_owned();
        for parameter in operation["parameters"]
            .as_array()
            .cloned()
            .unwrap_or_default()
        {
            if parameter["in"] == "path" {
                let name = parameter["name"].as_str().unwrap();
                let part = self.part(name, who, whose).await;
                uri = uri.replace(&format!("{{{name}}}"), &part);
            }
        }
        let name = operation["operationId"].as_str().unwrap();
        let body = self.body(name).await;
        let needs_body = !operation["requestBody"].is_null();
        assert_eq!(body.is_some(), needs_body, "the body of {name}");
        let asker = self.askers[who].1.clone();
        self.api.ask(&asker, method.clone(), &uri, body).await
    }
}

#[tokio::test]
async fn whoever_asks_for_whatever_gets_the_answer_that_was_reviewed() {
    let mut scene = Scene::new().await;
    let document = serde_json::to_value(server::http::openapi()).unwrap();
    let mut table = String::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let Ok(method) = method.to_uppercase().parse::<Method>() else {
                continue;
            };
            let about_one = path.contains('{');
            writeln!(table, "{method} {path}").unwrap();
            let mut foreign = Vec::new();
            for whose in WHOSE {
                if !about_one && whose != Whose::Own {
                    continue;
                }
                let mut line = format!("  {:8}", format!("{whose:?}").to_lowercase());
                for (place, who) in WHO.iter().enumerate() {
                    let answer = scene.ask(path, &method, operation, who, whose).await;
                    write!(line, " {who} {}", answer.status.as_u16()).unwrap();
                    let seen = (
                        answer.status,
                        answer.json["code"].clone(),
                        answer.json["detail"].clone(),
                    );
                    match whose {
                        Whose::Own => {}
                        Whose::Foreign => foreign.push(seen),
                        // Only who administers the platform may tell the two apart.
                        Whose::Missing if *who == "platform" => {}
                        Whose::Missing => {
                            assert_eq!(foreign[place], seen, "{who}: {method} {path}");
                        }
                    }
                }
                writeln!(table, "{line}").unwrap();
            }
        }
    }
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("matrix", table);
    });
}
