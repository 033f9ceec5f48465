/**
 * Fills that differ without colour, which means level and nothing else (look.md): plain shades and
 * patterns of ink, each with an outline of ink, so that the edge always has contrast.
 */

/**
 * @typedef {object} Inks  as CSS colours, of the scheme that is on
 * @property {string} ink
 * @property {string} mute
 * @property {string} line
 * @property {string} card
 * @property {string} font
 */

/** Pixels of a pattern's tile. */
const TILE = 6;

/**
 * @typedef {(pen: CanvasRenderingContext2D) => void} Draw  strokes on one tile
 *
 * @typedef {{base: keyof Omit<Inks, "font">, draw: Draw}} Fill
 */

/** @type {readonly Fill[]} */
const FILLS = [
  { base: "ink", draw: () => {} },
  { base: "card", draw: rising },
  { base: "mute", draw: () => {} },
  { base: "card", draw: dots },
  { base: "line", draw: () => {} },
  { base: "card", draw: lying },
  { base: "mute", draw: rising },
  { base: "card", draw: () => {} },
];

/**
 * @param {number} i  of the series; there are as many fills as series at most
 * @param {Inks} inks
 * @returns {CanvasPattern | string}
 */
export function fillOf(i, inks) {
  const { base, draw } = FILLS[i % FILLS.length] ?? { base: "ink", draw: () => {} };
  const tile = document.createElement("canvas");
  tile.width = TILE;
  tile.height = TILE;
  const pen = tile.getContext("2d");
  if (!pen) return inks[base];
  pen.fillStyle = inks[base];
  pen.fillRect(0, 0, TILE, TILE);
  pen.strokeStyle = inks.ink;
  pen.fillStyle = inks.ink;
  draw(pen);
  return pen.createPattern(tile, "repeat") ?? inks[base];
}

/**
 * A sample of a fill, for the legend.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {number} i
 * @param {Inks} inks
 */
export function paintSample(canvas, i, inks) {
  const pen = canvas.getContext("2d");
  if (!pen) return;
  pen.fillStyle = fillOf(i, inks);
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.strokeStyle = inks.ink;
  pen.strokeRect(0.5, 0.5, canvas.width - 1, canvas.height - 1);
}

/**
 * The colours an element has at the moment: its text, its notes, its lines and its ground.
 *
 * @param {HTMLElement} element  of the class `chart`
 * @returns {Inks}
 */
export function inksOf(element) {
  // A custom property would still say `light-dark(…)`; these properties are resolved.
  const style = getComputedStyle(element);
  return {
    ink: style.color,
    mute: style.outlineColor,
    line: style.borderTopColor,
    card: style.backgroundColor,
    font: style.fontFamily,
  };
}

/** @type {Draw} */
function rising(pen) {
  pen.lineWidth = 1.5;
  pen.beginPath();
  for (const shift of [-TILE, 0, TILE]) {
    pen.moveTo(shift - 1, TILE + 1);
    pen.lineTo(shift + TILE + 1, -1);
  }
  pen.stroke();
}

/** @type {Draw} */
function dots(pen) {
  pen.fillRect(1, 1, 2, 2);
  pen.fillRect(4, 4, 2, 2);
}

/** @type {Draw} */
function lying(pen) {
  pen.fillRect(0, 2, TILE, 1);
}
