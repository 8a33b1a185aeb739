"""dev/storm/scenarios/rotation.py in a few seconds, and then dev/storm/scenarios/renewed.py."""
from storm import Device, plot


class Board(Device):
    SLEEP_S = 1.0
    FIRST_WITHIN_S = 1.0


@plot
def rotation(storm):
    storm.phase("first connect")
    storm.until_all_served()
    for kept, name in ((True, "old key kept"), (False, "old key gone")):
        storm.server.change_keys(kept)
        storm.phase(name)
        storm.until_all_served()
    storm.server.renew()
    storm.phase("renewed")
    storm.until_all_served()
