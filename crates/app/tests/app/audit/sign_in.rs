//! The walk over signing in and provisioning.

use app::Error;
use app::session::{create_link, revoke, sign_in_by_link};
use domain::audit::Action;
use domain::identity::mapping::Mapping;
use serde_json::json;
use testkit::oidc::Issuer;

use super::Walk;

impl Walk {
    pub(super) async fn sign_in(&mut self) -> Result<(), Error> {
        self.world.person("sid").build().await;
        // No job makes one.
        let caller = self.world.caller();
        let link = create_link(self.world.reeve(), &caller, "sid@example.test").await?;
        self.wrote(&caller, &[Action::LoginLinkCreate]).await;
        let (_, token) = link.link.split_once("token=").unwrap();
        let id = self.caller().correlation_id;
        let begun = sign_in_by_link(self.world.reeve(), token, &id).await?;
        self.recorded(Action::SessionBegin, "person").await;
        let caller = self.caller();
        revoke(self.world.reeve(), &caller, begun.session_id, None).await?;
        self.wrote(&caller, &[Action::SessionRevoke]).await;
        self.provisioning().await
    }

    async fn provisioning(&mut self) -> Result<(), Error> {
        let issuer = Issuer::start(self.world.now().await).await;
        let live = self.world.reeve().live.clone();
        let mut settings = live.get().as_ref().clone();
        let mut oidc = issuer.settings();
        oidc.claim_by_verified_email = true;
        settings.oidc = Some(oidc);
        settings.mapping = Mapping::parse("ops=publisher", "").unwrap();
        live.set(settings);
        let claims = |subject: &str, groups: &[&str]| {
            let email = format!("{subject}@example.test");
            json!({ "sub": subject, "email": email, "email_verified": true, "name": subject, "groups": groups })
        };
        for claims in [
            claims("nia", &["ops"]),
            claims("nia", &[]),
            claims("sid", &[]),
        ] {
            let token = issuer.token(claims);
            let id = self.caller().correlation_id;
            app::authenticate::by_bearer(self.world.reeve(), &token, id).await?;
        }
        for action in [
            Action::ProvisioningCreate,
            Action::ProvisioningClaim,
            Action::ProvisioningUpdate,
            Action::ProvisioningGrant,
            Action::ProvisioningRevoke,
        ] {
            self.recorded(action, "provisioning").await;
        }
        let caller = self.caller();
        app::provision::sync(self.world.reeve(), &caller, "nia@example.test").await?;
        self.wrote(&caller, &[Action::ProvisioningSync]).await;
        Ok(())
    }

    /// That the last row of an action came by this path, about somebody, with a correlation id.
    pub(super) async fn recorded(&mut self, action: Action, source: &str) {
        let rows = self.world.audit(action.as_str()).await;
        assert_eq!(rows[0].source, source, "{action:?}");
        assert!(rows[0].target_user_id.is_some(), "{action:?}");
        assert!(rows[0].correlation_id.is_some(), "{action:?}");
        self.seen.insert(action.as_str().to_owned());
    }
}
