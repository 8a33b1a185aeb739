"""A stand-in for PlatformIO's native platform, for tests without its registry."""
from platformio.public import PlatformBase


class NativePlatform(PlatformBase):
    """Programs for this machine, by the compiler that it has."""

    def get_boards(self, id_=None):
        return None if id_ else {}

    def is_embedded(self):
        return False
