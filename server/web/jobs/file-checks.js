/**
 * What can be said of a chosen file before it is sent. Pure.
 *
 * What the file is, the server sees in its first bytes: a name that promises something else is let
 * through, one of another kind of file is not.
 */

const OTHERS = /\.(xls|ods|numbers|pdf|docx?|pptx?|zip|gz|json|xml|html?|png|jpe?g|vcf)$/i;

/**
 * @typedef {"import_empty" | "import_too_large" | "import_other_type"} FileFault
 */

/**
 * @param {{name: string, size: number}} file
 * @param {number} bytesMax
 * @returns {FileFault | null}
 */
export function faultOf({ name, size }, bytesMax) {
  if (OTHERS.test(name)) return "import_other_type";
  if (size === 0) return "import_empty";
  return size > bytesMax ? "import_too_large" : null;
}

/**
 * The same for the same upload: a retry replays it (R11), and one that differs is another.
 *
 * @param {{name: string, size: number, lastModified: number}} file
 * @param {Record<string, string>} texts  what is sent beside it
 */
export function uploadName({ name, size, lastModified }, texts) {
  return `import ${JSON.stringify([name, size, lastModified, Object.entries(texts).sort()])}`;
}

const STEP = 1_000;
const UNITS = /** @type {const} */ (["byte", "kilobyte", "megabyte"]);

/**
 * @param {number} bytes
 * @param {string} locale
 * @returns {string} "1.2 MB"
 */
export function sizeText(bytes, locale) {
  const power = Math.min(UNITS.length - 1, bytes < STEP ? 0 : bytes < STEP * STEP ? 1 : 2);
  const unit = UNITS[power];
  const digits = { maximumFractionDigits: power === 2 ? 1 : 0 };
  return new Intl.NumberFormat(locale, { style: "unit", unit, ...digits }).format(
    bytes / STEP ** power,
  );
}
