"""What a storm came to, as JSON: docs/FLEET.md says what each member is."""
import statistics
from collections import Counter

# Of the connects of a window, so that its processor time is that of one sort.
PURE = 0.98
# A window with fewer says little.
LEAST = 20


def tail(counts, start):
    """The counts whose names begin with `start`, by the rest of their names."""
    return {name[len(start) :]: count for name, count in sorted(counts.items()) if name.startswith(start)}


def of_phase(counts, phase):
    return Counter(tail(counts, f"{phase}/"))


def total(counts):
    """Of all phases."""
    out = Counter()
    for name, count in counts.items():
        out[name.partition("/")[2]] += count
    return out


def outcomes(counts):
    results = tail(counts, "result/")
    return {
        "wakes": counts["wakes"],
        "full": results.get("full", 0),
        "resumed": results.get("resumed", 0),
        "failures": results.get("failed", 0),
        "undelivered": counts["undelivered"],
        "reasons": tail(counts, "reason/"),
        "errors": tail(counts, "error/"),
        "protocols": tail(counts, "protocol/"),
        "kinds": tail(counts, "kind/"),
        "tcpConnections": counts["tcps"],
        "bytesTx": counts["tx"],
        "bytesRx": counts["rx"],
        "powerLosses": counts["powerLosses"],
        "backoff": {
            "advisedS": tail(counts, "backoff/"),
            "sleptLongerS": round(counts["backedOffS"], 1),
        },
    }


def share_resumed(part):
    done = part["full"] + part["resumed"]
    return round(part["resumed"] / done, 4) if done else None


def latencies(counts):
    """In milliseconds, of two digits: of connects by version and result, and of whole wakes."""
    rows = {}
    for name, count in tail(counts, "ms/").items():
        sort, _, ms = name.rpartition("/")
        rows.setdefault(sort, []).append((float(ms), count))
    return [_latency(*sort.split("/"), sorted(times)) for sort, times in sorted(rows.items())]


def _latency(protocol, what, times):
    number = sum(count for _, count in times)

    def within(share):
        left = share * number
        for ms, count in times:
            left -= count
            if left <= 0:
                return ms
        return times[-1][0]

    return {
        "protocol": protocol,
        "what": what,
        "count": number,
        "medianMs": within(0.5),
        "p95Ms": within(0.95),
        "mostMs": times[-1][0],
    }


class Window:
    """A second or so of a storm: what the servers used, and how many connects of each sort there were."""

    def __init__(self, phase, at_s, length_s, cpu_s, counts):
        self.phase, self.at_s, self.length_s, self.cpu_s = phase, at_s, length_s, cpu_s
        self.full, self.resumed = counts["result/full"], counts["result/resumed"]
        self.failed = counts["result/failed"]

    @property
    def connects(self):
        return self.full + self.resumed

    def json(self):
        return {
            "phase": self.phase,
            "atS": round(self.at_s, 2),
            "lengthS": round(self.length_s, 3),
            "full": self.full,
            "resumed": self.resumed,
            "failed": self.failed,
            "serverCpuS": None if self.cpu_s is None else round(self.cpu_s, 4),
        }


def cpu_of(windows, what):
    """The servers' seconds for one connect of this sort: over all windows that have hardly any other, and from window to
    window."""
    pure = [
        window
        for window in windows
        if window.cpu_s is not None
        and window.connects >= LEAST
        and getattr(window, what) >= PURE * (window.connects + window.failed)
    ]
    if not pure:
        return None, None
    each = sorted(window.cpu_s / window.connects for window in pure)
    mean = sum(window.cpu_s for window in pure) / sum(window.connects for window in pure)
    tenths = statistics.quantiles(each, n=10, method="inclusive") if len(each) > 1 else each * 9
    spread = {
        "windows": len(pure),
        "connects": sum(window.connects for window in pure),
        "leastS": round(each[0], 6),
        "p10S": round(tenths[0], 6),
        "medianS": round(statistics.median(each), 6),
        "p90S": round(tenths[8], 6),
        "mostS": round(each[-1], 6),
    }
    return round(mean, 6), spread


def processor_time(windows):
    (full, full_spread), (resumed, resumed_spread) = cpu_of(windows, "full"), cpu_of(windows, "resumed")
    return {
        "serverCpuS": {"full": full, "resumed": resumed},
        "serverCpuSpread": {"full": full_spread, "resumed": resumed_spread},
    }
