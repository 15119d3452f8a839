/**
 * A router beside a host, each a network namespace: real errors from another machine.
 *
 * The host has 192.0.2.1 to .9 and 2001:db8::1 to ::9, so that no two tests share what the kernel
 * counts of errors to one address; the router is .254 and ::fe. Behind it are
 * - 198.51.100.0/25 and 2001:db8:1::/64: unreachable
 * - 198.51.100.128/25 and 2001:db8:2::/64: prohibited
 * - 203.0.113.9 and 2001:db8:3::9: over a link whose MTU is 1280
 */
export const router = `
mount -t tmpfs none /run
ip netns add r
inside() { nsenter --net=/run/netns/r "$@"; }
inside sh -c '
  echo 1 > /proc/sys/net/ipv4/ip_forward
  echo 0 > /proc/sys/net/ipv4/icmp_ratelimit
  echo 1 > /proc/sys/net/ipv6/conf/all/forwarding
  echo 0 > /proc/sys/net/ipv6/icmp/ratelimit'
ip link add up0 type veth peer name down0 netns r
inside ip link add up1 type veth peer name down1
inside ip link set up1 mtu 1280
for n in 1 2 3 4 5 6 7 8 9; do
  ip addr add 192.0.2.$n/24 dev up0
  ip addr add 2001:db8::$n/64 dev up0 nodad
done
inside ip addr add 192.0.2.254/24 dev down0
inside ip addr add 2001:db8::fe/64 dev down0 nodad
inside ip addr add 203.0.113.254/24 dev up1
inside ip addr add 2001:db8:3::fe/64 dev up1 nodad
ip link set up0 up
for link in lo down0 up1 down1; do inside ip link set $link up; done
inside ip neigh add 203.0.113.9 lladdr 02:00:00:00:00:09 dev up1
inside ip neigh add 2001:db8:3::9 lladdr 02:00:00:00:00:09 dev up1
inside ip route add unreachable 198.51.100.0/25
inside ip route add prohibit 198.51.100.128/25
inside ip route add unreachable 2001:db8:1::/64
inside ip route add prohibit 2001:db8:2::/64
ip route add default via 192.0.2.254
ip route add default via 2001:db8::fe`;
