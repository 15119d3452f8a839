/** The values of CAN_RAW options. */
import { Writer } from '../kernel/bytes.js';
import { integer, object, rangeError, typeError, uint32 } from '../kernel/validate.js';
import { isList } from './header.js';
import { type Kind, kind } from './option.js';

/** The most filters that a socket may have. */
export const CAN_RAW_FILTER_MAX = 512;

/** `struct can_filter`, linux/can.h: a frame matches when its bits in `mask` are those of `id`. */
export interface CanFilter {
  /** can_id: with CAN_EFF_FLAG, CAN_RTR_FLAG, and CAN_INV_FILTER to turn it round. */
  id: number;
  /** can_mask: the bits that matter, and those of the flags. */
  mask: number;
}

const FILTER = 8;

export const can_filters: Kind<CanFilter[], readonly CanFilter[]> = kind(
  FILTER * CAN_RAW_FILTER_MAX,
  (r, length) =>
    Array.from({ length: Math.floor(length / FILTER) }, () => ({ id: r.u32(), mask: r.u32() })),
  (value) => {
    if (!isList(value)) throw typeError('value', 'must be an array of filters', value);
    if (value.length > CAN_RAW_FILTER_MAX) {
      throw rangeError('value', `must have at most ${CAN_RAW_FILTER_MAX} filters`, value.length);
    }
    const w = new Writer(FILTER * value.length);
    for (let i = 0; i < value.length; i++) {
      const { id, mask } = object(value[i], `value[${i}]`);
      w.u32(uint32(id, `value[${i}].id`)).u32(uint32(mask, `value[${i}].mask`));
    }
    return w.bytes;
  },
);

/** `struct can_raw_vcid_options`, linux/can/raw.h. */
export interface CanRawVcidOptions {
  /** flags: CAN_RAW_XL_VCID_* bits. */
  flags: number;
  /** tx_vcid: the virtual network of what is sent. */
  tx_vcid: number;
  /** rx_vcid: the virtual network of what is received. */
  rx_vcid: number;
  /** rx_vcid_mask: the bits of it that matter. */
  rx_vcid_mask: number;
}

export const can_raw_vcid_options: Kind<CanRawVcidOptions, CanRawVcidOptions> = kind(
  4,
  (r) => ({ flags: r.u8(), tx_vcid: r.u8(), rx_vcid: r.u8(), rx_vcid_mask: r.u8() }),
  (value) => {
    const fields = object(value, 'value');
    const u8 = (field: string): number => integer(fields[field], `value.${field}`, 0, 255);
    return new Writer(4).u8(u8('flags')).u8(u8('tx_vcid')).u8(u8('rx_vcid')).u8(u8('rx_vcid_mask'))
      .bytes;
  },
);
