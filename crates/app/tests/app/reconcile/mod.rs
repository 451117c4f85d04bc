//! Reconcile, from the facts in the database to what it leaves there.

mod clock;
mod guard;
mod matrix;
mod overtaken;
mod plan;
mod prune;
mod record;
mod repeat;
mod restore;
mod runners;
mod spared;

use app::Error;
use app::reconcile::Applied;
use app::reconcile::plan::Options;
use testkit::World;

/// Applies a plan as somebody at the command line does.
async fn apply(world: &World, plan_id: &str) -> Result<Applied, Error> {
    let lease = Options::default().lease;
    app::reconcile::apply(world.reeve(), &world.caller(), plan_id, lease).await
}

/// Approves a plan.
async fn approve(world: &World, plan_id: &str) -> Result<String, Error> {
    app::reconcile::approve(world.reeve(), &world.caller(), plan_id).await
}

/// The state of a stored plan.
async fn state(world: &World, plan_id: &str) -> String {
    let plans = app::reconcile::list(world.reeve(), &world.caller(), 100)
        .await
        .unwrap();
    let found = plans.into_iter().find(|plan| plan.plan_id == plan_id);
    found.expect("the plan is stored").state.to_string()
}
