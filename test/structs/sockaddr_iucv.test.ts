import { describe, expect, it } from 'vitest';
import {
  AF_IUCV,
  bind,
  decodeSockaddrIucv,
  encodeSockaddrIucv,
  SOCK_STREAM,
} from '../../lib/index.js';
import { expectDecoded, nameOf, openOrSkip, withField } from '../support/addresses.js';
import { expectRefused, guardFds } from '../support/sockets.js';

guardFds();

const addr = { user_id: 'LNXGUEST', name: 'APP1' };

describe('struct sockaddr_iucv', () => {
  it('is read back as it was written, with blanks behind a name', () => {
    const bytes = encodeSockaddrIucv(addr);
    expect(Buffer.from(bytes).toString('latin1')).toBe(`\x20${'\0'.repeat(15)}LNXGUESTAPP1    `);
    expectDecoded(decodeSockaddrIucv, bytes, 32, addr);
    expect(decodeSockaddrIucv(encodeSockaddrIucv({ user_id: '', name: '' }))).toEqual({
      user_id: '',
      name: '',
    });
  });

  it('has empty names where there are zeros', () => {
    const bytes = encodeSockaddrIucv(addr).fill(0, 16);
    expect(decodeSockaddrIucv(bytes)).toEqual({ user_id: '', name: '' });
  });

  it('refuses what is no name, or too long', () => {
    const wrong = withField(encodeSockaddrIucv, addr);
    expectRefused(wrong('user_id', 'LNXGUEST1'), RangeError, 'addr.user_id');
    expectRefused(wrong('name', undefined), TypeError, 'addr.name');
  });
});

describe('AF_IUCV', () => {
  it('tells what a socket is bound to', (context) => {
    const fd = openOrSkip(context, 'AF_IUCV (z/VM has it)', AF_IUCV, SOCK_STREAM);
    bind(fd, encodeSockaddrIucv({ user_id: '', name: 'SOCKFD' }));
    expect(decodeSockaddrIucv(nameOf(fd))?.name).toBe('SOCKFD');
  });
});
