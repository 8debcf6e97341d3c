/** Frames over standard input and output: a length (u32, little-endian) and as many bytes. */

/** Every frame of a stream, whole. @param {AsyncIterable<Buffer>} stream */
export async function* frames(stream) {
  /** @type {Buffer[]} */
  let pieces = [];
  let length = 0;
  for await (const piece of stream) {
    pieces.push(piece);
    length += piece.length;
    while (length >= 4) {
      if (pieces[0].length < 4) pieces = [Buffer.concat(pieces)];
      const wanted = 4 + pieces[0].readUInt32LE(0);
      if (length < wanted) break;
      const all = pieces.length === 1 ? pieces[0] : Buffer.concat(pieces);
      yield all.subarray(4, wanted);
      pieces = [all.subarray(wanted)];
      length -= wanted;
    }
  }
}

/** @param {Uint8Array} frame */
export function send(frame) {
  const head = Buffer.alloc(4);
  head.writeUInt32LE(frame.length);
  process.stdout.write(head);
  process.stdout.write(frame);
}
