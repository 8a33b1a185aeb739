"""Servers of this machine under a storm: nginx and mosquitto, one or several, on loopback, and the processor time that
they take."""
import ctypes
import os
import random
import re
import shutil
import signal
import socket
import ssl
import subprocess
from pathlib import Path

import gevent

FOLDERS = os.environ.get("PATH", "").split(":") + ["/usr/sbin", "/usr/local/sbin"]
# Below the ports that Linux gives to outgoing connections, so that none of those takes one while a server restarts.
PORTS = range(20000, 32000)
PATIENCE_S = 15
TICK_S = 1 / os.sysconf("SC_CLK_TCK")
PR_SET_PDEATHSIG = 1

_libc = ctypes.CDLL(None)


class Problem(Exception):
    """A server cannot be had, or does not do as it is told."""


def program(name):
    found = next((path for folder in FOLDERS if (path := shutil.which(name, path=folder))), None)
    if found is None:
        raise Problem(f"there is no {name} here; npm run setup -- --storm installs it")
    return found


def free_port():
    """One that nobody listens on now."""
    while True:
        port = random.choice(PORTS)
        with socket.socket() as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                tried.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def end_with_parent():
    """The kernel ends this process with the one that began it, also when nobody gets to do so."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _be_server():
    """In the child. Ctrl-C in the terminal is for us alone, who end it in order."""
    os.setpgid(0, 0)
    end_with_parent()


# ---- Processor time, from the operating system --------------------------------------------------------


def _stat(pid):
    """The fields of /proc/PID/stat from the third on (proc(5)); None for a process that has gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None


def _thread_s(pid):
    """Of its threads so far, to the nanosecond where the kernel counts that; None where it does not."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9
    except OSError:
        return None


def _children(pid):
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def cpu_s(pid):
    """What a process and its children have used, also those that have ended and that it has waited for."""
    stat = _stat(pid)
    if stat is None:
        return 0.0
    own, ended = sum(map(int, stat[11:13])) * TICK_S, sum(map(int, stat[13:15])) * TICK_S
    return (_thread_s(pid) or own) + ended + sum(cpu_s(child) for child in _children(pid))


def _first_certificate(path):
    return re.search("-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", Path(path).read_text(), re.DOTALL)[0]


# ---- A server ------------------------------------------------------------------------------------------


class Server:
    """A program with a folder, a port and a life of its own. Certificates and keys are pairs in `identities`; the first is
    in use until `renew`."""

    NAME = SCHEME = READY = ""

    def __init__(self, folder, identities, options):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True)
        self.identities = identities
        self.identity = identities[0]
        self.options = options
        self.port = free_port()
        self.keys = [os.urandom(80)]
        self._process = None
        self._spent_s = 0.0
        self._log = self.folder / "log"

    def start(self):
        begins = self._log.stat().st_size if self._log.exists() else 0
        arguments = self.arguments()
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [program(self.NAME), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                preexec_fn=_be_server,
            )
        self._await_line(begins)

    def _await_line(self, begins):
        with gevent.Timeout(PATIENCE_S, Problem(f"{self.NAME} does not say that it listens: {self._log}")):
            while self.READY not in self._log.read_bytes()[begins:].decode(errors="replace"):
                if self._process.poll() is not None:
                    raise Problem(f"{self.NAME} has ended: {self._log.read_text(errors='replace')[begins:]}")
                gevent.sleep(0.02)

    def stop(self):
        """As the system's service manager does it."""
        if self._process is None:
            return
        self._spent_s += cpu_s(self._process.pid)
        self._process.terminate()
        try:
            self._process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._process = None

    def cpu_s(self):
        """Since the server was made, over all its restarts. What a stop itself takes is left out."""
        return self._spent_s + (cpu_s(self._process.pid) if self._process is not None else 0.0)

    def arguments(self):
        raise NotImplementedError

    def version(self):
        raise NotImplementedError

    @property
    def keeps_keys(self):
        """Whether its ticket keys outlive a restart."""
        return False

    def make_keys(self):
        """New ones, from its next start on."""
        self.keys = [os.urandom(80)]

    def change_keys(self, kept):
        """New ones, without a restart; `kept`: the last ones still open tickets."""
        raise Problem(f"{self.NAME} has no setting for ticket keys")

    def renew(self):
        """The next certificate, as an ACME client brings it. Without a restart."""
        place = self.identities.index(self.identity)
        self.identity = self.identities[(place + 1) % len(self.identities)]
        self.reload()
        wanted = ssl.PEM_cert_to_DER_cert(_first_certificate(self.identity[0]))
        with gevent.Timeout(PATIENCE_S, Problem(f"{self.NAME} goes on with the old certificate")):
            while ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate(("127.0.0.1", self.port))) != wanted:
                gevent.sleep(0.02)

    def reload(self):
        raise NotImplementedError


    def _certificate(self):
        """Where its certificate and its key lie: always in the same place, since a reload looks nowhere else."""
        places = (self.folder / "certificate.pem", self.folder / "key.pem")
        for source, place in zip(self.identity, places, strict=True):
            shutil.copyfile(source, place)
        return places


class Nginx(Server):
    NAME, SCHEME = "nginx", "https"
    READY = "start worker process "

    def arguments(self):
        certificate, key = self._certificate()
        keys = ""
        if self.keeps_keys:
            for place, bytes_ in enumerate(self.keys):
                path = self.folder / f"ticket-{place}.key"
                path.write_bytes(bytes_)
                keys += f"ssl_session_ticket_key {path};\n"
        temporary = "\n".join(
            f"{use}_temp_path {self.folder}/{use};" for use in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        path = self.folder / "nginx.conf"
        path.write_text(f"""
            daemon off;
            worker_processes 1;
            worker_rlimit_nofile 8192;
            pid {self.folder}/pid;
            error_log stderr notice;
            events {{ worker_connections 4096; }}
            http {{
                access_log off;
                {temporary}
                server {{
                    listen 127.0.0.1:{self.port} ssl backlog=4096;
                    ssl_certificate {certificate};
                    ssl_certificate_key {key};
                    ssl_protocols TLSv1.2 TLSv1.3;
                    ssl_session_timeout {self.options.storm_lifetime_s}s;
                    {keys}
                    location / {{ return 200 "ok\\n"; }}
                }}
            }}""")
        return ["-c", str(path), "-p", str(self.folder), "-e", "stderr"]

    def version(self):
        said = subprocess.run([program(self.NAME), "-v"], capture_output=True, text=True, check=True).stderr
        return said.strip().rpartition("/")[2]

    @property
    def keeps_keys(self):
        return self.options.storm_ticket_keys or self.options.storm_shared_keys

    def change_keys(self, kept):
        if not self.keeps_keys:
            raise Problem("nginx makes its own ticket keys, unless --ticket-keys gives it a file of them")
        self.keys = [os.urandom(80), *(self.keys[:1] if kept else [])]
        self.reload()

    def reload(self):
        """A new worker takes over, and the old one ends when its last connection has."""
        begins = self._log.stat().st_size
        self.arguments()
        self._process.send_signal(signal.SIGHUP)
        self._await_line(begins)


class Mosquitto(Server):
    """With a second listener without TLS, where the reports are counted. It keeps what that one has not got yet over a
    restart, as a broker does whose reports must not be lost."""

    NAME, SCHEME = "mosquitto", "mqtts"
    READY = " running"

    def __init__(self, folder, identities, options):
        super().__init__(folder, identities, options)
        self.plain_port = free_port()

    def arguments(self):
        certificate, key = self._certificate()
        path = self.folder / "mosquitto.conf"
        path.write_text("\n".join([
            "per_listener_settings false",
            "allow_anonymous true",
            "persistence true",
            f"persistence_location {self.folder}/",
            "max_queued_messages 0",
            "max_inflight_messages 0",
            "log_dest stderr",
            "log_type error",
            "log_type warning",
            "log_type information",
            "connection_messages false",
            "set_tcp_nodelay true",
            "user root",  # when started by root: stay able to read the key
            f"listener {self.plain_port} 127.0.0.1",
            f"listener {self.port} 127.0.0.1",
            f"certfile {certificate}",
            f"keyfile {key}",
            "",
        ]))
        return ["-c", str(path)]

    def version(self):
        said = subprocess.run([program(self.NAME), "-h"], capture_output=True, text=True, check=False).stdout
        return said.split("\n")[0].rpartition(" ")[2]

    def reload(self):
        """It reads its certificate anew for a SIGHUP, and keeps the ticket keys that it has."""
        begins = self._log.stat().st_size
        self.arguments()
        self._process.send_signal(signal.SIGHUP)
        with gevent.Timeout(PATIENCE_S, Problem("mosquitto does not say that it reloads")):
            while "Reloading config" not in self._log.read_bytes()[begins:].decode(errors="replace"):
                gevent.sleep(0.02)


KINDS = {kind.NAME: kind for kind in (Nginx, Mosquitto)}
