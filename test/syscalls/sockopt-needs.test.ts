import { expect, it } from 'vitest';
import * as sockfd from '../../lib/index.js';
import { SystemError } from '../../lib/index.js';
import { isBuf } from '../../lib/kernel/validate.js';
import type { Option } from '../../lib/structs/option.js';
import { NOBODY, node, python } from '../support/child.js';
import { guardFds } from '../support/sockets.js';
import { type Level, levels, type Trial } from '../support/sockopts/index.js';

guardFds();

/** The levels whose rows are complete in what they need. */
const checked = ['IPPROTO_IP', 'IPPROTO_IPV6', 'IPPROTO_UDP', 'IPPROTO_UDPLITE'];
checked.push('SOL_RAW', 'SOL_ICMPV6');

const constants = new Map<string, unknown>(Object.entries(sockfd));

function bytesOf(option: Option<unknown, never>, value: unknown): Buffer {
  if (isBuf(value)) return Buffer.from(value as Uint8Array<ArrayBuffer>);
  const encoded = option.encode(value as never);
  if (typeof encoded !== 'number') return Buffer.from(encoded);
  const word = Buffer.alloc(4);
  word.writeInt32LE(encoded | 0);
  return word;
}

/** A socket to try an option on; none where this user can have none, or this kernel has none. */
function made({ on }: Trial, { make }: Level): number | undefined {
  try {
    return (on ?? make)();
  } catch (error) {
    if (error instanceof SystemError) return undefined;
    throw error;
  }
}

interface Question {
  name: string;
  option: Option<unknown, never>;
  optname: number;
  fd: number;
  values: string[];
}

function questionsOf(level: Level): Question[] {
  return Object.entries(level.trials).flatMap(([name, trial]) => {
    const optname = constants.get(name) as number;
    const option = level.table[optname] as Option<unknown, never>;
    const fd = trial.set === undefined ? undefined : made(trial, level);
    if (fd === undefined) return [];
    const values = (trial.set ?? []).map((value) => bytesOf(option, value).toString('hex'));
    return [{ name, option, optname, fd, values }];
  });
}

/** What setting each value gives who has no capability: an errno's name, or null. */
function asNobody({ level }: Level, questions: readonly Question[]): (string | null)[][] {
  const script = `
import errno, os
if os.getuid() == 0:
    os.setgroups([])
    os.setgid(${NOBODY})
    os.setuid(${NOBODY})
def tried(s, level, optname, value):
    try:
        s.setsockopt(level, optname, bytes.fromhex(value))
    except OSError as e:
        return errno.errorcode[e.errno]
answers = []
for i, (level, optname, values) in enumerate(input):
    s = socket.socket(fileno=3 + i)
    answers.append([tried(s, level, optname, value) for value in values])
json.dump(answers, sys.stdout)`;
  const input = questions.map(({ optname, values }) => [level, optname, values]);
  const fds = questions.map(({ fd }) => fd);
  return python(script, input, fds) as (string | null)[][];
}

it.for(levels.filter(({ name }) => checked.includes(name)))(
  'the options of $name need the capabilities that their rows say, and no others',
  (level, context) => {
    const questions = questionsOf(level);
    if (questions.length === 0) {
      context.skip(`${level.name}: this user, or this kernel, has no socket to try them on`);
    }
    const answers = asNobody(level, questions);
    const isDenied = (code: string | null): boolean => code === 'EPERM' || code === 'EACCES';
    const wrong = questions.filter(({ option: { needs, needsWhen } }, i) => {
      const denied = (answers[i] ?? []).filter(isDenied).length;
      if (needs === undefined) return denied > 0;
      return needsWhen === undefined && denied < (answers[i] ?? []).length;
    });
    expect(wrong.map(({ name }) => name)).toEqual([]);
    expect(answers.flat().filter((code) => code === null).length).toBeGreaterThan(0);
  },
);

it('the options that ask at times only, do so then', () => {
  const body = `nobody();
const udp = s.socket(s.AF_INET, s.SOCK_DGRAM);
const udp6 = s.socket(s.AF_INET6, s.SOCK_DGRAM);
const ip = (name, value) => code(() => s.setsockopt(udp, s.IPPROTO_IP, s[name], value))[0];
const ipv6 = (name, value) => code(() => s.setsockopt(udp6, s.IPPROTO_IPV6, s[name], value))[0];
// struct cmsghdr of IPV6_DSTOPTS, and of IPV6_HOPLIMIT.
const message = (type, data) => {
  const bytes = Buffer.alloc(24);
  bytes.writeUInt32LE(16 + data.length, 0);
  bytes.writeInt32LE(s.IPPROTO_IPV6, 8);
  bytes.writeInt32LE(type, 12);
  bytes.set(data, 16);
  return bytes;
};
const anycast = { acaddr: 'fd00::1', ifindex: 1 };
tell({
  IP_TRANSPARENT: [ip('IP_TRANSPARENT', true), ip('IP_TRANSPARENT', false)],
  IPV6_TRANSPARENT: [ipv6('IPV6_TRANSPARENT', true), ipv6('IPV6_TRANSPARENT', false)],
  IPV6_2292PKTOPTIONS: [
    ipv6('IPV6_2292PKTOPTIONS', message(s.IPV6_DSTOPTS, [0, 0, 1, 4, 0, 0, 0, 0])),
    ipv6('IPV6_2292PKTOPTIONS', message(s.IPV6_HOPLIMIT, [9, 0, 0, 0])),
  ],
  anycast: [ipv6('IPV6_JOIN_ANYCAST', anycast), ipv6('IPV6_LEAVE_ANYCAST', anycast)],
});`;
  expect(node(body)).toEqual([
    {
      IP_TRANSPARENT: ['EPERM', 'ok'],
      IPV6_TRANSPARENT: ['EPERM', 'ok'],
      IPV6_2292PKTOPTIONS: ['EPERM', 'ok'],
      anycast: ['EPERM', 'ENOENT'],
    },
  ]);
});
