/**
 * Files dropped anywhere on the page while a screen waits for one.
 */

/**
 * @param {object} on
 * @param {(over: boolean) => void} on.over  something that may be a file is held over the page
 * @param {(files: File[]) => void} on.drop  none: it was something else
 * @returns {() => void} stops
 */
export function acceptDrops({ over, drop }) {
  const listening = new AbortController();
  const options = { signal: listening.signal };
  /** Entering a child comes before leaving its parent. */
  let depth = 0;

  /** @param {number} next */
  function setDepth(next) {
    depth = Math.max(0, next);
    over(depth > 0);
  }

  addEventListener("dragenter", (event) => isOfFiles(event) && setDepth(depth + 1), options);
  addEventListener("dragleave", (event) => isOfFiles(event) && setDepth(depth - 1), options);
  addEventListener(
    "dragover",
    (event) => {
      // Without this the browser would leave the page for the file.
      event.preventDefault();
      if (event.dataTransfer) event.dataTransfer.dropEffect = isOfFiles(event) ? "copy" : "none";
    },
    options,
  );
  addEventListener(
    "drop",
    (event) => {
      event.preventDefault();
      setDepth(0);
      drop([...(event.dataTransfer?.files ?? [])]);
    },
    options,
  );
  return () => listening.abort();
}

/** @param {DragEvent} event */
function isOfFiles({ dataTransfer }) {
  return dataTransfer?.types.includes("Files") ?? false;
}
