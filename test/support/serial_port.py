"""A serial port to test with: a pseudo-terminal under the name given. What comes on standard input is what
the board says; the end of it is the board's cable pulled out."""
import os
import pty
import sys
import tty

link = sys.argv[1]
board, port = pty.openpty()
tty.setraw(port)
os.symlink(os.ttyname(port), link)
print("ready", flush=True)
try:
    while data := os.read(0, 4096):
        while data:
            data = data[os.write(board, data) :]
finally:
    os.unlink(link)
