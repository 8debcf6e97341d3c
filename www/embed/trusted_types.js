/**
 * Trusted Types: a page with `require-trusted-types-for 'script'` in its policy takes no plain text for a script's address or for HTML.
 *
 *     trusted("createScriptURL", "https://desk.example.jp/embed/inline/….js") → the same as a TrustedScriptURL, or as it is
 *
 * Both come from the desk alone: a script with its digest, and the operator's documents. A page whose policy lists names of policies
 * has to list "kakekomi".
 */

const RULES = { createScriptURL: (/** @type {string} */ url) => url, createHTML: (/** @type {string} */ html) => html };

/** The policy, made with the first value: a page in frame mode needs none. @type {any} */
let policy = null;

/** @param {keyof typeof RULES} kind @param {string} value @returns {any} */
export function trusted(kind, value) {
  policy ??= Reflect.get(globalThis, "trustedTypes")?.createPolicy("kakekomi", RULES) ?? RULES;
  return policy[kind](value);
}
