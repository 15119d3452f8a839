"""Python's socket module; for the failing call ctypes, which like the raw calls raises nothing."""

import ctypes
import errno
import fcntl as fcntl_module
import socket
import struct

from serve import serve

buf = bytearray(64)
data = bytes(64)
a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
listener = socket.create_server(("127.0.0.1", 0))
tcp = socket.create_connection(listener.getsockname())
accepted, _ = listener.accept()
tcp.send(bytes(1000))
accepted.recv(1000)

libc = ctypes.CDLL(None, use_errno=True)
libc.recv.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
libc.recv.restype = ctypes.c_ssize_t
memory = ctypes.create_string_buffer(64)

# struct tcp_info of Linux 6.18; the two bytes of bit-fields stay whole.
TCP_INFO = struct.Struct("<8B24I4Q6I4Q2I2Q6I2H8I2H")
FIELDS = """
state ca_state retransmits probes backoff options wscale flags
rto ato snd_mss rcv_mss unacked sacked lost retrans fackets last_data_sent last_ack_sent
last_data_recv last_ack_recv pmtu rcv_ssthresh rtt rttvar snd_ssthresh snd_cwnd advmss reordering
rcv_rtt rcv_space total_retrans
pacing_rate max_pacing_rate bytes_acked bytes_received
segs_out segs_in notsent_bytes min_rtt data_segs_in data_segs_out
delivery_rate busy_time rwnd_limited sndbuf_limited
delivered delivered_ce
bytes_sent bytes_retrans
dsack_dups reord_seen rcv_ooopack snd_wnd rcv_wnd rehash
total_rto total_rto_recoveries
total_rto_time received_ce delivered_e1_bytes delivered_e0_bytes delivered_ce_bytes
received_e1_bytes received_e0_bytes received_ce_bytes
accecn_fail_mode accecn_opt_seen
""".split()
info = tcp.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, TCP_INFO.size)
addr = struct.pack("=HxxI8x", socket.AF_INET, 0)[:2] + struct.pack("!H4B8x", 49152, 192, 168, 101, 42)
SOCKADDR_IN = struct.Struct("!2xH4s8x")


def sendrecv(count):
    send, recv_into = a.send, b.recv_into
    for _ in range(count):
        send(data)
        recv_into(buf)


def fcntl(count):
    call, fd, command = fcntl_module.fcntl, a.fileno(), fcntl_module.F_GETFD
    for _ in range(count):
        call(fd, command)


def ebadf(count):
    recv, get_errno = libc.recv, ctypes.get_errno
    for _ in range(count):
        if recv(-1, memory, 64, 0) >= 0 or get_errno() != errno.EBADF:
            raise SystemExit("recv(-1) did not fail with EBADF")


def throw(count):
    # A closed socket object has the descriptor -1, and makes the call.
    closed = socket.socket()
    closed.close()
    recv_into = closed.recv_into
    caught = 0
    for _ in range(count):
        try:
            recv_into(buf)
        except OSError as error:
            if error.errno == errno.EBADF:
                caught += 1
    assert caught == count


def tcp_info(count):
    unpack = TCP_INFO.unpack
    for _ in range(count):
        dict(zip(FIELDS, unpack(info)))


def getsockopt(count):
    call, size, unpack = tcp.getsockopt, TCP_INFO.size, TCP_INFO.unpack
    for _ in range(count):
        dict(zip(FIELDS, unpack(call(socket.IPPROTO_TCP, socket.TCP_INFO, size))))


def sockaddr(count):
    unpack, inet_ntop = SOCKADDR_IN.unpack, socket.inet_ntop
    for _ in range(count):
        port, ip = unpack(addr)
        {"family": socket.AF_INET, "addr": inet_ntop(socket.AF_INET, ip), "port": port}


serve(sendrecv, fcntl, ebadf, throw, tcp_info, getsockopt, sockaddr)
