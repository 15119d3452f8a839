/** Programs that run in a network namespace of their own, and what they need there. */
import { spawnSync } from 'node:child_process';
import type { TestContext } from 'vitest';
import { netns } from './child.js';

/** Whether this user may make network namespaces. */
export const mayMakeNetns = spawnSync('unshare', ['-rn', 'true']).status === 0;

/** `sh` runs a shell command; `link` tells of an interface what ip(8) does; `until` waits. */
const head = `import { execFileSync } from 'node:child_process';
const sh = (command) => execFileSync('sh', ['-ec', command], { encoding: 'utf8' });
const link = (name) => JSON.parse(sh('ip -j -d link')).find((each) => each.ifname === name);
const until = (condition) => {
  const deadline = performance.now() + 10_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error('after ten seconds still not ' + condition);
    s.poll([], 1);
  }
};
`;

/** Runs `body` as `netns` of child.ts does, with these helpers; skips where nobody may. */
export function inNetns(context: TestContext, body: string, setup?: string): unknown[] {
  if (!mayMakeNetns) context.skip('no network namespaces for this user (unshare -rn)');
  return netns(head + body, setup);
}

const noIpv6 = 'echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6';

/** Runs `body` where the interfaces v0 and v1 are the ends of one cable, and nobody speaks. */
export function onCable(context: TestContext, body: string): unknown[] {
  const setup = `${noIpv6}; ip link add v0 type veth peer name v1; ip link set v0 up; \
ip link set v1 up`;
  const ready = `until(() => link('v0').operstate === 'UP' && link('v1').operstate === 'UP');
const [v0, v1] = ['v0', 'v1'].map((name) => s.if_nametoindex(name));
const bytes = (mac) => Uint8Array.from(mac.split(':'), (part) => Number.parseInt(part, 16));
const [mac0, mac1] = ['v0', 'v1'].map((name) => bytes(link(name).address));
const hex = (view) => Buffer.from(view).toString('hex');
`;
  return inNetns(context, ready + body, setup);
}
