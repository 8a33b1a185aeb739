"""quick_restart.py, whose boards write down what each report says."""
import os

import quick_restart
from storm import plot


class Board(quick_restart.Board):
    def payload(self, number, outcome):
        said = super().payload(number, outcome)
        with open(os.environ["STORM_SAID"], "a", encoding="ascii") as file:
            file.write(f"{self.number}/{number} {said.hex()}\n")
        return said


@plot
def restart(storm):
    quick_restart.restart(storm)
