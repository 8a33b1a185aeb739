"""The devices of one worker: Locust's users, none of which has a greenlet or a machine while it sleeps."""
import ctypes
import gc
import heapq
import itertools
import os
import random
import socket
import time
from collections import Counter
from pathlib import Path

import gevent
import gevent.event
import gevent.pool
from locust import User, task

from storm.connect import Connect
from storm.core import Configuration, Machine
from storm.exchange import EXCHANGES

# How long an answer of the name service is believed.
NAME_S = 5
# How often the master hears what has come of the wakes.
TELL_S = 0.25


class Device(User):
    """A board that wakes, sends what it has, and sleeps. Scenarios change what stands here in capitals, and the methods
    up to `settings`."""

    abstract = True

    # Between two wakes, and by how much of that each of them differs, up or down.
    SLEEP_S = 5.0
    JITTER = 0.2
    # Within this time after the start each device wakes for the first time.
    FIRST_WITHIN_S = 5.0
    # How likely a sleep is to end by a loss of power, with which the session goes.
    POWER_LOSS = 0.0
    # The longest back-off that the core advises; its own default is an hour, and storms are short.
    BACKOFF_MAX_S = 30
    # Where reports go: MQTT's topic is TOPIC/device/number, and HTTP's path /TOPIC/device.
    TOPIC = "storm"

    _numbers = itertools.count(1)

    def __init__(self, environment):
        super().__init__(environment)
        self.number = next(Device._numbers)
        self.state = None
        self.reports = 0
        self.unsent = []
        # How the wake went that made a report and could not deliver it, by the report's number; None: no such report.
        self.compact = None
        self.failures = 0
        self.served_in = None
        self.is_awake = False
        self.due_s = 0.0

    def sleep_s(self):
        """How long the next sleep is, in seconds, apart from what the core advises."""
        return self.SLEEP_S * random.uniform(1 - self.JITTER, 1 + self.JITTER)

    def payload(self, number, outcome):
        """The report of that number. Here it is no more than the compact outcome of the wake that made it, which
        `warmhello fleet --topic storm/{device}/+` reads. `outcome`: of the present one."""
        return (self.compact or {}).get(number, outcome)

    def keep_unsent(self, made, compact):
        """`made`: the number of the report of the present wake, or None; `compact`: how its connect went."""
        if made in self.unsent:
            self.compact = {**(self.compact or {}), made: compact}
        if self.compact:
            self.compact = {number: one for number, one in self.compact.items() if number in self.unsent} or None

    def address(self, addresses):
        """Which server this wake goes to, of those that the name has."""
        return random.choice(addresses)

    @classmethod
    def settings(cls):
        """Settings of the device's client beside its server and CA, by the names of client.def."""
        return {"policy.backoff_max_s": cls.BACKOFF_MAX_S}

    # ---- What Locust asks of a user -----------------------------------------------------------------

    @task
    def wake(self):
        """Locust wants a user to have a task. Its greenlet, in which that would run, never does: see start()."""

    def start(self, group):
        """A greenlet that is never started stands for the device among Locust's users: one that waits would take more
        memory than the device itself."""
        self._group = group
        self._greenlet = gevent.Greenlet(_nothing, self)
        group.add(self._greenlet)
        self.environment.fleet.add(self)
        return self._greenlet

    @property
    def name(self):
        return f"{self.environment.fleet.name}-{self.number}"

    @property
    def has_left(self):
        return self._greenlet.dead


def _nothing(_):
    pass


class Target:
    """Whom all devices connect to, as the master says it (conductor.py)."""

    def __init__(self, told, settings):
        self.exchange = EXCHANGES[told["scheme"]]
        self._places = [tuple(place) for place in told["places"]]
        self._resolved = []
        self._resolved_s = float("-inf")
        versions = {"1.2": 1, "1.3": 2}
        limits = {} if told["tls"] is None else dict.fromkeys(("min_version", "max_version"), versions[told["tls"]])
        own = {"host": told["host"], "port": self._places[0][1], "ca": told["ca"].encode()}
        self.configuration = Configuration({**settings, **limits, **own})

    def addresses(self):
        """Of IPv4 where there is one, as boards have it. May let other greenlets run. Empty when the name has none."""
        if time.monotonic() > self._resolved_s + NAME_S or not self._resolved:
            found = []
            for host, port in self._places:
                try:
                    found += socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
                except OSError:
                    pass  # the core hears of it, and says so
            both = [(family, address) for family, _, _, _, address in found]
            self._resolved = [place for place in both if place[0] == socket.AF_INET] or both
            self._resolved_s = time.monotonic()
        return self._resolved


def two_digits(ms):
    """Rounded as Locust rounds times, so that few different ones are told."""
    return f"{float(f'{ms:.1e}'):g}"


def held_bytes():
    """What the process holds of the machine's memory once what it does not need is given back (statm of proc(5))."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


class Fleet:
    """Wakes each device when it is due, as many at a time as the machine is set to."""

    def __init__(self, environment, at_once):
        self._environment = environment
        self._due = []
        self._order = itertools.count()
        self._changed = gevent.event.Event()
        self._pool = gevent.pool.Pool(at_once)
        self._machines = [Machine() for _ in range(at_once)]
        self._devices = set()
        self._target = None
        self._greenlets = []
        self._is_resting = False
        self._began = (0, 0.0)
        self._whole = Counter()
        self.counts = Counter()
        self.phase = 0
        self.name = ""

    # ---- What the master says -------------------------------------------------------------------------

    def begin(self, told):
        """`told`: the target, and the phase that is going on."""
        kind = next(iter(self._environment.user_classes))
        if told["sleepS"] is not None:
            kind.SLEEP_S = kind.FIRST_WITHIN_S = told["sleepS"]
        settings = kind.settings()
        self._target = Target(told, settings)
        self.name = f"{told['run']}-{self._environment.runner.worker_index}"
        self.enter(told["phase"])
        self._is_resting = False
        self._began = (held_bytes(), time.process_time())
        self._whole.clear()
        self._greenlets = [gevent.spawn(self._run), gevent.spawn(self._tell)]

    def enter(self, phase):
        self.phase = phase

    def wake_all(self, within_s):
        """All that sleep are due at once, or spread over that time."""
        now = time.monotonic()
        self._due = []
        for device in self._devices:
            if not device.is_awake:
                self._put(device, now + random.uniform(0, within_s))

    def rest(self):
        """From here on only those wake that have something unsent; the master hears when all is sent."""
        self._is_resting = True
        self._greenlets.append(gevent.spawn(self._be_rested))

    def _be_rested(self):
        while len(self._pool) > 0 or any(device.unsent for device in self._devices):
            gevent.sleep(TELL_S)
        self._send()
        held, used_s = self._began
        told = {
            "devices": len(self._devices),
            "grownBytes": held_bytes() - held,
            "stateBytes": max((len(device.state or b"") for device in self._devices), default=0),
            "cpuS": round(time.process_time() - used_s, 2),
            "full": self._whole["result/full"],
            "resumed": self._whole["result/resumed"],
            "lateMs": round(self._whole["lateMs"] / max(1, self._whole["wakes"])),
        }
        self._environment.runner.send_message("storm-rested", told)

    def end(self):
        for greenlet in self._greenlets:
            greenlet.kill()
        self._greenlets = []
        self._pool.kill()
        self._devices.clear()
        self._due.clear()
        self._send()

    # ---- Wakes ------------------------------------------------------------------------------------------

    def add(self, device):
        self._devices.add(device)
        self._put(device, time.monotonic() + random.uniform(0, device.FIRST_WITHIN_S))

    def _put(self, device, due_s):
        device.due_s = due_s
        heapq.heappush(self._due, (due_s, next(self._order), device))
        self._changed.set()

    def _run(self):
        while True:
            self._changed.clear()
            if not self._due:
                self._changed.wait()
                continue
            due_s, _, device = self._due[0]
            ahead_s = due_s - time.monotonic()
            if ahead_s > 0:
                self._changed.wait(ahead_s)
                continue
            heapq.heappop(self._due)
            if device.has_left:
                self._devices.discard(device)
            elif device.due_s == due_s and not device.is_awake and (device.unsent or not self._is_resting):
                device.is_awake = True
                self._pool.spawn(self._wake, device)  # waits while as many are awake as may be

    def _wake(self, device):
        machine = self._machines.pop()
        phase, began_s = self.phase, time.monotonic()
        try:
            self._count(phase, "lateMs", int(1000 * (began_s - device.due_s)))
            addresses = self._target.addresses()
            machine.wake(device.state)
            if device.state is not None and random.random() < device.POWER_LOSS:
                machine.lose_power()
                self._count(phase, "powerLosses")
            backoff_s = self._connect(device, machine, addresses, phase)
            device.state = machine.sleep()
        finally:
            self._machines.append(machine)
            device.is_awake = False
        sleep_s = device.sleep_s()
        if backoff_s > 0:
            self._count(phase, "backoff")
            self._count(phase, f"backoff/{backoff_s}")
            self._count(phase, "backedOffS", round(max(0.0, backoff_s - sleep_s), 3))
        self._put(device, time.monotonic() + max(sleep_s, backoff_s))

    def _connect(self, device, machine, addresses, phase):
        """Returns the back-off that the core advises."""
        made = None
        if not self._is_resting:
            device.reports += 1
            made = device.reports
            device.unsent.append(made)
            self._count(phase, "reports")
        exchange = self._target.exchange(device, list(device.unsent))
        address = device.address(addresses) if addresses else None
        connect = Connect(machine, self._target.configuration, exchange, address)
        began_s = time.monotonic()
        outcome = connect.run()
        took_ms = 1000 * (time.monotonic() - began_s)
        acknowledged = set(exchange.acknowledged)
        device.unsent = [number for number in device.unsent if number not in acknowledged]
        device.keep_unsent(made, connect.compact)
        self._count_reports(device, phase, len(acknowledged))
        self._count(phase, "undelivered", 0 if exchange.is_over else 1)
        self._count_outcome(outcome, connect, phase)
        self._count(phase, f"ms/wake/{exchange.SCHEME}/{two_digits(took_ms)}")
        if connect.connect_ms is not None:
            took = f"{outcome['protocol']}/{outcome['result']}/{two_digits(connect.connect_ms)}"
            self._count(phase, f"ms/{took}")
        self._tell_locust(outcome, connect, took_ms, exchange.is_over)
        return outcome["backoffS"]

    # ---- What came of them --------------------------------------------------------------------------------

    def _count(self, phase, what, by=1):
        self.counts[f"{phase}/{what}"] += by
        self._whole[what] += by

    def _count_reports(self, device, phase, acknowledged):
        self._count(phase, "wakes")
        self._count(phase, "acknowledged", acknowledged)
        if acknowledged > 0 and not device.unsent and device.served_in != phase:
            device.served_in = phase
            self._count(phase, "served")

    def _count_outcome(self, outcome, connect, phase):
        self._count(phase, f"result/{outcome['result']}")
        self._count(phase, f"reason/{outcome['reason']}")
        for what in ("protocol", "kind"):
            if outcome[what] is not None:
                self._count(phase, f"{what}/{outcome[what]}")
        error = outcome["endedBy"] or outcome["error"] or (connect.refusal and "refused-report")
        if error:
            self._count(phase, f"error/{error}")
        self._count(phase, "tcps", connect.tcps)
        self._count(phase, "tx", outcome["wireTx"])
        self._count(phase, "rx", outcome["wireRx"])

    def _tell_locust(self, outcome, connect, took_ms, is_done):
        """Two rows of its statistics: the connect by its result, and the wake with its reports."""
        tell = self._environment.events.request.fire
        error = outcome["endedBy"] or outcome["error"] or connect.refusal
        failed = None if is_done else RuntimeError(error or "no acknowledgement")
        if connect.connect_ms is not None:
            tell(
                request_type=outcome["protocol"],
                name=outcome["result"],
                response_time=connect.connect_ms,
                response_length=outcome["bytesRx"],
                exception=None,
                context={},
            )
        tell(
            request_type="wake",
            name=self._target.exchange.SCHEME,
            response_time=took_ms,
            response_length=outcome["wireRx"],
            exception=failed,
            context={},
        )

    def _tell(self):
        while True:
            gevent.sleep(TELL_S)
            self._send()

    def _send(self):
        told, self.counts = self.counts, Counter()
        if told:
            self._environment.runner.send_message("storm-counts", dict(told))
