//! お客さまの窓口情報: the person whom the desk calls back.
//!
//! `{"company": "株式会社れい", "person": "山田 花子", "phone": "03-3211-9999", "responsible": "佐藤"}`

use super::declare::section;
use super::field::FieldSpec;
use super::{Answer, Email, Line, Phone};

section! {
    /// The person whom the desk calls back (Annex 1.2, お客さまの窓口情報).
    pub struct Contact {
        /// 貴社名
        company: Answer<Line> = FieldSpec::required("貴社名").autocomplete("organization");
        /// 部署名; one of department and person is enough
        department: Answer<Line> = FieldSpec::one_of("部署名/担当名");
        /// 担当名
        person: Answer<Line> = FieldSpec::one_of("部署名/担当名").autocomplete("name");
        /// 電話番号
        phone: Answer<Phone> = FieldSpec::required("電話番号").autocomplete("tel");
        /// メールアドレス
        email: Answer<Email> = FieldSpec::advised("メールアドレス").autocomplete("email");
        /// 実施責任者: the person who authorises work on the applicant's side
        responsible: Answer<Line> = FieldSpec::required("実施責任者").or_unknown();
    }
}
