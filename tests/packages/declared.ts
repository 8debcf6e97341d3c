/** The declarations of `@kakekomi/check` fit its code: tsc compares them (`load.test.mjs`). */

import { connect } from "../../wasm/packages/check/connection.js";
import type * as declared from "../../wasm/packages/check/index.js";
import { load } from "../../wasm/packages/check/module.js";

export const code: Pick<typeof declared, "connect" | "load"> = { connect, load };
