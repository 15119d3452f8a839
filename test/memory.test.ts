/** Memory: every kind that a call takes, at the right bytes, and no user's code while it is read. */
import vm from 'node:vm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  AF_UNIX,
  type Buf,
  close,
  EAGAIN,
  MSG_DONTWAIT,
  MSG_PEEK,
  read,
  readv,
  recv,
  recvfrom,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  send,
  sendto,
  socketpair,
  write,
  writev,
} from '../lib/index.js';
import * as raw from '../lib/raw.js';
import { countFds } from './support/fds.js';
import { detach, resizable, trap, traps, typedArrays } from './support/misuse.js';

let near: number;
let far: number;
let fds: number;

beforeEach(() => {
  fds = countFds();
  [near, far] = socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK);
});

afterEach(() => {
  close(near);
  close(far);
  expect(countFds()).toBe(fds);
});

/** `SharedArrayBuffer` as ES2024 has it: the library of ES2023 does not know `grow`. */
interface Growable extends SharedArrayBuffer {
  grow(size: number): void;
}

function growable(size: number, max: number): Growable {
  const Constructor = SharedArrayBuffer as unknown as new (
    size: number,
    options: { maxByteLength: number },
  ) => Growable;
  return new Constructor(size, { maxByteLength: max });
}

/** A buffer, the memory that holds it, and where in that memory it begins. */
interface Sample {
  buf: Buf;
  memory: ArrayBufferLike;
  at: number;
}

/** Memory of 16 bytes, 8 bytes into memory of 32. */
const samples: Record<string, () => Sample> = {
  ArrayBuffer: () => {
    const memory = new ArrayBuffer(16);
    return { buf: memory, memory, at: 0 };
  },
  SharedArrayBuffer: () => {
    const memory = new SharedArrayBuffer(16);
    return { buf: memory, memory, at: 0 };
  },
  'a resizable ArrayBuffer': () => {
    const memory = resizable(8, 64);
    memory.resize(16);
    return { buf: memory, memory, at: 0 };
  },
  'a growable SharedArrayBuffer': () => {
    const memory = growable(8, 64);
    memory.grow(16);
    return { buf: memory, memory, at: 0 };
  },
  'an ArrayBuffer of another realm': () => {
    const memory = vm.runInNewContext('new ArrayBuffer(16)') as ArrayBuffer;
    return { buf: memory, memory, at: 0 };
  },
  'a SharedArrayBuffer of another realm': () => {
    const memory = vm.runInNewContext('new SharedArrayBuffer(16)') as SharedArrayBuffer;
    return { buf: memory, memory, at: 0 };
  },
  'a Uint8Array of another realm': () => {
    const buf = vm.runInNewContext('new Uint8Array(new ArrayBuffer(32), 8, 16)') as Uint8Array;
    return { buf, memory: buf.buffer, at: 8 };
  },
  'a slice of the pool of Buffer': () => {
    const buf = Buffer.allocUnsafe(16);
    return { buf, memory: buf.buffer, at: buf.byteOffset };
  },
  DataView: () => {
    const memory = new ArrayBuffer(32);
    return { buf: new DataView(memory, 8, 16), memory, at: 8 };
  },
  'a DataView of a SharedArrayBuffer': () => {
    const memory = new SharedArrayBuffer(32);
    return { buf: new DataView(memory, 8, 16), memory, at: 8 };
  },
  'a DataView that tracks its buffer': () => {
    const memory = resizable(16, 64);
    const buf = new DataView(memory, 8);
    memory.resize(24);
    return { buf, memory, at: 8 };
  },
  'a DataView that tracks a growable buffer': () => {
    const memory = growable(16, 64);
    const buf = new DataView(memory, 8);
    memory.grow(24);
    return { buf, memory, at: 8 };
  },
};

for (const View of typedArrays) {
  const length = 16 / View.BYTES_PER_ELEMENT;
  // Of a union of constructors TypeScript picks the overload without shared memory.
  const Shared = View as unknown as new (
    memory: ArrayBufferLike,
    at: number,
    length?: number,
  ) => ArrayBufferView;
  samples[View.name] = () => {
    const memory = new ArrayBuffer(32);
    return { buf: new View(memory, 8, length), memory, at: 8 };
  };
  samples[`a ${View.name} of a SharedArrayBuffer`] = () => {
    const memory = new SharedArrayBuffer(32);
    return { buf: new Shared(memory, 8, length), memory, at: 8 };
  };
  samples[`a ${View.name} that tracks its buffer`] = () => {
    const memory = resizable(64, 64);
    const buf = new View(memory, 8);
    memory.resize(24);
    return { buf, memory, at: 8 };
  };
  samples[`a ${View.name} that tracks a growable buffer`] = () => {
    const memory = growable(16, 64);
    const buf = new Shared(memory, 8);
    memory.grow(24);
    return { buf, memory, at: 8 };
  };
}

const text = '0123456789abcdef';
const taken = (length = 64): string => {
  const bytes = Buffer.alloc(length);
  return bytes.toString('latin1', 0, recv(far, bytes));
};

/** Dots around a sample, unless it is of the pool, where they would overwrite others' bytes. */
function clear({ memory, buf }: Sample): void {
  if (!(buf instanceof Buffer)) new Uint8Array(memory).fill(0x2e);
}

function fill(sample: Sample): void {
  clear(sample);
  const { memory, at } = sample;
  new Uint8Array(memory).set(Buffer.from(text), at);
}

/** The bytes of the memory around and in a sample, which the call may have written. */
const shown = ({ memory }: Sample): string =>
  Buffer.from(new Uint8Array(memory)).toString('latin1');

/** What memory of dots shows after `written` came to `offset` of the sample. */
function expected({ memory, at }: Sample, offset: number, written: string): string {
  const dots = '.'.repeat(memory.byteLength);
  return dots.slice(0, at + offset) + written + dots.slice(at + offset + written.length);
}

describe.each(Object.entries(samples))('%s', (_name, make) => {
  it('is what send, sendto, write and writev send', () => {
    const sample = make();
    const { buf } = sample;
    fill(sample);
    expect(send(near, buf)).toBe(16);
    expect(taken()).toBe(text);
    expect(send(near, buf, 0, 3)).toBe(13);
    expect(taken()).toBe(text.slice(3));
    expect(send(near, buf, 0, 3, 5)).toBe(5);
    expect(taken()).toBe(text.slice(3, 8));
    expect(send(near, buf, 0, undefined, 5)).toBe(5);
    expect(taken()).toBe(text.slice(0, 5));
    expect(sendto(near, buf, 0, null, 15)).toBe(1);
    expect(taken()).toBe('f');
    expect(write(near, buf, 1, 2)).toBe(2);
    expect(taken()).toBe('12');
    expect(write(near, buf)).toBe(16);
    expect(writev(near, [buf, new Uint8Array(0), buf])).toBe(32);
    expect(taken()).toBe(text + text + text);
    expect(write(near, buf, 16)).toBe(0);
  });

  it('is where recv, recvfrom, read and readv write', () => {
    const fresh = (): Sample => {
      const sample = make();
      clear(sample);
      return sample;
    };
    const cases: [offset: number, length: number, call: (buf: Buf) => number][] = [
      [0, 16, (buf) => recv(far, buf)],
      [3, 13, (buf) => recv(far, buf, 0, 3)],
      [3, 5, (buf) => recv(far, buf, MSG_PEEK, 3, 5)],
      [0, 5, (buf) => recv(far, buf, 0, undefined, 5)],
      [15, 1, (buf) => recvfrom(far, buf, 0, 15).bytes],
      [1, 2, (buf) => read(far, buf, 1, 2)],
      [0, 16, (buf) => read(far, buf)],
      [0, 16, (buf) => readv(far, [new Uint8Array(0), buf])],
    ];
    for (const [offset, length, call] of cases) {
      const sample = fresh();
      send(near, text);
      expect(call(sample.buf)).toBe(length);
      const written = expected(sample, offset, text.slice(0, length));
      // What surrounds a slice of the pool is somebody else's, and not known.
      if (!(sample.buf instanceof Buffer)) expect(shown(sample)).toBe(written);
      const { buf } = sample;
      const own = ArrayBuffer.isView(buf)
        ? Buffer.from(buf.buffer as ArrayBuffer, buf.byteOffset, buf.byteLength)
        : Buffer.from(buf as ArrayBuffer);
      expect(own.toString('latin1', offset, offset + length)).toBe(text.slice(0, length));
      raw.recv(far, new Uint8Array(64), MSG_DONTWAIT);
    }
  });
});

describe('a slice of the pool of Buffer', () => {
  it('is written without touching its neighbours', () => {
    const parts = [Buffer.allocUnsafe(8), Buffer.allocUnsafe(8), Buffer.allocUnsafe(8)] as const;
    for (const part of parts) part.fill('.');
    send(near, text);
    expect(recv(far, parts[1])).toBe(8);
    expect(parts.map(String)).toEqual(['........', '01234567', '........']);
  });
});

describe('readv(2)', () => {
  it('fills buffers of different kinds one after the other', () => {
    const [first, shared] = [new Uint16Array(2), new SharedArrayBuffer(4)];
    const last = Buffer.alloc(3, '.');
    send(near, '0123456789');
    expect(readv(far, [first, shared, new DataView(last.buffer, last.byteOffset, 3)])).toBe(10);
    expect(Buffer.from(first.buffer).toString()).toBe('0123');
    expect(Buffer.from(shared).toString()).toBe('4567');
    expect(String(last)).toBe('89.');
  });

  it('takes as many buffers as IOV_MAX', () => {
    const list = Array.from({ length: 1024 }, () => new Uint8Array(1));
    send(near, 'x'.repeat(1024));
    expect(readv(far, list)).toBe(1024);
    expect(list.every(([byte]) => byte === 0x78)).toBe(true);
  });

  it('takes no buffer at all', () => {
    expect(raw.readv(far, [])).toBe(0);
  });

  it('touches no memory when a getter takes an earlier buffer away', () => {
    const [first, second] = [new Uint8Array(4096), new Uint8Array(8)];
    const list = [first, second];
    Object.defineProperty(list, 1, {
      get() {
        detach(first.buffer);
        return second;
      },
    });
    send(near, text);
    expect(() => readv(far, list)).toThrow(
      expect.objectContaining({
        name: 'TypeError',
        code: 'ERR_INVALID_ARG_TYPE',
        message: expect.stringMatching(/^The "bufs\[0]" argument /),
      }),
    );
    expect([...second]).toEqual(new Array(8).fill(0));
    expect(taken()).toBe(text);
  });

  it('reads the memory after the getters, when one of them makes it smaller', () => {
    const memory = resizable(4096, 4096);
    const [first, second] = [new Uint8Array(memory), new Uint8Array(8)];
    const list = [first, second];
    Object.defineProperty(list, 1, {
      get() {
        memory.resize(4);
        return second;
      },
    });
    send(near, text);
    expect(readv(far, list)).toBe(12);
    expect(Buffer.from(first).toString()).toBe('0123');
    expect(Buffer.from(second).toString()).toBe('456789ab');
  });

  it('hands on what a getter throws', () => {
    const list = [new Uint8Array(8)];
    Object.defineProperty(list, 0, {
      get() {
        throw new Error('mine');
      },
    });
    expect(() => readv(far, list)).toThrow('mine');
  });
});

describe('a string', () => {
  const strings: [string, string | Buffer][] = [
    ['', ''],
    ['plain', 'plain'],
    ['häßlich ✓ 😀', 'häßlich ✓ 😀'],
    ['a\0b', 'a\0b'],
    ['\ud800', '\ufffd'],
    ['a\udfffb', 'a\ufffdb'],
    ['\udc00\ud800', '\ufffd\ufffd'],
    ['\ufeffx', Buffer.from([0xef, 0xbb, 0xbf, 0x78])],
    ['latin1: \u00ff', Buffer.from([...Buffer.from('latin1: '), 0xc3, 0xbf])],
  ];

  it.each(strings)('goes as UTF-8: %j', (string, sent) => {
    const bytes = Buffer.from(sent);
    expect(raw.send(near, string)).toBe(bytes.length);
    const received = Buffer.alloc(64);
    const got = raw.recv(far, received);
    expect(received.subarray(0, Math.max(got, 0))).toEqual(bytes);
    expect(raw.write(near, string)).toBe(bytes.length);
    raw.recv(far, received);
    expect(raw.sendto(near, string, 0, null)).toBe(bytes.length);
  });

  it('is cut by offset and length in bytes', () => {
    expect(send(near, 'äöü', 0, 2, 2)).toBe(2);
    expect(taken()).toBe(Buffer.from('ö').toString('latin1'));
    expect(() => send(near, 'äöü', 0, 7)).toThrow(RangeError);
    expect(() => send(near, 'äöü', 0, 0, 7)).toThrow(RangeError);
  });

  it('of a mebibyte arrives whole', () => {
    const sent = Buffer.from('äx✓'.repeat(2 ** 20 / 6 + 1).slice(0, 2 ** 19));
    const string = sent.toString();
    const received = Buffer.alloc(sent.length);
    let [at, got] = [0, 0];
    // Each round moves something: a bound that only a stuck socket meets.
    for (let round = 0; round < 10_000 && got < sent.length; round++) {
      const n = raw.send(near, string, 0, at);
      if (n > 0) at += n;
      const m = raw.recv(far, received, 0, got);
      if (m > 0) got += m;
    }
    expect(got).toBe(sent.length);
    expect(received.equals(sent)).toBe(true);
  });
});

describe('garbage collection', () => {
  const gc = globalThis.gc;

  it.skipIf(gc === undefined)(
    'may come between any two calls (skipped without --expose-gc)',
    () => {
      for (let i = 0; i < 300; i++) {
        const string = `${i}:${'x'.repeat(i)}`;
        expect(raw.send(near, i % 2 === 0 ? string : Buffer.from(string))).toBe(string.length);
        gc?.({ type: i % 16 === 0 ? 'major' : 'minor' });
        const parts = [
          new Uint8Array(3),
          new SharedArrayBuffer(400),
          new DataView(new ArrayBuffer(9)),
        ];
        expect(raw.readv(far, parts as Buf[])).toBe(string.length);
        gc?.({ type: 'minor' });
        const bytes = Buffer.concat(
          parts.map((part) =>
            ArrayBuffer.isView(part)
              ? Buffer.from(part.buffer as ArrayBuffer)
              : Buffer.from(new Uint8Array(part)),
          ),
        );
        expect(bytes.toString('latin1', 0, string.length)).toBe(string);
      }
    },
  );

  it.skipIf(gc === undefined)('may come while a list is read (skipped without --expose-gc)', () => {
    const parts: Uint8Array[] = [];
    for (let i = 0; i < 16; i++) {
      Object.defineProperty(parts, i, {
        enumerable: true,
        get() {
          const part = new Uint8Array(64).fill(0x61 + i);
          gc?.();
          return part;
        },
      });
    }
    expect(writev(near, parts)).toBe(1024);
    const sent = Array.from({ length: 16 }, (_, i) => String.fromCharCode(0x61 + i).repeat(64));
    expect(taken(1024)).toBe(sent.join(''));
  });
});

describe("a user's code", () => {
  it('is not run where a number is wanted', () => {
    const before = traps.sprung;
    const wrong = trap() as unknown as number;
    const buf = new Uint8Array(8);
    for (const call of [
      () => send(wrong, buf),
      () => send(near, buf, wrong),
      () => send(near, buf, 0, wrong),
      () => send(near, buf, 0, 0, wrong),
      () => send(near, wrong as unknown as Buf),
      () => close(wrong),
    ]) {
      expect(call).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }));
    }
    expect(traps.sprung).toBe(before);
  });

  /** Replaces properties for the time of `run`, with functions that note that they were called. */
  function patched(targets: [holder: object, key: PropertyKey][], run: () => void): string[] {
    const called: string[] = [];
    let running = false;
    const saved = targets.map(([holder, key]) => {
      return [holder, key, Object.getOwnPropertyDescriptor(holder, key)] as const;
    });
    const define = Object.defineProperty;
    for (const [holder, key, descriptor] of saved) {
      const original = descriptor?.value ?? descriptor?.get;
      const note = function (this: unknown, ...args: unknown[]): unknown {
        if (running) called.push(String(key));
        return Reflect.apply(original, this, args);
      };
      const changed = descriptor?.get ? { get: note } : { value: note, writable: true };
      define(holder, key, { ...changed, configurable: true });
    }
    try {
      running = true;
      run();
    } finally {
      running = false;
      for (const [holder, key, descriptor] of saved) {
        if (descriptor !== undefined) define(holder, key, descriptor);
      }
    }
    return called;
  }

  const typedArray = Object.getPrototypeOf(Uint8Array) as { prototype: object };
  const targets: [holder: object, key: PropertyKey][] = [
    [globalThis, 'Uint8Array'],
    [globalThis, 'SharedArrayBuffer'],
    [globalThis, 'ArrayBuffer'],
    [globalThis, 'DataView'],
    [globalThis, 'Buffer'],
    [Object, 'getOwnPropertyDescriptor'],
    [Array.prototype, Symbol.iterator],
    [typedArray.prototype, 'keys'],
    [typedArray.prototype, 'values'],
    [typedArray.prototype, Symbol.iterator],
    [typedArray.prototype, 'subarray'],
    [typedArray.prototype, 'buffer'],
    [typedArray.prototype, 'byteLength'],
    [typedArray.prototype, 'byteOffset'],
    [typedArray.prototype, 'length'],
    [DataView.prototype, 'byteLength'],
    [DataView.prototype, 'byteOffset'],
    [DataView.prototype, 'buffer'],
    [ArrayBuffer.prototype, 'byteLength'],
    [SharedArrayBuffer.prototype, 'byteLength'],
    [SharedArrayBuffer, Symbol.species],
    [String.prototype, 'toString'],
    [Number.prototype, 'valueOf'],
  ];

  it('is not run by the addon, whatever was replaced', () => {
    const shared = new SharedArrayBuffer(8);
    const kinds: Buf[] = [
      new Uint8Array(8),
      new Uint8Array(0),
      new Float64Array(1),
      new DataView(new ArrayBuffer(8)),
      new DataView(new ArrayBuffer(0)),
      new ArrayBuffer(8),
      shared,
      new Uint8Array(shared),
      new DataView(shared),
    ];
    const empty = kinds.map((buf) => buf.byteLength === 0);
    const sent: number[] = [];
    const received: number[] = [];
    let vector = 0;
    const called = patched(targets, () => {
      for (let i = 0; i < kinds.length; i++) {
        sent[i] = raw.send(near, kinds[i] as Buf);
        received[i] = raw.recv(far, kinds[i] as Buf, 0, 0);
      }
      sent.push(raw.send(near, 'text'));
      vector = raw.readv(far, kinds);
    });
    expect(called).toEqual([]);
    expect(sent).toEqual([...empty.map((is) => (is ? 0 : 8)), 4]);
    // No room, and nothing queued: the kernel answers EAGAIN.
    expect(received).toEqual(empty.map((is) => (is ? -EAGAIN : 8)));
    expect(vector).toBe(4);
  });

  it('is not run for memory that is refused', () => {
    const gone = new DataView(new ArrayBuffer(8));
    detach(gone.buffer);
    const lost = new Uint8Array(8);
    detach(lost.buffer);
    const errors: unknown[] = [];
    const refused: unknown[] = [gone, lost, {}, lost.buffer, 5];
    const called = patched(targets, () => {
      for (let i = 0; i < refused.length; i++) {
        try {
          raw.send(near, refused[i] as Buf);
        } catch (error) {
          errors.push(error);
        }
      }
    });
    expect(called).toEqual([]);
    expect(errors).toHaveLength(5);
    for (const error of errors) expect(error).toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' });
  });

  it('in a subclass of Uint8Array is not run', () => {
    let ran = 0;
    class Mine extends Uint8Array {
      override get byteLength(): number {
        ran++;
        return 1e9;
      }
      override get length(): number {
        ran++;
        return 1e9;
      }
      override get byteOffset(): number {
        ran++;
        return 1e9;
      }
    }
    expect(raw.send(near, new Mine(8))).toBe(8);
    expect(raw.recv(far, new Mine(4))).toBe(4);
    expect(ran).toBe(0);
  });
});
