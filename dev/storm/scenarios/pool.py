"""Several servers behind one name, each wake at any of them: with --shared-keys each opens the tickets of all, and
without only its own."""
from storm import Device, plot


class Board(Device):
    SLEEP_S = 5.0
    FIRST_WITHIN_S = 5.0


@plot
def pool(storm):
    storm.phase("first connect")
    storm.until_all_served()
    storm.phase("any server")
    storm.sleep(6 * Board.SLEEP_S)
