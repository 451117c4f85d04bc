//! Who has which role where. Giving and taking them is [`crate::role`]'s.

use domain::access::permission::ASSIGNMENTS_READ;
use store::assignment::{self, Filter, Page};

use crate::identity::some;
use crate::role::{Place, scope_for};
use crate::{Caller, Error, Reeve, permit};

/// A page of the assignments at a scope, with where each came from; those of an organization without
/// those in its projects.
pub async fn list(
    reeve: &Reeve,
    caller: &Caller,
    place: &Place,
    filter: &Filter,
) -> Result<Page, Error> {
    some(filter.limit)?;
    let mut tx = reeve.database.snapshot("list assignments").await?;
    let scope = scope_for(reeve, &mut tx, caller, None, place).await?;
    permit::may_look(reeve, &mut tx, caller, ASSIGNMENTS_READ, scope).await?;
    let page = assignment::page(&mut tx, scope, filter).await?;
    tx.rollback().await?;
    Ok(page)
}
