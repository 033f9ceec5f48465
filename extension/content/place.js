/**
 * Places the panel on the pages of people and companies and on searches of people, and takes it
 * away again elsewhere.
 *
 * The panel is an extension page in a frame inside a closed shadow root: the site's scripts can
 * neither reach into it nor click in it. Pages are known by their address alone, so that a changed
 * or unknown page is left exactly as it was.
 *
 * A classic script, because the browser injects nothing else; so it says `chrome` itself, once.
 */
(() => {
  const TAG = "credit-battery-panel";
  const PERSON_OR_COMPANY = /^(?:\/demo)?\/(?:in|company)\/[^/]+/;
  const MARGIN_PX = 16;
  /** Below the site's own bar. */
  const TOP_PX = 72;
  const FIRST_SIZE = { width: 340, height: 48 };

  const panelUrl = chrome.runtime.getURL("panel/panel.html");

  /**
   * @typedef {{url: string | null, list: ReturnType<typeof listedPeople.read>}} Shown
   * @type {{host: HTMLElement, show(page: Shown): void, remove(): void} | null}
   */
  let placed = null;
  const listed = listedPeople.watch(follow);

  /** @returns {Shown | null} the addresses to look up: what leaves the page is who it shows, no more */
  function shownPage() {
    const [path] = PERSON_OR_COMPANY.exec(location.pathname) ?? [];
    if (path) return { url: location.origin + path, list: null };
    const list = listedPeople.read();
    return list && { url: null, list };
  }

  /**
   * Inline and important: no rule of the site is stronger.
   *
   * @param {HTMLElement} element
   * @param {Record<string, string>} style
   */
  function setStyle(element, style) {
    for (const [name, value] of Object.entries(style)) {
      element.style.setProperty(name, value, "important");
    }
  }

  /** @param {Shown} first */
  function place(first) {
    const host = document.createElement(TAG);
    const frame = document.createElement("iframe");
    const { port1: port, port2: handed } = new MessageChannel();
    let shown = first;

    frame.src = panelUrl;
    frame.title = "Credit Battery";
    frame.allow = "clipboard-write";
    frame.addEventListener("load", () => {
      // "*": the frame's origin is not the one in its dynamic address, and nobody but the frame
      // receives this.
      frame.contentWindow?.postMessage("", "*", [handed]);
      port.postMessage({ type: "page", ...shown });
    });
    port.onmessage = ({ data }) => resize(data);

    setStyle(host, {
      all: "initial",
      position: "fixed",
      top: `${TOP_PX}px`,
      right: `${MARGIN_PX}px`,
      "z-index": "2147483647",
      visibility: "hidden",
      "color-scheme": "light dark",
    });
    setStyle(frame, {
      display: "block",
      border: "1px solid light-dark(#e3e6ea, #2a3038)",
      "border-radius": "14px",
      "box-shadow": "0 1px 2px rgb(0 0 0 / 7%), 0 8px 24px rgb(0 0 0 / 13%)",
      "color-scheme": "light dark",
      width: `${FIRST_SIZE.width}px`,
      height: `${FIRST_SIZE.height}px`,
      "max-width": `calc(100vw - ${2 * MARGIN_PX}px)`,
      "max-height": `calc(100vh - ${TOP_PX + MARGIN_PX}px)`,
    });
    host.attachShadow({ mode: "closed" }).append(frame);
    document.documentElement.append(host);

    /** @param {{width: number, height: number}} size CSS pixels */
    function resize({ width, height }) {
      const border = 2;
      setStyle(frame, { width: `${width + border}px`, height: `${height + border}px` });
      setStyle(host, { visibility: "visible" });
    }

    return {
      host,
      /** @param {Shown} next */
      show(next) {
        if (JSON.stringify(next) === JSON.stringify(shown)) return;
        shown = next;
        port.postMessage({ type: "page", ...shown });
      },
      remove() {
        port.close();
        host.remove();
      },
    };
  }

  function follow() {
    const page = shownPage();
    if (page?.list) listed.follow();
    else listed.stop();
    if (page === null || placed?.host.isConnected === false) {
      placed?.remove();
      placed = null;
    }
    if (page === null) return;
    if (placed) placed.show(page);
    else placed = place(page);
  }

  // What an earlier version of the extension left here no longer works.
  for (const old of document.querySelectorAll(TAG)) old.remove();
  navigation.addEventListener("currententrychange", follow);
  follow();
})();
