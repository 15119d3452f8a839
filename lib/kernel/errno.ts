/**
 * The error numbers of errno(3), positive as in C. Those that no socket call returns are here as
 * well, so that every number has a name.
 */

/** The caller lacks the privilege. */
export const EPERM = 1;
/** No such file or directory. */
export const ENOENT = 2;
/** No such process. */
export const ESRCH = 3;
/** A signal arrived before anything was done. */
export const EINTR = 4;
/** Input or output failed. */
export const EIO = 5;
/** No such device or address. */
export const ENXIO = 6;
/** The argument list is too long. */
export const E2BIG = 7;
/** The file cannot be executed. */
export const ENOEXEC = 8;
/** Not an open file descriptor, or not open for this. */
export const EBADF = 9;
/** No child process to wait for. */
export const ECHILD = 10;
/** Nothing to do right now on a non-blocking descriptor; also a passing shortage. */
export const EAGAIN = 11;
/** Not enough memory. */
export const ENOMEM = 12;
/** Permission denied by file modes or a security policy. */
export const EACCES = 13;
/** A pointer leads outside the memory of the process. */
export const EFAULT = 14;
/** A block device is required. */
export const ENOTBLK = 15;
/** In use. */
export const EBUSY = 16;
/** Exists already. */
export const EEXIST = 17;
/** A link across file systems. */
export const EXDEV = 18;
/** No such device. */
export const ENODEV = 19;
/** Not a directory. */
export const ENOTDIR = 20;
/** A directory. */
export const EISDIR = 21;
/** An argument, or the state it meets, makes no sense. */
export const EINVAL = 22;
/** The system has too many open files. */
export const ENFILE = 23;
/** The process has too many open file descriptors (RLIMIT_NOFILE). */
export const EMFILE = 24;
/** The ioctl does not suit this descriptor. */
export const ENOTTY = 25;
/** The program file is being executed or written. */
export const ETXTBSY = 26;
/** The file would grow too large. */
export const EFBIG = 27;
/** No space left, or a limit of the kernel is used up. */
export const ENOSPC = 28;
/** A pipe or socket has no position to seek. */
export const ESPIPE = 29;
/** The file system is read-only. */
export const EROFS = 30;
/** Too many links. */
export const EMLINK = 31;
/** Nobody can read what is written; SIGPIPE comes with it unless MSG_NOSIGNAL. */
export const EPIPE = 32;
/** An argument of a mathematical function is outside its domain. */
export const EDOM = 33;
/** The result does not fit the memory or the type given. */
export const ERANGE = 34;
/** Waiting would never end. */
export const EDEADLK = 35;
/** A file name is too long. */
export const ENAMETOOLONG = 36;
/** No file locks left. */
export const ENOLCK = 37;
/** The kernel has no such system call. */
export const ENOSYS = 38;
/** The directory is not empty. */
export const ENOTEMPTY = 39;
/** Too many symbolic links on the way, or epoll descriptors that watch each other. */
export const ELOOP = 40;
/** Another name of EAGAIN. */
export const EWOULDBLOCK = 11;
/** No message of the wanted type. */
export const ENOMSG = 42;
/** The identifier was removed. */
export const EIDRM = 43;
/** The channel number is out of range. */
export const ECHRNG = 44;
/** Level 2 is not synchronized. */
export const EL2NSYNC = 45;
/** Level 3 is halted. */
export const EL3HLT = 46;
/** Level 3 was reset. */
export const EL3RST = 47;
/** The link number is out of range. */
export const ELNRNG = 48;
/** No protocol driver is attached. */
export const EUNATCH = 49;
/** No CSI structure is available. */
export const ENOCSI = 50;
/** Level 2 is halted. */
export const EL2HLT = 51;
/** Invalid exchange. */
export const EBADE = 52;
/** Invalid request descriptor. */
export const EBADR = 53;
/** The exchange is full. */
export const EXFULL = 54;
/** No anode. */
export const ENOANO = 55;
/** Invalid request code. */
export const EBADRQC = 56;
/** Invalid slot. */
export const EBADSLT = 57;
/** Another name of EDEADLK. */
export const EDEADLOCK = 35;
/** The font file has a bad format. */
export const EBFONT = 59;
/** Not a STREAMS device. */
export const ENOSTR = 60;
/** No data there. */
export const ENODATA = 61;
/** A timer ran out. */
export const ETIME = 62;
/** No STREAMS resources left. */
export const ENOSR = 63;
/** The machine is not on the network. */
export const ENONET = 64;
/** A package is not installed. */
export const ENOPKG = 65;
/** The object is remote. */
export const EREMOTE = 66;
/** The link was cut. */
export const ENOLINK = 67;
/** Advertise error. */
export const EADV = 68;
/** Srmount error. */
export const ESRMNT = 69;
/** Communication failed while sending. */
export const ECOMM = 70;
/** The protocol was violated. */
export const EPROTO = 71;
/** Several hops were attempted. */
export const EMULTIHOP = 72;
/** RFS-specific error. */
export const EDOTDOT = 73;
/** The message is damaged (TLS: it does not authenticate). */
export const EBADMSG = 74;
/** Another name of EBADMSG, for file systems. */
export const EFSBADCRC = 74;
/** The value is too large for its type. */
export const EOVERFLOW = 75;
/** The name is not unique on the network. */
export const ENOTUNIQ = 76;
/** The descriptor is in a state that does not allow this. */
export const EBADFD = 77;
/** The remote address changed. */
export const EREMCHG = 78;
/** A shared library cannot be accessed. */
export const ELIBACC = 79;
/** A shared library is damaged. */
export const ELIBBAD = 80;
/** The .lib section of an a.out file is damaged. */
export const ELIBSCN = 81;
/** Too many shared libraries. */
export const ELIBMAX = 82;
/** A shared library cannot be executed by itself. */
export const ELIBEXEC = 83;
/** Invalid byte sequence. */
export const EILSEQ = 84;
/** The call should be restarted; the kernel keeps this one to itself. */
export const ERESTART = 85;
/** STREAMS pipe error. */
export const ESTRPIPE = 86;
/** Too many users. */
export const EUSERS = 87;
/** The descriptor is not a socket. */
export const ENOTSOCK = 88;
/** A destination address is required: the socket has no peer. */
export const EDESTADDRREQ = 89;
/** The message is too long to be sent whole. */
export const EMSGSIZE = 90;
/** The protocol does not suit the socket type. */
export const EPROTOTYPE = 91;
/** No such option at this level. */
export const ENOPROTOOPT = 92;
/** No such protocol in this family. */
export const EPROTONOSUPPORT = 93;
/** No such socket type in this family. */
export const ESOCKTNOSUPPORT = 94;
/** The socket has no such operation. */
export const EOPNOTSUPP = 95;
/** Another name of EOPNOTSUPP, in the C library. */
export const ENOTSUP = 95;
/** No such protocol family. */
export const EPFNOSUPPORT = 96;
/** No such address family, or not the one of this socket. */
export const EAFNOSUPPORT = 97;
/** The address is taken. */
export const EADDRINUSE = 98;
/** No interface has this address, or all ephemeral ports are taken. */
export const EADDRNOTAVAIL = 99;
/** The network interface is down. */
export const ENETDOWN = 100;
/** No route to that network. */
export const ENETUNREACH = 101;
/** Keepalive probes failed on the connection. */
export const ENETRESET = 102;
/** The connection was aborted on this side, or before it was accepted. */
export const ECONNABORTED = 103;
/** The peer reset the connection. */
export const ECONNRESET = 104;
/** No buffer space. */
export const ENOBUFS = 105;
/** The socket is connected already. */
export const EISCONN = 106;
/** The socket is not connected. */
export const ENOTCONN = 107;
/** The socket was shut down for sending. */
export const ESHUTDOWN = 108;
/** Too many descriptors in flight over Unix sockets. */
export const ETOOMANYREFS = 109;
/** The peer did not answer in time. */
export const ETIMEDOUT = 110;
/** Nobody listens there. */
export const ECONNREFUSED = 111;
/** The host is down. */
export const EHOSTDOWN = 112;
/** No route to that host. */
export const EHOSTUNREACH = 113;
/** A connect is under way already. */
export const EALREADY = 114;
/** The connect has begun and goes on in the background. */
export const EINPROGRESS = 115;
/** The file handle is stale. */
export const ESTALE = 116;
/** The structure needs cleaning. */
export const EUCLEAN = 117;
/** Another name of EUCLEAN, for file systems. */
export const EFSCORRUPTED = 117;
/** Not a XENIX named type file. */
export const ENOTNAM = 118;
/** No XENIX semaphores there. */
export const ENAVAIL = 119;
/** A named type file. */
export const EISNAM = 120;
/** Input or output failed on the remote side. */
export const EREMOTEIO = 121;
/** The quota is used up. */
export const EDQUOT = 122;
/** No medium in the drive. */
export const ENOMEDIUM = 123;
/** The wrong kind of medium. */
export const EMEDIUMTYPE = 124;
/** The operation was cancelled. */
export const ECANCELED = 125;
/** The required key is missing. */
export const ENOKEY = 126;
/** The key has expired. */
export const EKEYEXPIRED = 127;
/** The key was revoked. */
export const EKEYREVOKED = 128;
/** The key was rejected. */
export const EKEYREJECTED = 129;
/** The owner of a robust mutex died. */
export const EOWNERDEAD = 130;
/** The state of a robust mutex cannot be recovered. */
export const ENOTRECOVERABLE = 131;
/** The radio is switched off. Linux 2.6.31. */
export const ERFKILL = 132;
/** The memory page has a hardware error. Linux 2.6.32. */
export const EHWPOISON = 133;
/** The wrong kind of file for this. Linux 7. */
export const EFTYPE = 134;
