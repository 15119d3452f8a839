// @ts-check
/** An operation as an aligned table. */

/** @param {number} ns */
const nanoseconds = (ns) => ns.toFixed(ns < 100 ? 1 : 0);

/**
 * @param {import('./rounds.js').Operation} operation
 * @returns {string}
 */
export function table({ name, rows }) {
  const first = rows[0]?.label ?? '';
  const head = [name, 'ns', 'min', 'max', 'CPU ns', `of ${first}`, '(min–max)'];
  const lines = rows.map(({ label, wall, cpu, ratio, why }) => {
    if (wall === undefined || cpu === undefined || ratio === undefined) {
      return [label, `not measured: ${why}`];
    }
    return [
      label,
      ...[wall.median, wall.min, wall.max, cpu.median].map(nanoseconds),
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
