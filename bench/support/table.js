// @ts-check
/** An operation as an aligned table. */

/** @param {number} ns */
const nanoseconds = (ns) => ns.toFixed(ns < 100 ? 1 : 0);

/**
 * @typedef {import('./rounds.js').Measured} Measured
 * @typedef {import('./rounds.js').Quantity} Quantity
 * @typedef {{ title: string, of: (row: Measured) => string }} Column
 */

/**
 * The median of a quantity.
 *
 * @param {string} title
 * @param {Quantity} quantity
 * @param {(value: number) => string} [shown]
 * @returns {Column}
 */
export function median(title, quantity, shown = nanoseconds) {
  return { title, of: (row) => shown(row[quantity]?.median ?? Number.NaN) };
}

/** @type {Column[]} */
const times = [
  median('ns', 'wall'),
  { title: 'min', of: ({ wall }) => nanoseconds(wall?.min ?? Number.NaN) },
  { title: 'max', of: ({ wall }) => nanoseconds(wall?.max ?? Number.NaN) },
  median('CPU ns', 'cpu'),
];

/**
 * Before the ratios, a table has the columns that are given.
 *
 * @param {import('./rounds.js').Operation} operation
 * @param {Column[]} columns
 * @returns {string}
 */
export function table({ name, rows }, columns = times) {
  const first = rows[0]?.label ?? '';
  const head = [name, ...columns.map(({ title }) => title), `of ${first}`, '(min–max)'];
  const lines = rows.map((row) => {
    const { label, ratio, why } = row;
    if (ratio === undefined) return [label, `not measured: ${why}`];
    return [
      label,
      ...columns.map(({ of }) => of(row)),
      ratio.median.toFixed(2),
      `(${ratio.min.toFixed(2)}–${ratio.max.toFixed(2)})`,
    ];
  });
  const full = [head, ...lines.filter((line) => line.length === head.length)];
  const widths = head.map((_, i) => Math.max(...full.map((line) => (line[i] ?? '').length)));
  widths[0] = Math.max(...[head, ...lines].map((line) => (line[0] ?? '').length));
  const text = [head, ...lines].map((line) =>
    line
      .map((cell, i) =>
        i === 0 || line.length < head.length
          ? cell.padEnd(widths[i] ?? 0)
          : cell.padStart(widths[i] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
  return `${text.join('\n')}\n`;
}
