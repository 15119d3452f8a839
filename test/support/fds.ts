/** Descriptors of this process, counted to find what leaks. */
import { readdirSync } from 'node:fs';

/** How many descriptors are open. The one that lists them is always counted with them. */
export function countFds(): number {
  return readdirSync('/proc/self/fd').length;
}
