/** The browsers that are connected to one's account, each with its way out. */

import { createSlot, el } from "/ui/dom.js";
import { card, note } from "./parts.js";
import { call } from "./session.js";
import { words } from "./words.js";

const { say, format } = words;

/**
 * @typedef {{id: string, client: string, created_at: string, last_seen_at: string | null}} Device
 */

/** @returns {HTMLElement} */
export function devicesCard() {
  const list = el("div");
  const write = createSlot(list, (/** @type {Device[] | null} */ devices) => {
    if (devices === null) return [note(say("devices_failed"))];
    if (devices.length === 0) return [note(say("devices_none"))];
    return [el("ul", { class: "devices" }, ...devices.map((device) => row(device, load)))];
  });

  async function load() {
    const answer = await call("GET", "/api/v1/devices");
    write(answer.ok ? answer.value.devices : null);
  }

  // A browser is connected in another tab; coming back to this one shows it.
  addEventListener("focus", load);
  load();
  return card(say("devices"), list);
}

/**
 * @param {Device} device
 * @param {() => Promise<void>} reload
 */
function row({ id, client, created_at, last_seen_at }, reload) {
  const nowMs = Date.now();
  const added = say("device_added", { day: format.instantDay(created_at, nowMs) });
  const seen = last_seen_at
    ? say("device_seen", { day: format.instantDay(last_seen_at, nowMs) })
    : say("device_never");
  const label = say("remove_label", { client });
  const remove = el("button", { type: "button", "aria-label": label }, say("remove"));
  remove.addEventListener("click", async () => {
    remove.disabled = true;
    await call("DELETE", `/api/v1/devices/${encodeURIComponent(id)}`);
    await reload();
  });
  const name = el("p", { class: "name", dir: "auto" }, client);
  return el("li", {}, el("div", {}, name, note(`${added} · ${seen}`)), remove);
}
