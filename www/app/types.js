/**
 * The shapes that pass between the parts of the page. Nothing runs here.
 *
 * @typedef {"line" | "text" | "phone" | "email" | "choice" | "ordered" | "moment" | "integer" | "digest" | "flag" | "agree"
 *   | "section" | "record" | "list" | "document" | "language" | "instant"} Kind
 *
 * @typedef {object} Field one node of the form description
 * @property {string} [name]
 * @property {string} path JSON Pointer; `*` stands for the index of a list's entry
 * @property {Kind} kind
 * @property {string} [title]
 * @property {string} [hint]
 * @property {"required" | "optional" | "advised" | "either"} [need]
 * @property {boolean} [unknown] whether 分からない is an answer
 * @property {number} [max]
 * @property {{ value: string | boolean, title: string }[]} [options]
 * @property {string} [autocomplete]
 * @property {Field[]} [fields]
 * @property {Field} [item]
 *
 * @typedef {object} Answer what a person typed into one node, kept as typed
 * @property {any} [typed] text, the chosen value, values in order, or a moment's parts
 * @property {boolean} [unknown]
 * @property {boolean} [about]
 * @property {any} [given] a moment as an opened file has it
 * @property {boolean} [wanted] an optional record is wanted
 * @property {Record<string, Answer>} [fields] of a section or record
 * @property {Answer[]} [items] of a list
 *
 * @typedef {{ path: string, code: string, params: Record<string, any>, message: string }} Issue
 * @typedef {{ code: string, clause?: string, path?: string, message: string }} Advisory
 * @typedef {{ code: string, message: string }} Guidance
 *
 * @typedef {object} Report
 * @property {string} ruleset
 * @property {boolean} accepted
 * @property {Issue[]} issues
 * @property {Advisory[]} advisories
 * @property {Guidance[]} guidance
 * @property {{ section: string, required: number, answered: number, unknown: number }[]} progress
 * @property {string[]} hidden
 * @property {any} values
 *
 * @typedef {{ version: string, sha256: string }} Shown a document as it was shown
 * @typedef {{ document: Shown, policy: Shown, language: string, agreed_at: number }} Agreement
 *
 * @typedef {object} FieldProps the props of a field's component
 * @property {Field} node
 * @property {string} path with indexes
 * @property {Answer} answer
 * @property {Host} host
 *
 * @typedef {object} View a field's component on the screen
 * @property {string} path with indexes
 * @property {HTMLElement} element
 * @property {(marks: Marks) => void} update shows its part of a report
 * @property {() => void} focus
 *
 * @typedef {object} Marks the state of a step's fields: a report, by path
 * @property {boolean} tried whether the person asked for this step to be checked
 * @property {(path: string) => Issue[]} issues
 * @property {(path: string) => Advisory[]} advisories
 * @property {(path: string) => any} value normalised
 * @property {(path: string) => boolean} hidden
 *
 * @typedef {object} Host the screen that a field is on
 * @property {(path: string, whole: boolean) => void} changed an answer changed; `whole` where the change is complete, not one key of many
 * @property {(field: FieldProps) => View} draw the component of a field inside
 * @property {(view: View) => View} register
 * @property {(path: string) => void} forget drops the views below a path
 */

export {};
