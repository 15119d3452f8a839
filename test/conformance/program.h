/* What the programs share. Addresses are received into sockaddr_storage, as sockfd does: the length
 * that is offered to the kernel is then the same. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

/* What lies between two of these is compared. */
static void mark(void) { close(-4242); }
