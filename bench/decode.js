// @ts-check
/** What it costs to turn the kernel's bytes into an object. */

const c = { label: 'C', peer: 'c' };
const sockfd = { label: 'sockfd', peer: 'checked' };
const python = { label: 'python3 struct', peer: 'python' };

/** The time that a decoder may take, in nanoseconds. */
const target = 1000;

/** @type {import('./support/rounds.js').Benchmark} */
export const decode = {
  operations: [
    {
      name: 'struct tcp_info, 280 bytes',
      rows: [
        { ...sockfd, operation: 'tcp_info' },
        { ...python, operation: 'tcp_info' },
      ],
    },
    {
      name: 'getsockopt(TCP_INFO)',
      rows: [
        { ...c, label: 'C, bytes only', operation: 'getsockopt' },
        { label: 'sockfd raw, bytes only', peer: 'raw', operation: 'getsockopt' },
        { ...sockfd, label: 'sockfd, decoded', operation: 'getsockopt' },
        { ...python, label: 'python3, decoded', operation: 'getsockopt' },
      ],
    },
    {
      name: 'struct sockaddr_in',
      rows: [
        { ...c, label: 'C, inet_ntop', operation: 'sockaddr' },
        { ...sockfd, operation: 'sockaddr' },
        { ...python, label: 'python3 struct, inet_ntop', operation: 'sockaddr' },
      ],
    },
  ],
  verdicts({ operations }) {
    return [operations[0], operations[2]].map((operation) => {
      const row = operation?.rows.find(({ label }) => label === sockfd.label);
      const title = `${operation?.name}: decoded`;
      if (row?.cpu === undefined) return `${title}: not measured`;
      // CPU time, as the ratios are: other processes on the CPU do not make a decoder slower.
      const { median, min, max } = row.cpu;
      const clock = row.wall?.median.toFixed(0);
      const range = `${min.toFixed(0)}–${max.toFixed(0)}; wall clock ${clock}`;
      const figures = `in ${median.toFixed(0)} ns (${range})`;
      const verdict = median <= target ? 'met' : 'MISSED';
      return `${title} ${figures}, target ≤ ${target} ns: ${verdict}`;
    });
  },
};
