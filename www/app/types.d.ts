/** The shapes that pass between the parts of the page. */
declare namespace form {
  type Kind =
    | ("line" | "text" | "phone" | "email" | "choice" | "ordered" | "moment" | "integer" | "digest" | "flag" | "agree")
    | ("section" | "record" | "list" | "document" | "language" | "instant");

  /** One node of the form description. */
  interface Field {
    /** The key in the draft; an entry of a list has none. */
    name: string;
    /** JSON Pointer with `*` in place of the index of a list's entry. */
    path: string;
    kind: Kind;
    title: string;
    /** The question that it asks in everyday words, where the title is a term. */
    question?: string;
    hint?: string;
    need?: "required" | "optional" | "advised" | "either";
    /** True if 分からない is an answer. */
    unknown?: boolean;
    max?: number;
    options?: { value: string | boolean; title: string }[];
    autocomplete?: string;
    /** Those of a section or record, else none. */
    fields: Field[];
    /** An entry of a list; no other node has one. */
    item: Field;
  }

  /** The state of one node's inputs, kept as typed. */
  interface Answer {
    /** Text, the chosen value, values in order, or a moment's parts. */
    typed?: any;
    unknown?: boolean;
    about?: boolean;
    /** A moment as an opened file has it. */
    given?: any;
    /** An optional record is wanted. */
    wanted?: boolean;
    /** Answers of a section or record. */
    fields?: Record<string, Answer>;
    /** Entries of a list. */
    items?: Answer[];
  }

  type Issue = { path: string; code: string; params: Record<string, any>; message: string };
  type Advisory = { code: string; clause?: string; path?: string; message: string };
  type Guidance = { code: string; message: string };

  interface Report {
    ruleset: string;
    context?: any;
    accepted: boolean;
    issues: Issue[];
    advisories: Advisory[];
    guidance: Guidance[];
    progress: { section: string; required: number; answered: number; unknown: number }[];
    hidden: string[];
    values: any;
  }

  /** A document as it was shown. */
  type Shown = { version: string; sha256: string };
  type Agreement = { document: Shown; policy: Shown; language: string; agreed_at: number };

  /** A text on its way to the desk, with what is sent beside it. */
  type Sending = { text: string; key: string; code?: string; lost: boolean };

  /** The receipt of a text, and its return code as in `Kept`. */
  type Received = { kind: "receipt"; receipt: any; text?: string; code?: string };

  /** The outcome of sending a draft. */
  type Outcome =
    | Received
    | { kind: "issues"; report: Report }
    | { kind: "stale" | "module" | "reused" | "offline" | "lost" | "unavailable" }
    | { kind: "refused"; detail: string; elsewhere: boolean };

  /** A receipt on the screen. */
  interface Kept {
    /** The server's response. */
    receipt: any;
    /** The return code; "" if it does not belong to the case, and absent if there is none. */
    code?: string;
    /** The text that was sent. */
    text: string;
    /** The language of the screen. */
    locale: string;
    /** The answers as they were then, if the receipt is of earlier ones. */
    later?: string;
  }

  /** The kind of an evidence file. */
  type FileKind = "log" | "diagram" | "screenshot" | "other";

  /** A question of the desk, as the case's context has it. */
  interface Question {
    id: string;
    kind: "text" | "choice" | "moment" | "yes_no";
    required: boolean;
    title: { ja: string; en?: string };
    choices?: { value: string; title: { ja: string; en?: string } }[];
  }

  /** The case as the desk shows it to the applicant. */
  interface ReturnedCase {
    number: string;
    received_at: number | string;
    state: "received" | "in_progress" | "waiting" | "closed";
    outcome?: string;
    vendor_link?: string;
    questions: Question[];
    /** What the desk disclosed, without the texts. */
    disclosures: { n: number; at: number | string; expires_at: number | string; opened: boolean }[];
    /** The hand-over to the forensics company; `since` is there with a valid consent. */
    referral: { state: string | null; since?: number | string; purposes: string[] };
    /** The evidence files of the case. */
    files: unknown[];
    /** The context in which the answers are judged. */
    context: any;
  }

  /** What was typed on the return page and is not sent yet, with the keys under which it was tried. */
  interface KeptVisit {
    number: string;
    answers: { answers: Answer; tried: boolean };
    addition: { answers: Answer; tried: boolean };
    intent: { answers: Answer; tried: boolean };
    keys: Record<string, { text: string; key: string }>;
  }

  /** The outcome of a request of the return page. */
  type VisitOutcome =
    | { kind: "done"; body: any }
    | { kind: "refused" | "expired" | "changed" | "stale" | "outdated" | "unreachable" }
    | { kind: "wait"; seconds: number }
    | { kind: "issues"; report: Report }
    | { kind: "failed"; detail: string };

  /** The props of a field's component; the path has indexes. */
  type FieldProps = { node: Field; path: string; answer: Answer; host: Host };

  /** A field's component on the screen; the path has indexes. */
  interface View {
    path: string;
    element: HTMLElement;
    /** Shows its part of a report. */
    update(marks: Marks): void;
    focus(): void;
  }

  /** The parts of a report by path. */
  interface Marks {
    /** True if the person asked for this step to be checked. */
    tried: boolean;
    issues(path: string): Issue[];
    advisories(path: string): Advisory[];
    /** The normalised value. */
    value(path: string): any;
    hidden(path: string): boolean;
  }

  /** The screen that holds a field. */
  interface Host {
    /** Takes a changed answer; `whole` if the change is complete, not one key of many. */
    changed(path: string, whole: boolean): void;
    /** The component of a field inside. */
    draw(field: FieldProps): View;
    register(view: View): View;
    /** Drops the views below a path. */
    forget(path: string): void;
  }
}
