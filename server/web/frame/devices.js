/**
 * The browsers that are connected to one's account, each with its way out.
 *
 * @import { App } from "./screens.js"
 */

import { createSlot, el } from "/ui/dom.js";
import { card, note, problemText } from "../parts.js";
import { words } from "../words.js";

const { say, format } = words;

/**
 * @typedef {{id: string, client: string, created_at: string, last_seen_at: string | null}} Device
 */

/**
 * @param {Pick<App, "call" | "tell">} app
 * @returns {{element: HTMLElement, leave(): void}}
 */
export function devicesCard({ call, tell }) {
  const list = el("div");
  const write = createSlot(list, (/** @type {Device[] | null} */ devices) => {
    if (devices === null) return [note(say("devices_failed"))];
    if (devices.length === 0) return [note(say("devices_none"))];
    return [el("ul", { class: "devices" }, ...devices.map((device) => row(device, remove)))];
  });

  async function load() {
    const answer = await call("GET", "/api/v1/devices");
    write(answer.ok ? answer.value.devices : null);
  }

  /**
   * @param {string} id
   * @returns {Promise<boolean>}
   */
  async function remove(id) {
    const answer = await call("DELETE", `/api/v1/devices/${encodeURIComponent(id)}`);
    // Gone already is as good.
    const gone = answer.ok || answer.problem.status === 404;
    if (gone) await load();
    else tell(problemText(answer.problem));
    return gone;
  }

  // A browser is connected in another tab; coming back to this one shows it.
  addEventListener("focus", load);
  load();
  const connect = el("a", { href: "/pair", class: "button" }, say("connect_browser"));
  return {
    element: card(say("devices"), list, el("div", { class: "buttons" }, connect)),
    leave: () => removeEventListener("focus", load),
  };
}

/**
 * @param {Device} device
 * @param {(id: string) => Promise<boolean>} takeAway  whether it is gone
 */
function row({ id, client, created_at, last_seen_at }, takeAway) {
  const nowMs = Date.now();
  const added = say("device_added", { day: format.instantDay(created_at, nowMs) });
  const seen = last_seen_at
    ? say("device_seen", { day: format.instantDay(last_seen_at, nowMs) })
    : say("device_never");
  const label = say("remove_label", { client });
  const remove = el("button", { type: "button", "aria-label": label }, say("remove"));
  remove.addEventListener("click", async () => {
    remove.disabled = true;
    remove.disabled = await takeAway(id);
  });
  const name = el("p", { class: "name", dir: "auto" }, client);
  return el("li", {}, el("div", {}, name, note(`${added} · ${seen}`)), remove);
}
