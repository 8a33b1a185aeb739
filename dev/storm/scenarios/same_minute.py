"""All devices wake at the same moment, as by a clock at the full hour, and once more spread over half a minute."""
from storm import Device, plot


class Board(Device):
    SLEEP_S = 3600.0
    JITTER = 0.0
    FIRST_WITHIN_S = 20.0


@plot
def same_minute(storm):
    storm.phase("first connect")
    storm.until_all_served()
    storm.phase("all at once")
    storm.wake_all()
    storm.until_all_served()
    storm.phase("spread over 30 s")
    storm.wake_all(within_s=30)
    storm.until_all_served()
