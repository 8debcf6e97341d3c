//! The items of the reports to authorities, and the answers of the form that belong to each.
//!
//! `ppc`, item `summary` → `/incident/summary`, `/incident/kind`
//!
//! Sources, looked up in November 2026:
//! - `ppc`: the nine items of Article 8, paragraph 1 of the Enforcement Rules of the Act on the Protection of Personal Information
//!   (個人情報の保護に関する法律施行規則), as in force from 1 April 2022.
//! - `ransomware`, `ddos`: the common forms (共通様式) that the National Cybersecurity Office put into use on 1 October 2025. The form
//!   itself was not available. Published articles name ransom note, file extension, type, way of intrusion and indicators for
//!   ransomware, and type of attack, traffic, duration and mitigation for `DDoS`; the other items are what every such report needs.

/// A form of an authority.
pub struct Form {
    /// Its word in addresses.
    pub word: &'static str,
    /// True for the common form of the ministries.
    pub is_common: bool,
    /// Its items, in their order.
    pub items: &'static [Item],
}

/// An item of a form.
pub struct Item {
    /// The key of its title.
    pub key: &'static str,
    /// JSON Pointers of the answers that belong to it.
    pub paths: &'static [&'static str],
    /// True for the item that takes what the applicant added later.
    pub has_additions: bool,
}

const fn item(key: &'static str, paths: &'static [&'static str]) -> Item {
    Item { key, paths, has_additions: false }
}

/// An item of which the form of the desk asks nothing.
const fn blank(key: &'static str) -> Item {
    item(key, &[])
}

const ORGANIZATION: Item = item("organization", &["/contact/company"]);
const CONTACT: Item = item(
    "contact",
    &["/contact/department", "/contact/person", "/contact/phone", "/contact/email", "/contact/responsible"],
);
const DISCOVERED: Item = item("discovered", &["/incident/discovered_at", "/incident/discovery_trigger"]);
const OCCURRED: Item = item("occurred", &["/incident/occurred_at"]);
const SUMMARY: Item = item("summary", &["/incident/summary", "/incident/kind"]);
const STATE: Item = item("state", &["/incident/ongoing"]);
const TARGET: Item = item("target", &["/incident/target", "/devices"]);
const OTHER: Item =
    Item { key: "other", paths: &["/incident/operation", "/network/topology", "/logs"], has_additions: true };

/// All forms.
pub const FORMS: &[Form] = &[
    Form {
        word: "ransomware",
        is_common: true,
        items: &[
            ORGANIZATION,
            CONTACT,
            DISCOVERED,
            OCCURRED,
            SUMMARY,
            STATE,
            TARGET,
            blank("impact"),
            blank("measures"),
            blank("personal_data"),
            blank("ransom_note"),
            blank("extension"),
            blank("ransomware_type"),
            blank("intrusion"),
            blank("indicators"),
            OTHER,
        ],
    },
    Form {
        word: "ddos",
        is_common: true,
        items: &[
            ORGANIZATION,
            CONTACT,
            DISCOVERED,
            OCCURRED,
            SUMMARY,
            STATE,
            TARGET,
            blank("impact"),
            blank("attack_type"),
            blank("traffic"),
            blank("duration"),
            blank("attack_sources"),
            blank("measures"),
            OTHER,
        ],
    },
    Form {
        word: "ppc",
        is_common: false,
        items: &[
            ORGANIZATION,
            CONTACT,
            item(
                "summary",
                &[
                    "/incident/summary",
                    "/incident/kind",
                    "/incident/discovered_at",
                    "/incident/discovery_trigger",
                    "/incident/occurred_at",
                    "/incident/target",
                ],
            ),
            blank("data_items"),
            blank("people"),
            blank("cause"),
            item("secondary", &["/incident/third_party_harm"]),
            blank("to_people"),
            blank("published"),
            blank("prevention"),
            OTHER,
        ],
    },
];
