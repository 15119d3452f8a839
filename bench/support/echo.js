// @ts-check
/** A peer of the echo benchmark: a server on one CPU, and its clients, one program, on the other. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const peers = fileURLToPath(new URL('../peers/', import.meta.url));

/** @param {string} file */
const javascript = (file) => [process.execPath, '--expose-gc', join(peers, file)];

/** How each server is started. @type {(folder: string) => Record<string, string[]>} */
const commands = (folder) => ({
  epoll: [join(folder, 'echo-epoll')],
  raw: javascript('echo-raw.js'),
  watch: javascript('echo-watch.js'),
  promises: javascript('echo-promises.js'),
  await: javascript('echo-await.js'),
  net: javascript('echo-net.js'),
  asyncio: ['python3', '-B', join(peers, 'echo.py')],
});

/**
 * @typedef {import('./rounds.js').Program} Program
 * @typedef {import('./rounds.js').Tools} Tools
 */

/**
 * @param {string} name
 * @param {Tools} tools
 * @returns {Promise<{ server: Program, clients: Program, end: () => void }>}
 */
async function start(name, { folder, run }) {
  const server = run(/** @type {string[]} */ (commands(folder)[name]), 1);
  const port = await server.ask('');
  const clients = run([join(folder, 'echo-load'), port, String(server.pid)], 0);
  const end = () => {
    clients.end();
    server.end();
  };
  return { server, clients, end };
}

/** What the memory of a process is, in bytes. @param {number} pid */
function memoryOf(pid) {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const bytes = (/** @type {string} */ name) => {
    return 1024 * Number(new RegExp(`^${name}: +(\\d+) kB$`, 'm').exec(text)?.[1]);
  };
  return { rss: bytes('Rss'), pss: bytes('Pss') };
}

/**
 * What so many connections add to the memory of a server, each; in a process of its own, as what
 * was freed before would be used again. A few have made it load and compile what it needs, and its
 * heap as large as that of a server that works.
 *
 * @param {string} name
 * @param {number} count
 * @param {Tools} tools
 */
async function measureIdle(name, count, tools) {
  const { server, clients, end } = await start(name, tools);
  try {
    const memory = async () => {
      await server.ask('collect');
      return memoryOf(server.pid);
    };
    for (let i = 0; i < 8; i++) await clients.ask('echo 200 64');
    await clients.ask('hold 0');
    const before = await memory();
    await clients.ask(`hold ${count}`);
    const { rss, pss } = await memory();
    return { rss: (rss - before.rss) / count, pss: (pss - before.pss) / count };
  } finally {
    end();
  }
}

/** @type {(name: string, tools: Tools) => import('./rounds.js').Peer} */
export function openEcho(name, tools) {
  /** @type {ReturnType<typeof start> | undefined} */
  let started;
  return {
    async measure(operation) {
      const [kind, count] = operation.split(' ');
      if (kind === 'idle') return measureIdle(name, Number(count), tools);
      started ??= start(name, tools);
      const { clients } = await started;
      const answer = await clients.ask(operation);
      const [requests = 0, wall = 0, cpu = 0, p50 = 0, p99 = 0] = answer.split(' ').map(Number);
      return { wall: wall / requests, cpu: cpu / requests, p50, p99 };
    },
    end() {
      // What did not start has said so.
      started?.then(({ end }) => end()).catch(() => undefined);
    },
  };
}
