/**
 * The panel inside somebody else's page: the content script hands over one end of a channel, which
 * the page's own scripts never hold; through it come the page's address and go the panel's size.
 *
 * @import { ListedPage, PageMoved, PanelSize } from "../protocol.js"
 */

/**
 * @typedef {{url: string | null, list: ListedPage | null}} ShownPage
 */

/** @returns {boolean} */
export function isFramed() {
  return window.parent !== window;
}

/**
 * @param {(page: ShownPage) => void} onPage what the page shows now
 * @returns {{resize(size: {width: number, height: number}): void}}
 */
export function joinFrame(onPage) {
  /** @type {MessagePort | null} */
  let port = null;
  /** @type {PanelSize | null} */
  let size = null;

  const tell = () => {
    if (size) port?.postMessage(size);
  };

  /** @param {MessageEvent} event */
  function join(event) {
    const [handed] = event.ports;
    if (event.source !== window.parent || !handed) return;
    window.removeEventListener("message", join);
    port = handed;
    port.onmessage = ({ data }) => {
      const { url, list } = /** @type {PageMoved} */ (data);
      onPage({ url, list });
    };
    tell();
  }

  window.addEventListener("message", join);
  return {
    resize({ width, height }) {
      size = { type: "size", width: Math.ceil(width), height: Math.ceil(height) };
      tell();
    },
  };
}
