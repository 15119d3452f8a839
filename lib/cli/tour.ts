/** `sockfd tour`. */
import { renderText } from './render.js';
import { report } from './report.js';

/** Makes the tour, prints it, and returns the exit status: 1 when a state was not observed. */
export function tour(json: boolean): number {
  const result = report();
  process.stdout.write(json ? `${JSON.stringify(result, null, 2)}\n` : renderText(result));
  return result.missing.length === 0 ? 0 : 1;
}
