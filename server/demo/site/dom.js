// Elements out of plain values. Text only ever goes in as text, so Trusted Types have nothing to do.

const SVG = "http://www.w3.org/2000/svg";

/** @typedef {Record<string, string | number | null>} Attributes */
/** @typedef {Node | string | null | false} Child */

/**
 * An element with its attributes; `null` sets none.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} [attributes]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  attach(element, attributes, children);
  return element;
}

/**
 * An SVG element.
 * @param {string} tag
 * @param {Attributes} [attributes]
 * @param {...Child} children
 * @returns {SVGElement}
 */
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  attach(element, attributes, children);
  return element;
}

/**
 * A text of the directory, in the direction of its own script.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} className
 * @param {...Child} children
 */
export function said(tag, className, ...children) {
  return el(tag, { class: className, dir: "auto" }, ...children);
}

/**
 * The one element the page is known to have.
 * @param {string} selector
 * @returns {HTMLElement}
 */
export function one(selector) {
  const found = document.querySelector(selector);
  if (!(found instanceof HTMLElement)) throw new Error(`the page has no ${selector}`);
  return found;
}

/**
 * @param {Element} element
 * @param {Attributes} attributes
 * @param {Child[]} children
 */
function attach(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null) element.setAttribute(name, String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== false));
}
