/** The report of the tour as text of at most 80 columns. */
import { styleText } from 'node:util';
import type { HeldStateName } from '../testing/hold.js';
import type { Observation } from '../testing/observe.js';
import type { Chapter, Report, Step } from './report.js';

type Style = Parameters<typeof styleText>[0];

const WIDTH = 80;

/** Colours only where a terminal shows them. */
function paint(style: Style, text: string): string {
  return process.stdout.isTTY && process.stdout.hasColors() ? styleText(style, text) : text;
}

/** Breaks `text` at spaces into lines of at most `WIDTH` columns; later ones are indented more. */
function wrap(text: string, indent: number, hanging = indent): string[] {
  const lines: string[] = [];
  let line = ' '.repeat(indent);
  let empty = true;
  for (const word of text.split(' ')) {
    if (!empty && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = ' '.repeat(hanging);
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  return [...lines, line];
}

const milliseconds = (microseconds: number): string => `${(microseconds / 1000).toFixed(3)} ms`;

function queues({ state, rqueue, wqueue }: Observation): string {
  if (state === 'LISTEN') return `queue ${rqueue} of ${wqueue}`;
  return `unread ${rqueue}, unacked ${wqueue}`;
}

function end(observation: Observation, reached: Step['reached']): string {
  const { role, state, via, fd_state, rtt, snd_cwnd } = observation;
  const facts = [queues(observation)];
  if (rtt !== undefined) facts.push(`rtt ${milliseconds(rtt)}`);
  if (snd_cwnd !== undefined) facts.push(`cwnd ${snd_cwnd}`);
  if (via === 'NETLINK_SOCK_DIAG') facts.push(fd_state ? `fd says ${fd_state}` : 'no fd');
  const isNew = reached?.role === role && reached.state === state;
  const name = paint(isNew ? ['bold', 'green'] : 'dim', state.padEnd(12));
  return `      ${role.padEnd(9)}${name} ${facts.join('  ')}`;
}

/** The calls, one after the other; the same one again and again only once, with its number. */
function listed(calls: Step['calls']): string[] {
  const runs: { text: string; times: number }[] = [];
  for (const { text } of calls) {
    const last = runs.at(-1);
    if (last?.text === text) last.times++;
    else runs.push({ text, times: 1 });
  }
  return runs.map(({ text, times }) => (times === 1 ? text : `${text} (${times} times)`));
}

const red = (line: string): string => paint('red', line);

function step({ calls, means, reached, failure, ends }: Step): string[] {
  return [
    ...listed(calls)
      .flatMap((text) => wrap(text, 2, 6))
      .map((line) => paint('cyan', line)),
    ...wrap(means, 4),
    ...(failure === undefined ? [] : wrap(`Not seen: ${failure}`, 4, 6).map(red)),
    ...ends.map((observation) => end(observation, reached)),
    '',
  ];
}

function chapter({ title, steps, failure }: Chapter, number: number): string[] {
  return [
    paint('bold', `${number}. ${title}`),
    '',
    ...steps.flatMap(step),
    ...(failure === undefined ? [] : [...wrap(`Stopped: ${failure}`, 2).map(red), '']),
  ];
}

function summary({ states, missing }: Report): string[] {
  const rows = Object.entries(states).map(([state, via]) => {
    const where = via ?? paint('red', 'not observed');
    return `  ${(state as HeldStateName).padEnd(12)} ${where}`;
  });
  const verdict =
    missing.length === 0
      ? 'All eleven states were observed.'
      : `Not observed: ${missing.join(', ')}.`;
  return [paint('bold', 'Where each state was read'), '', ...rows, '', ...wrap(verdict, 0, 2), ''];
}

export function renderText(report: Report): string {
  return [
    paint('bold', `TCP connections through all eleven states, on Linux ${report.kernel}`),
    'Each call is a system call, each state an answer of the kernel. The calls that',
    'only look or wait are not listed.',
    '',
    ...report.chapters.flatMap((each, i) => chapter(each, i + 1)),
    ...summary(report),
  ].join('\n');
}
