/** What calls take of memory. It is known where the tests may collect garbage: `gc`. */
export const { gc } = globalThis;

/** So often a call is made. */
const CALLS = 800;

/** Bytes of heap, and of memory outside of it. */
export interface Taken {
  heap: number;
  external: number;
}

/** The one in the middle: what the engine does now and then beside the calls does not count. */
const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

function measured(call: () => number, count: number): Taken {
  const heap: number[] = [];
  const external: number[] = [];
  for (let n = 0; n < CALLS; n++) {
    const before = process.memoryUsage();
    const done = call();
    const after = process.memoryUsage();
    heap.push(after.heapUsed - before.heapUsed);
    external.push(after.external - before.external);
    if (done !== count) throw new Error(`${done} instead of ${count}`);
  }
  return { heap: median(heap), external: median(external) };
}

/** What a `call` takes that does `count` things, once it is warm; without what measuring takes. */
export function taken(call: () => number, count: number): Taken {
  measured(call, count);
  gc?.();
  const { heap, external } = measured(call, count);
  return { heap: heap - measured(() => count, count).heap, external };
}
