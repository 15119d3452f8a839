"""The Python end of the pipe: reads names of operations, runs a batch, answers what it took."""

import os
import sys
import time

# A batch is so long, in nanoseconds, and a multiple of so many times.
BATCH = 1e6 * float(os.environ["BATCH_MS"])
WHOLE = 256


def measure(operation, count):
    cpu = time.process_time_ns()
    wall = time.perf_counter_ns()
    operation(count)
    return time.perf_counter_ns() - wall, time.process_time_ns() - cpu


def serve(*operations):
    """Each does its work `count` times, in a loop of its own."""
    known = {operation.__name__: operation for operation in operations}
    counts = {}
    while name := sys.stdin.readline().strip():
        operation = known[name]
        if name not in counts:
            count, wall = WHOLE, 0
            while wall < 2 * BATCH:
                count *= 2
                wall, _ = measure(operation, count)
            counts[name] = (int(count * BATCH / wall) // WHOLE + 1) * WHOLE
        wall, cpu = measure(operation, counts[name])
        print(counts[name], wall, cpu, flush=True)
