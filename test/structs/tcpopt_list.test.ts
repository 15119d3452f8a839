import { describe, expect, it } from 'vitest';
import {
  decodeTcphdr,
  encodeTcphdr,
  TCPOPT_AO,
  TCPOPT_EOL,
  TCPOPT_EXP,
  TCPOPT_FASTOPEN,
  TCPOPT_FASTOPEN_MAGIC,
  TCPOPT_MAXSEG,
  TCPOPT_MD5SIG,
  TCPOPT_MPTCP,
  TCPOPT_NOP,
  TCPOPT_SACK,
  TCPOPT_SACK_PERMITTED,
  TCPOPT_TIMESTAMP,
  TCPOPT_WINDOW,
  type TcpOption,
} from '../../lib/index.js';
import { fromHex, join } from '../support/headers.js';
import { packets } from '../support/packets.js';
import { expectRefused } from '../support/sockets.js';

const ports = { source: 1, dest: 2 };

/** A header with these bytes where options are, up to a word of NOPs. */
function withOptions(bytes: Uint8Array): Uint8Array {
  const fill = new Uint8Array(-bytes.byteLength & 3).fill(TCPOPT_NOP);
  return encodeTcphdr({ ...ports, rest: join(bytes, fill) });
}

function read(hex: string): { options?: TcpOption[]; rest?: Uint8Array } {
  const bytes = fromHex(hex);
  const { options = [], rest } = decodeTcphdr(withOptions(bytes)) ?? {};
  const nops = -bytes.byteLength & 3;
  return { options: nops === 0 ? options : options.slice(0, -nops), ...(rest && { rest }) };
}

const write = (...options: TcpOption[]): Uint8Array =>
  encodeTcphdr({ ...ports, options }).subarray(20);

const ofFrame = (name: keyof typeof packets): TcpOption[] =>
  decodeTcphdr(packets[name], 34)?.options ?? [];

// Each option by itself, as its RFC draws it.
const rows: [rfc: string, hex: string, option: TcpOption][] = [
  ['9293', '01', { kind: TCPOPT_NOP }],
  ['9293', '02 04 ffff', { kind: TCPOPT_MAXSEG, mss: 65535 }],
  ['7323', '03 03 0e', { kind: TCPOPT_WINDOW, shift: 14 }],
  ['2018', '04 02', { kind: TCPOPT_SACK_PERMITTED }],
  [
    '2018',
    '05 12 00000001 00000002 ffffffff 00000000',
    {
      kind: TCPOPT_SACK,
      blocks: [
        { start_seq: 1, end_seq: 2 },
        { start_seq: 0xffffffff, end_seq: 0 },
      ],
    },
  ],
  ['2018', '05 02', { kind: TCPOPT_SACK, blocks: [] }],
  [
    '7323',
    '08 0a fffffffe 80000000',
    { kind: TCPOPT_TIMESTAMP, tsval: 2 ** 32 - 2, tsecr: 2 ** 31 },
  ],
  [
    '2385',
    '13 12 000102030405060708090a0b0c0d0e0f',
    { kind: TCPOPT_MD5SIG, digest: Uint8Array.from({ length: 16 }, (_, i) => i) },
  ],
  [
    '5925',
    '1d 10 3d 54 2ee437c6f8ede6d7c4d602e7',
    {
      ...{ kind: TCPOPT_AO, keyid: 0x3d, rnext_keyid: 0x54 },
      mac: fromHex('2ee437c6f8ede6d7c4d602e7'),
    },
  ],
  ['5925', '1d 04 01 02', { kind: TCPOPT_AO, keyid: 1, rnext_keyid: 2, mac: new Uint8Array(0) }],
  // DSS with a data acknowledgement of four bytes.
  [
    '8684',
    '1e 08 20 01 01020304',
    { kind: TCPOPT_MPTCP, subtype: 2, flags: 0, data: fromHex('0101020304') },
  ],
  ['8684', '1e 03 f5', { kind: TCPOPT_MPTCP, subtype: 15, flags: 5, data: new Uint8Array(0) }],
  ['7413', '22 02', { kind: TCPOPT_FASTOPEN, cookie: new Uint8Array(0) }],
  [
    '7413',
    '22 0a 0102030405060708',
    { kind: TCPOPT_FASTOPEN, cookie: fromHex('0102030405060708') },
  ],
  [
    '7413',
    'fe 04 f989',
    { kind: TCPOPT_EXP, magic: TCPOPT_FASTOPEN_MAGIC, cookie: new Uint8Array(0) },
  ],
  [
    '7413',
    'fe 08 f989 aabbccdd',
    { kind: TCPOPT_EXP, magic: TCPOPT_FASTOPEN_MAGIC, cookie: fromHex('aabbccdd') },
  ],
  ['6994', 'fe 06 e2d4c3d9', { kind: TCPOPT_EXP, data: fromHex('e2d4c3d9') }],
  ['6994', 'fe 02', { kind: TCPOPT_EXP, data: new Uint8Array(0) }],
  ['9768', 'ac 05 010203', { kind: 172, data: fromHex('010203') }],
  ['6994', 'fd 03 07', { kind: 253, data: fromHex('07') }],
];

// A known kind of another length than it has.
const lengths: [hex: string, kind: number][] = [
  ['02 03 05', TCPOPT_MAXSEG],
  ['02 05 05b400', TCPOPT_MAXSEG],
  ['03 02', TCPOPT_WINDOW],
  ['03 04 0707', TCPOPT_WINDOW],
  ['04 03 00', TCPOPT_SACK_PERMITTED],
  ['05 09 00000001000000', TCPOPT_SACK],
  ['05 0c 00000001000000020000', TCPOPT_SACK],
  ['08 09 00000001000000', TCPOPT_TIMESTAMP],
  ['08 0b 000000010000000200', TCPOPT_TIMESTAMP],
  ['13 11 000102030405060708090a0b0c0d0e', TCPOPT_MD5SIG],
  ['13 13 000102030405060708090a0b0c0d0e0f10', TCPOPT_MD5SIG],
  ['1d 02', TCPOPT_AO],
  ['1d 03 01', TCPOPT_AO],
  ['1e 02', TCPOPT_MPTCP],
  ['fe 03 f9', TCPOPT_EXP],
];

describe('an option of TCP', () => {
  it.each(rows)('is read and written as RFC %s draws it: %s', (_, hex, option) => {
    expect(read(hex).options).toStrictEqual([option]);
    const bytes = write(option);
    const expected = fromHex(hex);
    expect(bytes.slice(0, expected.byteLength)).toEqual(expected);
    expect([...bytes.slice(expected.byteLength)]).toEqual(
      new Array(-expected.byteLength & 3).fill(0),
    );
  });

  it.each(lengths)('that has not the length of its kind has data: %s', (hex, kind) => {
    const option = { kind, data: fromHex(hex).slice(2) };
    expect(read(hex).options).toStrictEqual([option]);
    expect(write(option).slice(0, fromHex(hex).byteLength)).toEqual(fromHex(hex));
  });

  it('ends the list when it is the end, and padding is the rest', () => {
    expect(read('0204 05b4 00 01 02 03')).toStrictEqual({
      options: [{ kind: TCPOPT_MAXSEG, mss: 1460 }, { kind: TCPOPT_EOL }],
      rest: fromHex('010203'),
    });
  });

  it.each(['02', '01 08', '01 02 00 05b4', '01 02 01 05b4', '0101 02 05 05', '0101 ff ff'])(
    'ends the list when its length lies, and what could not be read is the rest: %s',
    (hex) => {
      const bytes = fromHex(hex);
      // Words, so that no padding stands behind a length that lies.
      const words = join(new Uint8Array(-bytes.byteLength & 3).fill(TCPOPT_NOP), bytes);
      const header = encodeTcphdr({ ...ports, rest: words });
      const decoded = decodeTcphdr(header);
      const count = decoded?.options.length ?? 0;
      expect(decoded?.options).toEqual(new Array(count).fill({ kind: TCPOPT_NOP }));
      expect(decoded?.rest).toEqual(words.slice(count));
      expect(decoded?.rest[0]).not.toBe(TCPOPT_NOP);
      expect(decoded && encodeTcphdr(decoded)).toEqual(header);
    },
  );

  it('is what tcpdump says of Fast Open', () => {
    const cookie = fromHex('6215f4a4409030b4');
    expect(ofFrame('cookie request')).toContainEqual({
      ...{ kind: TCPOPT_FASTOPEN, cookie: new Uint8Array(0) },
    });
    expect(ofFrame('cookie')).toContainEqual({ kind: TCPOPT_FASTOPEN, cookie });
    const magic = TCPOPT_FASTOPEN_MAGIC;
    expect(ofFrame('experimental cookie')).toContainEqual({ kind: TCPOPT_EXP, magic, cookie });
  });

  it('is what tcpdump says of MPTCP', () => {
    const capable = { kind: TCPOPT_MPTCP, subtype: 0, flags: 1 };
    // A flag that asks for HMAC-SHA256, then keys.
    expect(ofFrame('MP_CAPABLE')).toContainEqual({ ...capable, data: fromHex('01') });
    const data = fromHex('01 bf1bc5e4455c87f9');
    expect(ofFrame('MP_CAPABLE answered')).toContainEqual({ ...capable, data });
    const keys = fromHex('01 9598f2cccc7ae852 bf1bc5e4455c87f9');
    expect(ofFrame('MP_CAPABLE with keys')).toContainEqual({ ...capable, data: keys });
  });

  it('is what tcpdump says of a signature', () => {
    const digest = fromHex('bb05064c2873ec78af7970a4cdf797f9');
    expect(ofFrame('signed SYN')).toContainEqual({ kind: TCPOPT_MD5SIG, digest });
  });

  it('refuses fields that are none', () => {
    const refused = (option: object, kind: typeof TypeError | typeof RangeError, name: string) => {
      const options: TcpOption[] = [{ kind: TCPOPT_NOP }, option as TcpOption];
      expectRefused(() => encodeTcphdr({ ...ports, options }), kind, `header.options[1]${name}`);
    };
    refused({}, TypeError, '.kind');
    refused({ kind: 256 }, RangeError, '.kind');
    refused({ kind: 77 }, TypeError, '.data');
    refused({ kind: 77, data: 'x' }, TypeError, '.data');
    refused({ kind: 77, data: new Uint8Array(39) }, RangeError, '.data');
    refused({ kind: TCPOPT_MAXSEG }, TypeError, '.mss');
    refused({ kind: TCPOPT_MAXSEG, mss: 65536 }, RangeError, '.mss');
    refused({ kind: TCPOPT_WINDOW, shift: 256 }, RangeError, '.shift');
    refused({ kind: TCPOPT_SACK, blocks: 1 }, TypeError, '.blocks');
    refused({ kind: TCPOPT_SACK, blocks: [{ start_seq: 1 }] }, TypeError, '.blocks[0].end_seq');
    refused({ kind: TCPOPT_TIMESTAMP, tsval: 1 }, TypeError, '.tsecr');
    refused({ kind: TCPOPT_TIMESTAMP, tsval: -1, tsecr: 0 }, RangeError, '.tsval');
    refused({ kind: TCPOPT_MD5SIG }, RangeError, '.digest');
    refused({ kind: TCPOPT_MD5SIG, digest: new Uint8Array(15) }, RangeError, '.digest');
    refused({ kind: TCPOPT_AO, keyid: 1 }, TypeError, '.rnext_keyid');
    refused({ kind: TCPOPT_MPTCP }, TypeError, '.subtype');
    refused({ kind: TCPOPT_MPTCP, subtype: 16 }, RangeError, '.subtype');
    refused({ kind: TCPOPT_EXP }, TypeError, '.magic');
    refused({ kind: TCPOPT_FASTOPEN, cookie: [] }, TypeError, '.cookie');
    const blocks = new Array(5).fill({ start_seq: 1, end_seq: 2 });
    const options = [{ kind: TCPOPT_SACK, blocks } as TcpOption];
    expectRefused(() => encodeTcphdr({ ...ports, options }), RangeError, 'header.options');
  });
});
