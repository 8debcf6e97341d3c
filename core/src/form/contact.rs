//! お客さまの窓口情報: the person whom the desk calls back.
//!
//! `{"company": "株式会社れい", "person": "山田 花子", "phone": "03-3211-9999", "responsible": "佐藤"}`

use super::declare::section;
use super::{Answer, Email, Line, Phone};

section! {
    /// The person whom the desk calls back (Annex 1.2, お客さまの窓口情報).
    pub struct Contact {
        company: Answer<Line> = required("貴社名", CASE | SALES).autocomplete("organization");
        /// One of department and person is enough.
        department: Answer<Line> = one_of("部署名/担当名", CASE | SALES);
        person: Answer<Line> = one_of("部署名/担当名", CASE | SALES).autocomplete("name");
        phone: Answer<Phone> = required("電話番号", CASE | SALES).autocomplete("tel");
        email: Answer<Email> = advised("メールアドレス", CASE | SALES).autocomplete("email");
        /// The person who authorises work on the applicant's side.
        responsible: Answer<Line> = required("実施責任者", CASE).or_unknown();
    }
}
