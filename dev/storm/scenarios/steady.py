"""Nothing happens: devices wake, send what they have, and sleep. Some lose their power meanwhile."""
from storm import Device, plot


class Board(Device):
    SLEEP_S = 10.0
    FIRST_WITHIN_S = 10.0
    POWER_LOSS = 0.02


@plot
def steady(storm):
    storm.phase("first connect")
    storm.until_all_served()
    storm.phase("steady")
    storm.sleep(3 * Board.SLEEP_S)
