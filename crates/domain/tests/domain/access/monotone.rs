//! Taking a fact away never turns a "no" into a "yes": whatever is lost, stale or broken can only
//! close access (the promise's second sentence).

use domain::governance::privileged::Privilege;
use domain::identity::Status;
use proptest::prelude::*;

use super::decide::{Credential, Question, STRANGER, any_question};
use crate::cases;
use crate::plain::Age;

/// The question after the loss of one thing, for each thing that can be lost.
fn after_each_loss(q: &Question) -> Vec<(&'static str, Question)> {
    let mut losses: Vec<(&'static str, Question)> = Vec::new();
    let mut lose = |what, change: &dyn Fn(&mut Question)| {
        let mut without = q.clone();
        change(&mut without);
        without.body = without.body.settled(&without.setting);
        losses.push((what, without));
    };
    lose("the identity", &|q| q.known = false);
    lose("being active", &|q| q.status = worse(q.status));
    lose("being enabled", &|q| q.status = Status::Disabled);
    lose("privilege", &|q| q.privilege = None);
    lose("break-glass, though still admin", &|q| {
        q.privilege = q.privilege.map(|_| Privilege::Admin);
    });
    lose("a credential new enough", &|q| {
        q.credential = Credential::AtTheEpoch;
    });
    lose("membership", &|q| q.member = false);
    lose("the platform role", &|q| q.holds[0] = false);
    lose("the tenant role", &|q| q.holds[1] = false);
    lose("the project role", &|q| q.holds[2] = false);
    lose("ownership", &|q| q.owner = q.owner.map(|_| STRANGER));
    lose("the rules", &|q| q.rules_complete = false);
    lose("the link", &|q| q.body.linked = false);
    lose("the assignment", &|q| q.body.assigned = false);
    lose("the stripped assignment", &|q| q.body.stripped = false);
    lose("the exemption", &|q| q.body.exempted = false);
    lose("the organization", &|q| q.body.clauses.organization = false);
    lose("the group", &|q| q.body.clauses.group = false);
    lose("the domain", &|q| q.body.clauses.email_domain = false);
    lose("everyone", &|q| q.body.clauses.everyone = false);
    lose("the inclusion", &|q| q.body.clauses.include = false);
    lose("not being excluded", &|q| q.body.clauses.exclude = true);
    for guild in 0..3 {
        lose("the Discord role", &|q| q.body.role[guild] = false);
        lose("the guild", &|q| q.body.member[guild] = false);
        for lesser in [Age::Stale, Age::Future, Age::Missing] {
            lose("freshness", &|q| {
                if q.setting.ages[guild] == Age::Fresh {
                    q.setting.ages[guild] = lesser;
                }
            });
        }
    }
    lose("all snapshots", &|q| q.setting.ages = [Age::Missing; 3]);
    losses
}

fn worse(status: Status) -> Status {
    match status {
        Status::Active => Status::Suspended,
        Status::Suspended | Status::Disabled => Status::Disabled,
    }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn losing_any_fact_never_turns_a_denial_into_access(question in any_question()) {
        if !question.decide().allowed {
            for (what, without) in after_each_loss(&question) {
                prop_assert!(!without.decide().allowed, "allowed without {}", what);
            }
        }
    }
}
