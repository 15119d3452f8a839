#!/usr/bin/env node
/** The `sockfd` command. */
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';

const usage = `Usage: sockfd tour [--json]

  tour         take real TCP connections through all eleven states of RFC 9293
               on loopback, and show each state as the kernel tells it

  --json       one JSON object instead of text
  --help       this text
  --version    the version

The exit status of tour is 1 when a state was not observed.
`;

interface Arguments {
  command: string | undefined;
  json: boolean;
  help: boolean;
  version: boolean;
}

function read(argv: string[]): Arguments {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false, short: 'h' },
      version: { type: 'boolean', default: false, short: 'v' },
    },
  });
  if (positionals.length > 1) throw new Error(`Unexpected argument '${positionals[1]}'`);
  return { command: positionals[0], ...values };
}

async function main(argv: string[]): Promise<number> {
  const { command, json, help, version } = read(argv);
  if (version) {
    const { version: number } = createRequire(import.meta.url)('../../package.json') as {
      version: string;
    };
    process.stdout.write(`${number}\n`);
    return 0;
  }
  if (help || command === undefined) {
    (help ? process.stdout : process.stderr).write(usage);
    return help ? 0 : 2;
  }
  if (command !== 'tour') throw new Error(`Unknown command '${command}'`);
  // Only now: help and version need no addon.
  const { tour } = await import('./tour.js');
  return tour(json);
}

// A reader that has seen enough (`sockfd tour | head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`sockfd: ${(error as Error).message}\n`);
  process.exitCode = 2;
}
