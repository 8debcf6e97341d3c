//! The desk as a package names it, and the README of a package.
//!
//! `Sender::of(&desk, now)` → names of desk and company, the day, and the purposes of clause 1⑦ for each kind of organization

use std::fmt::Write as _;

use kakekomi_core::Locale;
use kakekomi_service::desk::Desk;
use kakekomi_store::{Organization, OrganizationKind};
use serde_json::{Value, json};

/// Characters of a day: `2026-11-30`.
const DAY: usize = 10;

/// The desk that hands something over.
#[derive(Debug, Clone)]
pub struct Sender {
    names: [Names; 2],
    /// The day by the desk's clock.
    pub day: String,
}

/// The names and purposes in one language.
#[derive(Debug, Clone)]
struct Names {
    locale: Locale,
    desk: String,
    operator: String,
    forensics: Vec<String>,
    subcontract: Vec<String>,
}

impl Sender {
    /// Takes the names and purposes of a desk's profile.
    pub fn of(desk: &Desk, now: i64) -> Sender {
        let profile = desk.profile();
        let names = Locale::ALL.map(|locale| Names {
            locale,
            desk: profile.name.get(locale).clone(),
            operator: profile.operator.get(locale).clone(),
            forensics: profile.receipt.purposes_of(OrganizationKind::Forensics.as_str(), locale),
            subcontract: profile.receipt.purposes_of(OrganizationKind::Subcontractor.as_str(), locale),
        });
        Sender { names, day: desk.show(now).chars().take(DAY).collect() }
    }

    /// Returns the company that answers for the data, in Japanese.
    pub fn operator(&self) -> &str {
        self.names.iter().find(|names| names.locale == Locale::Ja).map_or("", |names| &names.operator)
    }

    /// Reports whether the purposes for a kind of organization are known in both languages.
    pub fn has_purposes(&self, kind: OrganizationKind) -> bool {
        self.names.iter().all(|names| !names.purposes(kind).is_empty())
    }

    /// Writes the purposes as JSON: `{"ja":["…"],"en":["…"]}`.
    pub fn purposes(&self, kind: OrganizationKind) -> Value {
        let purposes = self.names.iter().map(|names| (names.locale.as_str().to_owned(), json!(names.purposes(kind))));
        Value::Object(purposes.collect())
    }

    /// Writes the README: the package is confidential, for whom it is, and for which purposes.
    pub fn readme(&self, number: &str, to: &Organization) -> String {
        let mut text = "機密 CONFIDENTIAL\n".to_owned();
        for names in &self.names {
            let Names { desk, operator, .. } = names;
            let name = &to.name;
            let lead = match names.locale {
                Locale::Ja => format!(
                    "{desk}（{operator}）が、受付番号 {number} の情報を {name} に提供します。\n\
                     機密として取り扱い、ほかの人や会社に渡さないでください。次の目的にだけ利用できます。"
                ),
                Locale::En => format!(
                    "{desk} ({operator}) hands over the information of case {number} to {name}.\n\
                     Treat it as confidential, and pass it on to nobody. It may be used for these purposes alone:"
                ),
            };
            let _ = write!(text, "\n{lead}\n\n");
            for purpose in names.purposes(to.kind) {
                let _ = writeln!(text, "- {purpose}");
            }
        }
        text
    }
}

impl Names {
    fn purposes(&self, kind: OrganizationKind) -> &[String] {
        match kind {
            OrganizationKind::Forensics => &self.forensics,
            OrganizationKind::Subcontractor => &self.subcontract,
        }
    }
}
