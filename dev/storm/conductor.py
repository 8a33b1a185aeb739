"""What the master of a storm does: starts the servers, lets the scenario's plot go on, and writes down what came of it."""
import json
import os
import platform
import secrets
import subprocess
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import gevent
import gevent.event
from locust.runners import WORKER_REPORT_INTERVAL
from locust.stats import CSV_STATS_INTERVAL_SEC

from storm.exchange import EXCHANGES
from storm.result import Window, latencies, of_phase, outcomes, processor_time, share_resumed, total
from storm.s_time import s_time
from storm.servers import KINDS, Problem
from storm.subscriber import Subscriber

WINDOW_S = 1.0
# How often whoever waits for all to be served hears how many are.
TELL_S = 10
# For what is under way when a plot has ended: reports that are unsent, and their way to the subscriber.
PATIENCE_S = 120


class Storm:
    """What a plot may do, and what it can know. All of it happens in the master."""

    def __init__(self, environment, plot):
        self._environment = environment
        self._options = environment.parsed_options
        self._plot = plot
        self._folder = tempfile.TemporaryDirectory(prefix="warmhello-storm-")
        self._started_s = time.monotonic()
        self._counts = Counter()
        self._windows = []
        self._phases = []
        self._heard = gevent.event.Event()
        self._rested = {}
        self._subscriber = None
        self._failure = None
        self._greenlets = []
        self.servers = []
        self._make_servers()

    # ---- For plots ------------------------------------------------------------------------------------

    @property
    def devices(self):
        """How many there shall be."""
        return self._options.num_users or self._environment.runner.target_user_count

    @property
    def server(self):
        """The server, or the first of several."""
        if not self.servers:
            raise Problem("this scenario does something to its servers, so they must be of this machine: give no --host")
        return self.servers[0]

    def phase(self, name):
        """From here on, wakes count for this part of the storm, and no longer for the one before."""
        self._end_phase()
        self._phases.append({"name": name, "beganS": self._now_s(), "cpuS": self._cpu_s(), "allServedS": None})
        self._environment.runner.send_message("storm-phase", len(self._phases) - 1)
        self._say(f"{name} ...")

    def until_all_served(self, limit_s=180):
        """Waits until each device has sent all that it had, in a wake of this phase. Returns the seconds since the phase
        began, or None if that took longer than the limit."""
        phase = self._phases[-1]
        left_s = limit_s
        while not self.until(lambda: self.count("served") >= self.devices, min(TELL_S, max(0, left_s))):
            left_s = phase["beganS"] + limit_s - self._now_s()
            if left_s <= 0:
                self._say(f"not all are served in {limit_s} s: {self._how_far()}")
                return None
            self._say(self._how_far())
        phase["allServedS"] = round(self._now_s() - phase["beganS"], 2)
        return phase["allServedS"]

    def _how_far(self):
        """For who waits: why it takes so long."""
        prefix = f"{len(self._phases) - 1}/error/"
        errors = ", ".join(f"{name[len(prefix):]} {count}" for name, count in self._counts.most_common() if name.startswith(prefix))
        return f"{self.count('served')} of {self.devices} devices are served{'; failed: ' if errors else ''}{errors}"

    def count(self, what):
        """How often something was met in this phase so far: `result/full`, `reason/refused`, `error/connection-refused`,
        `backoff` (advice of any length), and `wakes`."""
        return self._counts[f"{len(self._phases) - 1}/{what}"]

    def until(self, is_so, limit_s=180):
        """Waits until this is so, which is asked whenever workers have told something. False if that took longer."""
        with gevent.Timeout(limit_s, False):
            while not is_so():
                self._heard.clear()
                self._heard.wait()
            return True
        return False

    def wake_all(self, within_s=0.0):
        """All devices that sleep are due, at once or within some seconds, as when the power comes back to a town."""
        self._environment.runner.send_message("storm-wake-all", within_s)

    def sleep(self, seconds):
        gevent.sleep(seconds)

    # ---- The storm itself --------------------------------------------------------------------------------

    def _make_servers(self):
        options = self._options
        if self._environment.host:
            return
        identities = [
            (str(Path(options.storm_identities) / f"certificate-{n}.pem"), str(Path(options.storm_identities) / f"key-{n}.pem"))
            for n in range(2)
        ]
        kind = KINDS[options.storm_server]
        if kind.SCHEME != "https" and options.storm_pool > 1:
            raise Problem("a pool is of nginx only")
        self.servers = [
            kind(Path(self._folder.name) / f"{n}", identities, options) for n in range(options.storm_pool)
        ]
        if options.storm_shared_keys:
            for server in self.servers:
                server.keys = self.servers[0].keys

    def begin(self):
        for server in self.servers:
            server.start()
        self._greenlets = [gevent.spawn(self._sample), gevent.spawn(self._run)]

    def target(self):
        """What the workers are told."""
        options = self._options
        if self.servers:
            scheme, host, ca = self.server.SCHEME, "localhost", Path(options.storm_identities) / "ca.pem"
            places = [("127.0.0.1", server.port) for server in self.servers]
        else:
            url = urlsplit(self._environment.host)
            if url.scheme not in EXCHANGES or url.hostname is None:
                raise Problem(f"--host is to be {' or '.join(f'{scheme}://NAME:PORT' for scheme in EXCHANGES)}")
            if options.storm_ca is None:
                raise Problem("--host wants --ca: the file of the CA that its certificate leads to")
            scheme, host, ca = url.scheme, url.hostname, Path(options.storm_ca)
            places = [(host, url.port or {"https": 443, "mqtts": 8883}[scheme])]
        return {
            "run": secrets.token_hex(3),
            "scheme": scheme,
            "host": host,
            "ca": ca.read_text(),
            "places": places,
            "tls": options.storm_tls,
            "sleepS": options.storm_sleep,
            "phase": max(0, len(self._phases) - 1),
        }

    def heard_counts(self, counts):
        self._counts.update(counts)
        self._heard.set()

    def heard_rested(self, worker, told):
        self._rested[worker] = told
        self._heard.set()

    def _run(self):
        runner = self._environment.runner
        try:
            if self.servers and self.server.SCHEME == "mqtts":
                topic = next(iter(self._environment.user_classes)).TOPIC
                self._subscriber = Subscriber(self.server.plain_port, topic)
                self._wait("the subscriber", lambda: self._subscriber.is_subscribed)
                broker = f"--mqtt mqtt://127.0.0.1:{self.server.plain_port} --topic '{topic}/{{device}}/+'"
                self._say(f"to watch it: npx warmhello fleet {broker}")
            self._plot(self)
            self._end_phase()
            self._rest()
            self._write()
            self._await_locust()
        except Problem as problem:
            self._failure = str(problem)
        except Exception:
            self._failure = traceback.format_exc()
        if self._failure is not None:
            self._say(f"the storm has failed: {self._failure}")
            self._environment.process_exit_code = 3
        if self._environment.web_ui is None:
            runner.quit()
        else:
            runner.stop()

    def _wait(self, what, is_so):
        with gevent.Timeout(PATIENCE_S, Problem(f"{what} took longer than {PATIENCE_S} s")):
            while not is_so():
                gevent.sleep(0.05)

    def _rest(self):
        """No device begins anything new, and all that is unsent goes out."""
        self._say("what is unsent goes out ...")
        self._environment.runner.send_message("storm-rest")
        workers = self._environment.runner.worker_count
        with gevent.Timeout(PATIENCE_S, False):
            while len(self._rested) < workers:
                self._heard.clear()
                self._heard.wait()
        if self._subscriber is not None:
            acknowledged = total(self._counts)["acknowledged"]
            with gevent.Timeout(PATIENCE_S, False):
                while len(self._subscriber.arrived) < acknowledged:
                    gevent.sleep(0.05)

    def _await_locust(self):
        """Its own figures come from the workers, and into its files, from time to time only."""
        options = self._options
        if options.csv_prefix or options.html_file or self._environment.web_ui is not None:
            gevent.sleep(WORKER_REPORT_INTERVAL + 2 * CSV_STATS_INTERVAL_SEC)

    def end(self):
        """Also of a storm that was broken off: nothing that it began goes on."""
        for greenlet in self._greenlets:
            if greenlet is not gevent.getcurrent():
                greenlet.kill(block=False)
        if self._subscriber is not None:
            self._subscriber.end()
            self._subscriber = None
        for server in self.servers:
            server.stop()
        self._folder.cleanup()

    # ---- Figures ---------------------------------------------------------------------------------------------

    def _now_s(self):
        return time.monotonic() - self._started_s

    def _cpu_s(self):
        return sum(server.cpu_s() for server in self.servers) if self.servers else None

    def _end_phase(self):
        if self._phases:
            phase = self._phases[-1]
            phase["endedS"] = self._now_s()
            if phase["cpuS"] is not None:
                phase["cpuS"] = self._cpu_s() - phase["cpuS"]

    def _sample(self):
        """A window each second. What workers tell comes a quarter of a second late at most."""
        before = (self._now_s(), self._cpu_s(), total(self._counts))
        while True:
            gevent.sleep(WINDOW_S)
            now = (self._now_s(), self._cpu_s(), total(self._counts))
            if self._phases:
                counts = Counter({name: count - before[2][name] for name, count in now[2].items()})
                cpu_s = None if now[1] is None else now[1] - before[1]
                phase = self._phases[-1]["name"]
                self._windows.append(Window(phase, before[0], now[0] - before[0], cpu_s, counts))
            before = now

    def _say(self, text):
        print(f"storm: {self._now_s():6.1f} s  {text}", flush=True)

    def _phase_json(self, number, phase):
        part = outcomes(of_phase(self._counts, number))
        length_s = phase["endedS"] - phase["beganS"]
        done = part["full"] + part["resumed"]
        windows = [window for window in self._windows if window.phase == phase["name"]]
        return {
            "name": phase["name"],
            "lengthS": round(length_s, 2),
            "allServedS": phase["allServedS"],
            **part,
            "shareResumed": share_resumed(part),
            "connectsPerS": round(done / length_s, 1) if length_s > 0 else None,
            "mostConnectsPerS": round(max((w.connects / w.length_s for w in windows), default=0), 1),
            "serverCpuTotalS": None if phase["cpuS"] is None else round(phase["cpuS"], 4),
        }

    def _reports(self):
        counts = total(self._counts)
        arrived = None if self._subscriber is None else len(self._subscriber.arrived)
        known = counts["acknowledged"] if arrived is None else arrived
        return {
            "made": counts["reports"],
            "acknowledged": counts["acknowledged"],
            "arrived": arrived,
            "arrivedTwice": None if self._subscriber is None else self._subscriber.repeats,
            "lost": counts["reports"] - known,
        }

    def _result(self):
        whole = outcomes(total(self._counts))
        rested = list(self._rested.values())
        devices = sum(worker["devices"] for worker in rested)
        growth = sum(worker["grownBytes"] for worker in rested)
        return {
            "storm": 1,
            "scenario": Path(self._options.locustfile).stem,
            "devices": devices,
            "workers": len(rested),
            "lengthS": round(self._phases[-1]["endedS"] - self._phases[0]["beganS"], 2),
            **whole,
            "shareResumed": share_resumed(whole),
            "reports": self._reports(),
            **processor_time(self._windows),
            "phases": [self._phase_json(number, phase) for number, phase in enumerate(self._phases)],
            "latencies": latencies(total(self._counts)),
            "windows": [window.json() for window in self._windows],
            "memory": {
                "perDeviceBytes": round(growth / devices) if devices else None,
                "stateBytes": max((worker["stateBytes"] for worker in rested), default=0),
            },
            "load": [
                {"devices": w["devices"], "cpuS": w["cpuS"], "lateMs": w["lateMs"], "full": w["full"], "resumed": w["resumed"]}
                for w in rested
            ],
            "server": {
                "name": self._options.storm_server if self.servers else urlsplit(self._environment.host).netloc,
                "version": self.server.version() if self.servers else None,
                "count": max(1, len(self.servers)),
                "sharedKeys": self._options.storm_shared_keys if len(self.servers) > 1 else None,
                "ticketKeys": bool(self.servers) and self.server.keeps_keys,
                "certificate": self._options.storm_certificate if self.servers else None,
            },
            "machine": machine(),
            "sTime": self._s_time(),
        }

    def _s_time(self):
        seconds = self._options.storm_s_time
        if not self.servers or seconds == 0:
            return None
        self._say("openssl s_time ...")
        ca = Path(self._options.storm_identities) / "ca.pem"
        return s_time(self.server, ca, seconds, self._options.storm_tls)

    def _write(self):
        if self._options.storm_json is None:
            return
        path = Path(self._options.storm_json)
        if path.exists() and not path.is_file():  # as /dev/stdout
            path.write_text(json.dumps(self._result()) + "\n")
            return
        beside = path.with_name(f"{path.name}.part")
        beside.write_text(json.dumps(self._result(), indent=1) + "\n")
        os.replace(beside, path)


def machine():
    """What the figures were made on."""
    model = next(
        (line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")), None
    )
    return {
        "processors": os.cpu_count(),
        "model": model or platform.machine(),
        "system": platform.platform(),
        "openssl": subprocess.run(["openssl", "version"], capture_output=True, text=True, check=False).stdout.strip(),
    }


def _lines(path):
    try:
        return Path(path).read_text().splitlines()
    except OSError:
        return []
