/** SO_TIMESTAMPING and SO_TXTIME: what the kernel takes of them, and what python3 reads. */
import { describe, expect, it } from 'vitest';
import {
  AF_INET,
  CLOCK_MONOTONIC,
  CLOCK_TAI,
  getsockopt,
  SO_BINDTODEVICE,
  SO_TIMESTAMPING,
  SO_TXTIME,
  SOCK_DGRAM,
  SOF_TIMESTAMPING_BIND_PHC,
  SOF_TIMESTAMPING_RX_SOFTWARE,
  SOF_TIMESTAMPING_SOFTWARE,
  SOF_TXTIME_DEADLINE_MODE,
  SOF_TXTIME_REPORT_ERRORS,
  SOL_SOCKET,
  setsockopt,
} from '../../lib/index.js';
import { isRoot, node, python } from '../support/child.js';
import { expectError, expectRefused, guardFds, open } from '../support/sockets.js';

guardFds();

const flags = SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE;

/** The words of an option, as python3 reads them. */
function words(fd: number, optname: number): unknown {
  const script = `
s = socket.socket(fileno=3)
print(json.dumps(list(struct.unpack('2i', s.getsockopt(1, input, 8)))))`;
  return python(script, optname, [fd]);
}

describe('SO_TIMESTAMPING', () => {
  it('is set from flags, or from the structure', () => {
    const fd = open(AF_INET, SOCK_DGRAM);
    setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPING, flags);
    expect(words(fd, SO_TIMESTAMPING)).toEqual([flags, 0]);
    setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPING, { flags: 8, bind_phc: 3 });
    // The clock counts only with SOF_TIMESTAMPING_BIND_PHC.
    expect(words(fd, SO_TIMESTAMPING)).toEqual([8, 0]);
    expect(getsockopt(fd, SOL_SOCKET, SO_TIMESTAMPING)).toBe(8);
  });

  it('binds to a clock of the interface, of which loopback has none', () => {
    const fd = open(AF_INET, SOCK_DGRAM);
    const bound = { flags: flags | SOF_TIMESTAMPING_BIND_PHC, bind_phc: 0 };
    const set = () => setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPING, bound);
    expectError(set, 'setsockopt', 'EOPNOTSUPP');
    setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, 'lo');
    expectError(set, 'setsockopt', 'EINVAL');
  });

  it('names the field that is wrong', () => {
    const fd = open(AF_INET, SOCK_DGRAM);
    const set = (value: unknown) => () =>
      setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPING, value as number);
    expectRefused(set('8'), TypeError, 'value');
    expectRefused(set(null), TypeError, 'value');
    expectRefused(set(0.5), RangeError, 'value');
    expectRefused(set({ bind_phc: 0 }), TypeError, 'value.flags');
    expectRefused(set({ flags: 8 }), TypeError, 'value.bind_phc');
  });
});

describe('SO_TXTIME', () => {
  it('is set to a clock and flags', () => {
    const fd = open(AF_INET, SOCK_DGRAM);
    const value = { clockid: CLOCK_MONOTONIC, flags: SOF_TXTIME_REPORT_ERRORS };
    setsockopt(fd, SOL_SOCKET, SO_TXTIME, value);
    expect(words(fd, SO_TXTIME)).toEqual([1, 2]);
    expect(getsockopt(fd, SOL_SOCKET, SO_TXTIME)).toEqual(value);
  });

  it('needs a capability for any clock but CLOCK_MONOTONIC', (context) => {
    const body = `nobody();
const fd = s.socket(s.AF_INET, s.SOCK_DGRAM);
const set = (clockid) => code(() => s.setsockopt(fd, s.SOL_SOCKET, s.SO_TXTIME, { clockid, flags: 0 }))[0];
tell([set(s.CLOCK_MONOTONIC), set(s.CLOCK_TAI)]);`;
    expect(node(body)).toEqual([['ok', 'EPERM']]);
    if (!isRoot) context.skip('CLOCK_TAI needs CAP_NET_ADMIN');
    const fd = open(AF_INET, SOCK_DGRAM);
    const value = { clockid: CLOCK_TAI, flags: SOF_TXTIME_DEADLINE_MODE };
    setsockopt(fd, SOL_SOCKET, SO_TXTIME, value);
    expect(words(fd, SO_TXTIME)).toEqual([11, 1]);
  });

  it('names the field that is wrong, and leaves flags that are none to the kernel', () => {
    const fd = open(AF_INET, SOCK_DGRAM);
    const set = (value: unknown) => () => setsockopt(fd, SOL_SOCKET, SO_TXTIME, value as never);
    expectRefused(set(1), TypeError, 'value');
    expectRefused(set({ flags: 0 }), TypeError, 'value.clockid');
    expectRefused(set({ clockid: 1, flags: -1 }), RangeError, 'value.flags');
    expectError(set({ clockid: 1, flags: 4 }), 'setsockopt', 'EINVAL');
  });
});
