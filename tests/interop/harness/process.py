"""Programs in a namespace that end with the harness, however it ends."""

import ctypes
import signal
import subprocess
import time

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


def _die_with_parent():
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def start(host, command, output, environment=None):
    """Starts `command` in the namespace of `host` with stdout and stderr to `output`."""
    return subprocess.Popen(host.inside(command), stdin=subprocess.DEVNULL, stdout=output,
                            stderr=subprocess.STDOUT, env=environment, preexec_fn=_die_with_parent)


def start_piped(host, command, errors):
    """Starts `command` with stdout to be read here, as text, and stderr to the file `errors`."""
    return subprocess.Popen(host.inside(command), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=errors, text=True, preexec_fn=_die_with_parent)


def start_apart(host, command, output, errors):
    """Starts `command` with stdout to the file `output` and stderr to the file `errors`."""
    return subprocess.Popen(host.inside(command), stdin=subprocess.DEVNULL, stdout=output, stderr=errors,
                            preexec_fn=_die_with_parent)


def stop(process, how=signal.SIGTERM, patience=5.0):
    """Ends a process, in the end by force. Returns its exit status."""
    if process.poll() is None:
        process.send_signal(how)
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
    return process.wait()


def wait_until(condition, patience, step=0.01):
    """Polls `condition` until it gives something true, and returns that; None when time is over."""
    deadline = time.monotonic() + patience
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            return None
        time.sleep(step)
