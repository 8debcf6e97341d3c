//! The tables of words, one for each page: the names of the texts in `words/{ja,en}/*.toml`.
//!
//! `words! { QueueWords: title state }` → `struct QueueWords { title: String, state: String }`

use std::collections::BTreeMap;

/// Makes a struct with a text for each name. The derive of serde would make 2.7 MB of machine code for all tables.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident: $($word:ident)*) => {
        $(#[$meta])*
        #[derive(Debug, serde::Deserialize)]
        #[serde(try_from = "BTreeMap<String, String>")]
        #[allow(missing_docs, reason = "the words are documented by their texts")]
        pub struct $name { $(pub $word: String,)* }

        impl TryFrom<BTreeMap<String, String>> for $name {
            type Error = String;

            fn try_from(texts: BTreeMap<String, String>) -> Result<$name, String> {
                let mut table = Table { texts, missing: None };
                let words = $name { $($word: table.take(stringify!($word)),)* };
                table.end().map(|()| words)
            }
        }
    };
}

/// The texts of a table that no word has taken yet.
struct Table {
    texts: BTreeMap<String, String>,
    missing: Option<&'static str>,
}

impl Table {
    /// Takes the text of a word; an empty one if it is missing, so that the error needs no branch for each word.
    fn take(&mut self, word: &'static str) -> String {
        let text = self.texts.remove(word);
        if text.is_none() {
            self.missing = Some(word);
        }
        text.unwrap_or_default()
    }

    /// Reports a word that is missing or unknown.
    fn end(self) -> Result<(), String> {
        match (self.missing, self.texts.first_key_value()) {
            (Some(word), _) => Err(format!("missing word `{word}`")),
            (None, Some((word, _))) => Err(format!("unknown word `{word}`")),
            (None, None) => Ok(()),
        }
    }
}

words! {
    /// Words of the layout, and those that several pages share.
    FrameWords: skip menu for_staff to_queue queue intake audit exports accounts organizations delivery sign_in sign_out signed_in_as other_language
        moment_since moment_full moment_date hours minutes list_separator
        choose optional faults colon pages
}

words! {
    /// Words of the sign-in at the identity provider.
    SingleSignOnWords: button button_hint or_password local_off going_title going going_link done_title done done_link
        refused_title code again signed_out_title signed_out signed_out_link stay_link renew add_off of_provider
}

words! {
    /// Words of the pages of accounts.
    AccountsWords: title
        sign_in_title name name_hint password password_hint code code_hint sign_in refused locked busy signed_out required
        set_up_title set_up_lead new_password new_password_hint again again_hint again_wrong password_short password_long
        password_name password_guessable app_title app_lead app_qr app_secret app_code app_code_hint app_code_wrong finish
        link_title link_dead renew_title renew_lead renew renew_code_hint renew_refused
        codes_title codes_lead codes_print codes_next
        sessions_title sessions_lead begun last_seen this_device revoke revoked revoke_token token_revoked
        tokens_title tokens_lead no_tokens token scope scope_queue scope_cases last_used never add_token token_once token_label
        accounts_lead display_name display_name_hint role state enabled disabled not_set_up recovery_left actions
        add_title add_name_hint add change_role disable enable disable_lead reset reset_lead not_yourself taken bad_name
        bad_display_name link_once link_valid link_label back account all_tokens
}

words! {
    /// Words of the audit page.
    AuditWords: title lead seq at actor event case none newest older applicant
}

words! {
    /// Words of the register of exports.
    ExportWords: title lead seq at actor purpose recipient cases fields sealed none newest older
}

words! {
    /// Words of the page of a case.
    CaseWords: phone person email since discovered occurred kind ongoing services missing nothing_missing and_more why
        sealed unreadable erased download answers advisories history history_jump readings details_title faults open_questions
        received_at partner language consent ruleset module version unknown yes no required
        applicant system nobody reason outcome link duplicate_of hold_begins hold_ends no_follow_up
        reached not_reached said disclosed reference confidence limits channel details
        conflict_title conflict conflict_theirs conflict_mine conflict_again conflict_leave
        code_title code code_call code_once to_case erased_done erased_left
}

words! {
    /// Words of the evidence files of a case.
    FileWords: title jump none not_scanned not_scanned_lead mismatch_lead sealed_name id name size received log media_type
        kind declared_sha256 sha256 expires bytes custody open seal by_time by_applicant
        scanned_lead no_pattern pattern scan_too_large scanner
}

words! {
    /// Words of referral, reports and remote work.
    ClauseWords: title referral work name role document read_out said confirm organization report_organization no_organization
        price approved_by notice mode acknowledged_by acknowledged_how device account worked_by worked remark
        report report_title sha256 purpose used print print_work event
        approved_purpose approved_recipient approved_fields approved_document approved_sha256 approved_file
        approved_no_file signed_by
}

words! {
    /// Words of the printable record of remote and guided work.
    WorkRecordWords: title mark lead session order notice acknowledged ended not_ended missing time by recorded_by device account
        text none printed
}

words! {
    /// Words of the print view for authorities.
    AuthorityWords: mark not_a_report lead common_source ppc_source empty source addition answer printed
}

words! {
    /// Words of the forms beside a case.
    ActionWords: title record to_applicant manage assignee_name withdrawn_by hold hold_yes hold_no note disclosure reached disclosed
        limitation question question_kind choices question_required erase_confirm
}

words! {
    /// Words of hand-overs on the page of a case.
    HandoverWords: title missing open_files ready make_to make packages organization purpose made size link_until
        no_link collected destroyed renew destroy destroy_lead reason grant grant_lead grant_fields whole_section grant_files
        grant_days grant_make link_title link_once link_label link_valid sealed_sha256 refused_title
}

words! {
    /// Words of the register of organizations.
    OrganizationsWords: title lead none id id_hint name kind recipient recipient_hint state enabled disabled actions add_title
        add disable disable_lead enable
}

words! {
    /// Words of the page over which an organization collects a package.
    CollectWords: title confidential lead for_whom number purposes size sealed_sha256 until download download_lead open_lead
        gone_title gone
}

words! {
    /// Words of the targets of notices.
    DeliveryWords: title lead none target state pending failed delivered answer actions enabled disabled test retry enable
        timed_out no_answer untrusted private unknown_host bad_address banner_failed banner_disabled banner_link reload
}

words! {
    /// Words of the intake by telephone.
    IntakeWords: title lead caller incident services remote price_told approval forensics transfer since
        consent consent_version consent_text agreed_by shown read_out sent agreed submit
        done number_hint again open_case reused stale
}

words! {
    /// Words of the queue.
    QueueWords: title state assignee urgency test any open_cases mine nobody without_tests only_tests follow_up_due apply clear
        choose number contents no_kind waiting in_open_hours follow_up is_test is_held is_due damaged empty first_page next_page
        news reload ended
        search search_label search_hint search_title search_none
        close_many close_many_hint close_reason close_button close_done close_failed close_none
        refused_no_case refused_changed refused_state
}

#[cfg(test)]
mod tests {
    use super::AuditWords;

    fn read(table: &str) -> Result<AuditWords, String> {
        toml::from_str(table).map_err(|error| error.to_string())
    }

    #[test]
    fn missing_and_unknown_words_are_named() {
        let names = ["title", "lead", "seq", "at", "actor", "event", "case", "none", "newest", "older", "applicant"];
        let table = names.map(|name| format!("{name} = 'text of {name}'\n")).concat();
        assert_eq!(read(&table).unwrap().older, "text of older");
        assert!(read(&table.replace("older", "elder")).unwrap_err().contains("missing word `older`"));
        assert!(read(&format!("{table}extra = ''")).unwrap_err().contains("unknown word `extra`"));
    }
}
