/** UDP-Lite, as udplite(7) and RFC 3828 have it. */
import { describe, expect, it, type TestContext } from 'vitest';
import { AF_INET, IPPROTO_UDPLITE, SOCK_DGRAM, SystemError, socket } from '../../lib/index.js';
import * as raw from '../../lib/raw.js';
import { netns } from '../support/child.js';

function need(context: TestContext): void {
  try {
    raw.close(socket(AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE));
  } catch (error) {
    if (!(error instanceof SystemError) || error.code !== 'EPROTONOSUPPORT') throw error;
    context.skip('this kernel has no UDP-Lite: Linux 7.1 removed it');
  }
}

/**
 * What the programs have: `sends(coverage)` sends `abcdefgh`, of which the checksum covers so much,
 * and gives the packet; `hears()` is what has come, or nothing. A datagram that is covered as a
 * whole comes last, to show when all are there.
 */
const head = `
const { readFileSync } = await import('node:fs');
const at = (port) => ({ family: s.AF_INET, addr: '127.0.0.1', port });
const made = (type, protocol, port) => {
  const fd = s.socket(s.AF_INET, type, protocol);
  if (port) s.bind(fd, at(port));
  s.setsockopt(fd, s.SOL_SOCKET, s.SO_RCVTIMEO, { sec: 10, usec: 0 });
  return fd;
};
const receiver = made(s.SOCK_DGRAM, s.IPPROTO_UDPLITE, 5000);
const sender = made(s.SOCK_DGRAM, s.IPPROTO_UDPLITE, 6000);
const last = made(s.SOCK_DGRAM, s.IPPROTO_UDPLITE, 7000);
const tap = made(s.SOCK_RAW, s.IPPROTO_UDPLITE);
const included = made(s.SOCK_RAW, s.IPPROTO_RAW);
const next = (fd) => {
  const buf = Buffer.alloc(200);
  return buf.subarray(0, s.recv(fd, buf));
};
const sends = (coverage) => {
  s.setsockopt(sender, s.IPPROTO_UDPLITE, s.UDPLITE_SEND_CSCOV, coverage);
  s.sendto(sender, 'abcdefgh', 0, at(5000));
  return next(tap);
};
const hears = () => {
  s.sendto(last, 'last', 0, at(5000));
  const heard = [];
  for (let n = 0; n < 10; n++) {
    const text = next(receiver).toString('latin1');
    if (text === 'last') break;
    heard.push(text);
  }
  while (next(tap).toString('latin1', 28) !== 'last');
  return heard.join(' ');
};
const errors = () => {
  const lines = readFileSync('/proc/net/snmp', 'latin1').split('\\n');
  const [names, values] = lines.filter((line) => line.startsWith('UdpLite:'));
  return Number(values.split(' ')[names.split(' ').indexOf('InErrors')]);
};
`;

describe('UDP-Lite', () => {
  it('delivers what was damaged where the checksum does not cover it', (context) => {
    need(context);
    const body = `${head}
// A packet again, with another case of one letter.
const damaged = (packet, letter) => {
  const copy = Buffer.from(packet);
  copy[28 + letter] ^= 0x20;
  s.sendto(included, copy, 0, at(0));
};
const told = {};
// Of 8 bytes of header and 8 of text.
for (const coverage of [0, 8, 12, 16]) {
  const packet = sends(coverage);
  hears();
  damaged(packet, 0);
  damaged(packet, 7);
  told[coverage] = { field: packet.readUInt16BE(24), heard: hears() };
}
tell({ told, errors: errors() });`;
    expect(netns(body)).toEqual([
      {
        told: {
          // RFC 3828, 3.1: 0 is all of it.
          0: { field: 0, heard: '' },
          8: { field: 8, heard: 'Abcdefgh abcdefgH' },
          12: { field: 12, heard: 'abcdefgH' },
          16: { field: 16, heard: '' },
        },
        errors: 5,
      },
    ]);
  });

  it('drops what is covered less than the receiver wants', (context) => {
    need(context);
    const body = `${head}
s.setsockopt(receiver, s.IPPROTO_UDPLITE, s.UDPLITE_RECV_CSCOV, 14);
const told = {};
for (const coverage of [0, 8, 13, 14, 16]) {
  sends(coverage);
  told[coverage] = hears();
}
tell({ told, errors: errors() });`;
    const told = { 0: 'abcdefgh', 8: '', 13: '', 14: 'abcdefgh', 16: 'abcdefgh' };
    expect(netns(body)).toEqual([{ told, errors: 2 }]);
  });

  it('has the options of UDP, which does not have those of UDP-Lite', (context) => {
    need(context);
    const body = `${head}
const udp = s.socket(s.AF_INET, s.SOCK_DGRAM);
s.setsockopt(sender, s.IPPROTO_UDP, s.UDP_CORK, true);
s.sendto(sender, 'ab', 0, at(5000));
s.sendto(sender, 'cd', 0, at(5000));
s.setsockopt(sender, s.IPPROTO_UDPLITE, s.UDP_CORK, false);
tell({
  corked: hears(),
  udp: code(() => s.setsockopt(udp, s.IPPROTO_UDPLITE, s.UDPLITE_SEND_CSCOV, 8))[0],
});`;
    expect(netns(body)).toEqual([{ corked: 'abcd', udp: 'ENOPROTOOPT' }]);
  });
});
