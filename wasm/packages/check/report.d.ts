/** Draft, context and report, made from `kakekomi openapi` and `kakekomi describe` by tests/packages/report_types.mjs. */

/** A stable code; a module newer than this file may have others. docs/codes.md describes each. */
export type Code =
  | "text.not_utf8"
  | "text.not_json"
  | "text.bom"
  | "text.too_long"
  | "text.too_deep"
  | "key.unknown"
  | "key.duplicate"
  | "type.null"
  | "type.text"
  | "type.object"
  | "type.list"
  | "type.boolean"
  | "type.integer"
  | "number.form"
  | "number.negative_zero"
  | "number.range"
  | "unknown.not_allowed"
  | "unknown.not_true"
  | "required"
  | "required.one_of"
  | "length.too_long"
  | "list.too_long"
  | "list.repeated"
  | "chars.control"
  | "chars.bidi"
  | "chars.line_break"
  | "chars.surrogate"
  | "choice.unknown"
  | "phone.invalid"
  | "phone.emergency"
  | "phone.refused"
  | "phone.abroad"
  | "phone.extension"
  | "email.invalid"
  | "email.local"
  | "email.domain"
  | "email.joiner"
  | "responsible.needed"
  | "moment.unreadable"
  | "moment.year"
  | "moment.year_short"
  | "moment.era"
  | "moment.gap"
  | "moment.no_such_day"
  | "moment.time"
  | "moment.offset"
  | "moment.precision"
  | "moment.range"
  | "moment.future"
  | "moment.after_discovery"
  | "moment.order"
  | "digest.invalid"
  | "agree.needed"
  | "consent.stale"
  | "consent.future"
  | "other.later"
  | "support.evidence_altered"
  | "support.disk_encrypted"
  | "support.remote_refused"
  | "support.no_surrounding_logs"
  | "support.interview_incomplete"
  | "harm.third_party"
  | "remote.approval_pending"
  | "forensics.nothing_handed_over"
  | "contact.outside_mailbox"
  | "contact.email_advised"
  | "secret.likely"
  | "desk.closed"
  | "desk.hours_unknown"
  | "guidance.isolate"
  | "guidance.keep_powered"
  | "guidance.edr_online"
  | "guidance.encrypting_now"
  | "guidance.no_second_scan"
  | "guidance.keep_logs"
  | "guidance.ransom_note"
  | "guidance.diary"
  | "guidance.accounts"
  | "guidance.personal_data"
  | "guidance.lost_device"
  | "guidance.fraud"
  | "guidance.defacement"
  | "guidance.flood"
  | (string & {});

/** A section of the form. */
export type Section =
  "contact" | "incident" | "devices" | "network" | "logs" | "service" | "situation" | "consent" | (string & {});

export interface Context {
  calendar: {
    close: string;
    extra_closed: string[];
    extra_open: string[];
    holidays: string[];
    last_year: number;
    offset: string;
    open: string;
    weekday_excludes_holidays: boolean;
    year_end: { from: string; to: string };
  };
  consent: { sha256: { en?: string | undefined; ja: string }; version: string };
  locale: "ja" | "en";
  /** Milliseconds since 1970, UTC */
  now: number;
  policy: { sha256: { en?: string | undefined; ja: string }; version: string };
  questions?:
    | {
        /** For the kind choice alone */
        choices?: { title: { en?: string | undefined; ja: string }; value: string }[] | undefined;
        id: string;
        kind: "text" | "choice" | "moment" | "yes_no";
        required: boolean;
        title: { en?: string | undefined; ja: string };
      }[]
    | undefined;
}

/** A moment */
export interface AnsweredMoment {
  at: string | { day?: string | undefined; month?: string | undefined; time?: string | undefined; year: string };
  offset?: string | undefined;
  precision?: "minute" | "day" | "month" | "year" | "about" | "" | undefined;
}

export type Moment =
  | {
      at: string | { day?: string | undefined; month?: string | undefined; time?: string | undefined; year: string };
      offset?: string | undefined;
      precision?: "minute" | "day" | "month" | "year" | "about" | "" | undefined;
    }
  | {
      at?:
        "" | { day?: "" | undefined; month?: "" | undefined; time?: "" | undefined; year?: "" | undefined } | undefined;
      offset?: "" | undefined;
      precision?: "" | undefined;
    };

/** Unknown */
export interface Unknown {
  unknown: true;
}

export interface Issue {
  code: Code;
  /** A sentence for the person */
  message: string;
  params: { largest?: string[] | undefined; [name: string]: number | string[] | undefined };
  /** A JSON Pointer into the draft; empty for the text as a whole */
  path: string;
}

export interface Advisory {
  /** The clause of the consent document */
  clause: string;
  code: Code;
  /** A sentence for the person */
  message: string;
  /** A JSON Pointer into the draft; empty for the text as a whole */
  path: string;
}

export interface Guidance {
  code: Code;
  /** A sentence for the person */
  message: string;
}

export interface Progress {
  answered: number;
  required: number;
  section: Section;
  unknown: number;
}

/** The normalised answers: a draft that gives the same values, and lacks what could not be read. */
export type Values = PartialAnswers<Draft>;
type PartialAnswers<T> = T extends readonly (infer Item)[]
  ? PartialAnswers<Item>[]
  : T extends object
    ? { [Key in keyof T]?: PartialAnswers<T[Key]> }
    : T;

export interface Report {
  accepted: boolean;
  advisories: Advisory[];
  context: Context;
  guidance: Guidance[];
  hidden: string[];
  issues: Issue[];
  progress: Progress[];
  /** The version of the rules */
  ruleset: string;
  values: Values;
}

/** A draft of the intake form (Annex 1.2) */
export interface Draft {
  /** Consent */
  consent: {
    /** Time of agreement */
    agreed_at: number;
    /** Consent document */
    document: { sha256: string; version: string };
    /** Language in which it was read */
    language: "ja" | "en";
    /** Privacy policy */
    policy: { sha256: string; version: string };
  };
  /** Your contact details */
  contact: {
    /** Company name */
    company: string;
    /** Department */
    department?: string | undefined;
    /** Email address */
    email?: string | undefined;
    /** Contact person */
    person?: string | undefined;
    /** Phone number */
    phone: string;
    /** Person in charge */
    responsible: string | Unknown;
  };
  /** Devices affected */
  devices?:
    | {
        /** Antivirus software */
        antivirus?: string | Unknown | undefined;
        /** External connection */
        connection?: "connected" | "isolated" | "powered_off" | "edr_isolated" | "" | Unknown | undefined;
        /** Identification status */
        identified: "identified" | "suspected" | "not_identified";
        /** Other information to share */
        notes?: string | undefined;
        /** OS. Annex 1.2: OS. Example: Windows 11 */
        os?: string | Unknown | undefined;
        /** Use (personal or shared) */
        usage?: "personal" | "shared" | "" | Unknown | undefined;
      }[]
    | undefined;
  /** Outline of the incident */
  incident: {
    /** Date and time of discovery */
    discovered_at: AnsweredMoment | Unknown;
    /** How it was discovered */
    discovery_trigger:
      | {
          /** What led to the discovery */
          by:
            | "antivirus"
            | "edr_ids"
            | "log_review"
            | "employee"
            | "it_staff"
            | "system_outage"
            | "attacker_message"
            | "customer"
            | "business_partner"
            | "authority"
            | "security_vendor"
            | "media"
            | "other";
          /** Details of the discovery */
          note?: string | undefined;
        }
      | Unknown;
    /** Type of incident */
    kind?:
      | "malware"
      | "ransomware"
      | "account_takeover"
      | "unauthorized_access"
      | "information_leak"
      | "web_defacement"
      | "phishing_fraud"
      | "denial_of_service"
      | "lost_device"
      | "other"
      | ""
      | Unknown
      | undefined;
    /** Date and time of occurrence */
    occurred_at?: Moment | Unknown | undefined;
    /** Is the damage still going on? */
    ongoing?: "yes" | "no" | "" | Unknown | undefined;
    /** Activity at the time */
    operation?: string | Unknown | undefined;
    /** Priorities */
    priorities?: ("contain" | "restore" | "cause" | "extent" | "evidence" | "leak" | "prevent" | "")[] | undefined;
    /** Purpose of the investigation */
    purpose: string | Unknown;
    /** Other requests to us */
    requests?: string | undefined;
    /** Summary of the incident */
    summary: string;
    /** Affected systems */
    target?: string | Unknown | undefined;
    /** Harm to third parties */
    third_party_harm?: "yes" | "no" | "" | Unknown | undefined;
  };
  /** Logs */
  logs?:
    | {
        /** Clock offset (seconds) */
        clock_error_seconds?: number | "" | undefined;
        /** Log start */
        from?: Moment | undefined;
        /** Type of log */
        kind: "proxy" | "firewall" | "ids_ips" | "utm" | "antivirus" | "edr" | "tool" | "other";
        /** File name */
        name?: string | undefined;
        /** Remarks */
        note?: string | undefined;
        /** Hash (SHA-256) */
        sha256?: string | undefined;
        /** File size (bytes) */
        size?: number | "" | undefined;
        /** Log time zone */
        time_zone?: string | undefined;
        /** Log end */
        to?: Moment | undefined;
      }[]
    | undefined;
  /** Network layout */
  network?:
    | {
        /** Layout of the network the devices belong to */
        topology?: string | Unknown | undefined;
      }
    | undefined;
  other?: never | undefined;
  /** Services you would like */
  service?:
    | {
        /** Referral to an incident response/forensics company */
        forensics?:
          | {
              /** Passing information to that company */
              transfer_consent: boolean;
            }
          | undefined;
        /** Remote support (paid) */
        remote?:
          | {
              /** Approval within your company */
              approval: "given" | "pending";
              /** Charges */
              price_notice: true;
            }
          | undefined;
      }
    | undefined;
  /** Circumstances that affect our support */
  situation?:
    | {
        /** Encrypted disk (HDD/SSD) */
        disk_encrypted?: "yes" | "no" | "" | Unknown | undefined;
        /** Traces erased or changed */
        evidence_altered?: "yes" | "no" | "" | Unknown | undefined;
        /** Surrounding data not available */
        no_surrounding_logs?: "yes" | "no" | "" | Unknown | undefined;
        /** Remote operation or guidance refused */
        remote_refused?: "yes" | "no" | "" | Unknown | undefined;
      }
    | undefined;
}
