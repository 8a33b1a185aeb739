"""Reconnect storms on Locust. A scenario (scenarios/*.py) is a locustfile: a Device that says how boards behave, and a
plot that says what happens to them and to their servers.

    from storm import Device, plot

    class Board(Device):
        SLEEP_S = 10.0

    @plot
    def restart(storm):
        storm.phase("first connect")
        storm.until_all_served()
        storm.server.stop()
        storm.server.start()
"""
import gevent
from locust import events
from locust.runners import LocalRunner, MasterRunner, WorkerRunner

from storm.conductor import Storm
from storm.fleet import Device, Fleet
from storm.servers import KINDS, Problem, end_with_parent

__all__ = ["Device", "plot", "Problem"]

_plots = []


def plot(function):
    """The function that is called with the Storm once the devices begin to be there. The last one of a scenario counts."""
    _plots.append(function)
    return function


@events.init_command_line_parser.add_listener
def _arguments(parser):
    group = parser.add_argument_group("storm", "npm run storm gives these by its own flags")
    group.add_argument("--storm-server", choices=list(KINDS), default="nginx", help="server to start without --host")
    group.add_argument("--storm-pool", type=int, default=1, help="how many of it")
    group.add_argument("--storm-shared-keys", action="store_true", help="the pool has the same ticket keys")
    group.add_argument("--storm-ticket-keys", action="store_true", help="ticket keys outlive a restart (nginx)")
    group.add_argument("--storm-lifetime-s", type=int, default=7200, help="of sessions (nginx)")
    group.add_argument("--storm-identities", help="folder of the servers' CA, certificates and keys")
    group.add_argument("--storm-certificate", default="ecdsa", help="which keys those are, for the result")
    group.add_argument("--storm-ca", help="file of the CA of --host")
    group.add_argument("--storm-tls", choices=["1.2", "1.3"], help="the only version that devices speak")
    group.add_argument("--storm-sleep", type=float, help="seconds between two wakes, instead of the scenario's")
    group.add_argument("--storm-at-once", type=int, default=32, help="most wakes at a time, in each worker")
    group.add_argument("--storm-s-time", type=int, default=0, help="seconds for each measurement by openssl s_time")
    group.add_argument("--storm-json", help="file for the result")


@events.init.add_listener
def _init(environment, **_):
    runner = environment.runner
    if environment.parsed_options.storm_identities:
        end_with_parent()
    if isinstance(runner, (WorkerRunner, LocalRunner)):
        _be_worker(environment, runner)
    if isinstance(runner, (MasterRunner, LocalRunner)):
        _be_master(environment, runner)


def _be_worker(environment, runner):
    environment.fleet = Fleet(environment, environment.parsed_options.storm_at_once)

    def begin(msg, **_):
        environment.fleet.begin(msg.data)

    runner.register_message("storm-begin", begin)
    runner.register_message("storm-phase", lambda msg, **_: environment.fleet.enter(msg.data))
    runner.register_message("storm-wake-all", lambda msg, **_: environment.fleet.wake_all(msg.data))
    runner.register_message("storm-rest", lambda msg, **_: environment.fleet.rest())
    events.test_stop.add_listener(lambda **_: environment.fleet.end())


def _be_master(environment, runner):
    storms = []

    def started(**_):
        try:
            if not _plots:
                raise Problem("the scenario has no function under @plot, which says what happens")
            storm = Storm(environment, _plots[-1])
            storms.append(storm)
            storm.begin()
            runner.send_message("storm-begin", storm.target())
        except Problem as problem:
            print(f"storm: {problem}", flush=True)
            environment.process_exit_code = 3
            gevent.spawn(runner.quit)

    def ended(**_):
        while storms:
            storms.pop().end()

    def counted(msg, **_):
        if storms:
            storms[-1].heard_counts(msg.data)

    def rested(msg, **_):
        if storms:
            storms[-1].heard_rested(msg.node_id, msg.data)

    runner.register_message("storm-counts", counted)
    runner.register_message("storm-rested", rested)
    events.test_start.add_listener(started)
    events.test_stop.add_listener(ended)
    events.quitting.add_listener(ended)
