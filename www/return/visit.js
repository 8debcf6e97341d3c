/**
 * One visit to a case: the case as the desk shows it, and what the applicant types.
 *
 * What is typed is kept for a reload, by the case's number: nobody sees it with another number.
 */

import { typedText } from "../app/dom.js";
import { say, state } from "../app/state.js";
import { dropVisit, keepVisit, newKey, visitKept } from "../app/storage.js";
import { JudgedAnswers, node } from "./judged_answers.js";
import { checkAnswers } from "./visit_request.js";

/** The answers to a question of yes or no, in the draft. */
const YES_OR_NO = [
  { value: "yes", key: "flag_true" },
  { value: "no", key: "flag_false" },
];

/** The question whose answer an addition is, for the rules. */
const ADDITION = { id: "text", kind: "text", required: true };

/** The fields of the consent to the hand-over: the person who gives it. */
const INTENT = [
  { id: "name", autocomplete: "name" },
  { id: "role", autocomplete: "organization-title" },
];

class Visit {
  /** The number that was typed, in its groups. */
  number = "";
  /** The case, once the number and the code were right. @type {form.ReturnedCase | null} */
  found = null;
  /** The moment when the visit ends. @type {number | string} */
  expiresAt = 0;
  /** The key of each path's last attempt. @type {form.KeptVisit["keys"]} */
  keys = {};
  /** The answers to the desk's questions. */
  answers = new JudgedAnswers({
    fields: () => (this.found?.questions ?? []).map(fieldOf),
    context: () => this.found?.context,
    askServer: checkAnswers,
    keep: () => this.keep(),
  });
  /** The text of an addition. Without a module the desk judges it when it is sent. */
  addition = new JudgedAnswers({
    fields: () => [
      node({
        name: ADDITION.id,
        kind: "text",
        title: say("return_addition_label"),
        hint: say("return_addition_hint"),
        need: "required",
      }),
    ],
    context: () => ({
      ...this.found?.context,
      questions: [{ ...ADDITION, title: { ja: say("return_addition_label") } }],
    }),
    askServer: () => Promise.reject(new Error("an addition is judged when it is sent")),
    keep: () => this.keep(),
  });

  /** The person who consents to the hand-over to the forensics company. */
  intent = new JudgedAnswers({
    fields: () =>
      INTENT.map(({ id, autocomplete }) =>
        node({
          name: id,
          kind: "line",
          title: say(`return_intent_${id}`),
          hint: say(`return_intent_${id}_hint`),
          need: "required",
          autocomplete,
        }),
      ),
    context: () => ({
      ...this.found?.context,
      questions: INTENT.map(({ id }) => ({
        id,
        kind: "text",
        required: true,
        title: { ja: say(`return_intent_${id}`) },
      })),
    }),
    askServer: () => Promise.reject(new Error("a consent is judged when it is sent")),
    keep: () => this.keep(),
  });
  /** The disclosures that were opened, by their numbers; they are not kept for a reload. @type {Map<number, string>} */
  texts = new Map();

  /** Begins with the number of the last visit of this tab whose texts are not sent yet. */
  begin() {
    this.number = visitKept()?.number ?? "";
  }

  /** Takes the case as it is now, and what was typed on it before. @param {form.ReturnedCase} found */
  take(found) {
    if (this.found?.number !== found.number) {
      const kept = visitKept();
      const mine = kept?.number === found.number ? kept : null;
      this.answers.begin(mine?.answers);
      this.addition.begin(mine?.addition);
      this.intent.begin(mine?.intent);
      this.texts.clear();
      Object.assign(this, { keys: mine?.keys ?? {}, number: found.number });
    }
    this.found = found;
    this.answers.refit();
    this.addition.refit();
    this.intent.refit();
    this.keep();
  }

  /** The idempotency key of a body: the same body keeps its key. @param {string} path @param {string} text */
  keyOf(path, text) {
    if (this.keys[path]?.text !== text) this.keys[path] = { text, key: newKey() };
    this.keep();
    return this.keys[path].key;
  }

  /** Forgets what arrived. @param {string} path @param {JudgedAnswers} [sent] */
  arrived(path, sent) {
    delete this.keys[path];
    sent?.begin();
    this.keep();
  }

  /** Keeps what is typed for a reload. */
  keep() {
    const { number, answers, addition, intent, keys } = this;
    if (this.found) keepVisit({ number, answers: answers.kept, addition: addition.kept, intent: intent.kept, keys });
  }

  /** Forgets the case and all that was typed. */
  end() {
    dropVisit();
    Object.assign(this, { number: "", found: null, keys: {} });
    this.answers.begin();
    this.addition.begin();
    this.intent.begin();
    this.texts.clear();
  }
}

export const visit = new Visit();

/** A question as a field of the form. @param {form.Question} question @returns {form.Field} */
function fieldOf({ id, kind, required, title, choices = [] }) {
  const options =
    kind === "yes_no"
      ? YES_OR_NO.map(({ value, key }) => ({ value, title: say(key) }))
      : choices.map((choice) => ({ value: choice.value, title: inLanguage(choice.title) }));
  return node({
    name: id,
    kind: kind === "yes_no" ? "choice" : kind,
    title: inLanguage(title),
    need: required ? "required" : "optional",
    unknown: true,
    ...(options.length && { options }),
  });
}

/** The operator's words in the page's language, or in Japanese. @param {{ ja: string, en?: string }} title */
function inLanguage(title) {
  return typedText((state.locale === "en" && title.en) || title.ja);
}
