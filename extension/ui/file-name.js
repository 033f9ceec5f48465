/** How a downloaded file is to be called. */

/**
 * RFC 6266: the name in any script, else the plain one.
 *
 * @param {string} disposition
 * @returns {string | null}
 */
export function fileName(disposition) {
  const encoded = /filename\*=UTF-8''([^;]+)/i.exec(disposition)?.[1];
  if (encoded) {
    try {
      return decodeURIComponent(encoded.trim());
    } catch {
      return null;
    }
  }
  return /filename="?([^";]+)"?/i.exec(disposition)?.[1] ?? null;
}
