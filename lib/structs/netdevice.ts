/**
 * The requests of ioctl(2) to sockets and network interfaces. netdevice(7), socket(7), tcp(7)
 */

/** Bytes that can be read; of UDP, of the next datagram. int. tcp(7), udp(7) */
export const FIONREAD = 0x541b;
/** Non-blocking, or not. int. */
export const FIONBIO = 0x5421;
/** Stay open over execve(2). */
export const FIONCLEX = 0x5450;
/** Close at execve(2). */
export const FIOCLEX = 0x5451;
/** Send SIGIO when ready, or not. int. socket(7) */
export const FIOASYNC = 0x5452;

/** Who gets SIGIO and SIGURG: a process, or a group if negative. int. socket(7) */
export const FIOSETOWN = 0x8901;
/** The same as FIOSETOWN. int. socket(7) */
export const SIOCSPGRP = 0x8902;
/** Who gets SIGIO and SIGURG. int. socket(7) */
export const FIOGETOWN = 0x8903;
/** The same as FIOGETOWN. int. socket(7) */
export const SIOCGPGRP = 0x8904;
/** Is the next byte the urgent one? int 0/1. tcp(7) */
export const SIOCATMARK = 0x8905;
/** The number of SIOCGSTAMP with a timeval of two C longs. Linux 5.1. */
export const SIOCGSTAMP_OLD = 0x8906;
/** The number of SIOCGSTAMPNS with a timespec of two C longs. Linux 5.1. */
export const SIOCGSTAMPNS_OLD = 0x8907;

/** Another name of FIONREAD. tcp(7) */
export const SIOCINQ = 21531;
/** Bytes in the send queue, unsent or unacknowledged. int. tcp(7) */
export const SIOCOUTQ = 21521;
/** SIOCGSTAMP with 64-bit time on every machine. Linux 5.1. */
export const SIOCGSTAMP_NEW = 2148567302;
/** SIOCGSTAMPNS with 64-bit time on every machine. Linux 5.1. */
export const SIOCGSTAMPNS_NEW = 2148567303;
/** When the last packet came. timeval. socket(7) */
export const SIOCGSTAMP = 35078;
/** When the last packet came. timespec. */
export const SIOCGSTAMPNS = 35079;

/** Add a route. */
export const SIOCADDRT = 0x890b;
/** Delete a route. */
export const SIOCDELRT = 0x890c;
/** Unused. */
export const SIOCRTMSG = 0x890d;

/** The name of an interface. netdevice(7) */
export const SIOCGIFNAME = 0x8910;
/** Nothing. */
export const SIOCSIFLINK = 0x8911;
/**
 * The interfaces and their addresses. `ioctl` refuses it, as its structure holds an address of
 * memory: `os.networkInterfaces` tells the same. netdevice(7)
 */
export const SIOCGIFCONF = 0x8912;
/** Get IFF_* flags. netdevice(7) */
export const SIOCGIFFLAGS = 0x8913;
/** Set IFF_* flags. netdevice(7) */
export const SIOCSIFFLAGS = 0x8914;
/** Get the address. netdevice(7) */
export const SIOCGIFADDR = 0x8915;
/** Set the address. netdevice(7) */
export const SIOCSIFADDR = 0x8916;
/** Get the peer of a point-to-point link. netdevice(7) */
export const SIOCGIFDSTADDR = 0x8917;
/** Set the peer of a point-to-point link. netdevice(7) */
export const SIOCSIFDSTADDR = 0x8918;
/** Get the broadcast address. netdevice(7) */
export const SIOCGIFBRDADDR = 0x8919;
/** Set the broadcast address. netdevice(7) */
export const SIOCSIFBRDADDR = 0x891a;
/** Get the netmask. netdevice(7) */
export const SIOCGIFNETMASK = 0x891b;
/** Set the netmask. netdevice(7) */
export const SIOCSIFNETMASK = 0x891c;
/** Get the metric; always 0. netdevice(7) */
export const SIOCGIFMETRIC = 0x891d;
/** Set the metric; not implemented. netdevice(7) */
export const SIOCSIFMETRIC = 0x891e;
/** Get the memory address; not implemented. */
export const SIOCGIFMEM = 0x891f;
/** Set the memory address; not implemented. */
export const SIOCSIFMEM = 0x8920;
/** Get the MTU, bytes. netdevice(7) */
export const SIOCGIFMTU = 0x8921;
/** Set the MTU, bytes. netdevice(7) */
export const SIOCSIFMTU = 0x8922;
/** Rename an interface. netdevice(7) */
export const SIOCSIFNAME = 0x8923;
/** Set the hardware address. netdevice(7) */
export const SIOCSIFHWADDR = 0x8924;
/** Get the encapsulation. */
export const SIOCGIFENCAP = 0x8925;
/** Set the encapsulation. */
export const SIOCSIFENCAP = 0x8926;
/** Get the hardware address. netdevice(7) */
export const SIOCGIFHWADDR = 0x8927;
/** Get the slave device. */
export const SIOCGIFSLAVE = 0x8929;
/** Set the slave device. */
export const SIOCSIFSLAVE = 0x8930;
/** Hear a link-layer multicast address. netdevice(7) */
export const SIOCADDMULTI = 0x8931;
/** Ignore it again. netdevice(7) */
export const SIOCDELMULTI = 0x8932;
/** The index of an interface. netdevice(7) */
export const SIOCGIFINDEX = 0x8933;
/** A misspelt name of SIOCGIFINDEX. */
export const SIOGIFINDEX = 35123;
/** Set private flags. netdevice(7) */
export const SIOCSIFPFLAGS = 0x8934;
/** Get private flags. netdevice(7) */
export const SIOCGIFPFLAGS = 0x8935;
/** Delete an address. */
export const SIOCDIFADDR = 0x8936;
/** Set the link-layer broadcast address. netdevice(7) */
export const SIOCSIFHWBROADCAST = 0x8937;
/** The number of interfaces; not implemented. */
export const SIOCGIFCOUNT = 0x8938;
/** Ask the bridges. */
export const SIOCGIFBR = 0x8940;
/** Change the bridges. */
export const SIOCSIFBR = 0x8941;
/** Get the length of the transmit queue, packets. netdevice(7) */
export const SIOCGIFTXQLEN = 0x8942;
/** Set the length of the transmit queue, packets. netdevice(7) */
export const SIOCSIFTXQLEN = 0x8943;
/** Settings of the driver. */
export const SIOCETHTOOL = 0x8946;
/** The address of the MII transceiver. */
export const SIOCGMIIPHY = 0x8947;
/** Read a register of it. */
export const SIOCGMIIREG = 0x8948;
/** Write a register of it. */
export const SIOCSMIIREG = 0x8949;
/** Settings of a WAN device. */
export const SIOCWANDEV = 0x894a;
/** Bytes in the send queue that were never sent. int. */
export const SIOCOUTQNSD = 0x894b;
/** A descriptor of the network namespace of the socket; to be closed. Linux 4.10. */
export const SIOCGSKNS = 0x894c;

/** Delete an ARP entry. arp(7) */
export const SIOCDARP = 0x8953;
/** Get an ARP entry. arp(7) */
export const SIOCGARP = 0x8954;
/** Set an ARP entry. arp(7) */
export const SIOCSARP = 0x8955;

/** Delete a RARP entry. */
export const SIOCDRARP = 0x8960;
/** Get a RARP entry. */
export const SIOCGRARP = 0x8961;
/** Set a RARP entry. */
export const SIOCSRARP = 0x8962;

/** Get the hardware parameters. netdevice(7) */
export const SIOCGIFMAP = 0x8970;
/** Set the hardware parameters. netdevice(7) */
export const SIOCSIFMAP = 0x8971;

/** Create a DLCI device. */
export const SIOCADDDLCI = 0x8980;
/** Delete a DLCI device. */
export const SIOCDELDLCI = 0x8981;

/** Ask about a VLAN. */
export const SIOCGIFVLAN = 0x8982;
/** Change a VLAN. */
export const SIOCSIFVLAN = 0x8983;

/** Take a device into a bond. */
export const SIOCBONDENSLAVE = 0x8990;
/** Release it. */
export const SIOCBONDRELEASE = 0x8991;
/** Set the hardware address of a bond. */
export const SIOCBONDSETHWADDR = 0x8992;
/** Ask about a device of a bond. */
export const SIOCBONDSLAVEINFOQUERY = 0x8993;
/** Ask about a bond. */
export const SIOCBONDINFOQUERY = 0x8994;
/** Change the active device of a bond. */
export const SIOCBONDCHANGEACTIVE = 0x8995;

/** Create a bridge. */
export const SIOCBRADDBR = 0x89a0;
/** Delete a bridge. */
export const SIOCBRDELBR = 0x89a1;
/** Take a device into a bridge. */
export const SIOCBRADDIF = 0x89a2;
/** Remove it from the bridge. */
export const SIOCBRDELIF = 0x89a3;

/** Set hardware timestamping. */
export const SIOCSHWTSTAMP = 0x89b0;
/** Get hardware timestamping. Linux 3.14. */
export const SIOCGHWTSTAMP = 0x89b1;

/** The first of 16 requests that each driver defines. */
export const SIOCDEVPRIVATE = 0x89f0;
/** The first of 16 requests that each protocol defines. */
export const SIOCPROTOPRIVATE = 0x89e0;

/** Of SIOCGIFFLAGS and SIOCSIFFLAGS. The interface is up; setting it brings it up. netdevice(7) */
export const IFF_UP = 0x1;
/** It has a broadcast address. netdevice(7) */
export const IFF_BROADCAST = 0x2;
/** The driver's debugging is on. netdevice(7) */
export const IFF_DEBUG = 0x4;
/** It leads back to this machine. netdevice(7) */
export const IFF_LOOPBACK = 0x8;
/** It has one other end. netdevice(7) */
export const IFF_POINTOPOINT = 0x10;
/** No trailers. netdevice(7) */
export const IFF_NOTRAILERS = 0x20;
/** It can carry packets. netdevice(7) */
export const IFF_RUNNING = 0x40;
/** No ARP. netdevice(7) */
export const IFF_NOARP = 0x80;
/** It receives all packets, whoever they are for. netdevice(7) */
export const IFF_PROMISC = 0x100;
/** It receives all multicast packets. netdevice(7) */
export const IFF_ALLMULTI = 0x200;
/** It spreads packets over others. netdevice(7) */
export const IFF_MASTER = 0x400;
/** It is one of those. netdevice(7) */
export const IFF_SLAVE = 0x800;
/** It can do multicast. netdevice(7) */
export const IFF_MULTICAST = 0x1000;
/** Its medium can be chosen. netdevice(7) */
export const IFF_PORTSEL = 0x2000;
/** Its medium is chosen by itself. netdevice(7) */
export const IFF_AUTOMEDIA = 0x4000;
/** Its addresses are lost when it goes down. netdevice(7) */
export const IFF_DYNAMIC = 0x8000;
/** There is a carrier. rtnetlink only: an ifreq has 16 bits. netdevice(7) */
export const IFF_LOWER_UP = 0x10000;
/** It waits for something outside. rtnetlink only. netdevice(7) */
export const IFF_DORMANT = 0x20000;
/** What is sent comes back, too. rtnetlink only. netdevice(7) */
export const IFF_ECHO = 0x40000;

/** Make an interface of /dev/net/tun, or join one: its struct ifreq. Needs CAP_NET_ADMIN. */
export const TUNSETIFF = 0x400454ca;
/** Of TUNSETIFF: packets of IP. */
export const IFF_TUN = 0x1;
/** Of TUNSETIFF: Ethernet frames. */
export const IFF_TAP = 0x2;
/** Of TUNSETIFF: nothing in front of them. */
export const IFF_NO_PI = 0x1000;
