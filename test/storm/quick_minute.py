"""All wake at once, at whichever server, and some have lost their power."""
from storm import Device, plot


class Board(Device):
    SLEEP_S = 600.0
    FIRST_WITHIN_S = 1.0
    POWER_LOSS = 0.3


@plot
def same_minute(storm):
    storm.phase("first connect")
    storm.until_all_served()
    for number in range(3):
        storm.phase(f"minute {number}")
        storm.wake_all()
        storm.until_all_served()
