/** Building elements once and writing into them afterwards; never markup from strings. */

/**
 * @typedef {string | Node | null | undefined} Child
 * @typedef {Record<string, string | boolean | null | undefined>} Attributes
 */

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Attributes} [attributes] `null`, `undefined` and `false` are left out
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) setAttribute(element, name, value);
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/**
 * Writes only what differs, so that a selection survives and nothing moves without a reason.
 *
 * @param {Element} element
 * @param {string} text
 */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * @param {Element} element
 * @param {string} name
 * @param {string | boolean | null | undefined} value
 */
export function setAttribute(element, name, value) {
  if (value === null || value === undefined || value === false) element.removeAttribute(name);
  else {
    const text = value === true ? "" : value;
    if (element.getAttribute(name) !== text) element.setAttribute(name, text);
  }
}

/**
 * @param {HTMLElement} element
 * @param {boolean} shown
 */
export function show(element, shown) {
  if (element.hidden === shown) element.hidden = !shown;
}

/**
 * Children that follow from a value: built anew only when the value differs.
 *
 * @template V
 * @param {HTMLElement} parent
 * @param {(value: V) => Node[]} build
 * @returns {(value: V) => void}
 */
export function createSlot(parent, build) {
  let last = "";
  return (value) => {
    const next = JSON.stringify(value);
    if (next === last) return;
    last = next;
    parent.replaceChildren(...build(value));
  };
}

/**
 * One element per key, in the order of the items; it stays the same element while its key stays, so
 * that focus and scroll position do.
 *
 * @template V
 * @param {HTMLElement} parent
 * @param {(key: string) => {element: HTMLElement, write(value: V): void}} create
 * @returns {(items: {key: string, value: V}[]) => void}
 */
export function createRows(parent, create) {
  /** @type {Map<string, ReturnType<typeof create>>} */
  const rows = new Map();
  return (items) => {
    const keys = new Set(items.map(({ key }) => key));
    for (const [key, { element }] of rows) {
      if (keys.has(key)) continue;
      element.remove();
      rows.delete(key);
    }
    items.forEach(({ key, value }, i) => {
      const row = rows.get(key) ?? create(key);
      rows.set(key, row);
      row.write(value);
      const there = parent.children[i];
      if (there !== row.element) parent.insertBefore(row.element, there ?? null);
    });
  };
}

const SVG = "http://www.w3.org/2000/svg";

/** Drawn on an 18 × 18 grid, in strokes. */
const ICONS = {
  email: ["M2 4.5h14v9H2z", "M2.5 5l6.5 5 6.5-5"],
  phone: ["M5 2h3l1 4-2 1c1 2 2 3 4 4l1-2 4 1v3c-6 3-14-5-11-11z"],
  personality: ["M9 2a7 7 0 1 0 0 14a7 7 0 1 0 0-14z", "M9 2v14", "M2 9h14"],
  collapse: ["M7 4l5 5-5 5"],
  close: ["M5 5l8 8", "M13 5l-8 8"],
  settings: ["M2 5h8M14 5h2", "M12 3v4", "M2 13h2M8 13h8", "M6 11v4"],
};

/**
 * @param {keyof typeof ICONS} name
 * @returns {SVGSVGElement} hidden from screen readers: a text beside it says the same
 */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 18 18");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  for (const line of ICONS[name]) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", line);
    svg.append(path);
  }
  return svg;
}
