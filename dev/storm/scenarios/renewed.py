"""The server's certificate is renewed, under the same CA, and the server reads it without a restart. With ticket keys from
a file the sessions go on; where a reload makes new keys, all devices pay for it."""
from storm import Device, plot


class Board(Device):
    SLEEP_S = 5.0
    FIRST_WITHIN_S = 5.0


@plot
def renewed(storm):
    storm.phase("first connect")
    storm.until_all_served()
    storm.phase("steady")
    storm.sleep(2 * Board.SLEEP_S)
    storm.server.renew()
    storm.phase("renewed")
    storm.until_all_served()
    storm.phase("steady again")
    storm.sleep(2 * Board.SLEEP_S)
