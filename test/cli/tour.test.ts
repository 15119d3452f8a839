/** The tour as people run it: a process of its own, and strace as the judge of what it says. */
import { type SpawnSyncReturns, type StdioOptions, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Report } from '../../lib/cli/report.js';
import { AF_UNIX, close, SOCK_STREAM, socketpair } from '../../lib/index.js';
import { heldStates } from '../../lib/testing.js';
import { isInstalled, strace, straceMissing } from '../support/strace.js';

const root = join(import.meta.dirname, '..', '..');
const main = join(root, 'dist', 'cli', 'main.js');
const tour = [process.execPath, main, 'tour'];

function run(command: readonly string[], env = process.env): SpawnSyncReturns<string> {
  const [program = '', ...args] = command;
  return spawnSync(program, args, { encoding: 'utf8', timeout: 45_000, env });
}

const sockfd = (...args: string[]): SpawnSyncReturns<string> =>
  run([process.execPath, main, ...args]);

const ESCAPE = '\u001b';

describe('sockfd', () => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    version: string;
  };

  it.each(['--help', '-h'])('%s explains itself', (option) => {
    const { status, stdout, stderr } = sockfd(option);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^Usage: sockfd tour \[--json\]\n/);
    for (const word of ['--json', '--help', '--version']) expect(stdout).toContain(word);
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it.each(['--version', '-v'])('%s tells that of package.json', (option) => {
    const { status, stdout, stderr } = sockfd(option);
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
  });

  it.each([
    [['tuor'], "sockfd: Unknown command 'tuor'"],
    [['tour', '--jsno'], "sockfd: Unknown option '--jsno'"],
    [['tour', 'twice'], "sockfd: Unexpected argument 'twice'"],
    [['tour', '--json=1'], "sockfd: Option '--json' does not take an argument"],
  ])('%j is refused in a sentence', (args, sentence) => {
    const { status, stdout, stderr } = sockfd(...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr.startsWith(sentence)).toBe(true);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it('without a command says how it is used', () => {
    const { status, stdout, stderr } = sockfd();
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^Usage: sockfd /);
  });
});

describe('sockfd tour', () => {
  it('shows all eleven states', () => {
    const { status, stdout, stderr } = run(tour);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(heldStates).toHaveLength(11);
    const [walk = '', summary = ''] = stdout.split('Where each state was read\n');
    for (const state of heldStates) {
      expect(walk).toMatch(new RegExp(`^ {6}(listener|client|server) +${state} `, 'm'));
      expect(summary).toMatch(new RegExp(`^ {2}${state} +(TCP_INFO|NETLINK_SOCK_DIAG)$`, 'm'));
    }
    expect(stdout.endsWith('\nAll eleven states were observed.\n')).toBe(true);
  });

  it('prints lines of at most 80 columns, and no escapes where no terminal is', () => {
    const { stdout } = run(tour, { ...process.env, TERM: 'xterm-256color' });
    const long = stdout.split('\n').filter((line) => line.length > 80);
    expect(long).toEqual([]);
    expect(stdout).not.toContain(ESCAPE);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what must not be there
    expect(stdout).toMatch(/^[^\u0000-\u0009\u000b-\u001f\u007f]*$/);
  });

  const scriptMissing = isInstalled('script') ? undefined : 'script is not installed';

  describe.skipIf(scriptMissing)(`on a terminal (${scriptMissing ?? 'script at hand'})`, () => {
    /** What a terminal gets. */
    function terminal(env: Record<string, string>): string {
      const command = tour.map((word) => `'${word}'`).join(' ');
      const PATH = process.env.PATH ?? '';
      const { status, stdout } = run(['script', '-qec', command, '/dev/null'], { PATH, ...env });
      expect(status).toBe(0);
      return stdout.replaceAll('\r\n', '\n');
    }

    it('is in colours, which add no column', () => {
      const stdout = terminal({ TERM: 'xterm-256color' });
      expect(stdout).toContain(`${ESCAPE}[`);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: an escape sequence begins with one
      const plain = stdout.replace(/\u001b\[\d+m/g, '');
      expect(plain).not.toContain(ESCAPE);
      expect(plain.split('\n').filter((line) => line.length > 80)).toEqual([]);
      expect(plain).toContain('All eleven states were observed.');
    });

    it.each([{ TERM: 'dumb' }, { TERM: 'xterm-256color', NO_COLOR: '1' }])(
      'has none with %j',
      (env) => {
        expect(terminal(env as Record<string, string>)).not.toContain(ESCAPE);
      },
    );
  });

  it('--json is one object with the same in it', () => {
    const { status, stdout, stderr } = run([...tour, '--json']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const report = JSON.parse(stdout) as Report;
    expect(Object.keys(report.states)).toEqual(heldStates);
    expect(report.missing).toEqual([]);
    expect(report.chapters).toHaveLength(3);
    expect(report.kernel).toBe(readFileSync('/proc/sys/kernel/osrelease', 'utf8').trim());
    const others = heldStates.filter((state) => report.states[state] === 'NETLINK_SOCK_DIAG');
    expect(others).toEqual(['SYN_RECV', 'TIME_WAIT']);
    checkStates(report);
    for (const { steps, failure } of report.chapters) {
      expect(failure).toBeUndefined();
      for (const { reached, ends } of steps) {
        // What a step is said to lead to was seen, and at that end.
        if (reached) expect(ends).toContainEqual(expect.objectContaining(reached));
      }
    }
  });

  const needsRoot = process.getuid?.() === 0 ? undefined : 'not root: it has none here anyway';
  const setpriv = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--no-new-privs'];
  const nobody = [...setpriv, '--inh-caps=-all', '--bounding-set=-all'];

  it.skipIf(needsRoot)(`needs no privilege (${needsRoot ?? 'as nobody'})`, () => {
    const who = run([...nobody, 'grep', '-E', '^(Uid|CapEff|CapBnd):', '/proc/self/status']);
    expect(who.stdout).toMatch(/^Uid:(\s65534){4}\nCapEff:\s0+\nCapBnd:\s0+\n$/);
    const { status, stdout, stderr } = run([...nobody, ...tour]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('All eleven states were observed.');
  });

  it('ends in silence when its reader has gone', () => {
    const [stdout, reader] = socketpair(AF_UNIX, SOCK_STREAM);
    close(reader);
    try {
      const stdio: StdioOptions = ['ignore', stdout, 'pipe'];
      const { stderr } = spawnSync(process.execPath, [main, 'tour'], {
        stdio,
        encoding: 'utf8',
        timeout: 45_000,
      });
      expect(stderr).toBe('');
    } finally {
      close(stdout);
    }
  });

  it('succeeds twenty times in a row, and takes less than two seconds', {
    timeout: 300_000,
  }, () => {
    const times = Array.from({ length: 20 }, () => {
      const begin = performance.now();
      const { status, stdout } = run(tour);
      expect(stdout).toContain('All eleven states were observed.');
      expect(status).toBe(0);
      return performance.now() - begin;
    });
    // Of the shortest: a busy machine is slow now and then, and a tour that waits too long always is.
    expect(Math.min(...times)).toBeLessThan(2000);
  });
});

/** A state is reported exactly where some end was seen in it. */
function checkStates({ states, missing, chapters }: Report): void {
  const seen = chapters.flatMap(({ steps }) => steps.flatMap(({ ends }) => ends));
  for (const state of heldStates) {
    const first = seen.find((end) => end.state === state);
    expect([state, states[state]]).toEqual([state, first?.via ?? null]);
    expect([state, missing.includes(state)]).toEqual([state, first === undefined]);
  }
}

const NETWORK = 'socket,bind,listen,accept,connect,getsockname,setsockopt,sendto,recvfrom,shutdown';

describe.skipIf(straceMissing)(`under strace (${straceMissing ?? 'at hand'})`, () => {
  it('prints what strace sees, in the same order', () => {
    const options = ['-s', '32', '-e', `trace=${NETWORK}`];
    const { status, stdout, threads } = strace(options, [...tour, '--json']);
    expect(status).toBe(0);
    const made = threads
      .flat()
      .filter((line) => /^\w+\(/.test(line))
      // strace aligns results at column 40.
      .map((line) => line.replace(/\) += (?=[-\d?])/, ') = '));
    const printed = (JSON.parse(stdout) as Report).chapters.flatMap(({ steps }) =>
      steps.flatMap(({ calls }) => calls.map(({ text }) => text)),
    );
    expect(printed.length).toBeGreaterThan(30);
    let from = 0;
    const absent = printed.filter((line) => {
      const at = made.indexOf(line, from);
      if (at >= 0) from = at + 1;
      return at < 0;
    });
    expect(absent).toEqual([]);
  });

  /** The tour while `option` befalls its calls: as text, and as an object. */
  function hindered(option: string): { text: string; report: Report } {
    // Seen on the way: the exit status, and that nothing but the report is printed.
    const [text = '', json = ''] = [[], ['--json']].map((args) => {
      const { status, stdout, stderr } = strace(['-e', `inject=${option}`], [...tour, ...args]);
      expect({ option, status, stderr }).toEqual({ option, status: 1, stderr: '' });
      return stdout;
    });
    return { text, report: JSON.parse(json) as Report };
  }

  /** Which socket call of the tour is the first that makes a netlink socket. */
  function firstNetlinkSocket(): number {
    const { threads } = strace(['-e', 'trace=socket'], tour);
    const sockets = threads.flat().filter((line) => line.startsWith('socket('));
    return sockets.findIndex((line) => line.includes('AF_NETLINK')) + 1;
  }

  it.each([
    ['no FIN can be sent', 'shutdown:error=EIO', ['FIN_WAIT2', 'CLOSING', 'TIME_WAIT'], 'EIO'],
    ['no connection is made', 'connect:error=ECONNREFUSED', ['ESTABLISHED'], 'ECONNREFUSED'],
    ['there are no sockets', 'socket:error=EMFILE', heldStates, 'EMFILE'],
    ['nothing can be accepted', 'accept:error=ENOBUFS', ['CLOSE_WAIT'], 'ENOBUFS'],
  ])('says which states were not seen when %s', (_, option, some, code) => {
    const { text, report } = hindered(option);
    checkStates(report);
    expect(report.missing).toEqual(expect.arrayContaining([...some]));
    expect(text.replace(/\n +/g, ' ')).toContain(`Not observed: ${report.missing.join(', ')}.`);
    expect(text).not.toContain('All eleven');
    for (const state of report.missing)
      expect(text).toMatch(new RegExp(`^ {2}${state} +not obs`, 'm'));
    expect(text.replace(/\n +/g, ' ')).toMatch(new RegExp(`Stopped: \\w+ ${code}`));
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  it('claims no state for a socket that it could not ask about', () => {
    const { text, report } = hindered(`socket:error=EACCES:when=${firstNetlinkSocket()}`);
    checkStates(report);
    expect(report.missing).toContain('SYN_RECV');
    expect(report.states.SYN_SENT).toBe('TCP_INFO');
    // Nor does that keep it from the states that descriptors show.
    expect(report.states.LAST_ACK).toBe('TCP_INFO');
    const said = 'Not seen: NETLINK_SOCK_DIAG cannot be asked: socket EACCES';
    expect(text.replace(/\n +/g, ' ')).toContain(said);
  });
});
