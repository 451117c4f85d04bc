//! What a plan was made from, as one hash; an approval holds as long as it stays the same.
//!
//! It covers mode, policy, mapping, and for each mapped guild whether its snapshot is fresh and
//! which members hold which mapped roles, and what the platform's roles are to a plan. Not the
//! snapshot's id or time: a new scan that saw the same changes nothing. People's own facts are not in
//! it; their version is in each step.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::access::permission::HAULING_MEMBER;
use crate::access::role::{RoleDefinition, ScopeKind};
use crate::governance::assess::Rules;
use crate::id::GuildId;

/// 64 lower-case hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// One as it was stored.
    pub fn stored(text: String) -> Self {
        Self(text)
    }

    /// The fingerprint of rules at `now`; `content` is each guild's hash over (member, mapped
    /// roles), as `store` computes it. Of `roles`, in the order of their ids, counts which of the
    /// platform's entitle and which of them suspension leaves alone: what else a role permits moves no
    /// plan, and so voids no approval.
    pub fn of<'a>(
        rules: &Rules,
        content: &BTreeMap<GuildId, String>,
        roles: impl IntoIterator<Item = &'a RoleDefinition>,
        now: Timestamp,
    ) -> Self {
        let mut hash = Sha256::new();
        let mut part = |text: &str| {
            hash.update(text.len().to_be_bytes());
            hash.update(text);
        };
        part(rules.mode.as_str());
        part(&format!("{:?}", rules.policy));
        part(&format!("{:?}", rules.mapping));
        for (guild, freshness) in rules.guild_freshness(now) {
            part(&guild.to_string());
            part(if freshness.is_fresh() {
                "fresh"
            } else {
                "not fresh"
            });
            part(content.get(&guild).map_or("", String::as_str));
        }
        for role in roles {
            let entitles = role.permissions.contains(HAULING_MEMBER);
            if role.scope == ScopeKind::Platform && (entitles || !role.portal) {
                part(&role.role_id.to_string());
                part(if entitles { "entitles" } else { "" });
                part(if role.portal { "portal" } else { "" });
            }
        }
        Self(hex(&hash.finalize()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Bytes as lower-case hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    use fmt::Write;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            // Writing to a String can't fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}
