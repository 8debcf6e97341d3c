/**
 * The entry of the return page, which is in an element of return.html.
 */

import { openDocument } from "../app/open_document.js";
import { startReturn } from "./start_return.js";

openDocument(startReturn);
