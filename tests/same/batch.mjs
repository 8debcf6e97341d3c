/**
 * A frame of questions → a frame of answers, in Node and in every browser (the frames: engine/child.rs).
 *
 * `answer(check, frame)`: `check(text: Uint8Array, context: Uint8Array)` gives the report's bytes or the failure's
 * negative number.
 */

/**
 * @param {(text: Uint8Array, context: Uint8Array) => Uint8Array | number} check
 * @param {Uint8Array} frame
 */
export function answer(check, frame) {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const pieces = [];
  for (let at = 0; at < frame.length;) {
    const piece = () => {
      const length = view.getUint32(at, true);
      const bytes = frame.subarray(at + 4, at + 4 + length);
      at += 4 + length;
      return bytes;
    };
    const context = piece();
    const said = check(piece(), context);
    pieces.push(head(typeof said === "number" ? said : said.length));
    if (typeof said !== "number") pieces.push(said);
  }
  return joined(pieces);
}

/**
 * The page's face: the text's bytes and the context's text in, the report's text out. The report as an object is compared at intervals:
 * it must print as the same text.
 *
 * @param {{ checkText: Function, check: Function }} glue
 */
export function pageFace(glue) {
  const [encoder, decoder] = [new TextEncoder(), new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })];
  let asked = 0;
  return (/** @type {Uint8Array} */ text, /** @type {Uint8Array} */ context) => {
    try {
      const contextText = decoder.decode(context);
      const report = glue.checkText(text, contextText);
      asked += 1;
      if (asked % 8 === 0 && JSON.stringify(glue.check(text, contextText)) !== report)
        return encoder.encode("check() is not checkText()");
      return encoder.encode(report);
    } catch (failure) {
      return { "context.invalid": -1, "report.unwritable": -2 }[/** @type {any} */ (failure).code] ?? -99;
    }
  };
}

function head(/** @type {number} */ number) {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setInt32(0, number, true);
  return bytes;
}

/** @param {Uint8Array[]} pieces */
function joined(pieces) {
  const whole = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
