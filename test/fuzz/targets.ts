/** Every decoder, and what it is held to. */

import { addressTargets } from './addresses.js';
import { eventTargets } from './events.js';
import { headerTargets } from './headers.js';
import { messageTargets } from './messages.js';
import { optionTargets } from './options.js';
import type { Target } from './oracle.js';

export const targets: readonly Target[] = [
  ...messageTargets,
  ...eventTargets,
  ...optionTargets,
  ...headerTargets,
  ...addressTargets,
];
