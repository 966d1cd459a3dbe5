"""type_keys.py SHELL SETUP: types lines into an interactive shell on a terminal of its own.

SETUP is a file that the shell reads first; it defines a command that writes its arguments to the file
'args' in one step. Each line of standard input has the keys of a line, with the escapes of Python (\\t is
the Tab key). After them Enter is pressed. Prints what 'args' has then, a line for each, or '-' if that is
nothing within the time, and ends then.
"""
import fcntl
import os
import pty
import select
import struct
import sys
import termios
import time

ARGS = {"bash": ["bash", "--norc", "--noprofile", "-i"], "zsh": ["zsh", "-f", "-i"]}
SECONDS = 10


def start(shell):
    pid, fd = pty.fork()
    if pid == 0:
        os.environ.update(TERM="dumb", HISTFILE="/dev/null", PS1="> ")
        os.execvp(shell, ARGS[shell])
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 120, 0, 0))
    return fd


def wait_for(fd, path):
    """Reads what the shell prints, so that it does not wait, until the file is there."""
    end = time.time() + SECONDS
    shown = b""
    while not os.path.exists(path) and time.time() < end:
        if select.select([fd], [], [], 0.02)[0]:
            try:
                shown += os.read(fd, 65536)
            except OSError:  # the shell has ended
                break
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            text = file.read()
        os.remove(path)
        return text
    sys.stderr.write(shown.decode("utf-8", "replace"))
    return "-"


def main():
    shell, setup = sys.argv[1:]
    fd = start(shell)
    os.write(fd, f". '{setup}'; : >args\r".encode())
    wait_for(fd, "args")
    for line in sys.stdin.read().splitlines():
        keys = line.encode().decode("unicode_escape").encode("latin-1")
        os.write(fd, keys + b"\r")
        args = wait_for(fd, "args")
        print(args, flush=True)
        if args == "-":
            break


main()
