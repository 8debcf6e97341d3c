/**
 * The sentences on evidence files, from core/messages/files.*.toml: the build fills them in.
 */

/** @type {Record<string, Record<string, string>>} by language */
export const FILE_WORDS = JSON.parse("{{file_words}}");
