/**
 * The element's own words, from core/messages/embed.*.toml: the build fills them in.
 */

/** @type {Record<string, { title: string, unreachable: string }>} by language */
export const WORDS = JSON.parse("{{words}}");
