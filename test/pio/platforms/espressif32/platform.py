"""A stand-in for PlatformIO's espressif32 platform: it runs a project's scripts and builds nothing."""
from platformio.public import PlatformBase


class Espressif32Platform(PlatformBase):
    """Boards of which nothing is known but the chip."""
