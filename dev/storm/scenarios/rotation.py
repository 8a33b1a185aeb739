"""nginx's ticket key is changed, once as one should, with the old key still opening tickets, and once without it. What
the second costs more is what a rotation costs that forgets the old key."""
from storm import Device, plot


class Board(Device):
    SLEEP_S = 5.0
    FIRST_WITHIN_S = 5.0


@plot
def rotation(storm):
    storm.phase("first connect")
    storm.until_all_served()
    storm.phase("steady")
    storm.sleep(2 * Board.SLEEP_S)
    storm.server.change_keys(kept=True)
    storm.phase("new key, old one kept")
    storm.until_all_served()
    storm.phase("steady with the new key")
    storm.sleep(2 * Board.SLEEP_S)
    storm.server.change_keys(kept=False)
    storm.phase("new key, old one gone")
    storm.until_all_served()
