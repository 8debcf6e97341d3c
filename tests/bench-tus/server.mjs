/** @tus/server with its folder, and SHA-256 of the bytes as they come: `node server.mjs FOLDER` prints its port and serves /files.
 *
 * It neither seals nor flushes: when it responds, the bytes are in the memory of the system. The last response has their digest in the
 * header `SHA-256`. */

import { createHash } from "node:crypto";
import { Transform, pipeline } from "node:stream";
import { FileStore } from "@tus/file-store";
import { Server } from "@tus/server";

const digests = new Map();

class HashingStore extends FileStore {
  async write(body, id, offset) {
    const hash = createHash("sha256");
    const hashed = new Transform({
      transform(piece, _encoding, done) {
        hash.update(piece);
        done(undefined, piece);
      },
    });
    // A body that breaks off destroys the stream that the store reads, which reports it.
    pipeline(body, hashed, () => undefined);
    const end = await super.write(hashed, id, offset);
    digests.set(id, hash.digest("hex"));
    return end;
  }
}

const server = new Server({
  path: "/files",
  relativeLocation: true,
  datastore: new HashingStore({ directory: process.argv[2] }),
  onUploadFinish: async (_request, { id }) => ({ headers: { "SHA-256": digests.get(id) } }),
});
const listening = server.listen({ host: "127.0.0.1", port: 0 }, () => console.log(listening.address().port));
