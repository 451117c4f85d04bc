//! A page of people, narrowed by what is stored of them, or by how they drift.

use std::collections::HashSet;

use domain::access::permission::{GOVERNANCE_READ, IDENTITIES_READ};
use domain::access::role::Scope;
use domain::id::OrganizationId;
use domain::identity::Status;
use domain::tenancy::organization::Slug;
use store::person::{self, Page};
use store::{Tx, organization, role};
use uuid::Uuid;

use super::some;
use crate::status_map::{self, WhichDrift};
use crate::{Caller, Error, Reeve, everybody, permit};

/// Whom to list; each given field narrows it.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub status: Option<Status>,
    /// Assigned a role of this name, anywhere.
    pub role: Option<String>,
    /// Active member of this organization.
    pub organization: Option<Slug>,
    /// Contained in address or name, in any case.
    pub search: Option<String>,
    /// Not as they should be. Everybody is judged for it, which takes seconds where they are a million.
    pub drift: Option<WhichDrift>,
    /// The address after which the page begins.
    pub after: Option<String>,
    /// At most so many.
    pub limit: i64,
}

/// Up to so many matches of a text are found first, by their index if the text has three characters;
/// where more match, the first of them are soon come across in the order of the list.
const FEW: i64 = 2_000;

/// A page of people, by e-mail address.
pub async fn list(reeve: &Reeve, caller: &Caller, filter: &Filter) -> Result<Page, Error> {
    some(filter.limit)?;
    let _turn = match filter.drift {
        Some(_) => everybody::turn().await,
        None => None,
    };
    let mut tx = permit::look(reeve, caller, "list identities", IDENTITIES_READ).await?;
    let among = match filter.drift {
        Some(which) => {
            permit::may_look(reeve, &mut tx, caller, GOVERNANCE_READ, Scope::Platform).await?;
            Some(status_map::drifting(reeve, &mut tx, which).await?)
        }
        None => None,
    };
    let text = filter.search.clone().filter(|text| !text.is_empty());
    let (search, among) = search(&mut tx, text, among).await?;
    let stored = person::Filter {
        status: filter.status,
        roles: roles(&mut tx, filter.role.as_deref()).await?,
        organization: tenant(&mut tx, filter.organization.as_ref()).await?,
        search,
        among,
        after: filter.after.clone(),
        limit: filter.limit,
    };
    let page = person::list(&mut tx, &stored).await?;
    tx.rollback().await?;
    Ok(page)
}

/// How a text is looked for, and among whom.
async fn search(
    tx: &mut Tx,
    text: Option<String>,
    among: Option<Vec<Uuid>>,
) -> Result<(Option<String>, Option<Vec<Uuid>>), Error> {
    let Some(text) = text else {
        return Ok((None, among));
    };
    let found = person::matching(tx, &text, FEW + 1).await?;
    if i64::try_from(found.len()).unwrap_or(i64::MAX) > FEW {
        return Ok((Some(text), among));
    }
    let Some(among) = among else {
        return Ok((None, Some(found)));
    };
    let found: HashSet<Uuid> = found.into_iter().collect();
    let both = among.into_iter().filter(|id| found.contains(id)).collect();
    Ok((None, Some(both)))
}

/// The roles of that name: the built-in one, and those that organizations call so.
async fn roles(tx: &mut Tx, name: Option<&str>) -> Result<Option<Vec<Uuid>>, Error> {
    let Some(name) = name else { return Ok(None) };
    let roles = role::load(tx).await?.0.into_values();
    let named: Vec<_> = roles
        .filter(|role| role.name == name)
        .map(|role| role.role_id.0)
        .collect();
    if named.is_empty() {
        let name: String = name.chars().take(80).collect();
        let problem = format!("there is no role `{name}`; `reeve role list` names them all");
        return Err(Error::invalid("role", problem));
    }
    Ok(Some(named))
}

async fn tenant(tx: &mut Tx, slug: Option<&Slug>) -> Result<Option<OrganizationId>, Error> {
    let Some(slug) = slug else { return Ok(None) };
    match organization::find(tx, slug).await? {
        Some(id) => Ok(Some(id)),
        None => {
            let problem = format!("there is no organization `{slug}`");
            Err(Error::invalid("organization", problem))
        }
    }
}
