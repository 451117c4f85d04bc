//! The sample organization: what `reeve quickstart` loads into an empty installation, so that a
//! newcomer's first plan has something to say.
//!
//! Northway Haulage has about 500 people, a contractor, and a Discord server. It comes as the three
//! files that a real organization would bring ([`identities_csv`], [`access_login_toml`],
//! [`discord_members_json`]), and [`load`] passes them to the same operations that the commands
//! call. Nothing is random: everybody gets the same people.
//!
//! All addresses are at `example.com` and `example.org` (RFC 2606, section 3), so no mail ever
//! reaches anybody.

mod cast;
mod discord;
mod generator;
mod load;
mod names;
mod people;

pub use discord::{GUILD, MAPPED_ROLES, MEMBERS, ROLE_NAMES, discord_members_json};
pub use load::{Loaded, keep_fresh, load};
pub use people::{PEOPLE, identities_csv};

/// Who is in scope of Northway's services, as `reeve policy set access.login` reads it: TOML with
/// comments.
pub fn access_login_toml() -> &'static str {
    include_str!("access_login.toml")
}

#[cfg(test)]
mod tests;
