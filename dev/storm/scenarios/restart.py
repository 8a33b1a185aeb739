"""The server is away for a while and comes back, once with its ticket keys and once with new ones. mosquitto has no
setting for them and makes new ones each time. Devices that fail three times in a row are advised to stay away."""
from storm import Device, plot

AWAY_S = 12.0


class Board(Device):
    SLEEP_S = 4.0
    FIRST_WITHIN_S = 4.0
    BACKOFF_MAX_S = 8


def away_and_back(storm, name):
    storm.server.stop()
    storm.phase(f"away, {name}")
    storm.sleep(AWAY_S)
    storm.server.start()
    storm.phase(f"back, {name}")
    storm.until_all_served()


@plot
def restart(storm):
    storm.phase("first connect")
    storm.until_all_served()
    storm.phase("steady")
    storm.sleep(3 * Board.SLEEP_S)
    if storm.server.keeps_keys:
        away_and_back(storm, "same ticket keys")
    storm.server.make_keys()
    away_and_back(storm, "new ticket keys")
    storm.phase("steady again")
    storm.sleep(2 * Board.SLEEP_S)
