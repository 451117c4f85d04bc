//! The facts that a second connection reads while the first reads the people: memberships that the
//! policy asks about, and the members of the mapped guilds. They name people by ids that the first
//! knows, so they are joined afterwards.

use domain::governance::assess::RoleMapping;
use domain::governance::eligibility::{AccessPolicy, ScopeMatches};
use domain::governance::entitlement::GuildSet;
use domain::id::OrganizationId;
use uuid::Uuid;

use crate::copy;
use crate::error::StoreError;
use crate::scope::Tx;

/// What was read.
#[derive(Debug, Default)]
pub(super) struct Beside {
    pub(super) memberships: Vec<(Uuid, ScopeMatches)>,
    pub(super) members: Vec<Member>,
}

/// A member of a mapped guild in its current snapshot.
#[derive(Clone, Copy, Debug)]
pub(super) struct Member {
    pub(super) discord_id: i64,
    pub(super) guild: GuildSet,
    /// Whether it has a mapped role.
    pub(super) mapped: bool,
}

impl Beside {
    pub(super) async fn load(
        tx: &mut Tx,
        policy: &AccessPolicy,
        mapping: &RoleMapping,
    ) -> Result<Self, StoreError> {
        let mut beside = Self::default();
        beside.load_memberships(tx, policy).await?;
        beside.load_members(tx, mapping).await?;
        Ok(beside)
    }

    async fn load_memberships(
        &mut self,
        tx: &mut Tx,
        policy: &AccessPolicy,
    ) -> Result<(), StoreError> {
        if policy.organizations.is_empty() {
            return Ok(());
        }
        let wanted = list(policy.organizations.iter().map(|id| format!("'{id}'")));
        let query = format!(
            "select user_id, organization_id from membership
              where status = 'active' and organization_id in ({wanted})"
        );
        copy::read(tx.connection(), &query, |fields| {
            let user_id = fields.uuid()?;
            let matches = policy.match_organization(OrganizationId(fields.uuid()?));
            self.memberships.push((user_id, matches));
            Ok(())
        })
        .await
    }

    async fn load_members(&mut self, tx: &mut Tx, mapping: &RoleMapping) -> Result<(), StoreError> {
        for (place, (guild, roles)) in mapping.0.iter().enumerate() {
            let roles = list(roles.iter().map(ToString::to_string));
            let query = format!(
                "select discord_id, roles && array[{roles}]::bigint[] from discord_member
                  where guild_id = {guild}"
            );
            let guild = GuildSet::of(place);
            copy::read(tx.connection(), &query, |fields| {
                let discord_id = fields.bigint()?;
                let mapped = fields.boolean_or_null()? == Some(true);
                self.members.push(Member {
                    discord_id,
                    guild,
                    mapped,
                });
                Ok(())
            })
            .await?;
        }
        Ok(())
    }
}

fn list(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join(", ")
}
