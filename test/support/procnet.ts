/** What /proc/net says of sockets: a second path that has nothing to do with the package. */
import { fstatSync, readFileSync } from 'node:fs';
import { waitUntil } from './child.js';

/** A line of /proc/net/tcp or /proc/net/tcp6. proc_net(5) */
export interface ProcTcp {
  localPort: number;
  remotePort: number;
  /** The state's number, as in TCP_INFO. */
  state: number;
  txQueue: number;
  rxQueue: number;
  uid: number;
  inode: number;
}

type Table = 'tcp' | 'tcp6' | 'udp' | 'udp6';

/** The sockets of a table. */
export function procNet(table: Table): ProcTcp[] {
  const [, ...lines] = readFileSync(`/proc/net/${table}`, 'utf8').trim().split('\n');
  return lines.map((line) => {
    const [, local = '', remote = '', state = '', queues = '', , , uid, , inode] = line
      .trim()
      .split(/\s+/);
    const port = (address: string): number => Number.parseInt(address.split(':')[1] ?? '', 16);
    const [tx = '', rx = ''] = queues.split(':');
    return {
      localPort: port(local),
      remotePort: port(remote),
      state: Number.parseInt(state, 16),
      txQueue: Number.parseInt(tx, 16),
      rxQueue: Number.parseInt(rx, 16),
      uid: Number(uid),
      inode: Number(inode),
    };
  });
}

/**
 * The row of one socket. The kernel writes the table piece by piece: while other sockets come and
 * go, one reading may miss a row, so it is read until the row is there.
 */
export function procNetRow(table: Table, isMine: (row: ProcTcp) => boolean): ProcTcp {
  const rows: ProcTcp[] = [];
  waitUntil(() => rows.push(...procNet(table).filter(isMine)) > 0, `a row in /proc/net/${table}`);
  return rows[0] as ProcTcp;
}

/** The inode of an open socket. */
export const inodeOf = (fd: number): number => fstatSync(fd).ino;

/** A field of /proc/self/fdinfo: `flags` is octal there. proc_pid_fdinfo(5) */
export function fdinfo(fd: number): { flags: number } {
  const text = readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8');
  return { flags: Number.parseInt(/^flags:\s*(\d+)$/m.exec(text)?.[1] ?? '', 8) };
}

/** The lines of /proc/net/unix whose name is `name`; an abstract one begins with `@`. */
export function procUnix(name: string): string[] {
  const lines = readFileSync('/proc/net/unix', 'latin1').split('\n');
  return lines.filter((line) => line.endsWith(` ${name}`));
}

/** The numbers of a table in /proc/net such as `packet` or `netlink`, by the name of the column. */
export function procRows(table: string): Record<string, string>[] {
  const [head = '', ...lines] = readFileSync(`/proc/net/${table}`, 'utf8').trim().split('\n');
  const names = head.trim().split(/\s+/);
  return lines.map((line) => {
    const values = line.trim().split(/\s+/);
    return Object.fromEntries(names.map((name, i) => [name, values[i] ?? '']));
  });
}
