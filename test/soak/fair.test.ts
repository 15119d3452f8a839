/** One descriptor that is always ready, and others that have their turn all the same. */
import { describe, expect, it } from 'vitest';
import { node } from '../support/child.js';

/** Ten pairs that play thirty rounds each, of which every one waits for the event loop. */
const others = `
  const { fcntl, F_SETFL, O_NONBLOCK } = s;
  let playing = 10;
  const play = async () => {
    const [a, b] = s.socketpair(s.AF_UNIX, s.SOCK_STREAM);
    const buf = new Uint8Array(8);
    for (let i = 0; i < 30; i++) {
      const [there, back] = [promises.recv(a, buf), promises.recv(b, buf)];
      s.send(b, 'ping');
      await there;
      s.send(a, 'pong');
      await back;
    }
    playing--;
  };
  const all = Promise.all(Array.from({ length: 10 }, play));
  const big = new Uint8Array(65536);
  const [h, g] = s.socketpair(s.AF_UNIX, s.SOCK_STREAM | s.SOCK_NONBLOCK);
`;

/** In a turn of the event loop are twice 512 calls; a round of the others takes two, and here three. */
const MOST = 3 * 2 * 512 * 30;

describe('what is always ready', () => {
  it.each([
    ['by sending to itself', 'await promises.send(h, "x"); await promises.recv(g, big);'],
    ['to be written', `if ((await promises.send(h, 'x')) === 1) s.recv(g, big);`],
    ['to be polled', 'await promises.poll([{ fd: h, events: s.POLLOUT }]);'],
    ['to be refused', 'await promises.accept(h).catch(() => {});'],
  ])('%s does not starve others', (_how, call) => {
    const body = `${others}
      let n = 0;
      for (; playing > 0 && n < ${4 * MOST}; n++) { ${call} }
      tell([playing, n]);
      await all;
      process.exit(0);`;
    const [[playing, n] = [-1, -1]] = node(body) as [[number, number]];
    expect(playing).toBe(0);
    expect(n).toBeLessThan(MOST);
  });

  it('as another process writes to it without end does not, either', () => {
    const body = `${others}
      fcntl(0, F_SETFL, O_NONBLOCK);
      let bytes = 0;
      while (playing > 0) bytes += await promises.read(0, big, { timeout: 30_000 });
      tell(bytes);
      await all;
      process.exit(0);`;
    const [bytes] = node(body, ['sh', '-c', 'yes | exec "$@"', 'sh']);
    expect(bytes).toBeGreaterThan(0);
  });

  it('as datagrams come without end leaves a loop over them others beside it', () => {
    const body = `${others}
      const [out, into] = s.socketpair(s.AF_UNIX, s.SOCK_DGRAM);
      s.send(into, 'x');
      let n = 0;
      for await (const { data } of promises.datagrams(out, { size: 8 })) {
        if (playing === 0 || ++n === ${4 * MOST}) break;
        s.send(into, data);
      }
      tell([playing, n]);
      await all;
      process.exit(0);`;
    const [[playing, n] = [-1, -1]] = node(body) as [[number, number]];
    expect(playing).toBe(0);
    expect(n).toBeLessThan(MOST);
  });
});
