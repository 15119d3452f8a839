/** Walks the paths to all TCP states and reports what the kernel showed. */
import os from 'node:os';
import { SystemError } from '../kernel/error.js';
import { type HeldStateName, heldStates, isHidden, strike } from '../testing/hold.js';
import { type End, type Observation, observe, waitForEnd } from '../testing/observe.js';
import {
  calls,
  crowd,
  LOOPBACK,
  life,
  type Moment,
  makeStage,
  type Path,
  type Stage,
  together,
} from '../testing/paths.js';
import { type TracedCall, trace } from '../testing/trace.js';

/** Some calls, what they meant, and what both ends then were. */
export interface Step {
  calls: TracedCall[];
  means: string;
  /** The state that this step leads to, and whose it is. */
  reached?: { role: Observation['role']; state: string };
  /** Why that state was not seen. */
  failure?: string;
  ends: Observation[];
}

export interface Chapter {
  title: string;
  steps: Step[];
  /** Why the chapter ended before its last step. */
  failure?: string;
}

export interface Report {
  kernel: string;
  chapters: Chapter[];
  /** Each state of RFC 9293: where it was seen, or null. */
  states: Record<HeldStateName, Observation['via'] | null>;
  /** Those that were not seen. */
  missing: HeldStateName[];
}

const chapters: { title: string; path: Path }[] = [
  { title: 'One connection, from its first SYN to TIME_WAIT', path: life },
  { title: 'A connection that nobody answers', path: crowd },
  { title: 'Both ends close at the same time', path: together },
];

const STEP_TIMEOUT_MS = 500;

/** What is to be seen of an end, where nothing hinders looking. */
function glance(end: End): Observation | undefined {
  try {
    return observe(end);
  } catch {
    return undefined;
  }
}

/** Looks at the ends of a step: the one that matters until it is there, the others once. */
function look(stage: Stage, step: Step, { reached }: Moment): void {
  let seen: Observation | undefined;
  try {
    if (reached) seen = waitForEnd(reached.end, reached.state, STEP_TIMEOUT_MS);
  } catch (error) {
    // Without a state that no descriptor shows, the way goes on.
    if (!reached || !isHidden(reached.state)) throw error;
    step.failure = (error as Error).message;
  }
  const ends = stage.client.fd === undefined ? [stage.listener] : [stage.client, stage.server];
  step.ends = ends
    .map((end) => (end === reached?.end ? seen : glance(end)))
    .filter((observation) => observation !== undefined);
}

/** Why a chapter ended, in a sentence. */
function reason(error: unknown): string {
  const { message } = error as Error;
  const isDown = error instanceof SystemError && error.code === 'ENETUNREACH';
  return isDown ? `${message}: is the loopback interface up?` : message;
}

function walk(title: string, path: Path): Chapter {
  const chapter: Chapter = { title, steps: [] };
  let made: TracedCall[] = [];
  const stage = makeStage(
    trace(calls, (call) => made.push(call)),
    LOOPBACK.AF_INET,
  );
  try {
    for (const moment of path(stage)) {
      const { means, reached } = moment;
      const step: Step = { calls: made, means, ends: [] };
      if (reached) step.reached = { role: reached.end.role, state: reached.state };
      made = [];
      chapter.steps.push(step);
      look(stage, step, moment);
    }
  } catch (error) {
    if (made.length > 0) chapter.steps.push({ calls: made, means: 'It failed.', ends: [] });
    chapter.failure = reason(error);
  } finally {
    strike(stage);
  }
  return chapter;
}

/** Makes the tour. */
export function report(): Report {
  const states = Object.fromEntries(heldStates.map((state) => [state, null])) as Report['states'];
  const walked = chapters.map(({ title, path }) => walk(title, path));
  for (const { state, via } of walked.flatMap(({ steps }) => steps.flatMap(({ ends }) => ends))) {
    if (Object.hasOwn(states, state)) states[state as HeldStateName] ??= via;
  }
  const missing = heldStates.filter((state) => states[state] === null);
  return { kernel: os.release(), chapters: walked, states, missing };
}
