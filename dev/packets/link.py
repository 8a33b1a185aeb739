"""A network of one link, for a process that has a network namespace of its own: packets to 127.0.0.2 leave by a tunnel
that has a largest size and a latency as Wi-Fi and the way to a server have, and arrive at 127.0.0.1 as from 127.0.0.2.
Both addresses change places on the way, so that the checksums stay right and the servers need not know.

    link.py LATENCY_MS MTU

What goes the same way arrives some time apart, as on the air, so that who receives sees one packet before the next.

Prints "ready", then each TCP packet as a line of JSON when it arrives, times in nanoseconds of the monotonic clock. Ends
with its standard input.
"""

import fcntl
import heapq
import json
import os
import select
import struct
import subprocess
import sys
import time

NAME = "air"
TUNSETIFF = 0x400454CA
IFF_TUN = 0x0001
IFF_NO_PI = 0x1000
TCP = 6
APART_NS = 20_000_000
FLAGS = {0x01: "fin", 0x02: "syn", 0x04: "rst", 0x10: "ack"}


def ip(*words):
    subprocess.run(["ip", *words], check=True)


def setting(name, value):
    with open(f"/proc/sys/net/ipv4/{name}", "w", encoding="ascii") as file:
        file.write(str(value))


def make(mtu):
    """The tunnel, and the way through it."""
    tunnel = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(tunnel, TUNSETIFF, struct.pack("16sH22x", NAME.encode(), IFF_TUN | IFF_NO_PI))
    ip("link", "set", "lo", "up")
    ip("link", "set", NAME, "mtu", str(mtu), "up")
    setting(f"conf/{NAME}/route_localnet", 1)
    setting("conf/all/rp_filter", 0)
    setting(f"conf/{NAME}/rp_filter", 0)
    for option in ("tcp_timestamps", "tcp_sack", "tcp_window_scaling"):
        setting(option, 0)  # as ESP-IDF's lwIP has them
    ip("route", "del", "local", "127.0.0.0/8", "dev", "lo", "table", "local")
    ip("route", "add", "127.0.0.2/32", "dev", NAME, "src", "127.0.0.1")
    return tunnel


def describe(packet):
    """What counts of a packet; None for one that is not TCP."""
    if packet[0] >> 4 != 4 or packet[9] != TCP:
        return None
    header = (packet[0] & 15) * 4
    size = struct.unpack_from("!H", packet, 2)[0]
    source, target, sequence = struct.unpack_from("!HHI", packet, header)
    offset, flags = packet[header + 12] >> 4, packet[header + 13]
    return {
        "from": source,
        "to": target,
        "sequence": sequence,
        "bytes": size,
        "payload": size - header - 4 * offset,
        "flags": [name for bit, name in FLAGS.items() if flags & bit],
    }


def main():
    latency_ns = int(float(sys.argv[1]) * 1e6)
    tunnel = make(int(sys.argv[2]))
    print("ready", flush=True)
    under_way = []
    free_at = {}  # when the next packet from a port may arrive
    count = 0
    while True:
        now = time.monotonic_ns()
        while under_way and under_way[0][0] <= now:
            _, number, sent, packet = heapq.heappop(under_way)
            way = packet[20:22]
            if now < free_at.get(way, 0):
                heapq.heappush(under_way, (free_at[way], number, sent, packet))
                continue
            told = describe(packet)
            os.write(tunnel, packet[:12] + packet[16:20] + packet[12:16] + packet[20:])
            now = time.monotonic_ns()
            free_at[way] = now + APART_NS
            if told is not None:
                print(json.dumps({"sentNs": sent, "arrivedNs": now, **told}), flush=True)
        patience = (under_way[0][0] - now) / 1e9 if under_way else None
        readable, _, _ = select.select([tunnel, sys.stdin], [], [], patience)
        if sys.stdin in readable and not os.read(sys.stdin.fileno(), 1024):
            return
        if tunnel in readable:
            packet = os.read(tunnel, 65536)
            now = time.monotonic_ns()
            count += 1
            heapq.heappush(under_way, (now + latency_ns, count, now, packet))


main()
