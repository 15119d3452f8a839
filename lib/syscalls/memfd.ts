/** memfd_create(2). Its seals are commands of fcntl(2). */
import { native } from '../kernel/addon.js';
import type { Buf } from '../kernel/bytes.js';
import { check } from '../kernel/error.js';

/** The descriptor closes on execve. memfd_create(2) */
export const MFD_CLOEXEC = 0x1;
/** Allow seals: fcntl with F_ADD_SEALS. memfd_create(2) */
export const MFD_ALLOW_SEALING = 0x2;
/** Of huge pages. Linux 4.14. memfd_create(2) */
export const MFD_HUGETLB = 0x4;
/** Not executable, and sealed so: F_SEAL_EXEC. Allows seals. Linux 6.3. memfd_create(2) */
export const MFD_NOEXEC_SEAL = 0x8;
/** Executable. Linux 6.3. memfd_create(2) */
export const MFD_EXEC = 0x10;
/** Where in `flags` the logarithm of the size of huge pages begins. Linux 4.14. memfd_create(2) */
export const MFD_HUGE_SHIFT = 26;
/** How many bits that has, before it is shifted. Linux 4.14. memfd_create(2) */
export const MFD_HUGE_MASK = 0x3f;
/** Huge pages of 64 KiB. Linux 4.14. */
export const MFD_HUGE_64KB = 0x4000_0000;
/** Huge pages of 512 KiB. Linux 4.14. */
export const MFD_HUGE_512KB = 0x4c00_0000;
/** Huge pages of 1 MiB. Linux 4.14. */
export const MFD_HUGE_1MB = 0x5000_0000;
/** Huge pages of 2 MiB. Linux 4.14. */
export const MFD_HUGE_2MB = 0x5400_0000;
/** Huge pages of 8 MiB. Linux 4.14. */
export const MFD_HUGE_8MB = 0x5c00_0000;
/** Huge pages of 16 MiB. Linux 4.14. */
export const MFD_HUGE_16MB = 0x6000_0000;
/** Huge pages of 32 MiB. Linux 4.14. */
export const MFD_HUGE_32MB = 0x6400_0000;
/** Huge pages of 256 MiB. Linux 4.14. */
export const MFD_HUGE_256MB = 0x7000_0000;
/** Huge pages of 512 MiB. Linux 4.14. */
export const MFD_HUGE_512MB = 0x7400_0000;
/** Huge pages of 1 GiB. Linux 4.14. */
export const MFD_HUGE_1GB = 0x7800_0000;
/** Huge pages of 2 GiB. Linux 4.14. */
export const MFD_HUGE_2GB = 0x7c00_0000;
/** Huge pages of 16 GiB. Linux 4.14. */
export const MFD_HUGE_16GB = 0x8800_0000;

/**
 * memfd_create(2) — open a file in memory, which no directory has.
 *
 *     int memfd_create(const char *name, unsigned int flags)
 *
 * @param name   what /proc/self/fd shows after `memfd:`; at most 249 bytes, and several may have
 *               the same one
 * @param flags  MFD_CLOEXEC, MFD_ALLOW_SEALING, MFD_HUGETLB, MFD_NOEXEC_SEAL, MFD_EXEC
 * @throws       EINVAL · EMFILE · ENFILE · ENOMEM · EACCES vm.memfd_noexec asks for MFD_NOEXEC_SEAL
 *
 * Since Linux 3.17. https://man7.org/linux/man-pages/man2/memfd_create.2.html
 */
export function memfd_create(name: string | Buf, flags = 0): number {
  return check(native.memfd_create(name, flags), 'memfd_create');
}
