// @ts-check
/** What does a request cost a server, how long does it take, and what does a connection hold? */
import { openEcho } from './support/echo.js';
import { ratioVerdict, verdict } from './support/rounds.js';
import { median, table } from './support/table.js';

const c = { label: 'C, epoll', peer: 'epoll' };
const raw = { label: 'sockfd raw, epoll loop', peer: 'raw' };
const callbacks = { label: 'sockfd watch', peer: 'watch' };
const promises = { label: 'sockfd promises', peer: 'promises' };
const bare = { label: 'async functions, raw calls', peer: 'await' };
const net = { label: 'node:net', peer: 'net' };
const asyncio = { label: 'python3 asyncio', peer: 'asyncio' };
const servers = [c, raw, callbacks, promises, bare, net, asyncio];

const sizes = [64, 16384];

/** @param {number} count @param {number} size */
const nameOf = (count, size) => {
  const bytes = size < 1024 ? `${size} B` : `${size / 1024} KiB`;
  return `${count} connection${count === 1 ? '' : 's'}, ${bytes}`;
};

/** @param {number} digits @param {number} unit */
const inUnits = (digits, unit) => (/** @type {number} */ value) => (value / unit).toFixed(digits);

const speed = [
  median('requests/s', 'wall', (ns) => (1e9 / ns).toFixed(0)),
  median('p50 µs', 'p50', inUnits(0, 1e3)),
  median('p99 µs', 'p99', inUnits(0, 1e3)),
  median('CPU µs', 'cpu', inUnits(2, 1e3)),
];
const memory = [
  median('RSS bytes', 'rss', inUnits(0, 1)),
  median('PSS bytes', 'pss', inUnits(0, 1)),
];

/**
 * @param {boolean} quick  leaves out the 10,000 connections
 * @returns {import('./support/rounds.js').Benchmark}
 */
export function echo(quick) {
  const counts = quick ? [1, 64, 1000] : [1, 64, 1000, 10_000];
  const most = Math.max(...counts);
  const idle = `${most} idle connections, each`;
  const rowsOf = (/** @type {string} */ operation, peers = servers) =>
    peers.map((peer) => ({ ...peer, operation }));
  return {
    operations: [
      // Both sizes by the same connections, which stay open between.
      ...counts.flatMap((count) =>
        sizes.map((size) => ({
          name: nameOf(count, size),
          rows: rowsOf(`echo ${count} ${size}`),
        })),
      ),
      // The first row is what the others are compared with.
      {
        name: idle,
        compares: 'rss',
        rows: rowsOf(`idle ${most}`, [net, ...servers.filter((server) => server !== net)]),
      },
    ],
    open: openEcho,
    pinned: 'servers pinned to CPU 1, their clients to CPU 0',
    table: (operation) => table(operation, operation.name === idle ? memory : speed),
    plot: 'echo_plot.py',
    verdicts({ operations }) {
      const named = (/** @type {string} */ name) => operations.find((each) => each.name === name);
      const cells = [64, 1000].map((count) => named(nameOf(count, 64)));
      const row = (/** @type {string} */ label) => {
        return named(idle)?.rows.find((each) => each.label === label);
      };
      return [
        ...cells.map((cell) => ratioVerdict(cell, raw.label, c.label, 1.12)),
        ...cells.map((cell) => ratioVerdict(cell, promises.label, net.label, 0.55)),
        ...[raw, callbacks, promises].map(({ label }) => {
          const title = `${idle}: ${label} / ${net.label}`;
          return verdict(title, row(label), row(net.label), 0.1, 'rss');
        }),
      ];
    },
  };
}
