/** The groups of a netlink socket, which NETLINK_LIST_MEMBERSHIPS has as bits. netlink(7) */
import { type Kind, structure } from './option.js';

/** More than any protocol has: generic netlink makes some for each family. */
const most = 8192;

/** The numbers of the groups, which begin at 1. */
export const nl_groups: Kind<number[], never> = structure(most / 8, (r, length) => {
  // The kernel tells the length that it would need, whatever it had.
  const bytes = r.bytes.subarray(0, length);
  const groups: number[] = [];
  bytes.forEach((byte, at) => {
    for (let bit = 0; bit < 8; bit++) if ((byte >> bit) & 1) groups.push(8 * at + bit + 1);
  });
  return groups;
});
