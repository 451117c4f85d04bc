//! The facts of all people, loaded for planning.
//!
//! Each kind of fact is one COPY, read in the same snapshot of the database; the clauses of the policy are matched
//! as the rows come by, so that a million people fit in some hundred megabytes. What a fact means is
//! `domain`'s to say.

use std::collections::{BTreeSet, HashMap};

use domain::access::permission::HAULING_MEMBER;
use domain::access::role::{Administrative, Scope};
use domain::actor::SYSTEM_USER;
use domain::governance::assess::{Evidence, Rules};
use domain::governance::jml::Standing;
use domain::governance::privileged::{BreakGlass, Privilege};
use domain::id::{AssignmentId, OrganizationId, ProjectId, RoleId, UserId};
use domain::identity::{RoleOverrides, Status};
use domain::reconcile::plan::Person;
use domain::reconcile::restore::{Stripped, restorable, strippable};
use domain::time::Period;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::copy::{self, Fields, Malformed};
use crate::error::StoreError;
use crate::identity;
use crate::overrides;
use crate::role::Roles;
use crate::scope::Tx;

pub mod asker;
mod beside;
mod grouped;
pub mod one;

use beside::Beside;
use grouped::Grouped;

/// By what the facts are read.
#[derive(Debug)]
pub struct Lens<'a> {
    pub rules: &'a Rules,
    pub roles: &'a Roles,
    pub break_glass: &'a BreakGlass,
    pub restore_window: SignedDuration,
    pub now: Timestamp,
}

/// Everybody, sorted by id.
#[derive(Debug, Default)]
pub struct People {
    rows: Vec<Row>,
    /// The places of the linked, by their Discord account.
    by_discord: HashMap<i64, u32>,
    strippable: Grouped<AssignmentId>,
    stripped: Grouped<Stripped>,
}

#[derive(Clone, Copy, Debug)]
struct Row {
    user_id: Uuid,
    version: i64,
    status: Status,
    administrative: Option<Administrative>,
    on_allowlist: bool,
    held: bool,
    evidence: Evidence,
    recorded: Option<Standing>,
}

impl People {
    /// Everybody as planning sees them, in the order of their ids.
    pub fn iter(&self) -> impl Iterator<Item = Person<'_>> {
        self.rows.iter().enumerate().map(|(i, row)| Person {
            user_id: UserId(row.user_id),
            version: row.version,
            status: row.status,
            privilege: Privilege::of(row.administrative, row.on_allowlist),
            held: row.held,
            evidence: row.evidence,
            recorded: row.recorded,
            strippable: self.strippable.of(i),
            stripped: self.stripped.of(i),
        })
    }

    /// Loads everybody. Use a transaction of one snapshot, or people may be torn; `beside` is a
    /// second one of the same snapshot, read by a task of its own.
    pub async fn load(
        tx: &mut Tx,
        beside: Option<Tx>,
        lens: &Lens<'_>,
    ) -> Result<Self, StoreError> {
        let (policy, mapping) = (&lens.rules.policy, &lens.rules.mapping);
        let (mut people, found) = match beside {
            Some(mut beside) => {
                let (policy, mapping) = (policy.clone(), mapping.clone());
                let reading =
                    tokio::spawn(async move { Beside::load(&mut beside, &policy, &mapping).await });
                let people = Self::load_own(tx, lens).await?;
                let crashed = |_| StoreError::Unavailable(sqlx::Error::WorkerCrashed);
                (people, reading.await.map_err(crashed)??)
            }
            None => (
                Self::load_own(tx, lens).await?,
                Beside::load(tx, policy, mapping).await?,
            ),
        };
        people.join(&found);
        Ok(people)
    }

    /// Everything but what [`Beside`] reads.
    async fn load_own(tx: &mut Tx, lens: &Lens<'_>) -> Result<Self, StoreError> {
        let mut people = Self {
            rows: load_rows(tx, lens).await?,
            ..Self::default()
        };
        people.rows.sort_unstable_by_key(|row| row.user_id);
        people.mark_allowlisted(tx, lens.break_glass).await?;
        people.load_links(tx).await?;
        people.load_groups(tx, lens).await?;
        people.load_assignments(tx, lens).await?;
        people.load_stripped(tx, lens).await?;
        people
            .load_periods(tx, lens, "hold", |row| row.held = true)
            .await?;
        people
            .load_periods(tx, lens, "exemption", |row| row.evidence.exempted = true)
            .await?;
        Ok(people)
    }

    /// Puts what was read beside to the people it is about.
    fn join(&mut self, found: &Beside) {
        let mut hint = 0;
        for (user_id, matches) in &found.memberships {
            if let Some(place) = find(&self.rows, *user_id, hint) {
                hint = place + 1;
                if let Some(row) = self.rows.get_mut(place) {
                    row.evidence.matches = row.evidence.matches.with(*matches);
                }
            }
        }
        for member in &found.members {
            let place = self
                .by_discord
                .get(&member.discord_id)
                .and_then(|p| usize::try_from(*p).ok());
            let Some(row) = place.and_then(|place| self.rows.get_mut(place)) else {
                continue;
            };
            let discord = &mut row.evidence.discord;
            discord.member_of = discord.member_of.union(member.guild);
            if member.mapped {
                discord.mapped_role_in = discord.mapped_role_in.union(member.guild);
            }
        }
    }

    async fn mark_allowlisted(
        &mut self,
        tx: &mut Tx,
        break_glass: &BreakGlass,
    ) -> Result<(), StoreError> {
        if break_glass.is_empty() {
            return Ok(());
        }
        let emails: Vec<String> = break_glass
            .emails()
            .map(|email| email.as_str().to_owned())
            .collect();
        let by_email = identity::by_emails(tx, &emails).await?;
        let listed: BTreeSet<UserId> = break_glass
            .user_ids()
            .chain(by_email.into_iter().map(|found| found.user_id))
            .collect();
        for row in &mut self.rows {
            row.on_allowlist = listed.contains(&UserId(row.user_id));
        }
        Ok(())
    }

    async fn load_groups(&mut self, tx: &mut Tx, lens: &Lens<'_>) -> Result<(), StoreError> {
        if lens.rules.policy.groups.is_empty() {
            return Ok(());
        }
        let query = "select user_id, jsonb_array_elements_text(claims -> 'groups') from app_user
                      where jsonb_typeof(claims -> 'groups') = 'array'";
        self.each(tx, query, |row, fields| {
            let matches = lens.rules.policy.match_group(fields.text()?);
            row.evidence.matches = row.evidence.matches.with(matches);
            Ok(())
        })
        .await
    }

    async fn load_links(&mut self, tx: &mut Tx) -> Result<(), StoreError> {
        let mut by_discord = HashMap::with_capacity(self.rows.len());
        let query = "select user_id, discord_id from identity_link where provider = 'discord'";
        self.each_with_place(tx, query, |place, row, fields| {
            row.evidence.discord.linked = true;
            by_discord.insert(fields.bigint()?, place);
            Ok(())
        })
        .await?;
        self.by_discord = by_discord;
        Ok(())
    }

    /// Platform assignments: who is administrative, who has the right by the portal, and what
    /// suspension would take.
    async fn load_assignments(&mut self, tx: &mut Tx, lens: &Lens<'_>) -> Result<(), StoreError> {
        let overrides = load_overrides(tx, lens.now).await?;
        let mut taken = Vec::new();
        let query =
            "select user_id, assignment_id, role_id, valid_from, valid_until from user_roles
                      where tenant_id is null";
        self.each_with_place(tx, query, |place, row, fields| {
            let assignment_id = AssignmentId(fields.uuid()?);
            let role = lens.roles.get(RoleId(fields.uuid()?));
            let valid = period(fields)?.contains(lens.now);
            let Some(role) = role else {
                return Ok(());
            };
            if valid {
                row.administrative = row.administrative.max(role.administrative());
                row.evidence.portal.assigned |= role.permissions.contains(HAULING_MEMBER);
            }
            if strippable(role, overrides.get(&row.user_id)) {
                taken.push((place, assignment_id));
            }
            Ok(())
        })
        .await?;
        self.strippable = Grouped::build(taken, self.rows.len(), |id| *id);
        Ok(())
    }

    async fn load_stripped(&mut self, tx: &mut Tx, lens: &Lens<'_>) -> Result<(), StoreError> {
        let mut found = Vec::new();
        let query = "select user_id, assignment_id, role_id, tenant_id, project_id, stripped_at,
                            valid_until from stripped_assignment";
        self.each_with_place(tx, query, |place, row, fields| {
            let assignment_id = AssignmentId(fields.uuid()?);
            let role = lens.roles.get(RoleId(fields.uuid()?));
            let scope = scope(fields.uuid_or_null()?, fields.uuid_or_null()?);
            let stripped_at = fields.timestamp()?.ok_or(Malformed("timestamptz"))?;
            let until = fields.timestamp()?;
            let verdict = restorable(
                role,
                scope,
                stripped_at,
                until,
                lens.now,
                lens.restore_window,
            );
            if verdict.is_ok() && role.is_some_and(|r| r.permissions.contains(HAULING_MEMBER)) {
                row.evidence.portal.stripped = true;
            }
            found.push((
                place,
                Stripped {
                    assignment_id,
                    restorable: verdict,
                },
            ));
            Ok(())
        })
        .await?;
        self.stripped = Grouped::build(found, self.rows.len(), |stripped| stripped.assignment_id);
        Ok(())
    }

    async fn load_periods(
        &mut self,
        tx: &mut Tx,
        lens: &Lens<'_>,
        table: &'static str,
        mark: impl Fn(&mut Row),
    ) -> Result<(), StoreError> {
        let query =
            format!("select user_id, starts_at, ends_at from {table} where ended_at is null");
        self.each(tx, &query, |row, fields| {
            if period(fields)?.contains(lens.now) {
                mark(row);
            }
            Ok(())
        })
        .await
    }

    async fn each(
        &mut self,
        tx: &mut Tx,
        query: &str,
        mut apply: impl FnMut(&mut Row, &mut Fields<'_>) -> Result<(), Malformed>,
    ) -> Result<(), StoreError> {
        self.each_with_place(tx, query, |_, row, fields| apply(row, fields))
            .await
    }

    /// Runs a query whose first column is a person's id, with the person at hand. Rows of the
    /// system's own identity are passed over.
    async fn each_with_place(
        &mut self,
        tx: &mut Tx,
        query: &str,
        mut apply: impl FnMut(u32, &mut Row, &mut Fields<'_>) -> Result<(), Malformed>,
    ) -> Result<(), StoreError> {
        let rows = &mut self.rows;
        let mut hint = 0;
        copy::read(tx.connection(), query, |fields| {
            let user_id = fields.uuid()?;
            let Some(place) = find(rows, user_id, hint) else {
                return Ok(());
            };
            hint = place + 1;
            match (u32::try_from(place), rows.get_mut(place)) {
                (Ok(number), Some(row)) => apply(number, row, fields),
                _ => Ok(()),
            }
        })
        .await
    }
}

/// The place of a person. Rows mostly come in the order in which people were made, which is the
/// order of their ids, so the one after the last is tried first.
fn find(rows: &[Row], user_id: Uuid, hint: usize) -> Option<usize> {
    if rows.get(hint).is_some_and(|row| row.user_id == user_id) {
        return Some(hint);
    }
    rows.binary_search_by_key(&user_id, |row| row.user_id).ok()
}

async fn load_rows(tx: &mut Tx, lens: &Lens<'_>) -> Result<Vec<Row>, StoreError> {
    let policy = &lens.rules.policy;
    // The address is only read where the policy asks for it.
    let domain = if policy.email_domains.is_empty() {
        "''"
    } else {
        "split_part(lower(email), '@', 2)"
    };
    let query = format!(
        "select user_id, version, status, {domain}, reconciled_in_scope, reconciled_entitled
           from app_user where user_id <> '{SYSTEM_USER}'"
    );
    let mut rows = Vec::new();
    copy::read(tx.connection(), &query, |fields| {
        let user_id = fields.uuid()?;
        let version = fields.bigint()?;
        let status = fields.text()?.parse().map_err(|_| Malformed("status"))?;
        let matches = policy.match_person(UserId(user_id), fields.text()?);
        let recorded = match (fields.boolean_or_null()?, fields.boolean_or_null()?) {
            (Some(in_scope), Some(entitled)) => Some(Standing { in_scope, entitled }),
            _ => None,
        };
        rows.push(Row {
            user_id,
            version,
            status,
            administrative: None,
            on_allowlist: false,
            held: false,
            evidence: Evidence {
                matches,
                ..Evidence::default()
            },
            recorded,
        });
        Ok(())
    })
    .await?;
    Ok(rows)
}

/// The few who have role overrides, as far as they count now. The constraint `role_overrides_shape`
/// refuses what can't be read.
async fn load_overrides(
    tx: &mut Tx,
    now: Timestamp,
) -> Result<HashMap<Uuid, RoleOverrides>, StoreError> {
    let rows = sqlx::query!(
        r#"select user_id, claims -> 'role_overrides' as "overrides!" from app_user
            where claims ? 'role_overrides'"#
    )
    .fetch_all(tx.connection())
    .await?;
    rows.into_iter()
        .map(|row| {
            let overrides = overrides::read(row.user_id, row.overrides)?;
            Ok((row.user_id, overrides.in_force(now)))
        })
        .collect()
}

fn period(fields: &mut Fields<'_>) -> Result<Period, Malformed> {
    Ok(Period {
        from: fields.timestamp()?.ok_or(Malformed("timestamptz"))?,
        until: fields.timestamp()?,
    })
}

pub(crate) fn scope(tenant_id: Option<Uuid>, project_id: Option<Uuid>) -> Scope {
    match (tenant_id.map(OrganizationId), project_id.map(ProjectId)) {
        (Some(tenant_id), Some(project_id)) => Scope::Project {
            tenant_id,
            project_id,
        },
        (Some(tenant_id), None) => Scope::Tenant { tenant_id },
        (None, _) => Scope::Platform,
    }
}
