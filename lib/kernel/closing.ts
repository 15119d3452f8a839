/**
 * Word of descriptors that are closed, from the calls that close them to who waits for some of
 * them. Nobody listens until something waits.
 */
export const closing: {
  /** Called just before `fd` is closed: it can still be named to the kernel. */
  before?: (fd: number) => void;
  /** Called when the descriptors from `first` to `last` were closed, and may be others by now. */
  after?: (first: number, last: number) => void;
} = {};
