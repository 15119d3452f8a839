/** Receiving with control messages, with python3 as a second receiver of the same. */
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
import { python } from './child.js';

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

/** The control messages that python3 receives; it only looks, unless it is the error queue. */
export function pythonReceives(fd: number, flags: 'MSG_PEEK' | 'MSG_ERRQUEUE' = 'MSG_PEEK'): Raw[] {
  const script = `
s = socket.socket(fileno=3)
_, control, _, _ = s.recvmsg(65536, ${ROOM}, ${flags === 'MSG_PEEK' ? 'socket.MSG_PEEK' : 0x2000})
json.dump([[level, type, data.hex()] for level, type, data in control], sys.stdout)`;
  return python(script, null, [fd]) as Raw[];
}

/** Receives a message that python3 has looked at before: both must see the same bytes. */
export function witnessed(fd: number): Received {
  expect(poll([{ fd, events: POLLIN }], 10_000), 'a message within ten seconds').toBe(1);
  const seen = pythonReceives(fd);
  const received = receive(fd);
  expect(rawOf(received.control)).toEqual(seen);
  return received;
}

/** Skips the test on a kernel that is too old for `what`. */
export function skipUnless(context: TestContext, since: string, what: string): void {
  if (kernelVersion() < kernelVersion(since)) context.skip(`${what} needs Linux ${since}`);
}
