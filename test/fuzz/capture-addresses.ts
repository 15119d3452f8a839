/**
 * npm run fuzz capture-addresses
 *
 * Adds to the corpus the addresses that this kernel writes of the families that most lack; of those
 * that it lacks too, what is there stays. As root, with an interface vcan0. What no kernel writes is
 * what a program has to: AF_ALG, AF_XDP, AF_IUCV and AF_NFC tell no address, or need hardware.
 */
import { join } from 'node:path';
import * as s from '../../lib/index.js';
import * as raw from '../../lib/raw.js';
import { save } from './corpus.js';

const root = join(process.cwd(), 'test/fuzz/corpus');
const saved: string[] = [];

function keep(target: string, what: string, bytes: Uint8Array): void {
  save(root, `sockaddr-${target}`, what, bytes);
  saved.push(`${target}/${what}`);
}

/** What getsockname(2) writes of a socket that is bound to `addr`; nothing without the family. */
function named(
  target: string,
  what: string,
  [domain, type, protocol]: readonly [number, number, number],
  addr: Uint8Array,
): void {
  const fd = raw.socket(domain, type, protocol);
  if (fd < 0) return;
  const [name, length] = [new Uint8Array(128), new Uint32Array([128])];
  const bind = domain === s.AF_PPPOX ? raw.connect : raw.bind;
  if (bind(fd, addr) >= 0 && raw.getsockname(fd, name, length) >= 0) {
    keep(target, what, name.slice(0, length[0]));
  }
  raw.close(fd);
}

const bdaddr = '00:1A:7D:DA:71:13';
const loopback = { addr: '127.0.0.1', conn_id: 7 };

function bluetooth(): void {
  const seqpacket = (protocol: number) => [s.AF_BLUETOOTH, s.SOCK_SEQPACKET, protocol] as const;
  named('l2', 'bound', seqpacket(s.BTPROTO_L2CAP), s.encodeSockaddrL2({ bdaddr, psm: 0x1003 }));
  named('sco', 'bound', seqpacket(s.BTPROTO_SCO), s.encodeSockaddrSco({ bdaddr }));
  const rfcomm = [s.AF_BLUETOOTH, s.SOCK_STREAM, s.BTPROTO_RFCOMM] as const;
  named('rc', 'bound', rfcomm, s.encodeSockaddrRc({ bdaddr, channel: 3 }));
}

function can(ifindex: number): void {
  const of = (type: number, protocol: number) => [s.AF_CAN, type, protocol] as const;
  named('can-1', 'bound', of(s.SOCK_RAW, s.CAN_RAW), s.encodeSockaddrCan({ ifindex }));
  const tp = { rx_id: 0x123, tx_id: 0x98daf110 };
  named('can-6', 'bound', of(s.SOCK_DGRAM, s.CAN_ISOTP), s.encodeSockaddrCan({ ifindex, tp }));
  const j1939 = { name: 0x0123456789abcdefn, pgn: 0x12300, addr: 0x20 };
  const addr = s.encodeSockaddrCan({ ifindex, j1939 });
  named('can-7', 'bound', of(s.SOCK_DGRAM, s.CAN_J1939), addr);
}

function others(): void {
  const { TIPC_NODE_SCOPE: scope } = s;
  const service = { addrtype: s.TIPC_SERVICE_ADDR, scope, type: 1000, instance: 17 } as const;
  const range = { addrtype: s.TIPC_SERVICE_RANGE, scope, type: 1000, lower: 1, upper: 9 } as const;
  const tipc = [s.AF_TIPC, s.SOCK_RDM, 0] as const;
  named('tipc', 'socket', tipc, s.encodeSockaddrTipc(service));
  keep('tipc', 'service', s.encodeSockaddrTipc(service));
  keep('tipc', 'range', s.encodeSockaddrTipc(range));
  const qrtr = [s.AF_QIPCRTR, s.SOCK_DGRAM, 0] as const;
  named('qrtr', 'bound', qrtr, s.encodeSockaddrQrtr({ node: 1, port: 0x4321 }));
  const pppoe = { sid: 0x1234, remote: '02:00:00:00:00:01', dev: 'v0' };
  const oe = [s.AF_PPPOX, s.SOCK_STREAM, s.PX_PROTO_OE] as const;
  named('pppox', 'pppoe', oe, s.encodeSockaddrPppox(pppoe));
  keep(
    'pppox',
    'pptp',
    s.encodeSockaddrPppox({ protocol: s.PX_PROTO_PPTP, call_id: 7, addr: '192.0.2.1' }),
  );
  const l2tp = (domain: number) => [domain, s.SOCK_DGRAM, s.IPPROTO_L2TP] as const;
  named('l2tpip', 'bound', l2tp(s.AF_INET), s.encodeSockaddrL2tpip(loopback));
  const six = { ...loopback, addr: '::1' };
  named('l2tpip6', 'bound', l2tp(s.AF_INET6), s.encodeSockaddrL2tpip6(six));
}

/** What programs write. */
function told(): void {
  keep('alg', 'hash', s.encodeSockaddrAlg({ type: 'hash', name: 'sha256' }));
  keep('alg', 'long', s.encodeSockaddrAlg({ type: 'aead', name: 'x'.repeat(103) }));
  keep('xdp', 'copy', s.encodeSockaddrXdp({ flags: s.XDP_COPY, ifindex: 2, queue_id: 1 }));
  keep('hci', 'control', s.encodeSockaddrHci({ dev: s.HCI_DEV_NONE, channel: 3 }));
  keep('iucv', 'guest', s.encodeSockaddrIucv({ user_id: 'LNXGUEST', name: 'APP' }));
  const target = { dev_idx: 0, target_idx: 1, nfc_protocol: s.NFC_PROTO_NFC_DEP };
  keep('nfc', 'target', s.encodeSockaddrNfc(target));
  const service = { ...target, dsap: 4, service_name: 'urn:nfc:sn:snep' };
  keep('nfcllcp', 'service', s.encodeSockaddrNfcLlcp(service));
}

bluetooth();
const ifindex = raw.if_nametoindex('vcan0');
if (ifindex > 0) can(ifindex);
others();
told();
process.stdout.write(`${saved.join(', ')}\n`);
