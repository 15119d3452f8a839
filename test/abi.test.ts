/**
 * The C compiler is the only witness for a constant's value and a structure's layout.
 *
 * It is asked with the headers that `.ci/kernel-headers` fetches, or else with the system's, which
 * may be too old to know everything: what they do not know is then skipped, by name.
 */
import { globSync, readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeSockaddr, encodeSockaddr } from '../lib/structs/sockaddr.js';
import { decodeTcpInfo } from '../lib/structs/tcp_info.js';
import { type Codec, codecs, tcpInfoGrowth } from './support/abi-codecs.js';
import { type Answers, askHeaders, isSame } from './support/abi-constants.js';
import { nativeNumbers } from './support/abi-native.js';
