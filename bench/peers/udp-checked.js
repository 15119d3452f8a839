// @ts-check
/** Datagrams by sockfd, of the size that the argument says. */
import * as sockfd from '../../dist/index.js';
import { serve } from '../support/serve.js';
import { controlLength, data, operations, room, size } from '../support/udp.js';

const plain = { iov: [data] };
const header = { iov: [room], controlLength };

await serve(
  operations(sockfd, {
    receive: (fd) => sockfd.recvmsg(fd, plain).bytes,
    receiveFrom: (fd) => sockfd.recvfrom(fd, data).bytes,
    receiveSegments(fd) {
      const { bytes, control } = sockfd.recvmsg(fd, header);
      return bytes / (sockfd.controlValue(control, sockfd.IPPROTO_UDP, sockfd.UDP_GRO) ?? 0);
    },
    segment: [{ level: sockfd.IPPROTO_UDP, type: sockfd.UDP_SEGMENT, value: size }],
  }),
);
