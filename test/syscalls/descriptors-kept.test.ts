/** Descriptors that came with a message, when something fails after the call: none is lost. */
import { describe, expect, it } from 'vitest';
import {
  CMSG_SPACE,
  type ControlMessage,
  controlValue,
  decodeControl,
  type MessageSlot,
  MSG_DONTWAIT,
  recvmmsg,
  recvmsg,
  SCM_PIDFD,
  SCM_RIGHTS,
  SO_PASSPIDFD,
  SOCK_DGRAM,
  SOL_SOCKET,
  sendmsg,
  setsockopt,
} from '../../lib/index.js';
import * as raw from '../../lib/raw.js';
import { skipUnless } from '../support/control.js';
import { countFds } from '../support/fds.js';
import { guardFds, own, shut, unixPair } from '../support/sockets.js';

guardFds();

const byte = () => [new Uint8Array(1)];
const room = (): MessageSlot => ({ iov: byte(), controlLength: CMSG_SPACE(12) });

/** Sends three descriptors of a socket that nobody else has; whether nobody at all has it any more. */
function sendThree(over: number): () => boolean {
  const [passed, watcher] = unixPair();
  const control = [
    { level: SOL_SOCKET, type: SCM_RIGHTS, value: [passed, passed, passed] } as const,
  ];
  sendmsg(over, { iov: byte(), control });
  shut(passed);
  return () => raw.recv(watcher, new Uint8Array(1), MSG_DONTWAIT) === 0;
}

const oneByOne = (call: (fd: number) => unknown) => (fd: number) => {
  for (let n = 0; n < 3; n++) expect(() => call(fd)).toThrow(TypeError);
};

const frozen = (): raw.MsgHdr => {
  const control = new Uint8Array(CMSG_SPACE(12));
  return Object.freeze({ iov: byte(), control, namelen: 0, controllen: 0, flags: 0 });
};

const throwing = (): raw.MsgHdr =>
  Object.defineProperty({ iov: byte(), control: new ArrayBuffer(64) }, 'flags', {
    set() {
      throw new TypeError('mine');
    },
  });

const rows: [string, (fd: number) => void][] = [
  ['raw recvmsg into a frozen object', oneByOne((fd) => raw.recvmsg(fd, frozen()))],
  ['raw recvmsg into one whose setter throws', oneByOne((fd) => raw.recvmsg(fd, throwing()))],
  [
    'raw recvmmsg, of which the last is frozen',
    (fd) => {
      const slots = [room(), room(), Object.freeze(room())];
      expect(() => raw.recvmmsg(fd, slots)).toThrow(TypeError);
    },
  ],
  [
    'recvmmsg, of which the first is frozen',
    (fd) => {
      const slots = [Object.freeze(room()), room(), room()];
      expect(() => recvmmsg(fd, slots)).toThrow(TypeError);
    },
  ],
];

describe('results that cannot be told', () => {
  it.each(rows)('close the descriptors: %s', (_, call) => {
    const [a, b] = unixPair(SOCK_DGRAM);
    const gone = [1, 2, 3].map(() => sendThree(a));
    const before = countFds();
    expect(gone.map((isGone) => isGone())).toEqual([false, false, false]);
    call(b);
    expect(countFds()).toBe(before);
    expect(gone.map((isGone) => isGone())).toEqual([true, true, true]);
  });
});

describe('a pidfd', () => {
  it('is closed as well, behind an odd number of descriptors', (context) => {
    skipUnless(context, '6.5', 'SO_PASSPIDFD');
    const [a, b] = unixPair(SOCK_DGRAM);
    setsockopt(b, SOL_SOCKET, SO_PASSPIDFD, true);
    const isGone = sendThree(a);
    const before = countFds();
    const control = new Uint8Array(CMSG_SPACE(12) + CMSG_SPACE(4));
    expect(() => raw.recvmsg(b, Object.freeze({ iov: byte(), control }))).toThrow(TypeError);
    expect(decodeControl(control).map(({ type }) => type)).toEqual([SCM_RIGHTS, SCM_PIDFD]);
    expect(countFds()).toBe(before);
    expect(isGone()).toBe(true);
  });
});

type Told = readonly ControlMessage[] | undefined;

/** What `run` returns while `holder[key]` throws; undefined when it throws itself. */
function broken<T>(holder: object, key: PropertyKey, run: () => T): T | undefined {
  const before = Object.getOwnPropertyDescriptor(holder, key);
  if (before === undefined) throw new Error(`there is no ${String(key)}`);
  Object.defineProperty(holder, key, {
    configurable: true,
    get() {
      throw new Error('broken');
    },
  });
  try {
    return run();
  } catch {
    return undefined;
  } finally {
    Object.defineProperty(holder, key, before);
  }
}

const typedArray = Object.getPrototypeOf(Uint8Array.prototype) as object;

const parts: [holder: object, keys: PropertyKey[]][] = [
  [typedArray, ['slice', 'subarray', 'set', 'byteLength', 'byteOffset', 'buffer', 'length']],
  [typedArray, [Symbol.iterator, 'entries', 'keys']],
  [Array.prototype, [Symbol.iterator, 'push', 'map', 'slice', 'entries', 'filter', 'flatMap']],
  [DataView.prototype, ['getBigUint64', 'getInt32', 'getUint32', 'byteLength']],
  [globalThis, ['DataView', 'Uint8Array', 'Number', 'TextDecoder']],
  [Math, ['min', 'ceil']],
  [ArrayBuffer, ['isView']],
];

describe('a method of the language that throws', () => {
  const calls: [string, (fd: number) => () => Told][] = [
    [
      'recvmsg',
      (fd) => {
        const message = recvmsg(fd, room());
        return () => message.control;
      },
    ],
    [
      'recvmmsg',
      (fd) => {
        const slot = room();
        recvmmsg(fd, [slot]);
        return () => slot.control;
      },
    ],
  ];

  it.each(calls)('closes the descriptors: %s', (_, call) => {
    const threw: PropertyKey[] = [];
    for (const [holder, keys] of parts) {
      for (const key of keys) {
        const [a, b] = unixPair(SOCK_DGRAM);
        const isGone = sendThree(a);
        const before = countFds();
        const told = broken(holder, key, () => call(b));
        if (told !== undefined) {
          for (const fd of controlValue(told() ?? [], SOL_SOCKET, SCM_RIGHTS) ?? []) shut(own(fd));
          expect([key, countFds(), isGone()]).toEqual([key, before, true]);
          continue;
        }
        // It threw before the call, which has left the message; or after it.
        const waits = raw.recv(b, new Uint8Array(1), MSG_DONTWAIT) === 1;
        if (!waits) threw.push(key);
        expect([key, countFds(), isGone()]).toEqual([key, before, true]);
      }
    }
    for (const key of ['slice', 'getBigUint64']) expect(threw).toContain(key);
  });
});
