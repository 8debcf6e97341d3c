/**
 * The entry of the form, which is in an element of index.html.
 */

import { openDocument } from "./open_document.js";
import { start } from "./start.js";

openDocument(start);
