// Scales: round ones for paper, and bars of a round length for screen and paper.

// Steps between powers of ten: those of printed maps, and those of bars.
const SCALES = [1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 6, 7.5, 8, 9];
const LENGTHS = [1, 2, 3, 5];

/** Pixels of CSS in a metre of paper. */
export const PX_PER_METRE = 96 / 0.0254;

/**
 * The largest round scale at which something fits: 2,500,000 for 1:2,500,000.
 * @param {number} metres Of the ground, wide and high.
 * @param {number} high
 * @param {number} width Of the paper, in pixels.
 * @param {number} height
 */
export function roundScale(metres, high, width, height) {
  const least = Math.max(metres / width, high / height) * PX_PER_METRE;
  return firstAtLeast(SCALES, least);
}

/**
 * The longest bar of a round length that fits into so many pixels.
 * @param {number} metresPerPixel
 * @param {number} most
 * @returns {{ metres: number, width: number }}
 */
export function scaleBar(metresPerPixel, most) {
  const room = metresPerPixel * most;
  const power = 10 ** Math.floor(Math.log10(room));
  const metres = power * Math.max(...LENGTHS.filter((length) => length * power <= room * (1 + 1e-9)));
  return { metres, width: metres / metresPerPixel };
}

/**
 * @param {number[]} steps
 * @param {number} least
 */
function firstAtLeast(steps, least) {
  const power = 10 ** Math.floor(Math.log10(least));
  const found = [...steps, 10].find((step) => step * power >= least * (1 - 1e-9)) ?? 10;
  return Math.round(found * power);
}
