"""What OpenSSL's own s_time says of the same server, with the server's processor time beside it."""
import re
import subprocess

import gevent

from storm.servers import program

PROTOCOLS = ("1.2", "1.3")


def s_time(server, ca, seconds, only=None):
    """Connections in `seconds`, each time anew and with one session again and again, in both versions or in one."""
    return [
        _measure(server, ca, seconds, protocol, way)
        for protocol in PROTOCOLS
        if only in (None, protocol)
        for way in ("new", "reuse")
    ]


def _measure(server, ca, seconds, protocol, way):
    before = server.cpu_s()
    command = [
        *(program("openssl"), "s_time", "-connect", f"127.0.0.1:{server.port}", "-CAfile", str(ca), "-verify", "2"),
        *(f"-{way}", "-time", str(seconds), f"-tls{protocol.replace('.', '_')}"),
    ]
    if server.SCHEME == "https":
        command += ["-www", "/"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as asked:
        try:
            said = asked.communicate(timeout=seconds + 30)[0]
        except (subprocess.TimeoutExpired, gevent.GreenletExit):
            asked.kill()
            raise
    used_s = server.cpu_s() - before
    found = re.search(r"(\d+) connections in \d+ real seconds", said)
    connections = int(found[1]) if found else 0
    # One letter for each connection: r was resumed, others were full handshakes.
    letters = re.findall(r"^[rt*].*$", said, re.MULTILINE)
    resumed = sum(line.count("r") for line in letters if set(line) <= set("rt*"))
    return {
        "protocol": f"TLS{protocol}",
        "way": way,
        "connections": connections,
        "resumed": resumed,
        "connectionsPerS": round(connections / seconds, 1),
        "serverCpuS": round(used_s / connections, 6) if connections else None,
    }
