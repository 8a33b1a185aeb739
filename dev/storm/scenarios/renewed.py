"""The server's certificate is renewed, under the same CA, and the server reads it without a restart. mosquitto goes on with
its sessions; nginx ties each to the certificate that it was made under, and refuses all of them, whatever its ticket keys."""
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
