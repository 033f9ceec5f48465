/** @import { OpenScreen } from "../frame/screens.js" */

import { COMPANIES } from "./lists.js";
import { openList } from "./screen.js";

/** @type {OpenScreen} */
export function open(app, place) {
  return openList(app, COMPANIES, place);
}
