/** The signals that end waiting. Of what class they are does not matter, as it does not to Node. */
import { typeError } from '../kernel/validate.js';

/** What a signal has, also one of another realm (jsdom), or of a library. */
export function isSignal(value: unknown): value is AbortSignal {
  if (typeof value !== 'object' || value === null) return false;
  const { aborted, addEventListener, removeEventListener } = value as Partial<AbortSignal>;
  return (
    typeof aborted === 'boolean' &&
    typeof addEventListener === 'function' &&
    typeof removeEventListener === 'function'
  );
}

/** The signal that was given, if any. */
export function signalOf(signal: unknown): AbortSignal | undefined {
  if (signal === undefined || isSignal(signal)) return signal;
  throw typeError('options.signal', 'must be an AbortSignal', signal);
}

/** Why a signal is aborted. Those of older libraries give no reason. */
export function reasonOf({ reason }: AbortSignal): unknown {
  if (reason !== undefined) return reason;
  return new DOMException('This operation was aborted', 'AbortError');
}

export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw reasonOf(signal);
}

/** A signal that is aborted when one of the two is, of which the first is Node's. */
export function either(own: AbortSignal, other: AbortSignal): AbortSignal {
  return AbortSignal.any([own, other instanceof AbortSignal ? other : follower(other, own)]);
}

/** A signal of Node's that is aborted when `leader` is. Of no use any more when `ended` is. */
function follower(leader: AbortSignal, ended: AbortSignal): AbortSignal {
  if (leader.aborted) return AbortSignal.abort(reasonOf(leader));
  const controller = new AbortController();
  const abort = (): void => controller.abort(reasonOf(leader));
  leader.addEventListener('abort', abort);
  ended.addEventListener('abort', () => leader.removeEventListener('abort', abort));
  return controller.signal;
}
