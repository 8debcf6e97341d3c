/**
 * One node of the description → what is drawn for it: every kind on one screen.
 */

import { button } from "../element.js";
import { SAME_AS } from "../steps.js";
import { acknowledge, choice } from "./choice.js";
import { answered } from "./frame.js";
import { line } from "./line.js";
import { list } from "./list.js";
import { logFile } from "./log_file.js";
import { moment } from "./moment.js";
import { ordered } from "./ordered.js";
import { record, section } from "./record.js";

/** @typedef {import("../types.js").Field} Field @typedef {import("../types.js").Answer} Answer @typedef {import("../types.js").Host} Host */

/** @type {Record<string, (node: Field, path: string, answer: Answer, host: Host) => import("../types.js").View>} */
const KINDS = {
  section, record, list, moment, ordered, choice, flag: choice, agree: acknowledge, digest: logFile,
  line: lineOrSame, text: line, phone: line, email: line, integer: line,
};

/**
 * @param {Field} node
 * @param {string} path with indexes
 * @param {Answer} answer
 * @param {Host} host
 */
export function draw(node, path, answer, host) {
  // A kind that this page does not know yet is asked for as text: the module says what is wrong with it.
  return (KINDS[node.kind] ?? line)(node, path, answer, host);
}

/** A line that may repeat another: 「担当者と同じ」. @param {Field} node @param {string} path @param {Answer} answer @param {Host} host */
function lineOrSame(node, path, answer, host) {
  const from = SAME_AS[path];
  if (!from) return line(node, path, answer, host);
  return line(node, path, answer, host, (input) => [button(host.description.say("same_person"), () => {
    answer.typed = host.answerAt(from)?.typed ?? "";
    input.value = answer.typed;
    answered(input, path, answer);
    host.changed(path, true);
  }, { class: "quiet same" })]);
}
