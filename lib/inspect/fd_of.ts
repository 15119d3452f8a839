/** The descriptors under Node's own objects. */
import type { Socket as DgramSocket } from 'node:dgram';
import type { FileHandle } from 'node:fs/promises';
import type { Server, Socket } from 'node:net';
import type { ReadStream, WriteStream } from 'node:tty';
import { typeError, valueError } from '../kernel/validate.js';

/** Node's objects that have a descriptor. Sockets of TLS and servers of HTTP are among them. */
export type HasFd = Socket | Server | DgramSocket | ReadStream | WriteStream | FileHandle;

/** What may be found in one of them: nothing of it is public but `fd`. */
interface Inside {
  readonly fd?: unknown;
  readonly _handle?: { readonly fd?: unknown } | null;
}

/** Where the handle of an object is: in node:dgram `_handle` warns that it is deprecated. */
function handleOf(value: object): Inside['_handle'] {
  const symbol = Object.getOwnPropertySymbols(value).find((each) => {
    return each.description === 'state symbol';
  });
  if (symbol === undefined) return (value as Inside)._handle;
  return (value as Record<symbol, { handle?: Inside['_handle'] } | undefined>)[symbol]?.handle;
}

/**
 * The descriptor under a socket, server or file of Node's, to ask the kernel about it and to set
 * options: `getsockopt(fdOf(socket), IPPROTO_TCP, TCP_INFO)`. It stays Node's: to read from it, to
 * close it or to make it blocking takes the ground from under the object.
 *
 * @param socket  net.Socket, tls.TLSSocket (the TCP socket under it), net.Server, http.Server,
 *                dgram.Socket, tty.ReadStream and WriteStream, fs.promises.FileHandle
 * @throws        TypeError · of code ERR_INVALID_ARG_VALUE where there is no descriptor: it is
 *                closed, not connected or listening yet, or not bound yet (node:dgram), or the
 *                primary of node:cluster listens for it
 */
export function fdOf(socket: HasFd): number {
  const value: unknown = socket;
  if (typeof value !== 'object' || value === null) {
    throw typeError('socket', 'must be a socket, server or file of Node’s', value);
  }
  const fd: unknown = handleOf(value)?.fd ?? (value as Inside).fd;
  if (typeof fd === 'number' && Number.isInteger(fd) && fd >= 0) return fd;
  const must =
    'must have a descriptor: it is closed, or not open yet, or the primary of a cluster ' +
    'listens for it, or it is no socket of Node’s';
  throw valueError('socket', must, value);
}
