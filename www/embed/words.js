/**
 * The element's own words, from core/messages/embed.*.toml: the build fills them in.
 */

/** @type {Record<string, { title: string, unreachable: string, return_title: string, return_link: string }>} by language */
export const WORDS = JSON.parse("{{words}}");
