/** sockfd/testing — real sockets in every TCP state, for tests of what meets them. */
export { type HeldState, type HeldStateName, heldStates, holdState } from './testing/hold.js';
export { type Observation, waitForState } from './testing/observe.js';
export type { LoopbackAddr } from './testing/paths.js';
