/** Fragments of device memory that are given back: SO_DEVMEM_DONTNEED. */
import { Writer } from '../kernel/bytes.js';
import { object, typeError, uint32 } from '../kernel/validate.js';
import { request } from './option.js';

/** `struct dmabuf_token`, linux/uio.h: a run of fragments. */
export interface DmabufToken {
  /** token_start: the token of the first, as a control message told it. */
  start: number;
  /** token_count: how many there are. */
  count: number;
}

export const dmabuf_tokens = request<readonly DmabufToken[]>((value) => {
  if (!Array.isArray(value))
    throw typeError('value', 'must be an array of { start, count }', value);
  const writer = new Writer(value.length * 8);
  for (let i = 0; i < value.length; i++) {
    const { start, count } = object(value[i], `value[${i}]`);
    writer.u32(uint32(start, `value[${i}].start`)).u32(uint32(count, `value[${i}].count`));
  }
  return writer.bytes;
});
