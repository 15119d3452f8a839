/** What the options of IPPROTO_IP do to what is sent, in a network namespace of its own. */
import { describe, expect, it, type TestContext } from 'vitest';
import { isRoot, netns, node } from '../support/child.js';

const head = `
const at = (addr, port = 0) => ({ family: addr.includes(':') ? s.AF_INET6 : s.AF_INET, addr, port });
const limited = (fd) => {
  s.setsockopt(fd, s.SOL_SOCKET, s.SO_RCVTIMEO, { sec: 10, usec: 0 });
  return fd;
};
`;

const inNetns = (body: string, setup?: string): unknown => {
  const [told] = netns(`${head}${body}`, setup);
  return told;
};

describe('IP_OPTIONS', () => {
  it('are in the header of all that is sent, until they are undone', () => {
    const body = `
const raw4 = limited(s.socket(s.AF_INET, s.SOCK_RAW, s.IPPROTO_UDP));
const receiver = s.socket(s.AF_INET, s.SOCK_DGRAM);
s.bind(receiver, at('127.0.0.1'));
const fd = s.socket(s.AF_INET, s.SOCK_DGRAM);
const sent = (options) => {
  s.setsockopt(fd, s.IPPROTO_IP, s.IP_OPTIONS, options);
  s.sendto(fd, 'x', 0, s.getsockname(receiver));
  const packet = Buffer.alloc(100);
  s.recv(raw4, packet);
  return packet.toString('hex', 20, 4 * (packet[0] & 15));
};
// RFC 791: a record of the route, with room for one address, which the sender fills in.
tell([sent(Uint8Array.of(7, 7, 4, 0, 0, 0, 0, 0)), sent(new Uint8Array(0))]);`;
    expect(inNetns(body)).toEqual(['0707087f00000100', '']);
  });

  it('of a kind that the kernel does not handle need CAP_NET_RAW: EINVAL without', () => {
    const body = `
const fd = s.socket(s.AF_INET, s.SOCK_DGRAM);
// RFC 3692: kind 30 is for experiments. Kind 68 is a timestamp.
const sets = (kind, pointer) => code(() => {
  s.setsockopt(fd, s.IPPROTO_IP, s.IP_OPTIONS, Uint8Array.of(kind, 8, pointer, 0, 0, 0, 0, 0));
})[0];
const root = process.getuid() === 0;
const told = root ? [sets(30, 0)] : [];
nobody();
tell([...told, sets(30, 0), sets(68, 5)]);`;
    expect(node(body)).toEqual([[...(isRoot ? ['ok'] : []), 'EINVAL', 'ok']]);
  });
});

describe('IP_PKTOPTIONS', () => {
  it('tells in control messages what a stream socket asked for', () => {
    const body = `
const fd = s.socket(s.AF_INET, s.SOCK_STREAM);
const none = s.getsockopt(fd, s.IPPROTO_IP, s.IP_PKTOPTIONS).length;
s.setsockopt(fd, s.IPPROTO_IP, s.IP_RECVTTL, true);
tell([none, Buffer.from(s.getsockopt(fd, s.IPPROTO_IP, s.IP_PKTOPTIONS)).toString('hex')]);`;
    // struct cmsghdr: 20 bytes, of IPPROTO_IP, IP_TTL. Then an int: the hops of multicasts, 1.
    const message = '1400000000000000' + '00000000' + '02000000' + '01000000';
    expect(inNetns(body)).toEqual([0, expect.stringMatching(`^${message}(00000000)?$`)]);
  });
});

describe('IP_LOCAL_PORT_RANGE', () => {
  it('bounds the ports that bind(2) chooses from', () => {
    const body = `
const bound = () => code(() => {
  const fd = s.socket(s.AF_INET, s.SOCK_STREAM);
  s.setsockopt(fd, s.IPPROTO_IP, s.IP_LOCAL_PORT_RANGE, { low: 40010, high: 40011 });
  s.bind(fd, at('127.0.0.1'));
  return s.getsockname(fd).port;
});
const fd = s.socket(s.AF_INET, s.SOCK_STREAM);
const range = { low: 50000, high: 40000 };
const reverse = code(() => s.setsockopt(fd, s.IPPROTO_IP, s.IP_LOCAL_PORT_RANGE, range));
tell([[bound(), bound()].map(([, port]) => port).sort(), bound()[0], reverse[0]]);`;
    expect(inNetns(body)).toEqual([[40_010, 40_011], 'EADDRINUSE', 'EINVAL']);
  });
});

const veth = [
  'ip link add v0 type veth peer name v1; ip link set v1 up; ip link set v0 up',
  'ip addr add 10.0.0.1/24 dev v0; ip addr add fd00::1/64 dev v0 nodad',
].join('; ');

describe.each([
  ['IP_XFRM_POLICY', 'IP_IPSEC_POLICY', 'AF_INET', 'IPPROTO_IP', '10.0.0.9'],
  ['IPV6_XFRM_POLICY', 'IPV6_IPSEC_POLICY', 'AF_INET6', 'IPPROTO_IPV6', 'fd00::9'],
])('%s', (xfrm, ipsec, af, level, addr) => {
  it('lets nothing go that it blocks, until it is undone', (context) => {
    const body = `
const fd = s.socket(s.${af}, s.SOCK_DGRAM);
const sends = () => code(() => s.sendto(fd, 'x', 0, at('${addr}', 9)))[0];
const set = (policy) => code(() => s.setsockopt(fd, s.${level}, s.${xfrm}, policy))[0];
// struct xfrm_userpolicy_info: the family of its selector; XFRM_POLICY_OUT; XFRM_POLICY_BLOCK.
const block = Buffer.alloc(168);
block.writeUInt16LE(s.${af}, 40);
block[160] = 1;
block[161] = 1;
const told = [sends(), set(block), sends(), set(new Uint8Array(0)), sends()];
tell([...told, set(block.subarray(0, 167))]);`;
    const told = inNetns(body, veth) as string[];
    if (told[1] === 'ENOPROTOOPT') context.skip('this kernel has no IPsec');
    expect(told).toEqual(['ok', 'ok', 'EPERM', 'ok', 'ok', 'EINVAL']);
  });

  it(`and ${ipsec} need CAP_NET_ADMIN`, () => {
    const body = `nobody();
const fd = s.socket(s.${af}, s.SOCK_DGRAM);
const set = (optname) => code(() => s.setsockopt(fd, s.${level}, optname, new Uint8Array(168)));
tell([set(s.${xfrm}), set(s.${ipsec})]);`;
    const eperm = ['EPERM', 'setsockopt'];
    expect(node(body)).toEqual([[eperm, eperm]]);
  });
});

/** What the program told; skips where nft(8) cannot set up what it needs. */
function redirected(context: TestContext, body: string, family: string): unknown {
  const setup = [
    `nft add table ${family} t`,
    `nft "add chain ${family} t o { type nat hook output priority -100; }"`,
    `nft add rule ${family} t o tcp dport 81 redirect to :80`,
  ].join('; ');
  try {
    return inNetns(body, setup);
  } catch (error) {
    if (!String(error).includes('nft')) throw error;
    return context.skip('nft(8) cannot redirect connections here');
  }
}

describe.each([
  ['SO_ORIGINAL_DST', 'ip', '127.0.0.1', {}],
  ['IP6T_SO_ORIGINAL_DST', 'ip6', '::1', { flowinfo: 0, scope_id: 0 }],
])('%s', (name, family, addr, rest) => {
  it('tells where a redirected connection was going', (context) => {
    const body = `
const to = (port) => at('${addr}', port);
const { family } = to(0);
const level = family === s.AF_INET ? s.IPPROTO_IP : s.IPPROTO_IPV6;
const listener = s.socket(family, s.SOCK_STREAM);
s.bind(listener, to(80));
s.listen(listener, 2);
const accepted = (port) => {
  s.connect(s.socket(family, s.SOCK_STREAM), to(port));
  return s.accept(listener).fd;
};
const original = (fd) => s.getsockopt(fd, level, s.${name});
const [redirected, straight] = [accepted(81), accepted(80)];
tell({
  local: s.getsockname(redirected).port,
  redirected: original(redirected),
  straight: original(straight).port,
  'no connection': code(() => original(s.socket(family, s.SOCK_STREAM)))[0],
  'a datagram socket': code(() => original(s.socket(family, s.SOCK_DGRAM)))[0],
});`;
    expect(redirected(context, body, family)).toEqual({
      local: 80,
      redirected: { family: family === 'ip' ? 2 : 10, addr, port: 81, ...rest },
      straight: 80,
      'no connection': 'ENOENT',
      'a datagram socket': 'ENOPROTOOPT',
    });
  });
});
