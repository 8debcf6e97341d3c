/**
 * A TCP proxy that breaks connections: each upload is cut so often, after a random number of its bytes.
 *
 *     const cutter = await startCutter(port, { bytes: 24 << 20, cuts: 6, seed: 1 });
 *     cutter.base      // http://127.0.0.1:…
 *     cutter.passed    // bytes that were passed on to the server
 *     cutter.cuts      // cuts that were made
 */

import { once } from "node:events";
import { connect, createServer } from "node:net";

/** @param {number} port of the server @param {{bytes: number, cuts: number, seed: number}} plan */
export async function startCutter(port, plan) {
  const cutter = { base: "", passed: 0, cuts: 0 };
  const random = dice(plan.seed);
  // Cut at random places of all that is sent; what is sent again after a cut counts too.
  const places = Array.from({ length: plan.cuts }, () => Math.floor(random() * plan.bytes)).sort((a, b) => a - b);
  const sockets = new Set();
  const server = createServer((client) => {
    const onward = connect(port, "127.0.0.1");
    sockets.add(client);
    const end = () => {
      sockets.delete(client.destroy());
      onward.destroy();
    };
    for (const socket of [client, onward]) socket.on("error", end).on("close", end);
    client.on("data", (piece) => {
      cutter.passed += piece.length;
      if (cutter.passed > places[0]) {
        places.shift();
        cutter.cuts += 1;
        return end();
      }
      if (!onward.write(piece)) client.pause();
    });
    onward.on("drain", () => client.resume());
    onward.pipe(client);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  cutter.base = `http://127.0.0.1:${server.address().port}`;
  cutter.stop = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return cutter;
}

/** Random numbers from 0 to 1 (mulberry32). @param {number} seed */
function dice(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
