//! The walk over organizations, projects, role definitions, strict mode, the pause and moves.

use app::membership::{NewMember, add_many};
use app::role::define::{self, NewRole, RoleChanges};
use app::{Error, iam, organization, project, rehome, tenancy};
use domain::access::role::ScopeKind;
use domain::audit::Action;
use domain::tenancy::organization::Slug;

use super::Walk;

fn slug(text: &str) -> Slug {
    text.parse().unwrap()
}

impl Walk {
    pub(super) async fn tenancy(&mut self) -> Result<(), Error> {
        self.places().await?;
        self.definitions().await?;
        self.switches().await?;
        self.moves().await
    }

    async fn places(&mut self) -> Result<(), Error> {
        for name in ["east", "west"] {
            let caller = self.world.caller();
            organization::create(self.world.reeve(), &caller, &slug(name), name, None).await?;
            self.wrote(&caller, &[Action::OrganizationCreate]).await;
        }
        let (east, west, quay) = (slug("east"), slug("west"), slug("quay"));
        let caller = self.world.caller();
        let changes = organization::Changes {
            description: Some("by the sea".to_owned()),
            ..organization::Changes::default()
        };
        organization::update(self.world.reeve(), &caller, &east, &changes).await?;
        self.wrote(&caller, &[Action::OrganizationUpdate]).await;
        let caller = self.world.caller();
        project::create(self.world.reeve(), &caller, &east, &quay, "Quay").await?;
        self.wrote(&caller, &[Action::ProjectCreate]).await;
        let caller = self.world.caller();
        let changes = project::Changes {
            name: Some("The quay".to_owned()),
            slug: None,
        };
        project::update(self.world.reeve(), &caller, &east, &quay, &changes).await?;
        self.wrote(&caller, &[Action::ProjectUpdate]).await;
        let caller = self.world.caller();
        project::relocate(self.world.reeve(), &caller, &east, &quay, &west).await?;
        self.wrote(&caller, &[Action::ProjectMove]).await;
        let caller = self.world.caller();
        project::delete(self.world.reeve(), &caller, &west, &quay).await?;
        self.wrote(&caller, &[Action::ProjectDelete]).await;
        Ok(())
    }

    async fn definitions(&mut self) -> Result<(), Error> {
        let (east, name) = (slug("east"), "scribe");
        let caller = self.world.caller();
        let new = NewRole {
            name: name.to_owned(),
            scope: ScopeKind::Tenant,
            rank: 5,
            permissions: vec!["projects:read".to_owned()],
            description: None,
        };
        define::create(self.world.reeve(), &caller, Some(&east), &new).await?;
        self.wrote(&caller, &[Action::RoleCreate]).await;
        let caller = self.world.caller();
        let changes = RoleChanges {
            rank: Some(6),
            ..RoleChanges::default()
        };
        define::update(self.world.reeve(), &caller, Some(&east), name, &changes).await?;
        self.wrote(&caller, &[Action::RoleUpdate]).await;
        let caller = self.world.caller();
        define::delete(self.world.reeve(), &caller, Some(&east), name).await?;
        self.wrote(&caller, &[Action::RoleDelete]).await;
        Ok(())
    }

    async fn switches(&mut self) -> Result<(), Error> {
        for on in [true, false] {
            let caller = self.world.caller();
            tenancy::set_strict(self.world.reeve(), &caller, on).await?;
            self.wrote(&caller, &[Action::GovernanceSetStrict]).await;
        }
        for on in [false, true] {
            let caller = self.world.caller();
            tenancy::set_rehome_approval(self.world.reeve(), &caller, on).await?;
            self.wrote(&caller, &[Action::GovernanceSetRehomeApproval])
                .await;
        }
        let caller = self.world.caller();
        iam::pause(self.world.reeve(), &caller, "why").await?;
        self.wrote(&caller, &[Action::IamPause]).await;
        let caller = self.world.caller();
        iam::resume(self.world.reeve(), &caller).await?;
        self.wrote(&caller, &[Action::IamResume]).await;
        Ok(())
    }

    async fn moves(&mut self) -> Result<(), Error> {
        let (east, west) = (slug("east"), slug("west"));
        let caller = self.world.caller();
        let new = NewMember {
            identity: "new@example.test".to_owned(),
            role: Some("tenant_viewer".to_owned()),
        };
        let mut added = add_many(self.world.reeve(), &caller, &east, &[new]).await?;
        added.remove(0)?;
        let three = [
            Action::IdentityCreate,
            Action::MembershipAdd,
            Action::RoleAssign,
        ];
        self.wrote(&caller, &three).await;
        let wanted = rehome::Wanted {
            identity: "new@example.test".to_owned(),
            from: east.clone(),
            to: west.clone(),
            role: None,
            reason: "why".to_owned(),
        };
        let caller = self.world.caller();
        let asked = rehome::request(self.world.reeve(), &caller, &wanted).await?;
        self.wrote(&caller, &[Action::RehomeRequest]).await;
        let caller = self.world.caller();
        rehome::cancel(self.world.reeve(), &caller, asked.rehome_id).await?;
        self.wrote(&caller, &[Action::RehomeCancel]).await;
        let caller = self.world.caller();
        let asked = rehome::request(self.world.reeve(), &caller, &wanted).await?;
        self.wrote(&caller, &[Action::RehomeRequest]).await;
        let caller = self.world.caller();
        rehome::approve(self.world.reeve(), &caller, asked.rehome_id).await?;
        self.wrote(&caller, &[Action::RehomeMove]).await;
        let caller = self.world.caller();
        organization::delete(self.world.reeve(), &caller, &west, Some("west")).await?;
        self.wrote(&caller, &[Action::OrganizationDelete]).await;
        Ok(())
    }
}
