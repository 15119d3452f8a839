// @ts-check
/** Datagrams by node:dgram, of the size that the argument says: 64 are sent, then all are awaited. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { expect, serve } from '../support/serve.js';

const size = Number(process.argv[2]);
const data = Buffer.alloc(size);
const window = 64;
const host = '127.0.0.1';

const receiver = createSocket('udp4').bind(0, host).unref();
await once(receiver, 'listening');
const { port } = receiver.address();
const sender = createSocket('udp4').bind(0, host).unref();
await once(sender, 'listening');
const connected = createSocket('udp4').bind(0, host).unref();
await once(connected, 'listening');
connected.connect(port, host);
await once(connected, 'connect');

/**
 * @param {number} count
 * @param {(sent: (error: Error | null) => void) => void} sendOne
 * @returns {Promise<void>}
 */
function exchange(count, sendOne) {
  return new Promise((resolve, reject) => {
    let bytes = 0;
    let arrived = 0;
    // Nothing was looked for yet: the first look may come before the first datagram, and late.
    let seen = -1;
    // Something must arrive within two seconds.
    const watch = setInterval(() => {
      if (seen === arrived) end(new Error(`lost ${window - (arrived % window)} datagrams`));
      seen = arrived;
    }, 2000);
    /** @param {Error | null} error */
    const sent = (error) => {
      if (error) end(error);
    };
    const fill = () => {
      for (let i = 0; i < window; i++) sendOne(sent);
    };
    /** @param {Buffer} message */
    const received = (message) => {
      bytes += message.length;
      arrived++;
      if (arrived === count) end(null);
      else if (arrived % window === 0) fill();
    };
    /** @param {Error | null} error */
    const end = (error) => {
      clearInterval(watch);
      receiver.off('message', received);
      if (error) return reject(error);
      expect(bytes, size * count);
      resolve();
    };
    receiver.on('message', received);
    fill();
  });
}

await serve({
  send: (count) => exchange(count, (sent) => sender.send(data, port, host, sent)),
  connected: (count) => exchange(count, (sent) => connected.send(data, sent)),
});
