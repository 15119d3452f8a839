/** The protocols of Bluetooth sockets, and what addresses are made of. bluetooth/bluetooth.h */

/** Protocol: channels of packets or streams, SOCK_SEQPACKET, SOCK_STREAM, SOCK_DGRAM, SOCK_RAW. */
export const BTPROTO_L2CAP = 0;
/** Protocol: the controller itself, SOCK_RAW. */
export const BTPROTO_HCI = 1;
/** Protocol: voice, SOCK_SEQPACKET. */
export const BTPROTO_SCO = 2;
/** Protocol: serial lines, SOCK_STREAM, SOCK_RAW. */
export const BTPROTO_RFCOMM = 3;
/** Protocol: Ethernet, SOCK_RAW, which takes ioctl(2) alone. */
export const BTPROTO_BNEP = 4;
/** Protocol: ISDN, SOCK_RAW, which takes ioctl(2) alone. */
export const BTPROTO_CMTP = 5;
/** Protocol: keyboards and mice, SOCK_RAW, which takes ioctl(2) alone. */
export const BTPROTO_HIDP = 6;
/** Protocol: audio and video; not in the kernel. */
export const BTPROTO_AVDTP = 7;
/** Protocol: isochronous channels of Bluetooth LE, SOCK_SEQPACKET. Linux 6.0. */
export const BTPROTO_ISO = 8;

/** The level of the options of BTPROTO_HCI. */
export const SOL_HCI = 0;
/** The level of the options of BTPROTO_L2CAP. */
export const SOL_L2CAP = 6;
/** The level of the options of BTPROTO_SCO. */
export const SOL_SCO = 17;
/** The level of the options of BTPROTO_RFCOMM. */
export const SOL_RFCOMM = 18;

/** l2_bdaddr_type: of classic Bluetooth. */
export const BDADDR_BREDR = 0x00;
/** l2_bdaddr_type: of Bluetooth LE, registered. Linux 3.5. */
export const BDADDR_LE_PUBLIC = 0x01;
/** l2_bdaddr_type: of Bluetooth LE, random. Linux 3.5. */
export const BDADDR_LE_RANDOM = 0x02;

/** A bdaddr_t: any. */
export const BDADDR_ANY = '00:00:00:00:00:00';
/** A bdaddr_t: all. */
export const BDADDR_ALL = 'FF:FF:FF:FF:FF:FF';
/** A bdaddr_t: this machine itself. */
export const BDADDR_LOCAL = 'FF:FF:FF:00:00:00';

/** hci_dev: no controller, of HCI_CHANNEL_MONITOR and HCI_CHANNEL_CONTROL. */
export const HCI_DEV_NONE = 0xffff;
/** hci_channel: packets of a controller, which the kernel uses too. */
export const HCI_CHANNEL_RAW = 0;
/** hci_channel: packets of a controller that is all the program's. Linux 3.13. */
export const HCI_CHANNEL_USER = 1;
/** hci_channel: what passes all controllers. Linux 3.4. */
export const HCI_CHANNEL_MONITOR = 2;
/** hci_channel: the management of controllers. Linux 2.6.37. */
export const HCI_CHANNEL_CONTROL = 3;
/** hci_channel: lines for those who monitor. Linux 4.7. */
export const HCI_CHANNEL_LOGGING = 4;
