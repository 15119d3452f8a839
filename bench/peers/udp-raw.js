// @ts-check
/** Datagrams by sockfd/raw, of the size that the argument says. */
import * as raw from '../../dist/raw.js';
import { serve } from '../support/serve.js';
import { controlLength, data, operations, room, size } from '../support/udp.js';

const addr = new Uint8Array(16);
const addrlen = new Uint32Array(1);
const plain = { iov: [data] };
const bytes = new Uint8Array(controlLength);
const header = { iov: [room], control: bytes, controllen: 0 };
// struct cmsghdr: an 8-byte length, the level, the type; then the data.
const words = new Int32Array(bytes.buffer);

await serve(
  operations(raw, {
    receive: (fd) => raw.recvmsg(fd, plain),
    receiveFrom: (fd) => raw.recvfrom(fd, data, 0, addr, addrlen),
    receiveSegments(fd) {
      const received = raw.recvmsg(fd, header);
      if (header.controllen === 0 || words[3] !== raw.UDP_GRO) throw new Error('no UDP_GRO');
      return received / (words[4] ?? 0);
    },
    segment: raw.encodeControl([{ level: raw.IPPROTO_UDP, type: raw.UDP_SEGMENT, value: size }]),
  }),
);
