/** What is known of each socket option, and whether this kernel has it. */
import { ENOPROTOOPT, EOPNOTSUPP, EPERM, EACCES } from '../kernel/errno.js';
import * as errno from '../kernel/errno.js';
import { errnoName, SystemError } from '../kernel/error.js';
import { int32 } from '../kernel/validate.js';
import { kernelVersion } from '../kernel/version.js';
import { AF_INET, AF_INET6, AF_UNIX } from '../structs/family.js';
import { IPPROTO_ICMP, IPPROTO_IP, IPPROTO_IPV6, IPPROTO_RAW, IPPROTO_TCP, IPPROTO_UDP } from '../structs/ip.js';
import type { Capability, Option } from '../structs/option.js';
import { type Level, options } from '../structs/options.js';
import { SOL_SOCKET } from '../structs/socket.js';
import * as raw from '../syscalls/raw.js';
import { SOCK_DGRAM, SOCK_RAW, SOCK_STREAM } from '../syscalls/socket.js';
