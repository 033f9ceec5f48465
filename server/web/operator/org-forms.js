/**
 * A new customer; another name or time zone for a known one.
 *
 * @import { Desk } from "./desk.js"
 * @import { Org } from "./shapes.js"
 */

import { el } from "/ui/dom.js";
import { createDialog } from "../parts/dialog.js";
import { field, form, note } from "../parts.js";
import { words } from "../words.js";

const { say } = words;
const NAME_CHARS_MAX = "200";

/** @param {Desk} desk */
export function openNewOrg(desk) {
  const fields = createFields(new Intl.DateTimeFormat().resolvedOptions().timeZone);
  const content = form(say("operator_org_create"), fields.elements, async () => {
    const answer = await desk.call("POST", "/orgs", { body: fields.values() });
    if (!answer.ok) return answer.problem;
    dialog.close();
    desk.tell(say("operator_org_created", { name: answer.value.name }));
    desk.router.go(`/operator/orgs/${encodeURIComponent(answer.value.id)}`);
    return null;
  });
  const dialog = createDialog({ title: say("operator_org_new"), content: [content] });
  dialog.open();
  fields.focus();
}

/**
 * @param {Desk} desk
 * @param {Org} org
 * @param {() => void} changed
 */
export function openOrgChange(desk, org, changed) {
  const fields = createFields(org.time_zone, org.name);
  const why = note(say("operator_zone_why"));
  const path = `/orgs/${encodeURIComponent(org.id)}`;
  const content = form(say("save"), [...fields.elements, why], async () => {
    const answer = await desk.call("PATCH", path, { body: fields.values() });
    if (!answer.ok) return answer.problem;
    dialog.close();
    desk.tell(say("operator_saved"));
    changed();
    return null;
  });
  const dialog = createDialog({ title: say("operator_org_change"), content: [content] });
  dialog.open();
  fields.focus();
}

/**
 * @param {string} zone
 * @param {string} [name]
 */
function createFields(zone, name = "") {
  const called = field(say("operator_name"), {
    name: "org-name",
    value: name,
    maxlength: NAME_CHARS_MAX,
    autocomplete: "off",
    dir: "auto",
  });
  const place = field(say("operator_zone"), {
    name: "org-zone",
    value: zone,
    list: "org-zones",
    autocomplete: "off",
    spellcheck: "false",
  });
  const zones = Intl.supportedValuesOf("timeZone").map((value) => el("option", { value }));
  const list = el("datalist", { id: "org-zones" }, ...zones);
  return {
    elements: [called.element, place.element, list],
    values: () => ({ name: called.input.value, time_zone: place.input.value.trim() }),
    focus: () => called.input.focus(),
  };
}
