/**
 * Admin Settings → Usage: what the org spent, by whom and on what.
 *
 * @import { OpenScreen } from "../frame/screens.js"
 * @import { Range } from "./usage-range.js"
 */

import { el, setAttribute, setText, show } from "/ui/dom.js";
import { watchDay } from "../day-watch.js";
import { createChoices } from "../parts/choice.js";
import { download } from "../parts/download.js";
import { problemText } from "../parts.js";
import { createUsage } from "../usage/usage.js";
import { words } from "../words.js";
import { createShell } from "./shell.js";
import { createSpenders } from "./spenders.js";
import { daysOf, RANGES, readRange, todayIn } from "./usage-range.js";

const { say } = words;
const FORMATS = /** @type {const} */ (["csv", "xlsx"]);

/** @type {OpenScreen} */
export function open(app, place) {
  const ranges = createChoices(
    say("admin_range"),
    RANGES.map((value) => ({ value, text: say(`admin_range_${value}`) })),
    (/** @type {Range} */ range) => app.router.change({ range, bucket: null }),
  );
  const usage = createUsage(app, { groups: ["user", "kind", "action"] });
  const spenders = createSpenders(app);
  const files = createFiles();
  const heading = el("h2", { class: "unseen" }, say("admin_usage"));
  const space = el("span", { class: "spacer" });
  const tools = el("div", { class: "toolbar" }, ranges.element, space, files.element);
  const content = [heading, tools, files.problem, usage.element, spenders.element];
  const shell = createShell(app, "usage", ...content);
  const now = () => todayIn(app.me.org.time_zone, Date.now());
  let at = place;
  let today = "";

  /** @param {typeof place} to */
  function move(to) {
    at = to;
    today = now();
    const { query } = to;
    const range = readRange(query.get("range"));
    const days = daysOf(range, today);
    ranges.write(range);
    files.write(days);
    usage.write(query, { user: null, ...days });
    spenders.write(days);
  }

  const unwatch = watchDay(
    now,
    () => today,
    () => move(at),
  );
  move(place);
  return {
    ...shell,
    move,
    leave() {
      unwatch();
      usage.leave();
      spenders.leave();
      shell.leave();
    },
  };
}

/** The very entries behind the figures: on the history's screen, and as files. */
function createFiles() {
  let query = "";
  const problem = el("p", { class: "error", role: "alert" });
  const link = el("a", { class: "button" }, say("admin_entries"));
  const buttons = FORMATS.map((format) => {
    const button = el("button", { type: "button" }, say(`admin_file_${format}`));
    button.addEventListener("click", async () => {
      button.disabled = true;
      const failed = await download(`/api/v1/history/file?format=${format}&${query}`);
      button.disabled = false;
      setText(problem, failed ? problemText(failed) : "");
      show(problem, failed !== null);
    });
    return button;
  });
  show(problem, false);
  return {
    element: el("div", { class: "buttons" }, link, ...buttons),
    problem,
    /** @param {{from: string | null, to: string | null}} days */
    write(days) {
      const given = Object.entries(days).filter(([, day]) => day !== null);
      query = new URLSearchParams(/** @type {[string, string][]} */ (given)).toString();
      setAttribute(link, "href", query ? `/history?${query}` : "/history");
    },
  };
}
