//! The switches of user management (U-01 to U-09, U-31, U-32, D4, D14): what each turns off. The one
//! place that knows; how a switch is written is the configuration's to say.

use serde::Serialize;

/// All on is the default, and what an empty environment means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Flags {
    /// `USER_MGMT_CORE`: people, organizations and audit over HTTP, and provisioning at sign-in.
    pub core: bool,
    /// `USER_MGMT_UI`: the console's pages of them.
    pub ui: bool,
    /// `USER_MGMT_ENFORCE`: roles are asked for permissions. Off, ceilings, platform roles,
    /// authentication and tenant isolation still hold (D14).
    pub enforce: bool,
    /// `USER_MGMT_RLS_ENFORCE`: row security is switched on at start. As `enforce` where unset.
    pub rls_enforce: bool,
}

impl Default for Flags {
    fn default() -> Self {
        Self::of(None, None, None, None)
    }
}

impl Flags {
    /// From what was said of each, in the order of the fields; `None` where nobody said anything.
    pub fn of(
        core: Option<bool>,
        ui: Option<bool>,
        enforce: Option<bool>,
        rls_enforce: Option<bool>,
    ) -> Self {
        let enforce = enforce.unwrap_or(true);
        Self {
            core: core.unwrap_or(true),
            ui: ui.unwrap_or(true),
            enforce,
            rls_enforce: rls_enforce.unwrap_or(enforce),
        }
    }
}
