/**
 * The sentences of the closed part for evidence files, from core/messages/files.*.toml: the build fills them in.
 */

/** @type {Record<string, Record<string, string>>} by language */
export const OFFER_WORDS = JSON.parse("{{offer_words}}");
