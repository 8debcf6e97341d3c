//! Every stable word a report may carry, in one list.
//!
//! `Code::PhoneInvalid` ⇄ `"phone.invalid"`. Codes are never renamed; each has a sentence in
//! `messages/*.toml`, and `docs/codes.md` is made from this file (the first line of each comment).

macro_rules! codes {
    ($( #[doc = $first:literal] $(#[doc = $rest:literal])* $name:ident = $word:literal, )+) => {
        /// A code of an issue, an advisory or a piece of guidance.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $( #[doc = $first] $(#[doc = $rest])* $name, )+ }

        impl Code {
            /// All codes, in the order of this file.
            pub const ALL: &'static [Code] = &[ $( Code::$name, )+ ];

            /// The stable word: lower-case words, digits and `_`, joined by dots.
            pub const fn as_str(self) -> &'static str {
                match self { $( Code::$name => $word, )+ }
            }

            /// The meaning of the code, in one English line for `docs/codes.md`.
            pub const fn meaning(self) -> &'static str {
                match self { $( Code::$name => $first, )+ }
            }

            /// The code of a word, or `None` for an unknown word. By trying each: a `match` of words is 4 KB of
            /// the module.
            pub fn read(word: &str) -> Option<Code> {
                Code::ALL.iter().copied().find(|code| code.as_str() == word)
            }
        }
    };
}

codes! {
    // The text as a whole (path "", HTTP 400, exit 3).
    /// The bytes are not UTF-8.
    TextNotUtf8 = "text.not_utf8",
    /// The text is not JSON (RFC 8259); params: line, column.
    TextNotJson = "text.not_json",
    /// The text begins with a byte order mark (RFC 8259, section 8.1).
    TextBom = "text.bom",
    /// The text is longer than 256 KiB; params: max (bytes), and up to 512 KiB largest (paths of the largest texts).
    TextTooLong = "text.too_long",
    /// The text nests deeper than 32 levels; params: max.
    TextTooDeep = "text.too_deep",

    // The shape.
    /// A key that the form does not have (clause 1①).
    KeyUnknown = "key.unknown",
    /// A key that occurs twice in one object.
    KeyDuplicate = "key.duplicate",
    /// `null`: leave the key out instead.
    TypeNull = "type.null",
    /// Something else where a text belongs.
    TypeText = "type.text",
    /// Something else where an object belongs.
    TypeObject = "type.object",
    /// Something else where a list belongs.
    TypeList = "type.list",
    /// Something else where true or false belongs.
    TypeBoolean = "type.boolean",
    /// Something else where a whole number belongs.
    TypeInteger = "type.integer",
    /// A number written with a fraction or an exponent (1.0, 1e0).
    NumberForm = "number.form",
    /// The number -0.
    NumberNegativeZero = "number.negative_zero",
    /// A whole number outside its range; params: min, max.
    NumberRange = "number.range",
    /// `unknown` where the form does not take it.
    UnknownNotAllowed = "unknown.not_allowed",
    /// `unknown` with another value than true.
    UnknownNotTrue = "unknown.not_true",

    // Any field.
    /// A field that must be answered is not.
    Required = "required",
    /// Neither the department nor the person is given.
    RequiredOneOf = "required.one_of",
    /// More characters than allowed; params: max.
    LengthTooLong = "length.too_long",
    /// More entries than allowed; params: max.
    ListTooLong = "list.too_long",
    /// An entry that occurs twice in a list that takes each once.
    ListRepeated = "list.repeated",
    /// A control character; params: line, column of the first.
    CharsControl = "chars.control",
    /// A character that reverses the direction of writing; params: line, column of the first.
    CharsBidi = "chars.bidi",
    /// A line break in a field of one line; params: line, column of the first.
    CharsLineBreak = "chars.line_break",
    /// Half of a surrogate pair.
    CharsSurrogate = "chars.surrogate",
    /// A word that is none of the choices.
    ChoiceUnknown = "choice.unknown",

    // Contact.
    /// Not a telephone number of the Japanese numbering plan.
    PhoneInvalid = "phone.invalid",
    /// An emergency or service number (110, 119 and the like).
    PhoneEmergency = "phone.emergency",
    /// A number range that nobody can be called back on (020, 0990).
    PhoneRefused = "phone.refused",
    /// A number of another country.
    PhoneAbroad = "phone.abroad",
    /// The extension cannot be read.
    PhoneExtension = "phone.extension",
    /// Not a mail address.
    EmailInvalid = "email.invalid",
    /// The part before @ holds characters other than ASCII.
    EmailLocal = "email.local",
    /// The domain cannot be read, or has no dot.
    EmailDomain = "email.domain",
    /// The domain holds an invisible joiner where no domain holds one (RFC 5892, A.1 and A.2).
    EmailJoiner = "email.joiner",
    /// The one responsible must be known once remote support is wanted.
    ResponsibleNeeded = "responsible.needed",

    // Moments.
    /// The date cannot be read.
    MomentUnreadable = "moment.unreadable",
    /// The year is missing.
    MomentYear = "moment.year",
    /// A year of two digits without an era.
    MomentYearShort = "moment.year_short",
    /// The era has no such year.
    MomentEra = "moment.era",
    /// A part is missing between two that are given (a day without a month).
    MomentGap = "moment.gap",
    /// The calendar has no such day.
    MomentNoSuchDay = "moment.no_such_day",
    /// The time of day cannot be read.
    MomentTime = "moment.time",
    /// The offset from UTC cannot be read.
    MomentOffset = "moment.offset",
    /// The precision claims more than the date holds.
    MomentPrecision = "moment.precision",
    /// A year outside the range that makes sense; params: min, max.
    MomentRange = "moment.range",
    /// Wholly after now plus five minutes.
    MomentFuture = "moment.future",
    /// The incident occurred wholly after it was discovered.
    MomentAfterDiscovery = "moment.after_discovery",
    /// A log ends wholly before it begins.
    MomentOrder = "moment.order",

    // Logs, services, consent, other.
    /// Not a SHA-256 of 64 hexadecimal digits.
    DigestInvalid = "digest.invalid",
    /// The notice must be acknowledged (true).
    AgreeNeeded = "agree.needed",
    /// The agreement is not to the documents now in force.
    ConsentStale = "consent.stale",
    /// The agreement is dated after now.
    ConsentFuture = "consent.future",
    /// The section 「その他」 is for the desk's later questions.
    OtherLater = "other.later",

    // Advisories: they never block.
    /// Clause 4⑫: traces were erased or altered.
    SupportEvidenceAltered = "support.evidence_altered",
    /// Clause 4⑫: the disk is encrypted.
    SupportDiskEncrypted = "support.disk_encrypted",
    /// Clause 4⑫: remote operation is refused.
    SupportRemoteRefused = "support.remote_refused",
    /// Clause 4⑫: no logs of the surroundings.
    SupportNoSurroundingLogs = "support.no_surrounding_logs",
    /// Clause 4⑫: what the desk needs to know is still missing; params: missing.
    SupportInterviewIncomplete = "support.interview_incomplete",
    /// Clause 4⑨: harm to third parties is the applicant's to settle.
    HarmThirdParty = "harm.third_party",
    /// Annex 1.1: remote support begins once the approval is there.
    RemoteApprovalPending = "remote.approval_pending",
    /// Clause 1②: nothing is handed over until the consent is given.
    ForensicsNothingHandedOver = "forensics.nothing_handed_over",
    /// Annex 1.2: give a mailbox outside the affected system.
    ContactOutsideMailbox = "contact.outside_mailbox",
    /// Annex 1.2: a mail address is advised.
    ContactEmailAdvised = "contact.email_advised",
    /// Clause 4⑥: a text looks like it holds a password or a key.
    SecretLikely = "secret.likely",
    /// Clause 4①: the desk is closed now.
    DeskClosed = "desk.closed",
    /// Clause 4①: the desk's table of holidays does not reach this year.
    DeskHoursUnknown = "desk.hours_unknown",

    // Guidance for the first hours, each marked 参考情報 (clause 4⑬).
    /// Cut the network rather than the power.
    GuidanceIsolate = "guidance.isolate",
    /// Do not switch off, reboot, initialise or delete.
    GuidanceKeepPowered = "guidance.keep_powered",
    /// A machine that an EDR isolates stays online.
    GuidanceEdrOnline = "guidance.edr_online",
    /// While files are being encrypted, ask the desk about powering off.
    GuidanceEncryptingNow = "guidance.encrypting_now",
    /// No second scan.
    GuidanceNoSecondScan = "guidance.no_second_scan",
    /// Keep VPN and firewall appliances powered; stop log rotation.
    GuidanceKeepLogs = "guidance.keep_logs",
    /// Photograph the ransom note.
    GuidanceRansomNote = "guidance.ransom_note",
    /// Note who did what and when.
    GuidanceDiary = "guidance.diary",
    /// Change passwords from another machine; end sessions.
    GuidanceAccounts = "guidance.accounts",
    /// A leak of personal data may have to be reported (Act on the Protection of Personal Information, article 26).
    GuidancePersonalData = "guidance.personal_data",
    /// Report a lost device, lock or wipe it from afar after asking.
    GuidanceLostDevice = "guidance.lost_device",
    /// Keep mails and pages of the fraud; call the bank.
    GuidanceFraud = "guidance.fraud",
    /// Take a copy of the altered page before restoring it.
    GuidanceDefacement = "guidance.defacement",
    /// Ask the provider about the flood; keep the logs of the border.
    GuidanceFlood = "guidance.flood",
}
