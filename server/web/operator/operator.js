/** `/operator`: for the vendor's staff, signed in by an operator's token. */

import { card, showPage } from "../parts.js";
import { words } from "../words.js";

showPage(null, card(words.say("operator_title")));
