//! The people whose stories the first plan tells, one line each. The crowd around them is made up in
//! [`crate::people`].

use crate::people::{Case, Organization};

/// Somebody with a name and a story.
#[derive(Debug)]
pub(crate) struct Character {
    pub(crate) name: &'static str,
    pub(crate) organization: Organization,
    pub(crate) group: &'static str,
    /// As the column `roles` of an import has them.
    pub(crate) roles: &'static [&'static str],
    pub(crate) case: Case,
}

const fn character(
    name: &'static str,
    organization: Organization,
    group: &'static str,
    roles: &'static [&'static str],
    case: Case,
) -> Character {
    Character {
        name,
        organization,
        group,
        roles,
        case,
    }
}

const HAULS: &[&str] = &["hauling.member"];
const HAULS_AND_READS: &[&str] = &["hauling.member", "reader"];

#[rustfmt::skip]
pub(crate) const CAST: &[Character] = {
    use Case::*;
    use Organization::*;
    &[
        // Those who run it. Two of them are not entitled and spared, because they are admin-class.
        character("Ingrid Solheim", Northway, "it", &["admin", "tenant_owner@northway"], Unlinked),
        character("Priya Raghunathan", Northway, "it", &["admin", "tenant_owner@default", "hauling.member"], Working),
        character("Rafael Domingues", Northway, "it", &["subadmin", "tenant_admin@default"], LostRole),
        character("Tomasz Wielgosz", Northway, "it", &["subadmin", "hauling.member"], Working),
        character("Daniel Okafor", Northway, "office", &["tenant_admin@northway", "hauling.member"], Working),
        character("Mehmet Karaca", Depots, "yard", &["tenant_owner@northway-depots", "hauling.member"], Working),
        character("Oksana Hrytsenko", Depots, "yard", &["tenant_admin@northway-depots", "hauling.member"], Working),
        character("Fiona MacAllister", KestrelOnContract, "drivers", &["tenant_owner@kestrel-freight", "hauling.member"], Working),
        character("Bram Hoekstra", KestrelOnContract, "drivers", &["tenant_admin@kestrel-freight", "hauling.member"], Working),
        character("Yuki Tanabe", Northway, "it", &["operator", "hauling.member"], Working),
        character("Seán Gallagher", Northway, "dispatch", &["operator", "hauling.member"], Working),
        character("Hanna Lindqvist", Northway, "finance", &["auditor", "reader"], Working),
        character("Kofi Asante", Northway, "finance", &["auditor", "reader"], Working),
        character("Léa Fontaine", Northway, "office", &["publisher", "hauling.member"], Working),
        character("Marco Bellini", Northway, "office", &["publisher", "reader"], Working),
        character("Amara Nwosu", Outside, "bookkeeping", &["auditor"], Working),
        character("Gustav Ehrling", Outside, "drivers", HAULS, Working),
        // Lost the role in Discord.
        character("Nadia Ferreira", Northway, "drivers", HAULS_AND_READS, LostRole),
        character("Owen Pritchett", Northway, "drivers", HAULS, LostRole),
        character("Pınar Doğan", Depots, "warehouse", HAULS, LostRole),
        character("Jakub Nowicki", Depots, "yard", HAULS_AND_READS, LostRole),
        // Left the guild.
        character("Siobhan Keane", Northway, "drivers", HAULS, LeftGuild),
        character("Emeka Obiora", Northway, "dispatch", &["hauling.member", "publisher"], LeftGuild),
        character("Hugo Bertrand", Depots, "warehouse", HAULS, LeftGuild),
        // Never linked the Discord account that has the role.
        character("Marit Haugen", Northway, "drivers", HAULS, Unlinked),
        character("Ravi Deshpande", Depots, "warehouse", HAULS, Unlinked),
        // No longer on the contract: the role is still there, the scope is not.
        character("Lachlan Reid", Kestrel, "drivers", HAULS, Working),
        character("Anouk Visser", Kestrel, "drivers", HAULS, Working),
        character("Pedro Valdés", Kestrel, "drivers", &["reader"], LeftGuild),
        // Excluded by name, whatever else is true of them.
        character("Dorin Vlasceanu", Depots, "yard", HAULS, Working),
        character("Carla Bentivoni", Depots, "yard", HAULS_AND_READS, Working),
        // Suspended, and entitled again.
        character("Ada Brightwell", Northway, "drivers", &[], Returned),
        character("Luís Figueira", Northway, "drivers", &[], Returned),
        character("Hye-Jin Seo", Northway, "planning", &[], Returned),
        character("Samira Bakkali", Depots, "warehouse", &[], Returned),
        character("Callum Drummond", KestrelOnContract, "drivers", &[], Returned),
        // Suspended by hand once, and nobody took the roles.
        character("Viktor Hallgren", Northway, "drivers", HAULS, LeftOver),
        character("Joy Wambui", Northway, "office", &["publisher", "reader"], LeftOver),
        character("Ismail Benali", Depots, "yard", &["reader"], LeftOver),
        character("Katya Morozova", Kestrel, "drivers", HAULS, LeftOver),
        // Disabled by a person; nothing but a person undoes it, the role in Discord included.
        character("Leon Strasser", Northway, "drivers", HAULS, Disabled),
        character("Delphine Maréchal", Northway, "office", HAULS, Disabled),
        character("Arturo Cárdenas", Depots, "yard", HAULS, Disabled),
        character("Miriam Feld", Depots, "warehouse", &["reader"], DisabledUnlinked),
        character("Trevor Hollis", Northway, "drivers", &[], DisabledUnlinked),
        character("Chiamaka Udo", Northway, "finance", &[], DisabledUnlinked),
        character("Erik Thorsen", Kestrel, "drivers", &[], DisabledUnlinked),
        character("Rosa Gimeno", Northway, "workshop", &[], DisabledUnlinked),
    ]
};
