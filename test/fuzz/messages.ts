/** What comes with messages: addresses, control messages, vectors of them, netlink messages. */
import { isDeepStrictEqual } from 'node:util';
import {
  CMSG_LEN,
  type ControlInit,
  type ControlMessage,
  decodeControl,
  eachDescriptor,
  encodeControl,
  receivedControl,
} from '../../lib/structs/cmsg.js';
import { controlTypes } from '../../lib/structs/cmsg_types.js';
import { devmem_dmabuf } from '../../lib/structs/dmabuf.js';
import { AF_INET, AF_INET6, AF_PACKET, AF_UNIX } from '../../lib/structs/family.js';
import { inet_ntop, inet_pton } from '../../lib/structs/inet.js';
import { MsgVec } from '../../lib/structs/msgvec.js';
import { decodeNlattrs } from '../../lib/structs/netlink.js';
import type { Kind } from '../../lib/structs/option.js';
import { decodeRevents, type PollFd } from '../../lib/structs/pollfd.js';
import { SCM_PIDFD, SCM_RIGHTS } from '../../lib/structs/scm.js';
import { decodeInetDiag } from '../../lib/structs/sock_diag.js';
import {
  decodeSockaddr,
  encodeSockaddr,
  formatSockaddr,
  type SockAddr,
} from '../../lib/structs/sockaddr.js';
import { SOL_SOCKET } from '../../lib/structs/socket.js';
import { scm_timestamping } from '../../lib/structs/timespec.js';
import { join } from './mutate.js';
import type { Target } from './oracle.js';
import type { Random } from './random.js';

type AnyKind = Kind<unknown, unknown>;

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** The types of control messages that are known. */
const types = Object.entries(controlTypes).flatMap(([level, kinds]) =>
  Object.entries(kinds).map(([type, kind]) => {
    return { level: Number(level), type: Number(type), kind: kind as AnyKind };
  }),
);

/** What is set from something else than it is read as. */
const asymmetric: readonly unknown[] = [scm_timestamping.encode, devmem_dmabuf.encode];

/** A known type is written as it is read, unless it is read only. */
function valueFault({ level, type, value }: ControlMessage): string | undefined {
  const kind = types.find((each) => each.level === level && each.type === type)?.kind;
  if (value === undefined || kind?.access !== undefined || asymmetric.includes(kind?.encode)) {
    return undefined;
  }
  let written: Uint8Array;
  try {
    written = encodeControl([{ level, type, value } as ControlInit]);
  } catch (error) {
    // A number of 64 bits may be no safe integer.
    return error instanceof RangeError ? undefined : `is not written: ${String(error)}`;
  }
  const [again] = decodeControl(written);
  return isDeepStrictEqual(again?.value, value) ? undefined : `type ${type} is written otherwise`;
}

/** The lengths that the headers tell, one after the other. */
function lengthsOf(bytes: Uint8Array): number[] {
  const lengths: number[] = [];
  const view = viewOf(bytes);
  for (let at = 0; at + 16 <= bytes.byteLength; ) {
    const length = Number(view.getBigUint64(at, true));
    if (length < 16) break;
    lengths.push(length);
    at += Math.ceil(length / 8) * 8;
  }
  return lengths;
}

/** The descriptors that a receiver has to close: those that the values show. */
function descriptorFault(messages: ControlMessage[], bytes: Uint8Array): string | undefined {
  // No call has room for more: it looks at the lower half of a length.
  if (lengthsOf(bytes).some((length) => length > 0x7fff_ffff)) return undefined;
  const found: number[] = [];
  eachDescriptor(bytes, 0, bytes.byteLength, (fd) => found.push(fd));
  const told = messages
    .filter(({ level, type }) => level === SOL_SOCKET && [SCM_RIGHTS, SCM_PIDFD].includes(type))
    .flatMap(({ data }) => {
      const view = viewOf(data);
      return Array.from({ length: data.byteLength >> 2 }, (_, i) => view.getInt32(4 * i, true));
    });
  const open = told.filter((fd) => fd >= 0);
  return isDeepStrictEqual(found, open) ? undefined : `has descriptors ${open}, not ${found}`;
}

/** Of what may be longer, a part would look like the whole; descriptors are whole, each of them. */
function cutFault(
  message: ControlMessage | undefined,
  told: number | undefined,
): string | undefined {
  if (message === undefined || told === undefined) return undefined;
  const { level, type, data, value } = message;
  const kind = types.find((each) => each.level === level && each.type === type)?.kind;
  const isCut = told > CMSG_LEN(data.byteLength);
  if (!isCut || value === undefined || kind?.size !== 0 || type === SCM_RIGHTS) return undefined;
  return `has a value of type ${type}, of which ${data.byteLength} bytes are there`;
}

function controlFault(messages: ControlMessage[], bytes: Uint8Array): string | undefined {
  const lengths = lengthsOf(bytes);
  if (messages.length !== lengths.length) return `has ${lengths.length} headers`;
  const values = messages.map(valueFault).find((each) => each !== undefined);
  return values ?? cutFault(messages.at(-1), lengths.at(-1)) ?? descriptorFault(messages, bytes);
}

/** The same messages, unless the last was cut off. */
function encodeWhole(messages: ControlMessage[], bytes: Uint8Array): Uint8Array | undefined {
  const last = messages.at(-1);
  if (last === undefined) return undefined;
  if (lengthsOf(bytes).at(-1) !== CMSG_LEN(last.data.byteLength)) return undefined;
  return encodeControl(messages.map(({ level, type, data }) => ({ level, type, data })));
}

/** All but the last are the same; of that, there may be less. */
function hasBeginning(whole: ControlMessage[], beginning: ControlMessage[]): boolean {
  return beginning.every((each, i) => {
    const same = whole[i];
    if (same === undefined || same.level !== each.level || same.type !== each.type) return false;
    if (i < beginning.length - 1) return isDeepStrictEqual(same, each);
    return isDeepStrictEqual(same.data.subarray(0, each.data.byteLength), each.data);
  });
}

/** Some messages of known types, with data of about the right length. */
function makeControl(random: Random): Uint8Array {
  const count = random.below(4);
  const messages = Array.from({ length: count }, () => {
    const { level, type, kind } = random.pick(types);
    const size = random.pick([kind.size, kind.size, kind.size + 16, random.below(64)]);
    const data = random.below(2) === 0 ? random.bytes(size) : new Uint8Array(size);
    return { level, type, data };
  });
  const bytes = encodeControl(messages);
  // The lengths are where they are looked for: mostly they are told as they are.
  if (count > 0 && random.below(3) === 0) bytes[0] = random.below(256);
  return bytes;
}

const kernelsFlags = [0, 0x8, 0x20, 0x8 | 0x20, 0x4000_0000];

const control: Target[] = [
  {
    name: 'control',
    covers: ['decodeControl', 'encodeControl', 'eachDescriptor'],
    decode: (bytes) => decodeControl(bytes),
    encode: encodeWhole,
    wrong: controlFault,
    contains: hasBeginning,
    make: makeControl,
  },
  {
    name: 'received',
    covers: ['receivedControl'],
    // What msghdr said: controllen, flags; then the room that there was.
    shape: (bytes) => (bytes.byteLength >= 8 ? bytes : join(bytes, new Uint8Array(8))),
    decode: (bytes) => {
      const view = viewOf(bytes);
      const [controllen, flags] = [view.getUint32(0, true), view.getUint32(4, true)];
      return receivedControl(bytes.subarray(8), controllen, flags);
    },
    wrong: (messages: ControlMessage[], bytes) => {
      const room = bytes.subarray(8, 8 + viewOf(bytes).getUint32(0, true));
      const plain = decodeControl(room);
      // Whether it was cut off changes values only, to none.
      const same = messages.every(
        ({ value, ...rest }, i) =>
          (value === undefined || isDeepStrictEqual(value, plain[i]?.value)) &&
          isDeepStrictEqual({ ...rest, value: plain[i]?.value }, plain[i]),
      );
      return same && plain.length === messages.length ? undefined : 'differs from decodeControl';
    },
    make: (random) => {
      const room = makeControl(random);
      const words = new Uint32Array([
        random.pick([room.byteLength, room.byteLength + 8, random.below(80), 0xffff_ffff]),
        random.pick(kernelsFlags),
      ]);
      return join(new Uint8Array(words.buffer), room);
    },
  },
];

/** As long as its type says, and no longer than the structure that the kernel fills. */
const isUnix = (bytes: Uint8Array): boolean => bytes[0] === AF_UNIX && bytes[1] === 0;

const families = [AF_UNIX, AF_INET, AF_INET6, AF_PACKET, 16, 40, 0, 99];

const addresses: Target[] = [
  {
    name: 'sockaddr',
    covers: ['decodeSockaddr', 'encodeSockaddr', 'formatSockaddr'],
    decode: (bytes) => ({ addr: decodeSockaddr(bytes), text: formatSockaddr(bytes) }),
    // struct sockaddr_un has no more than 110 bytes.
    encode: ({ addr }: { addr: SockAddr }, bytes) =>
      isUnix(bytes) && bytes.byteLength > 110 ? undefined : encodeSockaddr(addr),
    make: (random) => join(Uint8Array.of(random.pick(families), 0), random.bytes(random.below(30))),
    lies: [
      [0, families],
      [1, [0, 0, 0, 1]],
      [11, [0, 6, 8, 20, 32, 33, 255]],
    ],
  },
  {
    name: 'inet',
    covers: ['inet_ntop', 'inet_pton', 'formatIPv4', 'formatIPv6', 'ipv4At', 'ipv6At'],
    refuses: (bytes) => bytes.byteLength < 16,
    decode: (bytes) => [inet_ntop(AF_INET, bytes), inet_ntop(AF_INET6, bytes)],
    wrong: ([v4, v6]: [string, string], bytes) => {
      const again = [inet_pton(AF_INET, v4), inet_pton(AF_INET6, v6)];
      const right = [bytes.slice(0, 4), bytes.slice(0, 16)];
      return isDeepStrictEqual(again, right) ? undefined : `is text of ${again.join(' ')}`;
    },
    make: (random) => Uint8Array.from({ length: 16 }, () => random.pick([0, 0, 0, 255, 1])),
  },
];

const VLEN = 3;
const [DATA, NAME, CONTROL] = [8, 28, 64];
const COLUMNS = 16 * VLEN;

/** A vector with these columns, names and control data, but only of the messages in `which`. */
function vectorOf(bytes: Uint8Array, which: readonly number[]): MsgVec {
  const vec = new MsgVec(VLEN, DATA, NAME, CONTROL);
  const view = viewOf(bytes);
  for (const i of which) {
    for (const column of [0, 1, 2, 3]) {
      const at = column * VLEN + i;
      vec.lengths[at] = view.getUint32(4 * at, true);
    }
    const name = COLUMNS + i * NAME;
    vec.names.set(bytes.subarray(name, name + NAME), i * NAME);
    const control = COLUMNS + VLEN * NAME + i * CONTROL;
    vec.control.set(bytes.subarray(control, control + CONTROL), i * CONTROL);
  }
  return vec;
}

const slots = Array.from({ length: VLEN }, (_, i) => i);
const read = (vec: MsgVec, i: number): unknown => ({
  name: vec.name(i),
  messages: vec.messages(i),
});

const vectors: Target = {
  name: 'msgvec',
  covers: ['MsgVec'],
  shape: (bytes) => {
    const whole = new Uint8Array(COLUMNS + VLEN * (NAME + CONTROL));
    whole.set(bytes.subarray(0, whole.byteLength));
    return whole;
  },
  decode: (bytes) => {
    const vec = vectorOf(bytes, slots);
    return slots.map((i) => read(vec, i));
  },
  wrong: (decoded: unknown[], bytes) => {
    const alone = slots.map((i) => read(vectorOf(bytes, [i]), i));
    return isDeepStrictEqual(alone, decoded) ? undefined : 'sees the slots of other messages';
  },
  make: (random) => {
    const words = Uint32Array.from({ length: 4 * VLEN }, () => {
      return random.pick([0, 8, 16, 28, 64, 65, 0x7fff_ffff, 0xffff_ffff, random.below(80)]);
    });
    const names = slots.map(() => join(Uint8Array.of(random.pick(families), 0), random.bytes(26)));
    const controls = slots.map(() => join(makeControl(random), new Uint8Array(CONTROL)));
    return join(
      new Uint8Array(words.buffer),
      ...names,
      ...controls.map((each) => each.subarray(0, CONTROL)),
    );
  },
};

function encodeNlattrs(attributes: Map<number, Uint8Array>): Uint8Array {
  const parts = [...attributes].flatMap(([type, payload]) => {
    const len = 4 + payload.byteLength;
    const head = new Uint8Array(new Uint16Array([len, type]).buffer);
    return [head, payload, new Uint8Array(-len & 3)];
  });
  return join(...parts);
}

const netlink: Target[] = [
  {
    name: 'nlattrs',
    covers: ['decodeNlattrs', 'nlattr'],
    decode: decodeNlattrs,
    encode: encodeNlattrs,
    wrong: (attributes: Map<number, Uint8Array>, bytes) => {
      // A payload is a part of the bytes, behind its nla_len and nla_type.
      for (const [type, { buffer, byteOffset, byteLength }] of decodeNlattrs(bytes)) {
        const [len, nla_type] = new Uint16Array(buffer.slice(byteOffset - 4, byteOffset));
        if (len !== 4 + byteLength || nla_type !== type) return `has ${byteLength} bytes of ${len}`;
      }
      return attributes.size * 4 > bytes.byteLength ? 'has more than there is' : undefined;
    },
    make: (random) =>
      encodeNlattrs(
        new Map(
          Array.from({ length: random.below(6) }, () => {
            return [random.below(30), random.bytes(random.below(12))] as const;
          }),
        ),
      ),
  },
  {
    name: 'sock_diag',
    covers: ['decodeInetDiag', 'inet_diag_msg', 'nlmsghdr'],
    decode: decodeInetDiag,
    lies: [
      [0, [0, 15, 16, 20, 88, 92, 255]],
      [4, [2, 3, 20]],
      [88, [0, 3, 4, 5, 255]],
    ],
  },
];

const revents: Target = {
  name: 'revents',
  covers: ['decodeRevents'],
  shape: (bytes) => bytes.slice(0, bytes.byteLength & -8),
  decode: (bytes) => {
    const fds: PollFd[] = Array.from({ length: bytes.byteLength / 8 }, () => ({
      ...{ fd: 0, events: 0 },
    }));
    decodeRevents(bytes, fds);
    return fds;
  },
};

export const messageTargets: readonly Target[] = [
  ...control,
  ...addresses,
  vectors,
  ...netlink,
  revents,
];
