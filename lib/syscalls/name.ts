/** The address parameters that several families of calls share. */
import { SystemError } from '../kernel/error.js';
import {
  decodeSockaddr,
  formatSockaddr,
  type SockAddr,
  type SockAddrLike,
} from '../structs/sockaddr.js';

/** Memory for an address on its way out of the kernel: decoded before another call can come. */
export const name: Uint8Array = new Uint8Array(128);

/** How long that address is. The kernel may tell more bytes than there was room for. */
export const namelen: Uint32Array = new Uint32Array(1);

/** The address that the last call wrote. */
export function nameWritten(): SockAddr {
  return decodeSockaddr(name.subarray(0, namelen[0]));
}

/** `result`, or the SystemError that names the address that was passed. */
export function checkAddr(result: number, syscall: string, addr: SockAddrLike): number {
  if (result < 0) {
    throw new SystemError(result, syscall, { value: addr, text: formatSockaddr(addr) });
  }
  return result;
}
