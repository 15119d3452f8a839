/** The loop: inputs for a target, until one shows a fault. */
import vm from 'node:vm';
import { mutate } from './mutate.js';
import { fault, type Target } from './oracle.js';
import { Random } from './random.js';

/** An input that shows a fault. */
export interface Failure {
  readonly target: string;
  readonly fault: string;
  readonly input: Uint8Array;
}

/** What was tried. */
export interface Outcome {
  /** How many inputs. */
  readonly rounds: number;
  /** Of them, how many were read: not refused, and not found to be no header. */
  readonly read: number;
  /** Inputs that gave something new, and were tried further. */
  readonly kept: number;
  readonly failure: Failure | undefined;
}

/**
 * Milliseconds within which hundreds of inputs are tried, or something does not end: so many that no
 * machine stands still for as long.
 */
const PATIENCE = 10_000;
/** Inputs that one look at the clock is for. */
const BATCH = 200;
/** Inputs of a target that are tried further. */
const MOST = 400;

/** Runs `body`, and stops it when it does not end: says whether it ended. */
export function ends(body: () => void, patience: number): boolean {
  const name = 'sockfdFuzzBody';
  Reflect.set(globalThis, name, body);
  try {
    vm.runInThisContext(`${name}()`, { timeout: patience });
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return false;
    throw error;
  } finally {
    Reflect.deleteProperty(globalThis, name);
  }
}

/** What a decoded value looks like: which fields there are, and roughly how many elements. */
export function outline(value: unknown, depth = 0): string {
  if (value === null || typeof value !== 'object') {
    // Small numbers are kinds and families.
    return typeof value === 'number' && value >= 0 && value < 64 && depth < 2
      ? `${value}`
      : typeof value;
  }
  if (ArrayBuffer.isView(value)) return value.byteLength === 0 ? 'e' : 'b';
  if (depth > 4) return 'o';
  if (Array.isArray(value)) {
    const inner = value.slice(0, 4).map((each) => outline(each, depth + 1));
    return `[${Math.min(value.length, 5)}${inner.join()}]`;
  }
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  return `{${entries.map(([key, each]) => `${key}${outline(each, depth + 1)}`).join()}}`;
}

/** The inputs of one target, and what became of them. */
export class Fuzzer {
  private readonly target: Target;
  private readonly random: Random;
  private readonly patience: number;
  private readonly pool: Uint8Array[] = [];
  private readonly outlines = new Set<string>();
  private readonly first: Uint8Array[];
  private rounds = 0;
  private read = 0;
  private failure: Failure | undefined;
  private current: Uint8Array = new Uint8Array();

  constructor(
    target: Target,
    corpus: readonly Uint8Array[],
    seed: number,
    patience: number = PATIENCE,
  ) {
    this.target = target;
    this.patience = patience;
    this.random = new Random(seed);
    this.first = corpus.map((bytes) => bytes.slice());
    this.pool.push(...this.first);
  }

  get outcome(): Outcome {
    const { rounds, read, failure } = this;
    return { rounds, read, kept: this.pool.length - this.first.length, failure };
  }

  /** Each of the corpus as it is, and each beginning of it. */
  tryCorpus(): Outcome {
    for (const bytes of this.first) {
      const lengths = Array.from({ length: Math.min(bytes.byteLength, 300) + 1 }, (_, n) => n);
      this.tryAll([bytes, ...lengths.map((length) => bytes.slice(0, length))]);
    }
    return this.outcome;
  }

  /** So many inputs more, unless one shows a fault. */
  tryMore(rounds: number): Outcome {
    for (let left = rounds; left > 0 && this.failure === undefined; left -= BATCH) {
      this.tryAll(Array.from({ length: Math.min(left, BATCH) }, () => this.input()));
    }
    return this.outcome;
  }

  private input(): Uint8Array {
    const { target, random, pool } = this;
    const isNew = random.below(pool.length === 0 ? 2 : 4) === 0;
    const bytes = isNew && target.make !== undefined ? target.make(random) : mutate(pool, random);
    const lies = target.lies ?? [];
    for (let n = lies.length === 0 ? 0 : random.below(4); n > 0; n--) {
      const [at, values] = random.pick(lies);
      if (at < bytes.byteLength) bytes[at] = random.pick(values);
    }
    return bytes;
  }

  private tryAll(inputs: readonly Uint8Array[]): void {
    let tried = 0;
    while (tried < inputs.length && this.failure === undefined) {
      const done = ends(() => {
        while (tried < inputs.length && this.failure === undefined) {
          this.tryOne(inputs[tried] as Uint8Array);
          // Together: one that is stopped half-way is tried again, and counts once.
          tried++;
          this.rounds++;
        }
      }, this.patience);
      if (done) return;
      // The machine may have been busy: alone, it has the same time.
      const input = this.current;
      const isSlow = ends(() => void fault(this.target, input), this.patience);
      if (!isSlow) this.fail(input, 'does not end');
    }
  }

  private tryOne(input: Uint8Array): void {
    const { target } = this;
    const bytes = target.shape?.(input) ?? input;
    this.current = bytes;
    const found = fault(target, bytes);
    if (found !== undefined) {
      this.fail(bytes, found);
      return;
    }
    if (target.refuses?.(bytes)) return;
    const decoded = target.decode(bytes);
    if (decoded === undefined) return;
    this.read++;
    const seen = outline(decoded);
    if (this.outlines.has(seen)) return;
    this.outlines.add(seen);
    if (this.pool.length < MOST + this.first.length) this.pool.push(bytes.slice());
  }

  private fail(input: Uint8Array, what: string): void {
    this.failure = { target: this.target.name, fault: what, input: this.shrunk(input, what) };
  }

  /** A shorter or simpler input with the same kind of fault. */
  private shrunk(input: Uint8Array, what: string): Uint8Array {
    const kind = (text: string | undefined): string | undefined => text?.split(/[ :]/, 1)[0];
    if (what === 'does not end') return input.slice();
    const isFault = (bytes: Uint8Array): boolean => {
      const shaped = this.target.shape?.(bytes) ?? bytes;
      return kind(fault(this.target, shaped)) === kind(what);
    };
    let best = input.slice();
    ends(() => {
      for (let step = best.byteLength >> 1; step > 0; step >>= 1) {
        while (best.byteLength > step && isFault(best.slice(0, -step))) best = best.slice(0, -step);
      }
      for (let at = 0; at < best.byteLength; at++) {
        const simpler = best.slice();
        simpler[at] = 0;
        if (isFault(simpler)) best = simpler;
      }
    }, this.patience);
    return this.target.shape?.(best) ?? best;
  }
}
