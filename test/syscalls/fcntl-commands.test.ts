/** Commands of fcntl(2) for locks, signals, leases and hints. */
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  decodeFlock,
  decodeFOwnerEx,
  encodeFlock,
  encodeFOwnerEx,
  F_CREATED_QUERY,
  F_GET_RW_HINT,
  F_GETLEASE,
  F_GETLK,
  F_GETOWN,
  F_GETOWN_EX,
  F_OFD_GETLK,
  F_OFD_SETLK,
  F_OWNER_PID,
  F_OWNER_TID,
  F_RDLCK,
  F_SET_RW_HINT,
  F_SETLEASE,
  F_SETLK,
  F_SETOWN_EX,
  F_UNLCK,
  F_WRLCK,
  fcntl,
  RWH_WRITE_LIFE_EXTREME,
  RWH_WRITE_LIFE_NOT_SET,
  RWH_WRITE_LIFE_SHORT,
  SEEK_END,
} from '../../lib/index.js';
import * as raw from '../../lib/raw.js';
import { node, python } from '../support/child.js';
import { fdinfoText } from '../support/proc.js';
import { expectError, expectRefused, guardFds, own, unixPair } from '../support/sockets.js';
import { waiter } from '../support/waiter.js';

guardFds();

function tempDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'sockfd-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  return dir;
}

function tempFile(content = '0123456789'): string {
  const path = join(tempDir(), 'file');
  writeFileSync(path, content);
  return path;
}

const openFile = (path: string, flags: string | number = 'r+'): number =>
  own(openSync(path, flags));

describe('a lock of an open file', () => {
  it('keeps others out of a part, and says which', () => {
    const path = tempFile();
    const [first, second] = [openFile(path), openFile(path)];
    fcntl(first, F_OFD_SETLK, encodeFlock({ type: F_WRLCK, start: 2, len: 3 }));
    const asked = encodeFlock({ type: F_RDLCK });
    expect(fcntl(second, F_OFD_GETLK, asked)).toBe(0);
    // Whose it is has no process: -1.
    expect(decodeFlock(asked)).toEqual({ type: F_WRLCK, whence: 0, start: 2, len: 3, pid: -1 });
    const [whole, rest] = [
      encodeFlock({ type: F_RDLCK }),
      encodeFlock({ type: F_WRLCK, start: 5 }),
    ];
    expectError(() => fcntl(second, F_OFD_SETLK, whole), 'fcntl', 'EAGAIN');
    expect(fcntl(second, F_OFD_SETLK, rest)).toBe(0);
    expect(fdinfoText(first)).toMatch(/^lock:.*OFDLCK +ADVISORY +WRITE .* 2 4$/m);
    expect(fdinfoText(second)).toMatch(/^lock:.*OFDLCK +ADVISORY +WRITE .* 5 EOF$/m);
    fcntl(first, F_OFD_SETLK, encodeFlock({ type: F_UNLCK }));
    const free = encodeFlock({ type: F_WRLCK, start: 0, len: 5 });
    fcntl(second, F_OFD_GETLK, free);
    expect(decodeFlock(free).type).toBe(F_UNLCK);
  });

  it('counts from the end with SEEK_END, and backwards with a negative length', () => {
    const path = tempFile('0123456789');
    const [first, second] = [openFile(path), openFile(path)];
    const lock = { type: F_WRLCK, whence: SEEK_END, start: -2, len: -3 };
    fcntl(first, F_OFD_SETLK, encodeFlock(lock));
    const asked = encodeFlock({ type: F_WRLCK });
    fcntl(second, F_OFD_GETLK, asked);
    expect(decodeFlock(asked)).toMatchObject({ start: 5, len: 3 });
  });

  it('is waited for with F_OFD_SETLKW', async () => {
    const path = tempFile();
    const [first, second] = [openFile(path), openFile(path)];
    fcntl(first, F_OFD_SETLK, encodeFlock({ type: F_WRLCK }));
    const wait = 's.fcntl(data, s.F_OFD_SETLKW, s.encodeFlock({ type: s.F_WRLCK }))';
    const thread = await waiter(wait, 'fcntl', second);
    fcntl(first, F_OFD_SETLK, encodeFlock({ type: F_UNLCK }));
    expect(await thread.told).toBe(0);
    const asked = encodeFlock({ type: F_WRLCK });
    fcntl(first, F_OFD_GETLK, asked);
    expect(decodeFlock(asked).type).toBe(F_WRLCK);
  });

  it('needs a pid of 0', () => {
    const fd = openFile(tempFile());
    const lock = encodeFlock({ type: F_WRLCK, pid: 1 });
    expectError(() => fcntl(fd, F_OFD_SETLK, lock), 'fcntl', 'EINVAL');
  });
});

describe('a lock of a process', () => {
  it('is seen by another with the number of the process', () => {
    const path = tempFile();
    const fd = openFile(path);
    fcntl(fd, F_SETLK, encodeFlock({ type: F_RDLCK, start: 1, len: 2 }));
    const script = `import fcntl
with open(input, 'r+') as f:
    asked = struct.pack('hhqqi4x', ${F_WRLCK}, 0, 0, 0, 0)
    json.dump(struct.unpack('hhqqi4x', fcntl.fcntl(f, fcntl.F_GETLK, asked)), sys.stdout)`;
    expect(python(script, path)).toEqual([F_RDLCK, 0, 1, 2, process.pid]);
    // The process itself is not hindered.
    const asked = encodeFlock({ type: F_WRLCK });
    fcntl(fd, F_GETLK, asked);
    expect(decodeFlock(asked).type).toBe(F_UNLCK);
  });
});

describe('the codecs of fcntl', () => {
  it('have -1 as C has it', () => {
    const lock = { type: -1, whence: -1, start: -1, len: -1, pid: -1 };
    expect(decodeFlock(encodeFlock(lock))).toEqual(lock);
    expect(decodeFOwnerEx(encodeFOwnerEx({ type: 2, pid: -7 }))).toEqual({ type: 2, pid: -7 });
  });

  it('name what is wrong', () => {
    expectRefused(() => encodeFlock({} as never), TypeError, 'lock.type');
    expectRefused(() => encodeFlock({ type: 65_536 }), RangeError, 'lock.type');
    expectRefused(() => encodeFlock({ type: 0, start: 2 ** 53 }), RangeError, 'lock.start');
    expectRefused(() => encodeFlock({ type: 0, len: 1n as never }), TypeError, 'lock.len');
    expectRefused(() => encodeFlock({ type: 0, pid: 2 ** 31 }), RangeError, 'lock.pid');
    expectRefused(() => encodeFlock(null as never), TypeError, 'lock');
    expectRefused(() => decodeFlock(new Uint8Array(31)), RangeError, 'bytes');
    expectRefused(() => encodeFOwnerEx({ type: 0 } as never), TypeError, 'owner.pid');
    expectRefused(() => decodeFOwnerEx(new Uint8Array(7)), RangeError, 'bytes');
  });
});

describe('the owner of a descriptor', () => {
  it('is a thread, a process or a group', () => {
    const [a] = unixPair();
    const ownerOf = () => {
      const bytes = new Uint8Array(8);
      fcntl(a, F_GETOWN_EX, bytes);
      return decodeFOwnerEx(bytes);
    };
    expect(ownerOf().pid).toBe(0);
    for (const type of [F_OWNER_PID, F_OWNER_TID]) {
      expect(fcntl(a, F_SETOWN_EX, encodeFOwnerEx({ type, pid: process.pid }))).toBe(0);
      expect(ownerOf()).toEqual({ type, pid: process.pid });
      expect(fcntl(a, F_GETOWN)).toBe(process.pid);
    }
    const nobody = encodeFOwnerEx({ type: F_OWNER_PID, pid: 0x7fff_fff0 });
    expectError(() => fcntl(a, F_SETOWN_EX, nobody), 'fcntl', 'ESRCH');
    const noType = encodeFOwnerEx({ type: 9, pid: process.pid });
    expectError(() => fcntl(a, F_SETOWN_EX, noType), 'fcntl', 'EINVAL');
  });

  it('gets SIGIO when the descriptor becomes ready', () => {
    const body = `let handled = 0;
process.on('SIGIO', () => handled++);
const [a, b] = s.socketpair(s.AF_UNIX, s.SOCK_STREAM);
s.fcntl(a, s.F_SETOWN, process.pid);
s.fcntl(a, s.F_SETFL, s.O_ASYNC);
s.send(b, 'x');
for (let i = 0; i < 5000 && handled === 0; i++) await new Promise((done) => setTimeout(done, 1));
tell(handled);`;
    expect(node(body)).toEqual([1]);
  });
});

describe('leases and notifications', () => {
  it('F_SETLEASE is broken by who opens the file, and the holder hears of it', () => {
    const body = `const { openSync } = await import('node:fs');
let handled = 0;
process.on('SIGIO', () => handled++);
const path = ${JSON.stringify(tempFile())};
const fd = openSync(path, 'r');
tell([s.fcntl(fd, s.F_GETLEASE), s.fcntl(fd, s.F_SETLEASE, s.F_RDLCK), s.fcntl(fd, s.F_GETLEASE)]);
try { openSync(path, s.O_WRONLY | s.O_NONBLOCK); } catch (error) { tell(error.code); }
for (let i = 0; i < 5000 && handled === 0; i++) await new Promise((done) => setTimeout(done, 1));
tell(handled);
s.fcntl(fd, s.F_SETLEASE, s.F_UNLCK);
tell(openSync(path, 'r+') > fd);`;
    expect(node(body)).toEqual([[F_UNLCK, 0, F_RDLCK], 'EAGAIN', 1, true]);
  });

  it('F_GETLEASE says what python3 has set', () => {
    const fd = openFile(tempFile(), 'r');
    const script = `import fcntl
fcntl.fcntl(3, fcntl.F_SETLEASE, fcntl.F_RDLCK)
json.dump(fcntl.fcntl(3, fcntl.F_GETLEASE), sys.stdout)`;
    expect(python(script, null, [fd])).toBe(F_RDLCK);
    // It is of the open file, which this process still has.
    expect(fcntl(fd, F_GETLEASE)).toBe(F_RDLCK);
    fcntl(fd, F_SETLEASE, F_UNLCK);
    expect(fcntl(fd, F_GETLEASE)).toBe(F_UNLCK);
    expectError(() => fcntl(fd, F_SETLEASE, 9), 'fcntl', 'EINVAL');
  });

  it('F_NOTIFY signals what happens in a directory', (context) => {
    const body = `const { openSync, writeFileSync } = await import('node:fs');
let handled = 0;
process.on('SIGIO', () => handled++);
const dir = ${JSON.stringify(tempDir())};
const fd = openSync(dir, 'r');
tell(code(() => s.fcntl(fd, s.F_NOTIFY, s.DN_CREATE | s.DN_MULTISHOT)));
writeFileSync(dir + '/new', '');
for (let i = 0; i < 5000 && handled === 0; i++) await new Promise((done) => setTimeout(done, 1));
tell(handled > 0);`;
    const [set, heard] = node(body) as [[string, unknown], boolean];
    if (set[0] === 'EINVAL') context.skip('this kernel has no F_NOTIFY: CONFIG_DNOTIFY is off');
    expect([set, heard]).toEqual([['ok', 0], true]);
    const file = openFile(tempFile(), 'r');
    expectError(() => fcntl(file, 1026, 4), 'fcntl', 'ENOTDIR');
  });
});

describe('what a file is for', () => {
  it('F_SET_RW_HINT says how long data will live, and F_GET_RW_HINT reads it', (context) => {
    const path = tempFile();
    const [fd, other] = [openFile(path), openFile(path)];
    const hint = BigUint64Array.of(99n);
    if (raw.fcntl(fd, F_GET_RW_HINT, hint) === -22) {
      context.skip('this file system has no write hints');
    }
    expect(hint[0]).toBe(BigInt(RWH_WRITE_LIFE_NOT_SET));
    fcntl(fd, F_SET_RW_HINT, BigUint64Array.of(BigInt(RWH_WRITE_LIFE_SHORT)));
    // It is of the inode.
    fcntl(other, F_GET_RW_HINT, hint);
    expect(hint[0]).toBe(BigInt(RWH_WRITE_LIFE_SHORT));
    const script = `import fcntl
json.dump(struct.unpack('Q', fcntl.fcntl(3, ${F_GET_RW_HINT}, bytes(8)))[0], sys.stdout)`;
    expect(python(script, null, [fd])).toBe(RWH_WRITE_LIFE_SHORT);
    const none = BigUint64Array.of(BigInt(RWH_WRITE_LIFE_EXTREME) + 1n);
    expectError(() => fcntl(fd, F_SET_RW_HINT, none), 'fcntl', 'EINVAL');
    expectRefused(() => fcntl(fd, F_GET_RW_HINT, new Uint8Array(7)), RangeError, 'arg');
    expectRefused(() => fcntl(fd, F_GET_RW_HINT, 5), TypeError, 'arg');
  });

  it('F_CREATED_QUERY tells who made the file', (context) => {
    const path = join(tempDir(), 'new');
    const made = openFile(path, 'w');
    const result = raw.fcntl(made, F_CREATED_QUERY, 0);
    if (result === -22) context.skip('F_CREATED_QUERY needs Linux 6.12');
    expect([result, fcntl(openFile(path, 'w'), F_CREATED_QUERY, 0)]).toEqual([1, 0]);
    expect(readFileSync(path, 'utf8')).toBe('');
  });
});
