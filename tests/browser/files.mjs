/**
 * Files given to an input in any engine, read at the test's pace.
 *
 *     await holdFile(page, "b.log");                 // pieces of b.log are not read until it is let go
 *     await choose(page, "#open-file", { name: "a.json", text: "{}" });
 *     await letGo(page, "b.log");                    // or letGo(page, "b.log", false): it cannot be read
 */

/**
 * Chooses a file as a person does: the input has it, then `change` comes.
 *
 * @param {any} page @param {string} selector @param {{ name: string, text?: string, size?: number, seed?: number, type?: string }} file
 *   `text`, or `size` bytes: those that `seededBytes` makes of the seed, or zeros
 */
export function choose(page, selector, file) {
  return page.evaluate(
    ({ selector, name, text, size, seed, type }) => {
      const chosen = new DataTransfer();
      const bytes = () => {
        const made = new Uint8Array(size);
        // As `seededBytes`: the page's policy takes no code that is handed over as text.
        for (let index = 0, value = seed; seed && index < size; index += 1) {
          value = (Math.imul(value, 1_664_525) + 1_013_904_223) >>> 0;
          made[index] = value >>> 24;
        }
        return made;
      };
      chosen.items.add(new File([text ?? bytes()], name, { type }));
      const input = document.querySelector(selector);
      input.files = chosen.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    },
    { selector, ...file },
  );
}

/** Bytes that look random, the same for the same seed, here and in a page. @param {number} size @param {number} seed */
export function seededBytes(size, seed) {
  const bytes = new Uint8Array(size);
  for (let index = 0, value = seed; index < size; index += 1) {
    value = (Math.imul(value, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[index] = value >>> 24;
  }
  return bytes;
}

/** From now on reading a file of this name takes until `letGo`. */
export function holdFile(page, name) {
  return page.evaluate((name) => {
    globalThis.held ??= new Map();
    if (!globalThis.held.size) {
      const { slice } = Blob.prototype;
      Blob.prototype.slice = function (...range) {
        const piece = slice.apply(this, range);
        const held = globalThis.held.get(this.name);
        if (held) piece.arrayBuffer = () => held.promise.then(() => Blob.prototype.arrayBuffer.call(piece));
        return piece;
      };
    }
    globalThis.held.set(name, Promise.withResolvers());
  }, name);
}

/** Lets a held file be read, or makes reading it fail, and waits until the page has acted on it. */
export function letGo(page, name, readable = true) {
  return page.evaluate(
    async ({ name, readable }) => {
      const held = globalThis.held.get(name);
      if (readable) held.resolve();
      else held.reject(new DOMException("gone", "NotReadableError"));
      await new Promise((resolve) => setTimeout(resolve, 100));
    },
    { name, readable },
  );
}
