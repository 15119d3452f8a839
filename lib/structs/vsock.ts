/**
 * Sockets between virtual machines and their host: the options of level AF_VSOCK. vsock(7)
 */
import { count64, type OptionTable, timeval } from './option.js';

/** Bytes that may wait, within the two limits below. count64. Linux 3.9. */
export const SO_VM_SOCKETS_BUFFER_SIZE = 0;
/** The least that SO_VM_SOCKETS_BUFFER_SIZE can be. count64, bytes. Linux 3.9. */
export const SO_VM_SOCKETS_BUFFER_MIN_SIZE = 1;
/** The most that SO_VM_SOCKETS_BUFFER_SIZE can be. count64, bytes. Linux 3.9. */
export const SO_VM_SOCKETS_BUFFER_MAX_SIZE = 2;
/** The identifier that a hypervisor has for the peer's machine; Linux does not have it. int. */
export const SO_VM_SOCKETS_PEER_HOST_VM_ID = 3;
/** Whether the peer is trusted by a hypervisor; Linux does not have it. int. */
export const SO_VM_SOCKETS_TRUSTED = 5;
/** SO_VM_SOCKETS_CONNECT_TIMEOUT with a timeval of two C longs. Linux 3.9. */
export const SO_VM_SOCKETS_CONNECT_TIMEOUT_OLD = 6;
/** Whether parts of a hypervisor may send in interrupts; Linux does not have it. int. */
export const SO_VM_SOCKETS_NONBLOCK_TXRX = 7;
/** SO_VM_SOCKETS_CONNECT_TIMEOUT with 64-bit time on every machine. timeval. Linux 5.16. */
export const SO_VM_SOCKETS_CONNECT_TIMEOUT_NEW = 8;
/** How long connect(2) waits; all zero restores the 2 seconds. timeval. Linux 3.9. */
export const SO_VM_SOCKETS_CONNECT_TIMEOUT = 6;

/** svm_cid: any; to bind(2), every one of this machine's. */
export const VMADDR_CID_ANY = 0xffffffff;
/** svm_cid: the hypervisor. */
export const VMADDR_CID_HYPERVISOR = 0;
/** svm_cid: this machine itself. Linux 5.6. */
export const VMADDR_CID_LOCAL = 1;
/** svm_cid: the host. */
export const VMADDR_CID_HOST = 2;
/** svm_port: any that is free. */
export const VMADDR_PORT_ANY = 0xffffffff;
/** svm_flags: by way of the host, to another machine on it. Linux 5.11. */
export const VMADDR_FLAG_TO_HOST = 0x01;
/** No version of vSockets. */
export const VM_SOCKETS_INVALID_VERSION = 0xffffffff;

/** ioctl of /dev/vsock: the context id of this machine. unsigned. */
export const IOCTL_VM_SOCKETS_GET_LOCAL_CID = 0x07b9;

/** cmsg of level SOL_VSOCK: sock_extended_err, of MSG_ZEROCOPY. Linux 6.7. */
export const VSOCK_RECVERR = 1;

/**
 * The kinds of the AF_VSOCK options. The level is the number of the family. The three that Linux
 * does not have are left out.
 */
export const vsockOptions = {
  [SO_VM_SOCKETS_BUFFER_SIZE]: { name: 'SO_VM_SOCKETS_BUFFER_SIZE', ...count64, since: '3.9' },
  [SO_VM_SOCKETS_BUFFER_MIN_SIZE]: {
    name: 'SO_VM_SOCKETS_BUFFER_MIN_SIZE',
    ...count64,
    since: '3.9',
  },
  [SO_VM_SOCKETS_BUFFER_MAX_SIZE]: {
    name: 'SO_VM_SOCKETS_BUFFER_MAX_SIZE',
    ...count64,
    since: '3.9',
  },
  [SO_VM_SOCKETS_CONNECT_TIMEOUT_NEW]: {
    name: 'SO_VM_SOCKETS_CONNECT_TIMEOUT_NEW',
    ...timeval,
    since: '5.16',
  },
  [SO_VM_SOCKETS_CONNECT_TIMEOUT]: {
    name: 'SO_VM_SOCKETS_CONNECT_TIMEOUT',
    ...timeval,
    since: '3.9',
  },
} as const satisfies OptionTable;
