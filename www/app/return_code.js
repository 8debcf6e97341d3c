/**
 * The return code: 20 random digits and two check digits, with which the applicant comes back to the case.
 *
 * `checkDigits("12345678901234567890")` → "89", so that the code is shown as "1234 5678 9012 3456 7890 89".
 *
 * The desk gets a digest of the code alone. A browser computes it in a secure context and on loopback; elsewhere there is no code.
 */

/** The digits of a code without its two check digits: 66 bits. */
export const RANDOM_DIGITS = 20;

/** Bytes from here on would make the digits 0 to 5 likelier than the others. */
const UNBIASED_BYTES = 250;

/** A new code, or "" where its digest cannot be computed. */
export function makeReturnCode() {
  if (!crypto.subtle) return "";
  let digits = "";
  while (digits.length < RANDOM_DIGITS) {
    const [byte] = crypto.getRandomValues(new Uint8Array(1));
    if (byte < UNBIASED_BYTES) digits += byte % 10;
  }
  return digits + checkDigits(digits);
}

/** The check digits after ISO 7064 MOD 97-10. @param {string} digits */
export function checkDigits(digits) {
  return String(98n - ((BigInt(digits) * 100n) % 97n)).padStart(2, "0");
}

/** The value of the header `Kakekomi-Return`. @param {string} code @returns {Promise<string>} "sha256:" and 64 hex digits */
export async function returnCodeDigest(code) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(code)));
  return `sha256:${Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/** A code in groups of four digits, as it is shown and typed. @param {string} code */
export function groupDigits(code) {
  return code.replace(/\d{4}(?=\d)/g, "$& ");
}
