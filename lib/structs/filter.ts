/**
 * Classic BPF: programs that decide about packets, for SO_ATTACH_FILTER and its like. The manual is
 * Documentation/networking/filter.rst of the kernel, and bpf(4) of the BSDs; `tcpdump -d` writes
 * programs.
 *
 * The accumulator A and the register X have 32 bits; a program ends with the number of bytes of the
 * packet to let pass, of which 0 drops it.
 */
import { integer, uint16 } from '../kernel/validate.js';
import { instructionWord, type SockFilter } from './sock_filter.js';

/** A class of instructions: load A. */
export const BPF_LD = 0x00;
/** A class of instructions: load X. */
export const BPF_LDX = 0x01;
/** A class of instructions: store A in a word of scratch memory. */
export const BPF_ST = 0x02;
/** A class of instructions: store X in a word of scratch memory. */
export const BPF_STX = 0x03;
/** A class of instructions: compute with A, and X or k. */
export const BPF_ALU = 0x04;
/** A class of instructions: jump forward, by jt or jf instructions. */
export const BPF_JMP = 0x05;
/** A class of instructions: end with a number of bytes. */
export const BPF_RET = 0x06;
/** A class of instructions: copy A to X, or X to A. */
export const BPF_MISC = 0x07;

/** How much is loaded: 32 bits, of network byte order. */
export const BPF_W = 0x00;
/** How much is loaded: 16 bits, of network byte order. */
export const BPF_H = 0x08;
/** How much is loaded: 8 bits. */
export const BPF_B = 0x10;

/** What is loaded: k itself. */
export const BPF_IMM = 0x00;
/** What is loaded: the packet at k. */
export const BPF_ABS = 0x20;
/** What is loaded: the packet at X + k. */
export const BPF_IND = 0x40;
/** What is loaded: word k of scratch memory. */
export const BPF_MEM = 0x60;
/** What is loaded: the length of the packet. */
export const BPF_LEN = 0x80;
/** What is loaded into X: 4 times the low 4 bits at k, the length of an IPv4 header. */
export const BPF_MSH = 0xa0;

/** A computation: A + operand. */
export const BPF_ADD = 0x00;
/** A computation: A - operand. */
export const BPF_SUB = 0x10;
/** A computation: A * operand. */
export const BPF_MUL = 0x20;
/** A computation: A / operand; by 0, the program ends with 0. */
export const BPF_DIV = 0x30;
/** A computation: A | operand. */
export const BPF_OR = 0x40;
/** A computation: A & operand. */
export const BPF_AND = 0x50;
/** A computation: A << operand. */
export const BPF_LSH = 0x60;
/** A computation: A >> operand. */
export const BPF_RSH = 0x70;
/** A computation: -A. */
export const BPF_NEG = 0x80;
/** A computation: A % operand. Linux 3.7. */
export const BPF_MOD = 0x90;
/** A computation: A ^ operand. Linux 3.7. */
export const BPF_XOR = 0xa0;

/** A jump: by k instructions, always. */
export const BPF_JA = 0x00;
/** A jump: if A == operand. */
export const BPF_JEQ = 0x10;
/** A jump: if A > operand, unsigned. */
export const BPF_JGT = 0x20;
/** A jump: if A >= operand, unsigned. */
export const BPF_JGE = 0x30;
/** A jump: if A & operand. */
export const BPF_JSET = 0x40;

/** The operand, or what is returned: k. */
export const BPF_K = 0x00;
/** The operand, or what is returned: X. */
export const BPF_X = 0x08;
/** What is returned: A. */
export const BPF_A = 0x10;

/** BPF_MISC: copy A to X. */
export const BPF_TAX = 0x00;
/** BPF_MISC: copy X to A. */
export const BPF_TXA = 0x80;

/** The most instructions that a program may have. */
export const BPF_MAXINSNS = 4096;
/** How many words of scratch memory there are. */
export const BPF_MEMWORDS = 16;

/** Loads from here on are not of the packet but about it: add one of SKF_AD_*. */
export const SKF_AD_OFF = -0x1000;
/** The protocol of the packet, such as ETH_P_IP. */
export const SKF_AD_PROTOCOL = 0;
/** PACKET_HOST, PACKET_OUTGOING, … */
export const SKF_AD_PKTTYPE = 4;
/** The number of the interface. */
export const SKF_AD_IFINDEX = 8;
/** Where the netlink attribute of type X is, from A on. */
export const SKF_AD_NLATTR = 12;
/** The same, within an attribute. */
export const SKF_AD_NLATTR_NEST = 16;
/** SO_MARK. */
export const SKF_AD_MARK = 20;
/** The queue of the device. */
export const SKF_AD_QUEUE = 24;
/** The type of the device, ARPHRD_*. */
export const SKF_AD_HATYPE = 28;
/** The hash of addresses and ports. */
export const SKF_AD_RXHASH = 32;
/** The CPU that runs the program. */
export const SKF_AD_CPU = 36;
/** A ^ X, from before there was BPF_XOR. */
export const SKF_AD_ALU_XOR_X = 40;
/** The VLAN tag. Linux 3.8. */
export const SKF_AD_VLAN_TAG = 44;
/** Is there a VLAN tag? Linux 3.8. */
export const SKF_AD_VLAN_TAG_PRESENT = 48;
/** Where the data behind the headers begins. Linux 3.10. */
export const SKF_AD_PAY_OFFSET = 52;
/** A random number. Linux 3.16. */
export const SKF_AD_RANDOM = 56;
/** The protocol of the VLAN tag. Linux 4.1. */
export const SKF_AD_VLAN_TPID = 60;
/** Past the last of SKF_AD_*. */
export const SKF_AD_MAX = 64;
/** Loads from here on begin with the network header, wherever the packet does. */
export const SKF_NET_OFF = -0x100000;
/** Loads from here on begin with the link-layer header. */
export const SKF_LL_OFF = -0x200000;

/** An instruction that does not jump, as the C macro makes it. `k` may be negative. */
export function BPF_STMT(code: number, k: number): SockFilter {
  return { code: uint16(code, 'code'), jt: 0, jf: 0, k: instructionWord(k, 'k') };
}

/** A jump, as the C macro makes it. `k` may be negative. */
export function BPF_JUMP(code: number, k: number, jt: number, jf: number): SockFilter {
  return {
    code: uint16(code, 'code'),
    jt: integer(jt, 'jt', 0, 255),
    jf: integer(jf, 'jf', 0, 255),
    k: instructionWord(k, 'k'),
  };
}
