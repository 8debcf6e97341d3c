//! The table of fields and purposes in `docs/purposes.md`, made from the rows of the field table.
//!
//! `required("貴社名", CASE | SALES)` → `` | `/contact/company` | 貴社名 | yes | if named | yes | – | ``

use std::fmt::Write;

use kakekomi_core::form::Purpose;
use kakekomi_purposes::rows;

use crate::source_tree::root;

const BEGIN: &str = "<!-- fields: made by `cargo run --release -p kakekomi-tests --bin purposes-md` -->\n";
const END: &str = "<!-- end of fields -->\n";

/// The file as it is, and the file with the table of the present rows.
///
/// # Panics
/// The file has no marks between which the table belongs.
pub fn purposes_md() -> (String, String) {
    let text = std::fs::read_to_string(root().join("docs/purposes.md")).unwrap();
    let (before, rest) = text.split_once(BEGIN).expect("docs/purposes.md has no beginning of the table of fields");
    let (_, after) = rest.split_once(END).expect("docs/purposes.md has no end of the table of fields");
    let made = [before, BEGIN, &table(), END, after].concat();
    (text, made)
}

fn table() -> String {
    let mut text = String::from(
        "\n<!-- prettier-ignore -->\n\
         | Field | Item | service, referral | subcontract, approved | sales | statistics |\n\
         | --- | --- | --- | --- | --- | --- |\n",
    );
    for row in rows().iter().filter(|row| row.is_value()) {
        let spec = row.field.spec;
        let allows = |purpose| spec.purposes.allows(purpose);
        let word = |purpose| if allows(purpose) { "yes" } else { "–" };
        let named = if allows(Purpose::Subcontract) && allows(Purpose::Approved) { "if named" } else { "–" };
        let own = if allows(Purpose::Service) && allows(Purpose::Referral) { "yes" } else { "–" };
        let (sales, statistics) = (word(Purpose::Sales), word(Purpose::Statistics));
        _ = writeln!(text, "| `{}` | {} | {own} | {named} | {sales} | {statistics} |", row.path, spec.annex);
    }
    text + "\n"
}
