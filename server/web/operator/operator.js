/** `/operator`: for the vendor's staff, signed in by an operator's token. */

import { pageCard, showPage } from "../parts.js";
import { words } from "../words.js";

showPage(null, pageCard(words.say("operator_title")));
