// The C end of the pipe: reads names of operations, runs a batch, answers what it took. The first
// argument of the program is `threads` for a process with a second thread that sleeps, as every
// Node process has several, or `single`.
#pragma once

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct operation {
  const char* name;
  // Does its work `count` times, which is a multiple of kWhole.
  void (*run)(long count);
};

enum { kMaxOperations = 16, kWhole = 256 };

static void must(int condition, const char* what) {
  if (condition) return;
  // The runner looks for this word.
  fprintf(stderr, "Error: ");
  perror(what);
  exit(1);
}

static double now(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return 1e9 * (double)time.tv_sec + (double)time.tv_nsec;
}

static double measure(const struct operation* operation, long count, double* cpu) {
  double cpu_begin = now(CLOCK_PROCESS_CPUTIME_ID);
  double begin = now(CLOCK_MONOTONIC);
  operation->run(count);
  double wall = now(CLOCK_MONOTONIC) - begin;
  *cpu = now(CLOCK_PROCESS_CPUTIME_ID) - cpu_begin;
  return wall;
}

static void* sleep_on(void* unused) {
  for (;;) pause();
  return unused;
}

static void serve(const struct operation* operations, size_t known, int argc, char** argv) {
  pthread_t thread;
  if (argc > 1 && strcmp(argv[1], "threads") == 0) {
    must(pthread_create(&thread, NULL, sleep_on, NULL) == 0, "pthread_create");
  }
  must(known <= kMaxOperations, "too many operations");
  double batch = 1e6 * atof(getenv("BATCH_MS"));
  long counts[kMaxOperations] = {0};
  char line[64];
  while (fgets(line, sizeof line, stdin) != NULL) {
    line[strcspn(line, "\n")] = '\0';
    size_t i = 0;
    while (i < known && strcmp(operations[i].name, line) != 0) i++;
    must(i < known, line);
    double cpu, wall = 0;
    if (counts[i] == 0) {
      long count = kWhole;
      while (wall < 2 * batch) wall = measure(&operations[i], count *= 2, &cpu);
      counts[i] = ((long)((double)count * batch / wall) / kWhole + 1) * kWhole;
    }
    wall = measure(&operations[i], counts[i], &cpu);
    printf("%ld %.0f %.0f\n", counts[i], wall, cpu);
    fflush(stdout);
  }
}
