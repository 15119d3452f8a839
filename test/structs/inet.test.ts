import { randomBytes, randomInt } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  htonl,
  htons,
  inet_ntop,
  inet_pton,
  ntohl,
  ntohs,
} from '../../lib/index.js';
import { python } from '../support/child.js';
import { expectError, expectRefused } from '../support/sockets.js';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

function ours(af: number, text: string): string | null {
  try {
    return hex(inet_pton(af, text));
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** The C library's answers, through python3's socket module, all in one process. */
function theirsPton(questions: [number, string][]): (string | null)[] {
  const script = `
answers = []
for af, text in input:
    try: answers.append(socket.inet_pton(socket.AF_INET6 if af == 10 else socket.AF_INET, text).hex())
    except (OSError, ValueError): answers.append(None)
json.dump(answers, sys.stdout)`;
  return python(script, questions) as (string | null)[];
}

function theirsNtop(questions: [number, string][]): string[] {
  const script = `
af = {2: socket.AF_INET, 10: socket.AF_INET6}
json.dump([socket.inet_ntop(af[n], bytes.fromhex(h)) for n, h in input], sys.stdout)`;
  return python(script, questions) as string[];
}

/** Addresses in which groups of zeros, the interesting part of IPv6 text, are frequent. */
function sparse(): Buffer {
  const bytes = randomBytes(16);
  for (let i = 0; i < 16; i += 2) {
    if (randomInt(3) > 0) bytes.fill(0, i, i + 2);
    else if (randomInt(3) === 0) bytes[i] = 0;
  }
  if (randomInt(8) === 0) bytes.fill(0, 0, 10).fill(0xff, 10, 12);
  if (randomInt(8) === 0) bytes.fill(0, 0, 12);
  return bytes;
}

/** Text of an address with a few characters changed, and mostly no longer one. */
function mutate(text: string): string {
  const alphabet = '0123456789abcdefABCDEFg:.::..%/ x';
  const characters = [...text];
  for (let n = randomInt(3); n >= 0; n--) {
    const at = randomInt(characters.length + 1);
    const inserted = alphabet[randomInt(alphabet.length)] ?? '';
    characters.splice(at, randomInt(2), ...(randomInt(2) === 0 ? [inserted] : []));
  }
  return characters.join('');
}

describe('byteorder(3)', () => {
  it('swaps the bytes, as this machine is little-endian', () => {
    expect(htons(0x1234)).toBe(0x3412);
    expect(ntohs(0x1234)).toBe(0x3412);
    expect(htonl(0x12345678)).toBe(0x78563412);
    expect(ntohl(0x12345678)).toBe(0x78563412);
  });

  it('agrees with python3 and with its own inverse, at the edges and at random', () => {
    const shorts = [
      0,
      1,
      0xff,
      0x100,
      0xffff,
      ...Array.from({ length: 200 }, () => randomInt(65536)),
    ];
    const longs = [0, 1, 0x80, 0x7fffffff, 0x80000000, 0xffffffff];
    longs.push(...Array.from({ length: 200 }, () => randomInt(2 ** 32)));
    const theirs = python(
      'json.dump([[socket.htons(n) for n in input[0]], [socket.htonl(n) for n in input[1]]], sys.stdout)',
      [shorts, longs],
    );
    expect([shorts.map(htons), longs.map(htonl)]).toEqual(theirs);
    expect(shorts.map((n) => ntohs(htons(n)))).toEqual(shorts);
    expect(longs.map((n) => ntohl(htonl(n)))).toEqual(longs);
  });

  it.each([-1, 65536, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses %s as 16 bits', (n) => {
    expectRefused(() => htons(n), RangeError, 'hostshort');
    expectRefused(() => ntohs(n), RangeError, 'netshort');
  });

  it.each([-1, 2 ** 32, 0.5, Number.NaN, Number.NEGATIVE_INFINITY])(
    'refuses %s as 32 bits',
    (n) => {
      expectRefused(() => htonl(n), RangeError, 'hostlong');
      expectRefused(() => ntohl(n), RangeError, 'netlong');
    },
  );

  it('refuses what is no number', () => {
    expectRefused(() => htons('80' as never), TypeError, 'hostshort');
    expectRefused(() => htonl(1n as never), TypeError, 'hostlong');
  });
});

describe('inet_pton(3)', () => {
  it('reads what the C library reads, in the many ways to write an address', () => {
    const texts = Array.from({ length: 1500 }, () => inet_ntop(AF_INET6, sparse()));
    texts.push(...texts.slice(0, 300).map((text) => text.toUpperCase()));
    texts.push('::', '::1', '1::', '1:2:3:4:5:6:7::', '::2:3:4:5:6:7:8', '::ffff:1.2.3.4');
    texts.push(
      '1:2:3:4:5:6:1.2.3.4',
      '0001:0:00:000:0000:0:0:1',
      '::1.2.3.4',
      '64:ff9b::192.0.2.1',
    );
    const questions = texts.map((text): [number, string] => [AF_INET6, text]);
    for (let i = 0; i < 500; i++) questions.push([AF_INET, [...randomBytes(4)].join('.')]);
    expect(questions.map(([af, text]) => ours(af, text))).toEqual(theirsPton(questions));
  });

  it('refuses what the C library refuses', () => {
    const texts = [
      '',
      ' ',
      '1',
      '1.2.3',
      '1.2.3.4.5',
      '256.1.1.1',
      '01.2.3.4',
      '1.2.3.04',
      '1..2.3',
    ];
    texts.push('1.2.3.4 ', ' 1.2.3.4', '0x7f.0.0.1', '127.1', '1.2.3.-4', '1.2.3.+4', '1.2.3.4\n');
    texts.push(':', ':::', '1:::2', '1::2::3', '::1::', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9');
    texts.push('1:2:3:4:5:6:7:8::', '::1:2:3:4:5:6:7:8', ':1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8:');
    texts.push(
      '12345::',
      'g::',
      '::1%lo',
      '[::1]',
      '::1/128',
      '::1.2.3',
      '::1.2.3.4.5',
      '::256.1.1.1',
    );
    texts.push(
      '1.2.3.4::',
      '::1.2.3.4:5',
      '1:2:3:4:5:6:7:1.2.3.4',
      '::01.2.3.4',
      '::-1',
      '1:',
      ':1',
    );
    texts.push('٣.1.1.1', '::１', '1.2.3.4é', '::1 ', '0:0:0:0:0:0:0:00000');
    const both = texts.flatMap((text): [number, string][] => [
      [AF_INET, text],
      [AF_INET6, text],
    ]);
    expect(both.map(([af, text]) => [text, ours(af, text)])).toEqual(
      theirsPton(both).map((answer, i) => [both[i]?.[1], answer]),
    );
  });

  it('agrees with the C library about texts with mistakes in them', () => {
    const texts = Array.from({ length: 3000 }, () => mutate(inet_ntop(AF_INET6, sparse())));
    const questions = texts.map((text): [number, string] => [AF_INET6, text]);
    for (let i = 0; i < 1500; i++) {
      questions.push([AF_INET, mutate([...randomBytes(4)].join('.'))]);
    }
    const theirs = theirsPton(questions);
    // Both answers occur, so that neither side can agree by always refusing.
    expect(new Set(theirs.map((answer) => answer === null)).size).toBe(2);
    expect(questions.map(([af, text]) => [text, ours(af, text)])).toEqual(
      theirs.map((answer, i) => [questions[i]?.[1], answer]),
    );
  });

  it('refuses text with a NUL in it', () => {
    expectRefused(() => inet_pton(AF_INET, '127.0.0.1\0'), RangeError, 'src');
    expectRefused(() => inet_pton(AF_INET6, '::1\0'), RangeError, 'src');
  });

  it('fails with EAFNOSUPPORT for a family without such text', () => {
    expectError(() => inet_pton(AF_UNIX, '127.0.0.1'), 'inet_pton', 'EAFNOSUPPORT');
    expectError(() => inet_pton(-1, '127.0.0.1'), 'inet_pton', 'EAFNOSUPPORT');
  });

  it('refuses a family or text of a wrong type', () => {
    expectRefused(() => inet_pton('2' as never, '127.0.0.1'), TypeError, 'af');
    expectRefused(() => inet_pton(2.5, '127.0.0.1'), RangeError, 'af');
    expectRefused(() => inet_pton(AF_INET, 0x7f000001 as never), TypeError, 'src');
  });
});

describe('inet_ntop(3)', () => {
  it('writes what the C library writes', () => {
    const addresses = Array.from({ length: 3000 }, (): [number, Buffer] => [AF_INET6, sparse()]);
    for (let i = 0; i < 500; i++) {
      addresses.push([AF_INET, randomBytes(4)], [AF_INET6, randomBytes(16)]);
    }
    const theirs = theirsNtop(addresses.map(([af, bytes]) => [af, hex(bytes)]));
    expect(addresses.map(([af, bytes]) => inet_ntop(af, bytes))).toEqual(theirs);
  });

  it('writes what inet_pton reads back', () => {
    for (let i = 0; i < 500; i++) {
      const bytes = sparse();
      expect(hex(inet_pton(AF_INET6, inet_ntop(AF_INET6, bytes)))).toBe(hex(bytes));
    }
  });

  it('reads any kind of memory, and no more than the address', () => {
    const memory = Uint8Array.of(9, 192, 0, 2, 1, 9);
    expect(inet_ntop(AF_INET, memory.subarray(1))).toBe('192.0.2.1');
    expect(inet_ntop(AF_INET, new DataView(memory.buffer, 1))).toBe('192.0.2.1');
    expect(inet_ntop(AF_INET6, new ArrayBuffer(16))).toBe('::');
    expect(inet_ntop(AF_INET6, new SharedArrayBuffer(16))).toBe('::');
  });

  it('refuses memory that is too short', () => {
    expectRefused(() => inet_ntop(AF_INET, new Uint8Array(3)), RangeError, 'src');
    expectRefused(() => inet_ntop(AF_INET6, new Uint8Array(15)), RangeError, 'src');
    expectRefused(() => inet_ntop(AF_INET, '1234' as never), TypeError, 'src');
  });

  it('fails with EAFNOSUPPORT for a family without such text', () => {
    expectError(() => inet_ntop(AF_UNIX, new Uint8Array(16)), 'inet_ntop', 'EAFNOSUPPORT');
  });
});
