"""dev/storm/scenarios/restart.py in a few seconds."""
from storm import Device, plot


class Board(Device):
    SLEEP_S = 1.0
    FIRST_WITHIN_S = 1.0
    BACKOFF_MAX_S = 2


@plot
def restart(storm):
    storm.phase("first connect")
    storm.until_all_served()
    storm.phase("steady")
    storm.until_all_served()
    storm.server.stop()
    storm.phase("away")
    storm.until(lambda: storm.count("backoff") > 10)
    storm.server.make_keys()
    storm.server.start()
    storm.phase("back")
    storm.until_all_served()
    storm.phase("steady again")
    storm.until_all_served()
    # Long enough for whole seconds that have nothing but resumptions in them, by which the server's time is told.
    storm.until(lambda: storm.count("result/resumed") >= 4 * storm.devices)
