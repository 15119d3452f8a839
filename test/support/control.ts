/** Receiving with control messages, with python3 as a second receiver of the same. */
import { spawnSync } from 'node:child_process';
import { expect, type TestContext } from 'vitest';
import {
  type ControlMessage,
  MSG_DONTWAIT,
  MSG_ERRQUEUE,
  POLLIN,
  poll,
  type ReceivedMessage,
  recvmsg,
} from '../../lib/index.js';
import { kernelVersion } from '../../lib/kernel/version.js';
import { node, python } from './child.js';

/** Room for all the control messages of any test. */
const ROOM = 2048;

/** A message, and its data as text. */
export interface Received extends ReceivedMessage {
  text: string;
}

/** Receives a message, when there is one: at the latest after ten seconds. */
export function receive(fd: number, flags = 0): Received {
  // POLLERR is told whether it is asked for or not.
  const events = (flags & MSG_ERRQUEUE) === 0 ? POLLIN : 0;
  expect(poll([{ fd, events }], 10_000), 'a message within ten seconds').toBe(1);
  const data = Buffer.alloc(65536);
  const message = recvmsg(fd, { iov: [data], controlLength: ROOM }, flags | MSG_DONTWAIT);
  return { ...message, text: data.toString('latin1', 0, message.bytes) };
}

/** Level, type and bytes of a control message. */
export type Raw = [level: number, type: number, data: string];

export function rawOf(control: readonly ControlMessage[]): Raw[] {
  return control.map(({ level, type, data }) => [level, type, Buffer.from(data).toString('hex')]);
}

/** Prints what python3 receives on descriptor 3: level, type and bytes of each control message. */
const script = (flags: string): string => `
s = socket.socket(fileno=3)
_, control, _, _ = s.recvmsg(65536, ${ROOM}, ${flags})
json.dump([[level, type, data.hex()] for level, type, data in control], sys.stdout)`;

const peeks = script('socket.MSG_PEEK');
const takes = script(String(MSG_ERRQUEUE));

/** The control messages that python3 takes from the error queue. */
export function pythonTakes(fd: number): Raw[] {
  expect(poll([{ fd, events: 0 }], 10_000), 'an error within ten seconds').toBe(1);
  return python(takes, null, [fd]) as Raw[];
}

/** Receives a message that python3 has looked at before: both must see the same bytes. */
export function witnessed(fd: number): Received {
  expect(poll([{ fd, events: POLLIN }], 10_000), 'a message within ten seconds').toBe(1);
  const seen = python(peeks, null, [fd]);
  const received = receive(fd);
  expect(rawOf(received.control)).toEqual(seen);
  return received;
}

/** What a program in a namespace of its own has of the above: bytes become hexadecimal. */
const prelude = `
import { spawnSync } from 'node:child_process';
const hex = (bytes) => Buffer.from(bytes).toString('hex');
const plain = (_, value) =>
  value instanceof Uint8Array ? hex(value) : typeof value === 'bigint' ? String(value) : value;
const wait = (fd, events) => {
  if (s.poll([{ fd, events }], 10_000) !== 1) throw new Error('no message within ten seconds');
};
const receive = (fd, flags = 0) => {
  wait(fd, flags & s.MSG_ERRQUEUE ? 0 : s.POLLIN);
  const data = Buffer.alloc(65536);
  const room = { iov: [data], controlLength: ${ROOM} };
  const message = s.recvmsg(fd, room, flags | s.MSG_DONTWAIT);
  return { ...message, text: data.toString('latin1', 0, message.bytes) };
};
const python = (script, fd) => {
  const args = ['-c', 'import json, socket, sys' + script];
  const done = spawnSync('python3', args, { stdio: ['ignore', 'pipe', 'inherit', fd] });
  return JSON.parse(done.stdout.toString());
};
const rawOf = (control) => control.map(({ level, type, data }) => [level, type, hex(data)]);
const show = (message) => JSON.parse(JSON.stringify(message, plain));
const witnessed = (fd) => {
  wait(fd, s.POLLIN);
  const seen = python(${JSON.stringify(peeks)}, fd);
  const message = receive(fd);
  const own = rawOf(message.control);
  if (JSON.stringify(own) !== JSON.stringify(seen)) throw new Error('python3 saw ' + seen);
  return message;
};
const pythonTakes = (fd) => {
  wait(fd, 0);
  return python(${JSON.stringify(takes)}, fd);
};
const only = (control, level, type) => {
  const found = control.filter((each) => each.level === level && each.type === type);
  if (found.length !== 1) throw new Error(found.length + ' of ' + level + ', ' + type);
  return JSON.parse(JSON.stringify(found[0].value ?? null, plain));
};
`;

/**
 * Runs an ES module as `netns` does, in a mount namespace of its own too, so that `setup` may name
 * network namespaces. It has the functions above, and tells values: `tell(only(…))`.
 */
export function inNetns(body: string, setup = ':'): unknown[] {
  const whole = `ip link set lo up; ${setup}; exec "$@"`;
  return node(prelude + body, ['unshare', '-rnm', 'sh', '-ec', whole, 'sh']);
}

/** Skips the test on a kernel that is too old for `what`. */
export function skipUnless(context: TestContext, since: string, what: string): void {
  if (kernelVersion() < kernelVersion(since)) context.skip(`${what} needs Linux ${since}`);
}

/** Whether a program can be run. */
export function hasProgram(name: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${name}`]).status === 0;
}
