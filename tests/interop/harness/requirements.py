"""Whether this machine can run the tests at all. A missing thing is a reason to skip, never to pass."""

import importlib.util
import os
import shutil
import subprocess

SKIPPED = 77  # what ctest takes for "skipped"


def missing(needs, files):
    """Returns one sentence about the first thing that is missing, or None. `needs` are programs,
    modules of Python as "python:NAME", and files with their whole path."""
    if os.geteuid() != 0:
        return "needs root, for network namespaces and UDP port 500"
    for need in ("ip", *needs):
        module = need.partition("python:")[2]
        if not (importlib.util.find_spec(module) if module else find(need) or os.path.exists(need)):
            return f"needs {need}, which is not installed"
    for path in files:
        if not os.path.exists(path):
            return f"needs {path}, which is not there"
    name = f"iike{os.getpid()}-probe"
    made = subprocess.run(["ip", "netns", "add", name], capture_output=True, text=True)
    if made.returncode != 0:
        return f"needs network namespaces: {made.stderr.strip()}"
    subprocess.run(["ip", "netns", "del", name], check=True)
    return None


def find(program):
    """Finds a program; daemons are in sbin, which is not always on the path."""
    return shutil.which(program) or shutil.which(program, path="/usr/sbin:/sbin:/usr/local/sbin")
