/**
 * Reception number and return code as people type them: full width, spaces, hyphens, small letters.
 *
 * `readNumber("２６０９ 4873 1059")` → `{ value: "2609-4873-1059" }` · `readCode("1234")` → `{ problem: "return_code_length", length: 4 }`.
 *
 * The check digits find a slip before anything is sent, so that no attempt is lost on it.
 */

import { checkDigits, RANDOM_DIGITS } from "../app/return_code.js";

/** The digits of a code, and those of a number. */
const CODE_LENGTH = RANDOM_DIGITS + 2;
const NUMBER_LENGTH = 12;

/** Numbers of the earlier form have three groups of three, and letters: "234-679-AC6". */
const EARLIER = /^(?=.*[A-Z])[0-9A-Z]{9}$/;

/** The interim digit after one (row) and a digit of the number (column): the table of H. M. Damm, as on the server. */
const DAMM = [
  "0317598642",
  "7092154863",
  "4206871359",
  "1750983426",
  "6123045978",
  "3674209581",
  "5869720134",
  "8945362017",
  "9438617205",
  "2581436790",
];

/** The value, or the key of the sentence that says what to correct. @typedef {{ value: string } | { problem: string, length?: number }} Typed */

/** @param {string} typed @returns {Typed} */
export function readNumber(typed) {
  const read = bare(typed);
  if (read === "") return { problem: "return_number_missing" };
  if (EARLIER.test(read)) return { value: read.replace(/...(?=.)/g, "$&-") };
  if (!/^\d+$/.test(read) || read.length !== NUMBER_LENGTH)
    return { problem: "return_number_length", length: read.length };
  const sum = [...read].reduce((interim, digit) => Number(DAMM[interim][Number(digit)]), 0);
  return sum === 0 ? { value: read.replace(/....(?=.)/g, "$&-") } : { problem: "return_number_check" };
}

/** @param {string} typed @returns {Typed} */
export function readCode(typed) {
  const read = bare(typed);
  if (read === "") return { problem: "return_code_missing" };
  if (!/^\d+$/.test(read)) return { problem: "return_code_digits" };
  if (read.length !== CODE_LENGTH) return { problem: "return_code_length", length: read.length };
  const matches = checkDigits(read.slice(0, RANDOM_DIGITS)) === read.slice(RANDOM_DIGITS);
  return matches ? { value: read } : { problem: "return_code_check" };
}

/** Without what separates groups, in half width and capitals. @param {string} typed */
function bare(typed) {
  return typed
    .normalize("NFKC")
    .replace(/[\s\p{Pd}\u2212\u30fc\u200b._,\u30fb]/gu, "")
    .toUpperCase();
}
