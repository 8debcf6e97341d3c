/** `<kakekomi-form>`: the form of a security incident desk on your page. */

/** A stable word: a mode, a step, or what went wrong. */
export interface KakekomiCode {
  readonly code: string;
}

/** The reception number, such as "2609-4873-1059". */
export interface KakekomiReceipt {
  readonly receipt: string;
}

/** What the element says. No event ever holds an answer. */
export interface KakekomiFormEventMap {
  /** The form is there; `code` is the mode. */
  "kakekomi-ready": CustomEvent<KakekomiCode>;
  /** A step was gone to: "consent", "now", "contact", "incident", "service", "devices", "review", "receipt". With view="return": "return", "return_case". */
  "kakekomi-step": CustomEvent<KakekomiCode>;
  /** Something did not succeed: "unreachable", "start", "wasm-blocked", "issues", "offline", "lost", "unavailable", … */
  "kakekomi-error": CustomEvent<KakekomiCode>;
  /** The desk has received an application. */
  "kakekomi-submitted": CustomEvent<KakekomiReceipt>;
}

/** The element's attributes, as templates write them. */
export interface KakekomiFormAttributes {
  partner?: string | null | undefined;
  lang?: "ja" | "en" | undefined;
  mode?: "frame" | "inline" | null | undefined;
  view?: "form" | "return" | null | undefined;
  name?: string | null | undefined;
  desk?: string | null | undefined;
}

export declare class KakekomiForm extends HTMLElement {
  static readonly formAssociated: true;
  static readonly observedAttributes: string[];
  /** The partner's key, "pk_…". Here as in the others null takes the attribute away. */
  get partner(): string;
  set partner(key: string | null | undefined);
  /** A frame of the desk's origin, or the page itself. */
  get mode(): "frame" | "inline";
  set mode(mode: "frame" | "inline" | null | undefined);
  /** The form, or the page on which the applicant comes back to a case: in a frame, or a link to it. */
  get view(): "form" | "return";
  set view(view: "form" | "return" | null | undefined);
  /** The name under which the reception number goes along in a form of the page. */
  get name(): string;
  set name(name: string | null | undefined);
  /** The desk's origin; by default where the script came from. */
  get desk(): string;
  set desk(origin: string | null | undefined);
  /** The reception number, once there is one. */
  readonly receipt: string | null;
  /** The form that the element belongs to. */
  readonly form: HTMLFormElement | null;
  addEventListener<K extends keyof KakekomiFormEventMap>(
    type: K,
    listener: (this: KakekomiForm, event: KakekomiFormEventMap[K]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

declare global {
  interface HTMLElementTagNameMap {
    "kakekomi-form": KakekomiForm;
  }
  interface DocumentEventMap extends KakekomiFormEventMap {}
}
