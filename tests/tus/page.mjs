/**
 * Script of a page that sends the file chosen in it: `send({ client: "@uppy/tus", … })`, then `sent` is "" or the failure.
 */

import Uppy from "@uppy/core";
import Tus from "@uppy/tus";
import { Upload } from "tus-js-client";

const CLIENTS = { "tus-js-client": byTus, "@uppy/tus": byUppy };

globalThis.send = (given) =>
  sendWith(given).then(
    () => (globalThis.sent = ""),
    (failure) => (globalThis.sent = String(failure)),
  );

async function sendWith({ client, headers, metadata }) {
  const [file] = document.querySelector("input").files;
  const retryDelays = Array.from({ length: 100 }, () => 100);
  const options = { endpoint: new URL("/v1/files", location.href).href, headers, retryDelays };
  await CLIENTS[client](file, options, metadata);
}

function byTus(file, options, metadata) {
  return new Promise((resolve, reject) => {
    new Upload(file, { ...options, metadata, onError: reject, onSuccess: resolve }).start();
  });
}

async function byUppy(file, options, metadata) {
  const uppy = new Uppy().use(Tus, options);
  uppy.addFile({ name: file.name, data: file, meta: metadata });
  const { failed } = await uppy.upload();
  if (failed.length) throw new Error(failed[0].error);
}
