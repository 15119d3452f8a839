/** What cannot be shown in a run under AddressSanitizer: asan.sh. */
import type { TestContext } from 'vitest';

/**
 * Skips a test in which an address is longer than the memory for it. The kernel cuts it and tells
 * its real length, which libasan, in its recvmsg and recvmmsg, takes for what was written.
 */
export function skipCutNames(context: TestContext): void {
  if (process.env.ASAN_OPTIONS !== undefined) context.skip('libasan takes msg_namelen for written');
}
