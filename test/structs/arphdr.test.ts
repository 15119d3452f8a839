import { describe, expect, it } from 'vitest';
import {
  ARPHRD_ETHER,
  ARPHRD_INFINIBAND,
  ARPOP_REPLY,
  ARPOP_REQUEST,
  decodeArphdr,
  ETH_HLEN,
  ETH_P_IP,
  encodeArphdr,
} from '../../lib/index.js';
import { expectHeader, fromHex } from '../support/headers.js';
import { packets } from '../support/packets.js';
import { expectRefused } from '../support/sockets.js';

const codec = { decode: decodeArphdr, encode: encodeArphdr };
const ethernet = { hrd: ARPHRD_ETHER, pro: ETH_P_IP, hln: 6, pln: 4 };
const right = { sha: '02:00:00:00:00:01', spa: '192.0.2.1', tpa: '192.0.2.2' };

describe('struct ether_arp', () => {
  it('is what tcpdump says of a request', () => {
    expectHeader(codec, packets['ARP request'].subarray(ETH_HLEN), {
      ...{ ...ethernet, op: ARPOP_REQUEST, length: 28 },
      ...{ sha: '02:00:00:00:00:01', spa: '192.0.2.1' },
      ...{ tha: '00:00:00:00:00:00', tpa: '192.0.2.2' },
    });
  });

  it('is what tcpdump says of a reply', () => {
    expectHeader(codec, packets['ARP reply'].subarray(ETH_HLEN), {
      ...{ ...ethernet, op: ARPOP_REPLY, length: 28 },
      ...{ sha: '02:00:00:00:00:02', spa: '192.0.2.2' },
      ...{ tha: '02:00:00:00:00:01', tpa: '192.0.2.1' },
    });
  });

  it('is a request when only addresses are told', () => {
    expect(encodeArphdr(right)).toEqual(packets['ARP request'].slice(ETH_HLEN));
  });

  it('refuses addresses that are missing or none', () => {
    for (const name of ['sha', 'spa', 'tpa'] as const) {
      const wrong = { ...right, [name]: undefined };
      expectRefused(() => encodeArphdr(wrong), TypeError, `header.${name}`);
    }
    const tpa = '2001:db8::1';
    expectRefused(() => encodeArphdr({ ...right, tpa }), RangeError, 'header.tpa');
    expectRefused(() => encodeArphdr({ ...right, tha: '0' }), RangeError, 'header.tha');
    expectRefused(() => encodeArphdr({ ...right, op: 65536 }), RangeError, 'header.op');
    expectRefused(() => encodeArphdr({ ...right, hln: 256 }), RangeError, 'header.hln');
  });
});

describe('struct arphdr', () => {
  // RFC 4391: the addresses of InfiniBand have 20 bytes.
  const addresses = Uint8Array.from({ length: 48 }, (_, i) => i);

  it('has other addresses as they are', () => {
    const bytes = fromHex(`002008001404 0002 ${Buffer.from(addresses).toString('hex')}`);
    const fixed = { hrd: ARPHRD_INFINIBAND, pro: ETH_P_IP, hln: 20, pln: 4, op: ARPOP_REPLY };
    expectHeader(codec, bytes, { ...fixed, data: addresses, length: 56 });
  });

  it('may have none', () => {
    expectHeader(codec, fromHex('ffff 1234 00 00 000a'), {
      ...{ hrd: 0xffff, pro: 0x1234, hln: 0, pln: 0, op: 10 },
      ...{ data: new Uint8Array(0), length: 8 },
    });
  });

  it('is none when its lengths go past the end', () => {
    const bytes = encodeArphdr(right);
    bytes[4] = 7;
    expect(decodeArphdr(bytes)).toBeUndefined();
    bytes.set([255, 255], 4);
    expect(decodeArphdr(bytes)).toBeUndefined();
  });
});
