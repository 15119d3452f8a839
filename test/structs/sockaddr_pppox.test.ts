import { describe, expect, it } from 'vitest';
import {
  AF_PPPOX,
  decodeSockaddrPppox,
  encodeSockaddrPppox,
  PX_PROTO_OE,
  PX_PROTO_OL2TP,
  PX_PROTO_PPTP,
  SOCK_STREAM,
  type SockAddrPppoxInit,
} from '../../lib/index.js';
import { expectDecoded, openOrSkip, withField } from '../support/addresses.js';
import { onCable } from '../support/netns.js';
import { expectRefused, guardFds } from '../support/sockets.js';

guardFds();

const pppoe = {
  protocol: PX_PROTO_OE,
  sid: 0x1234,
  remote: '02:00:00:00:00:01',
  dev: 'eth0',
} as const;
const pptp = { protocol: PX_PROTO_PPTP, call_id: 0x1234, addr: '192.0.2.1' } as const;

describe('struct sockaddr_pppox', () => {
  it('is read back as it was written', () => {
    const bytes = encodeSockaddrPppox(pppoe);
    expect(Buffer.from(bytes).toString('hex')).toBe(
      `180000000000${'1234'}${'020000000001'}${'65746830'.padEnd(32, '0')}`,
    );
    expectDecoded(decodeSockaddrPppox, bytes, 30, pppoe);
    expectDecoded(decodeSockaddrPppox, encodeSockaddrPppox(pptp), 30, pptp);
    const { protocol, ...rest } = pppoe;
    expect(encodeSockaddrPppox(rest)).toEqual(bytes);
    const remote = Uint8Array.of(2, 0, 0, 0, 0, 1);
    expect(encodeSockaddrPppox({ ...rest, remote })).toEqual(bytes);
  });

  it('has bytes for the name of an interface that is no text', () => {
    const dev = Uint8Array.of(0xff, 0x30);
    expect(decodeSockaddrPppox(encodeSockaddrPppox({ ...pppoe, dev }))).toEqual({ ...pppoe, dev });
  });

  it('is none of another protocol', () => {
    for (const at of [2, 3, 4, 5]) {
      const bytes = encodeSockaddrPppox(pppoe);
      bytes[at] = 1;
      expect(decodeSockaddrPppox(bytes)).toBeUndefined();
    }
  });

  it('refuses fields that are none', () => {
    const wrong = withField<SockAddrPppoxInit>(encodeSockaddrPppox, pppoe);
    for (const protocol of [PX_PROTO_OL2TP, 3, 2 ** 31]) {
      expectRefused(wrong('protocol', protocol), RangeError, 'addr.protocol');
    }
    expectRefused(wrong('sid', 65536), RangeError, 'addr.sid');
    expectRefused(wrong('remote', '02:00:00'), RangeError, 'addr.remote');
    expectRefused(wrong('dev', 'sixteen_letters_'), RangeError, 'addr.dev');
    expectRefused(wrong('dev', 'a\0b'), RangeError, 'addr.dev');
    expectRefused(wrong('dev', undefined), TypeError, 'addr.dev');
    const other = withField<SockAddrPppoxInit>(encodeSockaddrPppox, pptp);
    expectRefused(other('addr', '::1'), RangeError, 'addr.addr');
    expectRefused(other('call_id', -1), RangeError, 'addr.call_id');
  });
});

describe('AF_PPPOX', () => {
  it('tells the session that a socket is connected to', (context) => {
    openOrSkip(context, 'PPP over Ethernet', AF_PPPOX, SOCK_STREAM, PX_PROTO_OE);
    const told = onCable(
      context,
      `const fd = s.socket(s.AF_PPPOX, s.SOCK_STREAM, s.PX_PROTO_OE);
s.connect(fd, s.encodeSockaddrPppox({ sid: 0x1234, remote: mac1, dev: 'v0' }));
tell([link('v1').address, s.decodeSockaddrPppox(s.getsockname(fd))]);
tell([sh('cat /proc/net/pppoe')]);`,
    ) as [[string, unknown], [string]];
    const [[remote, addr], [proc]] = told;
    expect(addr).toEqual({ protocol: PX_PROTO_OE, sid: 0x1234, remote, dev: 'v0' });
    // Its line has the number as it is in the packets, and the kernel's own notation.
    expect(proc.toLowerCase()).toMatch(
      new RegExp(`^(3412|1234|00003412)\\s+${remote}\\s+v0$`, 'm'),
    );
  });
});
