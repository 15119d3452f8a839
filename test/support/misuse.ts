/**
 * What a caller can get wrong: every exported function with arguments that are right, and for each
 * kind of argument the values that are wrong. `test/misuse.test.ts` crosses the two tables.
 *
 * Run as a program, compiled, it makes every wrong call between two marker calls, so that strace
 * shows what each of them asked of the kernel.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import vm from 'node:vm';
import * as sockfd from '../../lib/index.js';
import * as promises from '../../lib/promises.js';
import * as raw from '../../lib/raw.js';
import * as testing from '../../lib/testing.js';

/** A value that is wrong, and how to call it. Made anew for each call: a call may change it. */
export type Wrong = readonly [label: string, make: () => unknown];

/** How often a value's own code ran, which it never may. */
export const traps = { sprung: 0 };

const spring = (): never => {
  traps.sprung++;
  throw new Error('a value was converted by its own code');
};

/** An object that says so when something converts it. */
export const trap = (): object => ({
  valueOf: spring,
  toString: spring,
  toJSON: spring,
  [Symbol.toPrimitive]: spring,
});

/** `ArrayBuffer` as ES2024 has it: the library of ES2023 does not know `resize`. */
export interface Resizable extends ArrayBuffer {
  resize(size: number): void;
}

export function resizable(size: number, max: number): Resizable {
  const Constructor = ArrayBuffer as unknown as new (
    size: number,
    options: { maxByteLength: number },
  ) => Resizable;
  return new Constructor(size, { maxByteLength: max });
}

/** Takes the memory of `buffer` away. Where there is none left, newer Node has nothing to transfer. */
export function detach(buffer: ArrayBuffer): void {
  if (buffer.byteLength > 0) structuredClone(buffer, { transfer: [buffer] });
}

function detached<T>(make: (buffer: ArrayBuffer) => T): () => T {
  return () => {
    const buffer = new ArrayBuffer(64);
    const view = make(buffer);
    detach(buffer);
    return view;
  };
}

function outOfBounds<T>(make: (buffer: ArrayBuffer) => T): () => T {
  return () => {
    const buffer = resizable(64, 64);
    const view = make(buffer);
    buffer.resize(8);
    return view;
  };
}

function revoked(target: object): object {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

const constant = (label: string, value: unknown): Wrong => [label, () => value];

/** Wrong for every kind. */
const never: Wrong[] = [
  constant('true', true),
  constant('Symbol()', Symbol('x')),
  constant('1n', 1n),
  ['{}', () => ({})],
  ['a function', () => () => 3],
  ['a Date', () => new Date(3)],
  ['a RegExp', () => /3/],
  ['a Promise', () => Promise.resolve(3)],
  ['an Error', () => new Error('3')],
  ['a Number object', () => Object(3)],
  ['an object without a prototype', () => Object.create(null)],
  ['an object of another realm', () => vm.runInNewContext('({})')],
  ['an object that traps conversion', trap],
  ['a Proxy of {}', () => new Proxy({}, {})],
  ['a revoked Proxy', () => revoked({})],
];

const undefineds: Wrong[] = [constant('undefined', undefined)];
const nulls: Wrong[] = [constant('null', null)];

const strings: Wrong[] = [
  constant("'x'", 'x'),
  constant("''", ''),
  constant("'3'", '3'),
  // Keys that every object has: no table may be asked for them.
  constant("'toString'", 'toString'),
  constant("'__proto__'", '__proto__'),
  ['a String object', () => Object('x')],
];

const numbers: Wrong[] = [constant('3', 3), constant('0', 0), constant('-1', -1)];

const noIntegers: Wrong[] = [
  constant('NaN', Number.NaN),
  constant('Infinity', Number.POSITIVE_INFINITY),
  constant('-Infinity', Number.NEGATIVE_INFINITY),
  constant('3.7', 3.7),
  constant('-0.5', -0.5),
  constant('Number.MIN_VALUE', Number.MIN_VALUE),
  constant('1e300', 1e300),
  constant('-1e300', -1e300),
  constant('2 ** 32 + 3', 2 ** 32 + 3),
  constant('2 ** 53', 2 ** 53),
  constant('2 ** 64', 2 ** 64),
  constant('-(2 ** 31) - 1', -(2 ** 31) - 1),
  constant('-(2 ** 53)', -(2 ** 53)),
];

const arrays: Wrong[] = [
  ['[]', () => []],
  ['[3]', () => [3]],
];

const buffers: Wrong[] = [
  ['a Uint8Array', () => new Uint8Array(8)],
  ['an ArrayBuffer', () => new ArrayBuffer(8)],
];

export const typedArrays = [
  Uint8Array,
  Uint8ClampedArray,
  Int8Array,
  Uint16Array,
  Int16Array,
  Uint32Array,
  Int32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
];

/** Of those that are no integers, the ones that may be the options of a promise. */
const plainObjects = [
  '{}',
  'an object without a prototype',
  'an object of another realm',
  'an object that traps conversion',
  'a Proxy of {}',
  'a revoked Proxy',
];

/** The same, where the options may stand. */
const orOptions = (wrong: readonly Wrong[]): Wrong[] => {
  return wrong.filter(([label]) => !plainObjects.includes(label));
};

/** Memory that is no memory any more, or never was. */
const lostMemory: Wrong[] = [
  ['a detached ArrayBuffer', detached((buffer) => buffer)],
  ['a detached Buffer', detached((buffer) => Buffer.from(buffer))],
  ['a detached DataView', detached((buffer) => new DataView(buffer))],
  ['a DataView out of bounds', outOfBounds((buffer) => new DataView(buffer, 16))],
  ['a DataView half out of bounds', outOfBounds((buffer) => new DataView(buffer, 4, 8))],
  ...typedArrays.map((View): Wrong => [`a detached ${View.name}`, detached((b) => new View(b))]),
  ...typedArrays.map((View): Wrong => {
    return [`a ${View.name} out of bounds`, outOfBounds((b) => new View(b, 16))];
  }),
  // Eight elements of one byte would still be in bounds.
  ...typedArrays
    .filter((View) => View.BYTES_PER_ELEMENT > 1)
    .map((View): Wrong => {
      return [`a ${View.name} half out of bounds`, outOfBounds((b) => new View(b, 0, 8))];
    }),
];

const noMemory: Wrong[] = [
  ['an object with the prototype of Uint8Array', () => Object.create(Uint8Array.prototype)],
  ['an object with the prototype of ArrayBuffer', () => Object.create(ArrayBuffer.prototype)],
  [
    'an object with the prototype of SharedArrayBuffer',
    () => Object.create(SharedArrayBuffer.prototype),
  ],
  ['a Proxy of a Uint8Array', () => new Proxy(new Uint8Array(64), {})],
  ['a Proxy of an ArrayBuffer', () => new Proxy(new ArrayBuffer(64), {})],
  ['a revoked Proxy of a Uint8Array', () => revoked(new Uint8Array(64))],
  ['an object that looks like a view', () => ({ buffer: new ArrayBuffer(8), byteLength: 8 })],
  ['a Blob', () => new Blob(['x'])],
];

/** A kind of argument: its wrong values. Undefined and null are added where they are wrong. */
const integer = (...more: Wrong[]): Wrong[] => [
  ...never,
  ...strings,
  ...arrays,
  ...buffers,
  ...noIntegers,
  ...more,
];

const notMemory: Wrong[] = [...never, ...numbers, ...arrays, ...noMemory, ...lostMemory];

/** Elements of which the second is not there. */
function withHole(element: unknown, length = 3): unknown[] {
  const list = new Array(length).fill(element);
  delete list[1];
  return list;
}

const one = (value: unknown): unknown[] => [new Uint8Array(8), value];

/** Elements that one buffer of a list may be: a getter of it takes away what came before. */
function detachingGetter(): unknown[] {
  const first = new Uint8Array(64);
  const list: unknown[] = [first, undefined];
  Object.defineProperty(list, 1, {
    enumerable: true,
    get() {
      detach(first.buffer);
      return new Uint8Array(8);
    },
  });
  return list;
}

function truncatingGetter(): unknown[] {
  const list: unknown[] = [undefined, new Uint8Array(8), new Uint8Array(8)];
  Object.defineProperty(list, 0, {
    configurable: true,
    get() {
      list.length = 1;
      return new Uint8Array(8);
    },
  });
  return list;
}

const { AF_INET, AF_INET6, AF_NETLINK, AF_PACKET, AF_UNIX, AF_VSOCK } = sockfd;

/** Objects with one field that is wrong. */
function withField(
  base: Record<string, unknown>,
  field: string,
  values: readonly unknown[],
): Wrong[] {
  return values.map((value) => {
    const text = typeof value === 'object' ? typeof value : String(value).slice(0, 12);
    return [`an address with ${field}: ${text}`, () => ({ ...base, [field]: value })];
  });
}

const noPort = [undefined, null, '80', 1n, Number.NaN, -1, 65536, 8.5, {}];
const noUint32 = [undefined, null, '1', 1n, Number.NaN, -1, 2 ** 32, 0.5, {}];
const inet = { family: AF_INET, addr: '127.0.0.1', port: 9 };
const inet6 = { family: AF_INET6, addr: '::1', port: 9 };
const netlink = { family: AF_NETLINK, pid: 0, groups: 0 };
const packet = { family: AF_PACKET, ifindex: 1, protocol: 3 };
const vsock = { family: AF_VSOCK, cid: 1, port: 9 };
const noName = [null, 1, {}, [], new DataView(new ArrayBuffer(8))];

function lostBytes(): Uint8Array {
  const bytes = new Uint8Array(8);
  detach(bytes.buffer);
  return bytes;
}

const addresses: Wrong[] = [
  ...withField({}, 'family', [undefined, null, '2', 2n, Number.NaN, -1, 65536, 2.5, 99]),
  ...withField(inet, 'addr', [undefined, null, 1, '', '127.1', '::1', '1.2.3.4\0', '01.2.3.4']),
  ...withField(inet, 'port', noPort),
  ...withField(inet6, 'addr', [undefined, null, 1, '', '1.2.3.4', 'fe80::1%lo', ':::', '[::1]']),
  ...withField(inet6, 'port', noPort),
  ...withField(inet6, 'flowinfo', noUint32.slice(2)),
  ...withField(inet6, 'scope_id', noUint32.slice(2)),
  ...withField({ family: AF_UNIX }, 'path', [...noName, '', 'a\0b', 'x'.repeat(109)]),
  ...withField({ family: AF_UNIX }, 'path', [new Uint8Array(0), new Uint8Array(8)]),
  ...withField({ family: AF_UNIX }, 'abstract', [...noName, 'x'.repeat(108)]),
  ...withField(netlink, 'pid', noUint32),
  ...withField(netlink, 'groups', noUint32),
  ...withField(packet, 'ifindex', [undefined, null, '1', 1n, Number.NaN, 2 ** 31]),
  ...withField(packet, 'protocol', noPort),
  ...withField(packet, 'hatype', noPort.slice(2)),
  ...withField(packet, 'pkttype', [256, -1, '1', 1n]),
  ...withField(packet, 'addr', ['x', 1, {}, new Uint8Array(33)]),
  ...withField(vsock, 'cid', noUint32),
  ...withField(vsock, 'port', noUint32),
  ...withField({ family: 99 }, 'data', [null, 'x', 1, {}, new ArrayBuffer(8)]),
  ...[
    { ...packet, addr: lostBytes() },
    { family: 99, data: lostBytes() },
  ].map((address): Wrong => [`an address of family ${address.family} that is gone`, () => address]),
];

const entry = { fd: -1, events: 1 };

const lists: Wrong[] = [
  ['a list with a hole', () => withHole(entry)],
  ...[undefined, null, 1, 'x', Symbol('x')].map(
    (value): Wrong => [`a list with ${String(value)}`, () => [entry, value]],
  ),
  ...[undefined, null, '1', 1n, Number.NaN, 0.5, 2 ** 31, {}].map(
    (fd): Wrong => [`a list with fd: ${String(fd)}`, () => [{ ...entry, fd }]],
  ),
  ...[undefined, null, '1', 1n, Number.NaN, 0.5, 65536, -32769, {}].map(
    (events): Wrong => [`a list with events: ${String(events)}`, () => [{ ...entry, events }]],
  ),
  ['a list with an fd that traps conversion', () => [{ ...entry, fd: trap() }]],
  ['a Set', () => new Set([entry])],
  ['an object like an array', () => ({ 0: entry, length: 1 })],
];

// A Proxy is an object, and what its handler throws is the user's: of an object's kind, it is none.
const noObjects = never.filter(([label]) => !label.includes('Proxy'));

/** The elements of a list that are no buffers, and lists that are none. */
const noBufs: Wrong[] = [
  ...noObjects,
  ...numbers,
  ...strings,
  ...buffers,
  ...[undefined, null, 3, 'x', {}, 1n, Symbol('x')].map(
    (value): Wrong => [`a list with ${String(value)}`, () => one(value)],
  ),
  ...[...lostMemory, ...noMemory].map(
    ([label, make]): Wrong => [`a list with ${label}`, () => one(make())],
  ),
  ['a list with a hole', () => withHole(new Uint8Array(8))],
  ['a list that takes an earlier buffer away', detachingGetter],
  ['a list that becomes shorter', truncatingGetter],
  ['1025 buffers', () => new Array(1025).fill(new Uint8Array(1))],
  ['2 ** 32 - 1 holes', () => new Array(2 ** 32 - 1)],
  ['a Set', () => new Set([new Uint8Array(8)])],
  ['an object like an array', () => ({ 0: new Uint8Array(8), length: 1 })],
];

/** Values that are no objects, or objects that lack everything. */
const bare: Wrong[] = [...noObjects, ...numbers, ...strings, ...arrays, ...lostMemory];

const { SOL_SOCKET, SCM_RIGHTS, SCM_CREDENTIALS, SCM_TXTIME } = sockfd;
const rights = { level: SOL_SOCKET, type: SCM_RIGHTS, value: [] };

/** Control messages with one field that is wrong. */
const controls: Wrong[] = [
  ...noObjects,
  ...numbers,
  ...strings,
  ['a list with a hole', () => withHole(rights)],
  ...[undefined, null, 3, 'x', {}, 1n, []].map(
    (value): Wrong => [`control messages with ${String(value)}`, () => [rights, value]],
  ),
  ...[undefined, null, '1', 1n, Number.NaN, 1.5, 2 ** 31].flatMap((value): Wrong[] => [
    [`a level: ${String(value)}`, () => [{ ...rights, level: value }]],
    [`a type: ${String(value)}`, () => [{ ...rights, type: value }]],
  ]),
  ...lostMemory.map(
    ([label, make]): Wrong => [`data: ${label}`, () => [{ ...rights, data: make() }]],
  ),
  ['data: text', () => [{ ...rights, data: 'x' }]],
  ...[undefined, null, 3, 'x', [1.5], ['1'], [2 ** 31], [undefined], new Uint8Array(4)].map(
    (value): Wrong => [`descriptors: ${String(value)}`, () => [{ ...rights, value }]],
  ),
  ['descriptors with a hole', () => [{ ...rights, value: withHole(2) }]],
  ...[undefined, 3, { pid: 1 }, { pid: 1, uid: -1, gid: 0 }, { pid: '1', uid: 0, gid: 0 }].map(
    (value): Wrong => [
      `credentials: ${JSON.stringify(value)}`,
      () => [{ level: SOL_SOCKET, type: SCM_CREDENTIALS, value }],
    ],
  ),
  ...[undefined, 1.5, -1n, 2n ** 64n, '1'].map(
    (value): Wrong => [
      `a time: ${String(value)}`,
      () => [{ level: SOL_SOCKET, type: SCM_TXTIME, value }],
    ],
  ),
  ['a value of no known type', () => [{ level: 9999, type: 1, value: 1 }]],
];

/** Objects of one field that is wrong, beside others that are right. */
const fieldOf = (base: () => object, field: string, wrong: readonly Wrong[]): Wrong[] =>
  wrong.map(([label, make]) => [`${field}: ${label}`, () => ({ ...base(), [field]: make() })]);

const iov = (): object => ({ iov: [new Uint8Array(8)] });

/** A message to be sent. */
const messages: Wrong[] = [
  ...bare,
  ...fieldOf(iov, 'iov', [...noBufs, ...undefineds, ...nulls]),
  ...fieldOf(iov, 'name', [...bare, ...addresses]),
  ...fieldOf(iov, 'control', [...controls, ...lostMemory]),
];

/** Room for a message, as the checked form has it, and as the raw form has it. */
const rooms: Wrong[] = [
  ...bare,
  ...fieldOf(iov, 'iov', [...noBufs, ...undefineds, ...nulls]),
  ...fieldOf(iov, 'controlLength', [
    ...integer(constant('-1', -1), constant('2 ** 31', 2 ** 31)),
    ...nulls,
  ]),
];
const memories: Wrong[] = [
  ...bare,
  ...fieldOf(iov, 'iov', [...noBufs, ...undefineds, ...nulls]),
  ...fieldOf(iov, 'name', [...notMemory, ...strings]),
  ...fieldOf(iov, 'control', [...notMemory, ...strings]),
];

/** A list of eight messages of which one is wrong, or none at all. */
const listsOf = (wrong: readonly Wrong[]): Wrong[] => [
  ...noObjects,
  ...numbers,
  ...strings,
  ...buffers,
  ...lostMemory,
  ['a list with a hole', () => withHole(iov(), 8)],
  ['2 ** 32 - 1 holes', () => new Array(2 ** 32 - 1)],
  ['a Set of messages', () => new Set([iov()])],
  ...[...wrong, ...undefineds, ...nulls].map(
    ([label, make]): Wrong => [`a message: ${label}`, () => [...new Array(7).fill(iov()), make()]],
  ),
];

const vector = (): sockfd.MsgVec => new sockfd.MsgVec(8, 16, 28, 24);

/** Vectors whose memory is gone, or whose columns say more than there is. */
const vectors: Wrong[] = (['data', 'names', 'control', 'lengths'] as const).map((field) => [
  `a MsgVec without its ${field}`,
  () => {
    const vec = vector();
    detach(vec[field].buffer as ArrayBuffer);
    return vec;
  },
]);
const overlong: Wrong[] = (['len', 'namelen', 'controllen'] as const).map((column) => [
  `a MsgVec with a ${column} beyond the slot`,
  () => {
    const vec = vector();
    vec[column][7] = 29;
    return vec;
  },
]);

/** What is no object of the fields that are asked for. */
const noFields: Wrong[] = [...noObjects, ...numbers, ...strings, ...arrays];

/** Memory of fewer than so many bytes, or none. */
const shorterThan = (size: number): Wrong[] => [
  ...notMemory,
  ...strings,
  [`${size - 1} bytes`, () => new Uint8Array(size - 1)],
];

/** A list of signal numbers that is none, or has one that is none. */
const noSignals: Wrong[] = [
  ...noObjects,
  ...numbers,
  ...strings,
  ...[undefined, null, '1', 1n, Number.NaN, 0, 65, -1, 1.5, {}].map(
    (value): Wrong => [`a list with ${String(value)}`, () => [12, value]],
  ),
  ['a list with a hole', () => withHole(12)],
  ['a Set of signals', () => new Set([12])],
];

const epollEvent = (): Record<string, unknown> => ({ events: 1 });

const epollEvents: Wrong[] = [
  ...noFields,
  ...buffers,
  ...lostMemory,
  ...fieldOf(epollEvent, 'events', [
    ...integer(constant('2 ** 32', 2 ** 32)).filter(([label]) => label !== '[3]'),
    ...undefineds,
    ...nulls,
  ]),
];
/** Its data, in both forms; a bigint of 64 bits is right in the raw one. */
const epollData: Wrong[] = fieldOf(epollEvent, 'data', [
  ...never.filter(([label]) => label !== '1n'),
  ...strings,
  ...arrays,
  ...buffers,
  ...noIntegers.filter(([label]) => label !== '2 ** 32 + 3' && label !== '-(2 ** 31) - 1'),
  ...nulls,
]);

const time = { sec: 1, nsec: 0 };

/** Lists of a descriptor with one field that is wrong. */
const fieldsOf = (field: string, values: readonly unknown[]): Wrong[] =>
  values.map((value, i) => [`a list with ${field} ${i}`, () => [{ fd: 3, [field]: value }]]);

export const wrongValues = {
  /** A C int. */
  int: integer(constant('2 ** 31', 2 ** 31), constant('2 ** 32 - 1', 2 ** 32 - 1)),
  /** A C int or unsigned. */
  bits: integer(constant('2 ** 32', 2 ** 32)),
  /** The same two, and a part, where the options of a promise may stand. */
  intOrOptions: orOptions(integer(constant('2 ** 31', 2 ** 31))),
  bitsOrOptions: orOptions(integer(constant('2 ** 32', 2 ** 32))),
  partOrOptions: orOptions(integer(constant('-1', -1), constant('9', 9))),
  uint32: integer(constant('2 ** 32', 2 ** 32), constant('-1', -1)),
  uint16: integer(constant('65536', 65536), constant('-1', -1)),
  uint8: integer(constant('256', 256), constant('-1', -1)),
  /** `offset` and `length` of 8 bytes; neither may pass the end. */
  part: integer(constant('-1', -1), constant('9', 9), constant('2 ** 31', 2 ** 31)),
  /** Memory. */
  buf: [...notMemory, ...strings],
  /** Memory or a string. */
  source: [...notMemory, strings[strings.length - 1]] as Wrong[],
  /** Memory of which some bytes are needed. */
  some: [...notMemory, ...strings, ['an empty Uint8Array', () => new Uint8Array(0)]] as Wrong[],
  /** Memory of some pages. */
  mapped: [...notMemory, ...strings, ['eight bytes', () => new Uint8Array(8)]] as Wrong[],
  /** Memory for a struct tcp_zerocopy_receive. */
  zerocopy: [
    ...notMemory,
    ...strings,
    ['15 bytes', () => new Uint8Array(15)],
    ['65 bytes', () => new Uint8Array(65)],
  ] as Wrong[],
  /** Memory that receives 32 bits. */
  lengthWord: [...notMemory, ...strings, ['three bytes', () => new Uint8Array(3)]] as Wrong[],
  /** A list of buffers. */
  bufs: [
    ...never,
    ...noBufs,
    ['a Proxy of a list', () => new Proxy([new Uint8Array(8)], {})],
  ] as Wrong[],
  /** A SockAddr, or its bytes. */
  sockaddr: [...noObjects, ...numbers, ...strings, ...arrays, ...lostMemory, ...addresses],
  /** A SockAddr, not its bytes. */
  sockaddrObject: [...noObjects, ...numbers, ...strings, ...arrays, ...addresses],
  /** A list for poll, or its bytes. */
  pollfds: [
    ...noObjects,
    ...numbers,
    ...strings,
    ...lostMemory,
    ...lists,
    ['seven bytes', () => new Uint8Array(7)],
  ] as Wrong[],
  ifname: [
    ...never,
    ...numbers,
    ...arrays,
    ...buffers,
    constant('16 bytes', 'x'.repeat(16)),
    constant('8 characters of 2 bytes', 'é'.repeat(8)),
    constant('a NUL', 'l\0o'),
    strings[strings.length - 1] as Wrong,
  ],
  /** Text of an IPv4 address. */
  ipv4: [...never, ...numbers, ...arrays, ...buffers, ...strings],
  /** Text of any kind. */
  text: [...never, ...numbers, ...arrays, ...buffers, strings[strings.length - 1] as Wrong],
  /** A list of texts. */
  texts: [
    ...noFields.filter(([label]) => label !== '[]'),
    ...buffers,
    ...[undefined, null, 3, 1n, {}, Symbol('x')].map(
      (value): Wrong => [`a list with ${String(value)}`, () => ['x', value]],
    ),
    ['a list with a hole', () => withHole('x')],
    ['a list with what traps conversion', () => [trap()]],
  ] as Wrong[],
  /** Descriptors with names. */
  listenFds: [
    ...noFields,
    ...buffers,
    ...[undefined, null, 3, 'x', 1n].map(
      (value): Wrong => [`a list with ${String(value)}`, () => [{ fd: 3 }, value]],
    ),
    ['a list with a hole', () => withHole({ fd: 3 })],
    ...fieldsOf('fd', [undefined, null, '3', 3n, -1, 3.5, 2 ** 31, Number.NaN, trap()]),
    ...fieldsOf('name', [null, 3, {}, 'a:b', 'a\\b', 'a\nb', 'é', 'x'.repeat(256), trap()]),
  ] as Wrong[],
  release: [...never, ...numbers, ...arrays, ...buffers, ...strings],
  /** At least 104 bytes in a Uint8Array. */
  tcpInfo: [...notMemory, ...strings, ['103 bytes', () => new Uint8Array(103)]] as Wrong[],
  /** At least 48 bytes in a Uint8Array. */
  mptcpInfo: [...notMemory, ...strings, ['47 bytes', () => new Uint8Array(47)]] as Wrong[],
  /** At least 40 bytes. */
  fullInfo: [...notMemory, ...strings, ['39 bytes', () => new Uint8Array(39)]] as Wrong[],
  state: [...never, ...numbers, ...strings, ...arrays, constant("'TCP_CLOSE'", 'TCP_CLOSE')],
  // A String object is an object, if an odd one, and says nothing.
  options: [...numbers, ...strings.slice(0, -1), constant('true', true), constant('1n', 1n)],
  /** The same of a promise, of which a signal and a list would be ignored. */
  waitOptions: [
    ...numbers,
    ...strings.slice(0, -1),
    ...arrays,
    constant('true', true),
    constant('1n', 1n),
    ['a signal', () => new AbortController().signal],
  ],
  /** Null, and nothing else. */
  nothing: integer(...numbers),
  /** A function. */
  callback: [
    ...bare.filter(([label]) => label !== 'a function'),
    constant('{}', {}),
    constant('true', true),
  ],
  /** What a bool option is set to. */
  bool: [
    ...never.filter(([label]) => label !== 'true'),
    ...strings,
    ...arrays,
    ...noIntegers,
    ...lostMemory,
  ],
  /** What an int option is set to. */
  number: [...never, ...strings, ...arrays, ...noIntegers, ...lostMemory],
  /** What an option of a C int or bytes is set to, in the raw form. */
  optval: [...never, ...arrays, ...noIntegers, ...noMemory, ...lostMemory],
  linger: [
    ...noObjects,
    ...numbers,
    ...strings,
    ...lostMemory,
    ['{ onoff: true }', () => ({ onoff: true })],
    ['{ onoff: "1", linger: 1 }', () => ({ onoff: '1', linger: 1 })],
    ['a linger of 2 ** 31', () => ({ onoff: true, linger: 2 ** 31 })],
  ] as Wrong[],
  timeval: [
    ...noObjects,
    ...numbers,
    ...strings,
    ...lostMemory,
    ['{ sec: 1 }', () => ({ sec: 1 })],
    ['{ sec: 1n, usec: 0 }', () => ({ sec: 1n, usec: 0 })],
    ['{ sec: Infinity, usec: 0 }', () => ({ sec: Number.POSITIVE_INFINITY, usec: 0 })],
    ['{ sec: 0.5, usec: 0 }', () => ({ sec: 0.5, usec: 0 })],
  ] as Wrong[],
  /** The memory of an fcntl command or an ioctl request. */
  memory: [
    ...notMemory.filter(([label]) => label !== 'undefined'),
    ...strings,
    ['three bytes', () => new Uint8Array(3)],
  ] as Wrong[],
  /** The memory of a request that does not tell its size, or a number. */
  wordOrMemory: [
    ...never,
    ...strings,
    ...arrays,
    ...noIntegers,
    constant('2 ** 32', 2 ** 32),
    ...noMemory,
    ...lostMemory,
  ],
  /** A time that may have a fraction. */
  milliseconds: [...never, ...strings, ...arrays, ...buffers, constant('NaN', Number.NaN)],
  /** A control message of a list that is searched. */
  controlList: [...noObjects, ...numbers, ...strings, ...buffers],
  controls: controls.concat(buffers),
  /** The same, or its bytes. */
  controlOrBytes: [...controls, ...lostMemory],
  message: messages,
  room: rooms,
  msghdr: memories,
  messages: listsOf(messages),
  rooms: listsOf(rooms),
  sentVector: [...vectors, ...overlong],
  receivedVector: vectors,
  timeout: [
    ...noObjects,
    ...strings,
    ...arrays,
    ...noIntegers.filter(([label]) => label !== '2 ** 32 + 3'),
    ...lostMemory,
    constant('-1', -1),
    ['15 bytes', () => new Uint8Array(15)],
    ['{ sec: 1 }', () => ({ sec: 1 })],
    ['{ sec: 1n, nsec: 0 }', () => ({ sec: 1n, nsec: 0 })],
    ['{ sec: 0, nsec: 0.5 }', () => ({ sec: 0, nsec: 0.5 })],
  ] as Wrong[],
  /** A timeout of select, in the same forms. */
  timevalTimeout: [
    ...noObjects,
    ...strings,
    ...arrays,
    ...noIntegers.filter(([label]) => label !== '2 ** 32 + 3'),
    ...lostMemory,
    constant('-1', -1),
    ['15 bytes', () => new Uint8Array(15)],
    ['{ sec: 1 }', () => ({ sec: 1 })],
    ['{ sec: 1n, usec: 0 }', () => ({ sec: 1n, usec: 0 })],
    ['{ sec: 0, nsec: 0 }', () => ({ sec: 0, nsec: 0 })],
  ] as Wrong[],
  bytes8: shorterThan(8),
  bytes16: shorterThan(16),
  bytes32: shorterThan(32),
  bytes128: shorterThan(128),
  /** A list of signals, or its 8 bytes. */
  sigset: [
    ...noSignals,
    ...lostMemory,
    ['seven bytes', () => new Uint8Array(7)],
    ['nine bytes', () => new Uint8Array(9)],
  ] as Wrong[],
  signals: [...noSignals, ...buffers, ...lostMemory],
  /** An FdSet, or its 128 bytes. */
  fdset: [
    ...noObjects,
    ...numbers,
    ...strings,
    ...arrays,
    ...lostMemory,
    ['127 bytes', () => new Uint8Array(127)],
    ['129 bytes', () => new Uint8Array(129)],
    ['a Set', () => new Set([3])],
  ] as Wrong[],
  /** An FdSet, not its bytes. */
  fdsetObject: [...noObjects, ...numbers, ...strings, ...arrays, ...buffers],
  /** A descriptor that has a place in an fd_set. */
  setMember: integer(constant('-1', -1), constant('1024', 1024), constant('2 ** 31', 2 ** 31)),
  setMembers: [
    ...noObjects,
    ...numbers,
    ...strings.filter(([label]) => label !== "''"),
    ...[undefined, null, '3', 3n, 1024, -1, 3.7, Number.NaN, {}].map(
      (value): Wrong => [`a list with ${String(value)}`, () => [3, value]],
    ),
    ['a list with a hole', () => withHole(3)],
  ] as Wrong[],
  nfds: integer(constant('1025', 1025), constant('2 ** 31', 2 ** 31)),
  /** An event of the raw form, and of the checked one. */
  rawEvent: [...epollEvents, ...epollData],
  event: [
    ...epollEvents,
    ...epollData,
    ...fieldOf(epollEvent, 'data', [constant('1n', 1n), constant('2n ** 64n', 2n ** 64n)]),
  ],
  /** How many events, in memory for one. */
  maxevents: integer(constant('2', 2), constant('2 ** 31', 2 ** 31)),
  /** Words of events. */
  eventWords: [
    ...noObjects,
    ...numbers,
    ...strings,
    ...arrays,
    ...buffers,
    ...lostMemory,
    ['two words', () => new Uint32Array(2)],
  ] as Wrong[],
  eventCount: integer(constant('-1', -1), constant('2', 2)),
  /** What is added to an eventfd. */
  count: [
    ...never.filter(([label]) => label !== '1n'),
    ...strings,
    ...arrays,
    ...buffers,
    ...noIntegers.filter(([label]) => label !== '2 ** 32 + 3'),
    constant('-1', -1),
    constant('-1n', -1n),
    constant('2n ** 64n', 2n ** 64n),
  ] as Wrong[],
  /** How many bytes, of which a C size_t may be more than a number holds. */
  size: integer(constant('-1', -1)).filter(([label]) => label !== '2 ** 32 + 3'),
  /** Where in a file: what is below 0, the kernel refuses. */
  offset: integer().filter(([label]) => label !== '2 ** 32 + 3' && label !== '-(2 ** 31) - 1'),
  /** An itimerspec, or its 32 bytes. */
  itimerspec: [
    ...noFields,
    ...lostMemory,
    ['31 bytes', () => new Uint8Array(31)],
    ...fieldOf(() => ({}), 'value', [
      ...[...noFields, ...undefineds, ...nulls],
      ['{ sec: 1 }', () => ({ sec: 1 })],
      ['{ sec: 0.5, nsec: 0 }', () => ({ sec: 0.5, nsec: 0 })],
      ['{ sec: 0, nsec: 1n }', () => ({ sec: 0, nsec: 1n })],
    ]),
    ...fieldOf(() => ({ value: time }), 'interval', [...noFields, ...nulls]),
  ] as Wrong[],
  /** The name of a memfd. */
  memfdName: [
    ...notMemory,
    strings[strings.length - 1] as Wrong,
    constant('250 bytes', 'x'.repeat(250)),
    constant('125 characters of 2 bytes', 'é'.repeat(125)),
    constant('a NUL', 'a\0b'),
  ] as Wrong[],
  /** How much memory. */
  pages: integer(constant('0', 0), constant('-1', -1), constant('2 ** 32', 2 ** 32)),
  vlen: integer(constant('0', 0), constant('1025', 1025), constant('-1', -1)),
  /** Bytes for one of eight, or the memory of all. */
  slotted: [
    ...never,
    ...strings,
    ...arrays,
    ...noIntegers,
    ...noMemory,
    ...lostMemory,
    constant('-1', -1),
    constant('2 ** 28', 2 ** 28),
    ['nine bytes for eight', () => new Uint8Array(9)],
  ] as Wrong[],
  namesize: integer(constant('129', 129), constant('-1', -1)),
  controlsize: integer(constant('2 ** 28', 2 ** 28), constant('-1', -1)),
  /** One of eight. */
  index: integer(constant('8', 8), constant('-1', -1)),
  /** The number of an fcntl command. */
  word: integer(constant('2 ** 32', 2 ** 32)),
  /** A filter of eight words. */
  filter: [
    ...notMemory,
    ...strings,
    ...buffers,
    ['seven words', () => new Uint32Array(7)],
    ['nine words', () => new Uint32Array(9)],
  ] as Wrong[],
  /** What a packet header is made from. */
  header: [...noObjects, ...numbers, ...strings, ...arrays, ...buffers, ...lostMemory],
  /** Memory, or a list of it. */
  views: [
    ...[...never, ...numbers, ...strings, ...noMemory, ...lostMemory],
    ...[...never, ...numbers, ...lostMemory].map(
      ([label, make]): Wrong => [`a list with ${label}`, () => one(make())],
    ),
    ['a list with a hole', () => withHole(new Uint8Array(8))],
    ['a list that takes an earlier buffer away', detachingGetter],
    ['2 ** 32 - 1 holes', () => new Array(2 ** 32 - 1)],
    ['a Proxy of a list', () => new Proxy([new Uint8Array(8)], {})],
  ] as Wrong[],
} satisfies Record<string, readonly Wrong[]>;

export type Kind = keyof typeof wrongValues;

/** One argument: the name that an error tells, its kind, a right value, and what may be left out. */
export interface Arg {
  name: string;
  kind: Kind;
  right: () => unknown;
  optional: boolean;
  nullable: boolean;
}

const arg = (name: string, kind: Kind, right: () => unknown): Arg => {
  return { name, kind, right, optional: false, nullable: false };
};
/** May be undefined. */
const opt = (argument: Arg): Arg => ({ ...argument, optional: true });
/** May be undefined or null: C's NULL. */
const orNull = (argument: Arg): Arg => ({ ...argument, optional: true, nullable: true });
/** May be null, and must be said. */
const mayBeNull = (argument: Arg): Arg => ({ ...argument, nullable: true });

// No descriptor: a wrong call that is let through fails with EBADF and does no harm.
const fd = arg('fd', 'int', () => -1);
const buf = arg('buf', 'buf', () => new Uint8Array(8));
const source = arg('buf', 'source', () => new Uint8Array(8));
// Memory that takes the slow way through the checks.
const shared = arg('buf', 'buf', () => new SharedArrayBuffer(8));
const nothing = arg('buf', 'source', () => new DataView(new ArrayBuffer(8), 8));
const flags = arg('flags', 'bits', () => 0);
const offset = opt(arg('offset', 'part', () => 0));
const length = opt(arg('length', 'part', () => 8));
const bufs = arg('bufs', 'bufs', () => [new Uint8Array(8), new Uint8Array(8)]);
const addr = arg('addr', 'sockaddr', () => inet);
const level = arg('level', 'int', () => sockfd.SOL_SOCKET);
const timeout = opt(arg('timeout', 'int', () => 0));
const out = orNull(arg('addr', 'buf', () => new Uint8Array(128)));
const addrlen = orNull(arg('addrlen', 'lengthWord', () => new Uint32Array(1)));
const optname = (right: number): Arg => arg('optname', 'int', () => right);
const int = (name: string, right: number): Arg => arg(name, 'int', () => right);
const bits = (name: string, right: number): Arg => arg(name, 'bits', () => right);

const copybuf = orNull(arg('copybuf', 'buf', () => new Uint8Array(64)));
const newSocket = [int('domain', AF_INET), bits('type', sockfd.SOCK_DGRAM)];
const pair = [int('domain', AF_UNIX), bits('type', sockfd.SOCK_DGRAM)];
const pollArgs = [arg('fds', 'pollfds', () => [{ ...entry }]), timeout];
const eight = (): object[] => Array.from({ length: 8 }, iov);
const limit = orNull(arg('timeout', 'timeout', () => 0));
const message = arg('msg', 'message', iov);
const sentList = arg('msgs', 'messages', eight);
const receivedList = arg('msgs', 'rooms', eight);
const state = arg('state', 'state', () => 'CLOSE');
const timeout_ms = opt(arg('timeout_ms', 'milliseconds', () => 0));

const epfd = int('epfd', -1);
const pidfd = int('pidfd', -1);
const nfds = arg('nfds', 'nfds', () => 0);
const sets = ['readfds', 'writefds', 'exceptfds'].map((name) =>
  mayBeNull(arg(name, 'fdset', () => new sockfd.FdSet())),
);
const sigmask = mayBeNull(arg('sigmask', 'sigset', () => [12]));
const time_ms = int('timeout', 0);
const maxevents = opt(arg('maxevents', 'maxevents', () => 1));
const eventMemory = arg('events|maxevents', 'buf', () => new Uint32Array(3));
const waitArgs = [epfd, int('maxevents', 1)];
const rawWaitArgs = [epfd, eventMemory, maxevents];
const newTimer = arg('new_value', 'itimerspec', () => ({ value: { sec: 0, nsec: 0 } }));
const noEvents = bits('flags', 0x4000_0000);
const set = arg('set', 'fdsetObject', () => new sockfd.FdSet());
const member = arg('fd', 'setMember', () => 3);

/** The calls of readiness and of descriptors for events; what would open one has a wrong flag. */
const eventCalls: Record<string, Arg[][]> = {
  close_range: [
    [
      arg('first', 'uint32', () => 0xffff_fff0),
      arg('last', 'uint32', () => 0xffff_ffff),
      opt(bits('flags', 0)),
    ],
  ],
  epoll_create: [[int('size', 0)]],
  epoll_create1: [[opt(bits('flags', 1))]],
  eventfd: [[arg('initval', 'uint32', () => 0), opt(noEvents)]],
  eventfd_write: [[fd, arg('value', 'count', () => 1)]],
  memfd_create: [[arg('name', 'memfdName', () => 'x'), opt(noEvents)]],
  pidfd_getfd: [[pidfd, int('targetfd', -1), opt(flags)]],
  pidfd_open: [[int('pid', -1), opt(flags)]],
  pidfd_send_signal: [
    [pidfd, int('sig', 0), orNull(arg('info', 'nothing', () => null)), opt(flags)],
  ],
  ppoll: [
    [
      arg('fds', 'pollfds', () => [{ ...entry }]),
      orNull(arg('timeout', 'timeout', () => 0)),
      orNull(arg('sigmask', 'sigset', () => [12])),
    ],
  ],
  pselect: [[nfds, ...sets, mayBeNull(arg('timeout', 'timeout', () => 0)), opt(sigmask)]],
  select: [[nfds, ...sets, mayBeNull(arg('timeout', 'timevalTimeout', () => 0))]],
  signalfd: [[int('fd', -1), mayBeNull(arg('mask', 'sigset', () => [12])), opt(bits('flags', 1))]],
  timerfd_create: [[int('clockid', 99), opt(flags)]],
};

const [out_fd, in_fd, fd_in, fd_out] = ['out_fd', 'in_fd', 'fd_in', 'fd_out'].map((name) =>
  int(name, -1),
) as [Arg, Arg, Arg, Arg];
const howMany = (name: string): Arg => arg(name, 'size', () => 8);
const place = (name: string): Arg => mayBeNull(arg(name, 'offset', () => 0));
const placeMemory = (name: string): Arg => orNull(arg(name, 'bytes8', () => new BigInt64Array(1)));

/** From one descriptor to another, with offsets of either form. */
const splices = (at: (name: string) => Arg): Record<string, Arg[][]> => ({
  sendfile: [[out_fd, in_fd, at('offset'), howMany('count')]],
  splice: [[fd_in, at('off_in'), fd_out, at('off_out'), howMany('len'), opt(flags)]],
  tee: [[fd_in, fd_out, howMany('len'), opt(flags)]],
});

const checkedEventCalls: Record<string, Arg[][]> = {
  ...eventCalls,
  clock_gettime: [[int('clockid', 1)]],
  epoll_ctl: [[epfd, int('op', 1), fd, orNull(arg('event', 'event', epollEvent))]],
  epoll_pwait: [[...waitArgs, opt(time_ms), opt(sigmask)]],
  epoll_pwait2: [[...waitArgs, limit, opt(sigmask)]],
  epoll_wait: [[...waitArgs, opt(time_ms)]],
  eventfd_read: [[fd]],
  pipe: [[]],
  pipe2: [[opt(bits('flags', 2))]],
  sigprocmask: [[int('how', 0), mayBeNull(arg('set', 'sigset', () => []))]],
  timerfd_gettime: [[fd]],
  timerfd_settime: [[fd, flags, newTimer]],
};

const pipefd = arg('pipefd', 'bytes8', () => new Int32Array(2));

const rawEventCalls: Record<string, Arg[][]> = {
  ...eventCalls,
  clock_gettime: [[int('clockid', 1), arg('tp', 'bytes16', () => new Uint8Array(16))]],
  epoll_ctl: [[epfd, int('op', 1), fd, orNull(arg('event', 'rawEvent', epollEvent))]],
  epoll_pwait: [[...rawWaitArgs, opt(time_ms), opt(sigmask)]],
  epoll_pwait2: [[...rawWaitArgs, limit, opt(sigmask)]],
  epoll_wait: [[...rawWaitArgs, opt(time_ms)]],
  eventfd_read: [[fd, arg('value', 'bytes8', () => new BigUint64Array(1))]],
  pipe: [[pipefd]],
  pipe2: [[pipefd, opt(bits('flags', 2))]],
  sigprocmask: [
    [
      int('how', 0),
      mayBeNull(arg('set', 'sigset', () => [])),
      orNull(arg('oldset', 'bytes8', () => new Uint8Array(8))),
    ],
  ],
  timerfd_gettime: [[fd, orNull(arg('curr_value', 'bytes32', () => new Uint8Array(32)))]],
  timerfd_settime: [
    [fd, flags, newTimer, orNull(arg('old_value', 'bytes32', () => new Uint8Array(32)))],
  ],
};

/** The structures that go with them. */
const eventCodecs: Record<string, Arg[][]> = {
  FD_CLR: [[member, set]],
  FD_ISSET: [[member, set]],
  FD_SET: [[member, set]],
  FD_ZERO: [[set]],
  FdSet: [[opt(arg('fds|fd', 'setMembers', () => [3]))]],
  decodeEpollEvents: [
    [
      arg('events|count', 'eventWords', () => new Uint32Array(3)),
      arg('count', 'eventCount', () => 1),
    ],
  ],
  decodeEpollParams: [[arg('bytes', 'bytes8', () => new Uint8Array(8))]],
  decodeFOwnerEx: [[arg('bytes', 'bytes8', () => new Uint8Array(8))]],
  decodeFlock: [[arg('bytes', 'bytes32', () => new Uint8Array(32))]],
  decodeItimerspec: [[arg('bytes', 'bytes32', () => new Uint8Array(32))]],
  decodeSignalfdSiginfo: [[arg('bytes', 'bytes128', () => new Uint8Array(128))]],
  decodeSigset: [[arg('bytes', 'bytes8', () => new Uint8Array(8))]],
  encodeEpollParams: [
    [
      arg('params', 'header', () => {
        return { busy_poll_usecs: 0, busy_poll_budget: 0, prefer_busy_poll: 0 };
      }),
    ],
  ],
  encodeFOwnerEx: [[arg('owner', 'header', () => ({ type: 0, pid: 0 }))]],
  encodeFlock: [[arg('lock', 'header', () => ({ type: 0 }))]],
  encodeItimerspec: [[arg('timer', 'header', () => ({ value: time }))]],
  encodeSigset: [[arg('signals', 'signals', () => [12])]],
};

/** What both forms have with the same arguments. */
const same: Record<string, Arg[][]> = {
  close: [[fd]],
  connect: [[fd, addr]],
  bind: [[fd, addr]],
  dup: [[int('oldfd', -1)]],
  dup2: [[int('oldfd', -1), int('newfd', -1)]],
  dup3: [[int('oldfd', -1), int('newfd', -1), flags]],
  fcntl: [
    [fd, int('cmd', sockfd.F_SETFL), opt(arg('arg', 'word', () => 0))],
    [fd, int('cmd', sockfd.F_SETLK), opt(arg('arg', 'memory', () => new Uint8Array(32)))],
  ],
  if_nametoindex: [[arg('ifname', 'ifname', () => 'lo')]],
  ioctl: [
    [fd, bits('request', sockfd.FIONREAD), opt(arg('arg', 'buf', () => new Int32Array(1)))],
    [fd, bits('request', sockfd.FIONBIO), opt(arg('arg', 'wordOrMemory', () => 1))],
  ],
  listen: [[fd, int('backlog', 1)]],
  poll: [pollArgs],
  read: [
    [fd, buf, offset, length],
    [fd, shared, offset, length],
  ],
  readv: [[fd, bufs]],
  recv: [[fd, buf, opt(flags), offset, length]],
  recvmmsg: [
    [fd, receivedList, opt(flags), limit, offset, length],
    [fd, arg('msgs', 'receivedVector', vector), opt(flags), limit, offset, length],
  ],
  send: [
    [fd, source, opt(flags), offset, length],
    [fd, nothing, opt(flags)],
  ],
  sendmmsg: [
    [fd, sentList, opt(flags), offset, length],
    [fd, arg('msgs', 'sentVector', vector), opt(flags), offset, length],
  ],
  sendmsg: [[fd, message, opt(flags)]],
  sendto: [[fd, source, flags, mayBeNull(addr), offset, length]],
  shutdown: [[fd, int('how', sockfd.SHUT_WR)]],
  socket: [[...newSocket, opt(int('protocol', 0))]],
  write: [
    [fd, source, offset, length],
    [fd, nothing],
  ],
  writev: [[fd, bufs]],
  zerocopyBuffer: [[arg('size', 'pages', () => 1)]],
};

const size = arg('length', 'uint32', () => 4);
const icmpType = arg('type', 'uint8', () => 128);
const filterp = arg('filterp', 'filter', () => new Uint32Array(8));

/** What makes no call at all, and both entry points have. */
const pure: Record<string, Arg[][]> = {
  CMSG_ALIGN: [[size]],
  CMSG_LEN: [[size]],
  CMSG_SPACE: [[size]],
  ICMP6_FILTER_SETBLOCK: [[icmpType, filterp]],
  ICMP6_FILTER_SETBLOCKALL: [[filterp]],
  ICMP6_FILTER_SETPASS: [[icmpType, filterp]],
  ICMP6_FILTER_SETPASSALL: [[filterp]],
  ICMP6_FILTER_WILLBLOCK: [[icmpType, filterp]],
  ICMP6_FILTER_WILLPASS: [[icmpType, filterp]],
  MsgVec: [
    [
      arg('vlen', 'vlen', () => 8),
      arg('data', 'slotted', () => 16),
      opt(arg('namesize', 'namesize', () => 28)),
      opt(arg('controlsize', 'controlsize', () => 24)),
    ],
    [arg('vlen', 'vlen', () => 8), arg('data', 'slotted', () => new Uint8Array(16))],
  ],
  controlValue: [
    [arg('control', 'controlList', () => []), int('level', SOL_SOCKET), int('type', SCM_RIGHTS)],
  ],
  decodeControl: [[arg('bytes', 'buf', () => new Uint8Array(16))]],
  BPF_JUMP: [
    [
      arg('code', 'uint16', () => sockfd.BPF_JMP),
      bits('k', 0),
      arg('jt', 'uint8', () => 0),
      arg('jf', 'uint8', () => 0),
    ],
  ],
  BPF_STMT: [[arg('code', 'uint16', () => sockfd.BPF_RET), bits('k', 0)]],
  decodeSockaddr: [[arg('bytes', 'buf', () => new Uint8Array(16))]],
  decodeMptcpInfo: [
    [
      arg('bytes', 'mptcpInfo', () => new Uint8Array(48)),
      opt(arg('release', 'release', () => '6.1.0')),
    ],
  ],
  decodeTcpInfo: [
    [
      arg('bytes', 'tcpInfo', () => new Uint8Array(104)),
      opt(arg('release', 'release', () => '6.1.0')),
    ],
  ],
  encodeControl: [[arg('control|value', 'controls', () => [rights])]],
  encodeSockaddr: [[arg('addr', 'sockaddrObject', () => inet)]],
  errnoName: [[int('number', 1)]],
  htonl: [[arg('hostlong', 'uint32', () => 1)]],
  htons: [[arg('hostshort', 'uint16', () => 1)]],
  listenFds: [[opt(arg('options', 'options', () => ({})))]],
  ntohl: [[arg('netlong', 'uint32', () => 1)]],
  optionInfo: [[level, optname(sockfd.SO_TYPE)]],
  optionTable: [[]],
  ntohs: [[arg('netshort', 'uint16', () => 1)]],
  tcpCaStateName: [[int('state', 1)]],
  tcpStateName: [[int('state', 1)]],
  withListenFds: [
    [
      arg('command', 'text', () => 'true'),
      arg('args', 'texts', () => ['x']),
      arg('fds', 'listenFds', () => [{ fd: 3 }]),
      opt(arg('options', 'options', () => ({}))),
    ],
  ],
};

const index = arg('i', 'index', () => 0);
/** The codecs of packet headers, by what is right to encode. */
const headers: Record<string, unknown> = {
  Arphdr: { sha: '02:00:00:00:00:01', spa: '192.0.2.1', tpa: '192.0.2.2' },
  Ethhdr: { dest: '02:00:00:00:00:02', source: '02:00:00:00:00:01', proto: 0x800 },
  Icmp6hdr: { type: 128 },
  Icmphdr: { type: 8 },
  Iphdr: { protocol: 17, daddr: '192.0.2.1' },
  Ipv6hdr: { nexthdr: 17, daddr: '2001:db8::1' },
  Tcphdr: { source: 1, dest: 2 },
  Udphdr: { source: 1, dest: 2 },
};
const bytes = arg('bytes', 'buf', () => new Uint8Array(64));
const position = opt(arg('offset', 'uint32', () => 0));
const exthdr = { kind: 60, nexthdr: 17 };
const ends = ['saddr', 'daddr'].map((name) => arg(name, 'ipv4', () => '127.0.0.1'));
const protocol = arg('protocol', 'uint16', () => 17);

const headerCodecs: Record<string, Arg[][]> = {
  ...Object.fromEntries(Object.keys(headers).map((name) => [`decode${name}`, [[bytes, position]]])),
  ...Object.fromEntries(
    Object.entries(headers).map(([name, right]) => {
      return [`encode${name}`, [[arg('header', 'header', () => right)]]];
    }),
  ),
  checksum: [
    [arg('bytes', 'views', () => [new Uint8Array(8)]), opt(arg('initial', 'uint32', () => 0))],
  ],
  decodeIpv6exthdrs: [[bytes, arg('nexthdr', 'uint16', () => 17), position]],
  encodeIpv6exthdr: [[arg('header', 'header', () => exthdr)]],
  pseudoHeader: [[...ends, protocol, arg('length', 'uint16', () => 8)]],
  transportChecksum: [[...ends, protocol, arg('segment', 'views', () => new Uint8Array(8))]],
};

/** The codecs of further addresses, by what is right to encode. */
const furtherAddresses: Record<string, unknown> = {
  Alg: { type: 'hash', name: 'sha256' },
  Can: { ifindex: 1, tp: { rx_id: 1, tx_id: 2 } },
  Hci: { dev: 0 },
  Iucv: { user_id: 'LNX', name: 'APP' },
  L2: { bdaddr: '00:1A:7D:DA:71:13' },
  Nfc: { dev_idx: 0, target_idx: 0, nfc_protocol: 1 },
  NfcLlcp: { dev_idx: 0, target_idx: 0, nfc_protocol: 5, service_name: 'urn:nfc:sn:snep' },
  Pppox: { sid: 1, remote: '02:00:00:00:00:01', dev: 'eth0' },
  Qrtr: { node: 1, port: 2 },
  Rc: { bdaddr: '00:1A:7D:DA:71:13', channel: 1 },
  Sco: { bdaddr: '00:1A:7D:DA:71:13' },
  Tipc: { addrtype: 3, ref: 1, node: 2 },
  Xdp: { ifindex: 1, queue_id: 0 },
};
/** Those of which a SockAddr lacks a part: they are decoded from bytes alone. */
const ofBytes: Record<string, unknown> = {
  L2tpip: { addr: '127.0.0.1', conn_id: 1 },
  L2tpip6: { addr: '::1', conn_id: 1 },
};

const addressCodecs: Record<string, Arg[][]> = {
  ...Object.fromEntries(
    Object.entries({ ...furtherAddresses, ...ofBytes }).map(([name, right]) => {
      return [`encodeSockaddr${name}`, [[arg('addr', 'header', () => right)]]];
    }),
  ),
  ...Object.fromEntries(
    Object.keys(furtherAddresses).map((name) => [
      `decodeSockaddr${name}`,
      [[arg('addr', 'sockaddr', () => new Uint8Array(128))]],
    ]),
  ),
  ...Object.fromEntries(
    Object.keys(ofBytes).map((name) => [
      `decodeSockaddr${name}`,
      [[arg('addr', 'buf', () => new Uint8Array(32))]],
    ]),
  ),
  decodeSockaddrCan: [
    [
      arg('addr', 'sockaddr', () => new Uint8Array(24)),
      opt(arg('protocol', 'int', () => sockfd.CAN_J1939)),
    ],
  ],
};

const af = int('af', AF_INET);
const binary = arg('src', 'some', () => new Uint8Array(4));

const waitOptions = opt(arg('options', 'waitOptions', () => ({ timeout: 0 })));
const signalOptions = opt(arg('options', 'waitOptions', () => ({})));
const partOrOptions = ['offset', 'length'].map((name, i) => {
  return opt(arg(name, 'partOrOptions', () => 8 * i));
});
const flagsOrOptions = opt(arg('flags', 'bitsOrOptions', () => 0));
const onPart = [...partOrOptions, waitOptions];
const timeoutOrOptions = opt(arg('timeout', 'intOrOptions', () => 0));

/** The calls that wait. */
const promiseCalls: Record<string, Arg[][]> = {
  accept: [[fd, waitOptions]],
  accept4: [[fd, flagsOrOptions, waitOptions]],
  connect: [[fd, addr, waitOptions]],
  detach: [[fd]],
  epoll_wait: [[epfd, int('maxevents', 1), timeoutOrOptions, signalOptions]],
  poll: [[arg('fds', 'pollfds', () => [{ ...entry }]), timeoutOrOptions, signalOptions]],
  read: [[fd, buf, ...onPart]],
  recv: [[fd, buf, flagsOrOptions, ...onPart]],
  recvfrom: [[fd, buf, flagsOrOptions, ...onPart]],
  recvmsg: [[fd, arg('msg', 'room', iov), flagsOrOptions, waitOptions]],
  send: [[fd, source, flagsOrOptions, ...onPart]],
  sendmsg: [[fd, message, flagsOrOptions, waitOptions]],
  sendto: [[fd, source, flags, mayBeNull(addr), ...onPart]],
  watch: [[fd, arg('events', 'uint16', () => 1), arg('callback', 'callback', () => () => {})]],
  write: [[fd, source, ...onPart]],
};

/** Every exported function: one list of right arguments for each way to call it. */
export const calls: Record<string, Record<string, Arg[][]>> = {
  sockfd: {
    ...same,
    ...pure,
    ...headerCodecs,
    ...checkedEventCalls,
    ...splices(place),
    ...eventCodecs,
    ...addressCodecs,
    accept: [[fd]],
    accept4: [[fd, opt(flags)]],
    getpeername: [[fd]],
    getsockname: [[fd]],
    getsockopt: [
      [fd, level, optname(sockfd.SO_TYPE)],
      [fd, level, optname(sockfd.SO_TYPE), opt(arg('buf|optval', 'buf', () => new Uint8Array(8)))],
    ],
    if_indextoname: [[arg('ifindex', 'uint32', () => 1)]],
    inet_ntop: [[af, binary]],
    inet_pton: [[af, arg('src', 'ipv4', () => '127.0.0.1')]],
    mptcp_full_info: [[fd]],
    recvfrom: [[fd, buf, opt(flags), offset, length]],
    recvmsg: [[fd, arg('msg', 'room', iov), opt(flags)]],
    setsockopt: [
      [fd, level, optname(sockfd.SO_RCVBUF), arg('value|optval', 'number', () => 4096)],
      [fd, level, optname(sockfd.SO_KEEPALIVE), arg('value|optval', 'bool', () => true)],
      [
        fd,
        level,
        optname(sockfd.SO_LINGER),
        arg('(value|optval)(.\\w+)*', 'linger', () => ({ onoff: true, linger: 0 })),
      ],
      [
        fd,
        level,
        optname(sockfd.SO_RCVTIMEO),
        arg('(value|optval)(.\\w+)*', 'timeval', () => ({ sec: 1, usec: 0 })),
      ],
    ],
    socketpair: [[...pair, opt(int('protocol', 0))]],
    tcp_zerocopy_receive: [
      [fd, orNull(arg('mapped', 'mapped', () => new Uint8Array(1 << 16))), copybuf, opt(flags)],
    ],
  },
  'sockfd/raw': {
    ...pure,
    ...headerCodecs,
    ...addressCodecs,
    ...same,
    ...rawEventCalls,
    ...splices(placeMemory),
    ...eventCodecs,
    accept: [[fd, out, addrlen]],
    accept4: [[fd, out, addrlen, opt(flags)]],
    getpeername: [[fd, out, addrlen]],
    getsockname: [[fd, out, addrlen]],
    getsockopt: [
      [
        fd,
        level,
        optname(sockfd.SO_TYPE),
        orNull(arg('optval', 'buf', () => new Uint8Array(8))),
        orNull(arg('optlen', 'lengthWord', () => new Uint32Array(1))),
      ],
    ],
    if_indextoname: [
      [arg('ifindex', 'uint32', () => 1), arg('ifname', 'some', () => new Uint8Array(16))],
    ],
    inet_ntop: [[af, binary, arg('dst', 'buf', () => new Uint8Array(64))]],
    inet_pton: [
      [af, arg('src', 'text', () => '127.0.0.1'), arg('dst', 'some', () => new Uint8Array(4))],
    ],
    mptcp_full_info: [
      [
        fd,
        arg('info', 'fullInfo', () => new Uint8Array(40)),
        orNull(arg('subflow_info', 'buf', () => new Uint8Array(8))),
        orNull(arg('tcp_info', 'buf', () => new Uint8Array(8))),
      ],
    ],
    recvfrom: [[fd, buf, opt(flags), out, addrlen, offset, length]],
    recvmsg: [[fd, arg('msg', 'msghdr', iov), opt(flags)]],
    setsockopt: [[fd, level, optname(sockfd.SO_RCVBUF), arg('optval', 'optval', () => 4096)]],
    socketpair: [[...pair, int('protocol', 0), arg('sv', 'some', () => new Int32Array(2))]],
    tcp_zerocopy_receive: [
      [
        fd,
        arg('zc', 'zerocopy', () => new Uint8Array(64)),
        orNull(arg('mapped', 'mapped', () => new Uint8Array(1 << 16))),
        copybuf,
      ],
    ],
  },
  'a MsgVec': {
    messages: [[index]],
    name: [[index]],
    setMessages: [[index, arg('control|value', 'controlOrBytes', () => [])]],
    setName: [[index, mayBeNull(addr)]],
  },
  'an FdSet': {
    FD_CLR: [[member]],
    FD_ISSET: [[member]],
    FD_SET: [[member]],
  },
  'sockfd/promises': promiseCalls,
  'sockfd/testing': {
    holdState: [
      [state, opt(arg('options', 'options', () => ({})))],
      [arg('state', 'state', () => 'ESTABLISHED')],
    ],
    waitForState: [[fd, state, timeout_ms]],
  },
};

export const modules: Record<string, Record<string, unknown>> = {
  sockfd,
  'sockfd/raw': raw,
  'a MsgVec': {
    messages: (i: number) => vector().messages(i),
    name: (i: number) => vector().name(i),
    setMessages: (i: number, control: sockfd.ControlInit[]) => vector().setMessages(i, control),
    setName: (i: number, address: sockfd.SockAddr) => vector().setName(i, address),
  },
  'an FdSet': {
    FD_CLR: (fd: number) => new sockfd.FdSet().FD_CLR(fd),
    FD_ISSET: (fd: number) => new sockfd.FdSet().FD_ISSET(fd),
    FD_SET: (fd: number) => new sockfd.FdSet().FD_SET(fd),
  },
  'sockfd/promises': promises,
  'sockfd/testing': testing,
};

/** Exported functions that are no calls with arguments of a user's. */
export const notCalls: Record<string, string> = {
  SystemError: 'a class that the package makes',
  connections: 'makes its calls later',
  datagrams: 'makes its calls later',
  epollEvents: 'makes its calls later',
  fdOf: 'takes objects of Node, and refuses others by a code of its own',
  sk_meminfo: 'reads from a cursor of the package',
};

/** A call with one wrong argument. */
export interface Misuse {
  /** `recv(fd, buf, …), flags: NaN`. */
  title: string;
  /** What the message must say is wrong. */
  name: string;
  run: () => unknown;
}

type Callable = (...args: unknown[]) => unknown;

export function functionOf(module: string, name: string): Callable {
  const found = modules[module]?.[name];
  if (found === sockfd.MsgVec || found === sockfd.FdSet) {
    return (...args) => Reflect.construct(found as typeof sockfd.FdSet, args);
  }
  return found as Callable;
}

function wrongOf({ kind, optional, nullable }: Arg): readonly Wrong[] {
  return [
    ...(optional ? [] : undefineds),
    ...(nullable ? [] : nulls),
    ...(wrongValues[kind] as readonly Wrong[]),
  ];
}

/** Every call of one function with one argument wrong and the others right. */
export function* misuses(module: string, name: string): Generator<Misuse> {
  const call = functionOf(module, name);
  for (const args of calls[module]?.[name] ?? []) {
    for (const [i, argument] of args.entries()) {
      for (const [label, make] of wrongOf(argument)) {
        yield {
          title: `${module} ${name}, ${argument.name}: ${label}`,
          name: argument.name,
          run: () => call(...args.map(({ right }, n) => (n === i ? make() : right()))),
        };
      }
    }
  }
}

/** Values that are wrong for every argument, each another way through the checks. */
const wrongForAll: Wrong[] = [
  constant('Symbol()', Symbol('x')),
  constant('1n', 1n),
  ['an object that traps conversion', trap],
  ['a DataView out of bounds', outOfBounds((buffer) => new DataView(buffer, 16))],
  ['a detached Uint8Array', detached((buffer) => new Uint8Array(buffer))],
];

/** Every call of one function with two arguments wrong and the others right. */
export function* doubleMisuses(module: string, name: string): Generator<Misuse> {
  const call = functionOf(module, name);
  for (const args of calls[module]?.[name] ?? []) {
    for (let first = 0; first < args.length; first++) {
      for (let second = first + 1; second < args.length; second++) {
        const both = [args[first], args[second]].map((argument) => argument?.name);
        const isWrong = (n: number, label: string): boolean => {
          return !/OrOptions$/.test(args[n]?.kind ?? '') || !plainObjects.includes(label);
        };
        for (const [label, make] of wrongForAll) {
          for (const [other, makeOther] of wrongForAll) {
            if (!isWrong(first, label) || !isWrong(second, other)) continue;
            yield {
              title: `${module} ${name}, ${both[0]}: ${label}, ${both[1]}: ${other}`,
              name: both.join('|'),
              run: () =>
                call(
                  ...args.map(({ right }, n) =>
                    n === first ? make() : n === second ? makeOther() : right(),
                  ),
                ),
            };
          }
        }
      }
    }
  }
}

/** What `run` returns. A call that returns a promise throws nothing: it rejects. `watch` has none. */
function promised(title: string, run: () => unknown): unknown {
  if (!/^sockfd\/promises (?!detach)/.test(title)) return run();
  if (!title.startsWith('sockfd/promises') || title.includes('promises watch,')) return run();
  try {
    return run();
  } catch (error) {
    throw new Error(`it was thrown, not rejected: ${error}`);
  }
}

/** What is wrong with the answer to a misuse; undefined when it is as the contract says. */
export async function complaint({ title, name, run }: Misuse): Promise<string | undefined> {
  const before = traps.sprung;
  let error: unknown;
  try {
    const result = await promised(title, run);
    if (typeof result === 'object') (result as Partial<Disposable> | null)?.[Symbol.dispose]?.();
    return `${title}: returned ${String(result)}`;
  } catch (thrown) {
    error = thrown;
  }
  if (traps.sprung !== before) return `${title}: ran code of the value's`;
  const { code, message } = error as { code?: string; message?: string };
  const isType = error instanceof TypeError && code === 'ERR_INVALID_ARG_TYPE';
  const isRange = error instanceof RangeError && code === 'ERR_OUT_OF_RANGE';
  if (!isType && !isRange) return `${title}: threw ${String(error)} (code ${code})`;
  // A part of an argument is named behind it: addr.port, fds[0].fd.
  const named = new RegExp(`^The "(${name})([.[][^"]*)?" argument must `);
  return named.test(message ?? '') ? undefined : `${title}: says ${message}`;
}

/** A number that close(2) is called with to show in a trace where the calls of a function begin. */
export const marker = (index: number): number => -100_000 - index;

/** All functions, in the order of the table. */
export const functions = Object.entries(calls).flatMap(([module, table]) =>
  Object.keys(table).map((name) => ({ module, name })),
);

// Compiled and run under strace. `--expose-gc` gives gc.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , collect, done] = process.argv;
  // The first date makes newer Node read the zone of the time.
  new Date(3).toString();
  const complaints: string[] = [];
  for (const [index, { module, name }] of functions.entries()) {
    const all = [...misuses(module, name), ...doubleMisuses(module, name)];
    raw.close(marker(index));
    for (const [n, misuse] of all.entries()) {
      const said = await complaint(misuse);
      if (said !== undefined) complaints.push(said);
      if (collect === 'gc') globalThis.gc?.({ type: n % 64 === 0 ? 'major' : 'minor' });
    }
  }
  raw.close(marker(functions.length));
  if (done !== undefined) {
    rmSync(done, { force: true });
    writeFileSync(done, JSON.stringify(complaints));
  }
}
