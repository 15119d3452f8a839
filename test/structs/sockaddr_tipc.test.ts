import { describe, expect, it, type TestContext } from 'vitest';
import {
  AF_TIPC,
  bind,
  decodeSockaddrTipc,
  encodeSockaddrTipc,
  POLLIN,
  poll,
  recvfrom,
  SOCK_RDM,
  type SockAddrTipcInit,
  sendto,
  TIPC_CLUSTER_SCOPE,
  TIPC_NODE_SCOPE,
  TIPC_SERVICE_ADDR,
  TIPC_SERVICE_RANGE,
  TIPC_SOCKET_ADDR,
} from '../../lib/index.js';
import { arrived, expectDecoded, nameOf, openOrSkip, withField } from '../support/addresses.js';
import { python } from '../support/child.js';
import { expectError, expectRefused, guardFds } from '../support/sockets.js';

guardFds();

const range = {
  addrtype: TIPC_SERVICE_RANGE,
  scope: TIPC_NODE_SCOPE,
  type: 0x01020304,
  lower: 5,
  upper: 0xffffffff,
} as const;
const service = {
  addrtype: TIPC_SERVICE_ADDR,
  scope: TIPC_CLUSTER_SCOPE,
  type: 0xfffffffe,
  instance: 17,
  domain: 0x01001001,
} as const;
const socketAddr = { addrtype: TIPC_SOCKET_ADDR, scope: -3, ref: 0xfedcba98, node: 7 } as const;

describe('struct sockaddr_tipc', () => {
  it.each([range, service, socketAddr])('is read back as it was written: $addrtype', (addr) => {
    const bytes = encodeSockaddrTipc(addr);
    expect(bytes.byteLength).toBe(16);
    expectDecoded(decodeSockaddrTipc, bytes, 16, addr);
  });

  it('has a scope and a domain of 0 where none is given', () => {
    const bytes = encodeSockaddrTipc({ addrtype: TIPC_SERVICE_ADDR, type: 1000, instance: 1 });
    expect(decodeSockaddrTipc(bytes)).toMatchObject({ scope: 0, domain: 0 });
  });

  it('is none where the kind is none', () => {
    for (const addrtype of [0, 4, 255]) {
      const bytes = encodeSockaddrTipc(service);
      bytes[2] = addrtype;
      expect(decodeSockaddrTipc(bytes)).toBeUndefined();
    }
  });

  it('refuses a kind, a scope and numbers that are none', () => {
    const wrong = withField<SockAddrTipcInit>(encodeSockaddrTipc, service);
    for (const addrtype of [0, 4, 255, 256, -1]) {
      expectRefused(wrong('addrtype', addrtype), RangeError, 'addr.addrtype');
    }
    expectRefused(wrong('addrtype', undefined), TypeError, 'addr.addrtype');
    for (const scope of [-129, 128]) expectRefused(wrong('scope', scope), RangeError, 'addr.scope');
    expectRefused(wrong('instance', undefined), TypeError, 'addr.instance');
    expectRefused(wrong('type', 2 ** 32), RangeError, 'addr.type');
    expectRefused(wrong('addrtype', TIPC_SOCKET_ADDR), TypeError, 'addr.ref');
  });
});

/** A service of this process's own, of this node only. */
const own = {
  addrtype: TIPC_SERVICE_ADDR,
  scope: TIPC_NODE_SCOPE,
  type: 100_000 + process.pid,
  instance: 17,
} as const;

const tipc = (context: TestContext): number => openOrSkip(context, 'AF_TIPC', AF_TIPC, SOCK_RDM);

describe('AF_TIPC', () => {
  it('finds a service, and tells the socket that sent', (context) => {
    const [server, client] = [tipc(context), tipc(context)];
    bind(server, encodeSockaddrTipc(own));
    sendto(client, 'hello', 0, encodeSockaddrTipc({ ...own, scope: 0 }));
    const { addr, bytes } = recvfrom(arrived(server), new Uint8Array(64));
    const from = decodeSockaddrTipc(addr);
    expect([bytes, from?.addrtype]).toEqual([5, TIPC_SOCKET_ADDR]);
    expect(from).toEqual({ ...decodeSockaddrTipc(nameOf(client)), scope: from?.scope });
    const script = 'json.dump(socket.socket(fileno=3).getsockname(), sys.stdout)';
    const [addrtype, , ref, node] = python(script, null, [client]) as number[];
    expect(from).toMatchObject({ addrtype, ref, node });
    sendto(server, 'back', 0, addr);
    expect(recvfrom(arrived(client), new Uint8Array(64)).bytes).toBe(4);
  });

  it('has ranges of instances, until they are taken back', (context) => {
    const [server, client] = [tipc(context), tipc(context)];
    const instances = {
      addrtype: TIPC_SERVICE_RANGE,
      type: own.type,
      lower: 30,
      upper: 39,
    } as const;
    bind(server, encodeSockaddrTipc({ ...instances, scope: TIPC_NODE_SCOPE }));
    const to = (instance: number) => () =>
      sendto(client, 'x', 0, encodeSockaddrTipc({ ...own, scope: 0, instance }));
    for (const instance of [30, 39]) expect(to(instance)()).toBe(1);
    for (const instance of [29, 40]) expectError(to(instance), 'sendto', 'EHOSTUNREACH');
    bind(server, encodeSockaddrTipc({ ...instances, scope: -TIPC_NODE_SCOPE }));
    expectError(to(30), 'sendto', 'EHOSTUNREACH');
    expect(poll([{ fd: server, events: POLLIN }], 0)).toBe(1);
  });

  it('is found by python3, which finds it', (context) => {
    const server = tipc(context);
    bind(server, encodeSockaddrTipc(own));
    const script = `
s = socket.socket(socket.AF_TIPC, socket.SOCK_RDM)
s.sendto(b'from python3', (socket.TIPC_ADDR_NAME, input, 17, 0))
json.dump(s.getsockname(), sys.stdout)`;
    const [addrtype, , ref, node] = python(script, own.type) as number[];
    const { addr, bytes } = recvfrom(arrived(server), new Uint8Array(64));
    expect(bytes).toBe(12);
    expect(decodeSockaddrTipc(addr)).toMatchObject({ addrtype, ref, node });
  });
});
