"""All devices wake at one moment and find no server, again and again, until each is advised to stay away; then the server
is back. They have no jitter of their own, so that nothing but the chance in that advice takes them out of step."""
from storm import Device, plot


class Board(Device):
    FIRST_WITHIN_S = 2.0
    BACKOFF_MAX_S = 16

    def sleep_s(self):
        return 2.0 if self.unsent else 3600.0


@plot
def outage(storm):
    storm.phase("first connect")
    storm.until_all_served()
    storm.server.stop()
    storm.phase("away")
    storm.wake_all()
    storm.until(lambda: storm.count("backoff") >= storm.devices)
    storm.server.start()
    storm.phase("back")
    storm.until_all_served()
