#!/usr/bin/env python3
"""Builds the engine for another processor and runs its tests there.

usage: foreign.py i386|aarch64 [--work FOLDER] [--jobs N] [TEST...]

Debian's cross compiler, the libraries and, for aarch64, QEMU's user emulation are fetched with apt's own programs and
unpacked into the work folder (default: build/foreign/ARCHITECTURE): nothing is installed, root is not needed. i386
programs run as they are, where the kernel runs them. TEST: crypto, policy, wire, core, trace, sim, capi, and the C
programs example, simulator, footprint; default: all. Those already built are not built again. In the end there is
one line for each: what ran, passed and was skipped; death tests, which start their program again by themselves, are
left out. The machine is an amd64 one with Debian 12.
Exit status: 0 passed, 1 failed, 77 the packages cannot be had.
"""

import argparse
import collections
import os
import pathlib
import re
import subprocess
import sys

SOURCE = pathlib.Path(__file__).resolve().parents[2]
# Debian's architecture, the compiler's prefix, the folder of its libraries
TARGETS = {
    "i386": ("i386", "i686-linux-gnu", "i386-linux-gnu"),
    "aarch64": ("arm64", "aarch64-linux-gnu", "aarch64-linux-gnu"),
}
LIBRARIES = ["libc6-dev", "libstdc++6", "libssl-dev", "libsodium-dev", "libgtest-dev", "libgmock-dev", "zlib1g-dev",
             "rapidjson-dev", "nlohmann-json3-dev"]
CROSS = ["libc6", "libc6-dev", "linux-libc-dev", "libgcc-s1", "libgcc-12-dev", "libstdc++6", "libstdc++-12-dev"]
TESTS = {
    "crypto": "tests/crypto/test_crypto", "policy": "tests/policy/test_policy", "wire": "tests/ike/wire/test_wire",
    "core": "tests/ike/core/test_core", "trace": "tests/ike/trace/test_trace", "sim": "tests/sim/test_sim",
    "capi": "tests/capi/capi_test",
}
PROGRAMS = {  # in C; their exit status is all that they say of themselves
    "example": "tests/capi/capi_example", "simulator": "tests/capi/capi_simulator", "footprint": "tests/capi/capi_footprint",
}
ALL = {**TESTS, **PROGRAMS}
HOST = "amd64"  # what the cross compilers run on
SKIPPED = 77


class Missing(Exception):
    """The packages cannot be had."""


def debian_sources():
    """Only Debian's own sources are asked for another architecture."""
    for name in ("/etc/apt/sources.list.d/debian.sources", "/etc/apt/sources.list"):
        if pathlib.Path(name).is_file():
            return ["-o", f"Dir::Etc::sourcelist={name}", "-o", "Dir::Etc::sourceparts=/dev/null"]
    raise Missing("no Debian package source is configured")


def apt(work, architecture, *arguments):
    """As if on a bare machine of that architecture, which knows of this one's, too."""
    options = {
        "APT::Architecture": architecture, "APT::Architectures": f"{architecture},{HOST}", "APT::Sandbox::User": "",
        "APT::Install-Recommends": "false", "Acquire::Languages": "none", "Debug::NoLocking": "true",
        "Dir::State::lists": work / "lists", "Dir::State::status": work / "status",
        "Dir::Cache::archives": work / "packages", "Dir::Cache::pkgcache": "", "Dir::Cache::srcpkgcache": "",
    }
    settings = [word for item in options.items() for word in ("-o", "{}={}".format(*item))]
    try:
        subprocess.run(["apt-get", "-qq", "-y", *debian_sources(), *settings, *arguments], check=True,
                       capture_output=True, text=True, cwd=work / "packages")
    except OSError as error:
        raise Missing(f"apt-get: {error}") from error
    except subprocess.CalledProcessError as error:
        raise Missing(f"apt-get: {error.stderr.strip()}") from error


def fetch(work, name):
    architecture, compiler, _ = TARGETS[name]
    for folder in ("lists/partial", "packages/partial"):
        (work / folder).mkdir(parents=True, exist_ok=True)
    (work / "status").write_text("", encoding="ascii")
    try:
        apt(work, architecture, "update")
    except Missing as reason:  # one index of several may be enough
        print(f"foreign.py: {reason}", file=sys.stderr)
    apt(work, architecture, "install", "--download-only", *LIBRARIES)  # with all that they depend on
    tools = [f"{tool}-{compiler}:{HOST}" for tool in ("binutils", "cpp-12", "gcc-12", "g++-12")]
    tools += [f"{library}-{architecture}-cross" for library in CROSS]  # without the sanitizers' that they depend on
    if name != "i386":
        tools.append(f"qemu-user-static:{HOST}")
    apt(work, architecture, "download", *tools)


def unpack(work, root):
    for package in sorted(work.glob("packages/*.deb")):
        subprocess.run(["dpkg-deb", "--extract", str(package), str(root)], check=True)
    for link in root.rglob("*"):  # absolute links lead out of the folder
        if link.is_symlink() and os.readlink(link).startswith("/"):
            inside = root / os.readlink(link)[1:]
            link.unlink()
            link.symlink_to(os.path.relpath(inside, link.parent))


def prepare(name, work):
    """Returns the folder with the compiler and the libraries."""
    root = work / "root"
    if not (work / "ready").exists():
        fetch(work, name)
        unpack(work, root)
        (work / "ready").touch()
    return root


def runner(name, root):
    folder = TARGETS[name][2]
    if name == "i386":
        return [f"{root}/lib/ld-linux.so.2", "--library-path", f"{root}/lib/{folder}:{root}/usr/lib/{folder}"]
    return [f"{root}/usr/bin/qemu-{name}-static", "-L", str(root)]


def build(name, root, folder, tests, jobs):
    _, compiler, triplet = TARGETS[name]
    environment = dict(os.environ, LD_LIBRARY_PATH=f"{root}/usr/lib/x86_64-linux-gnu", CCACHE_COMPILERCHECK="content")
    subprocess.run(
        ["cmake", "-G", "Ninja", "-S", SOURCE, "-B", folder, f"--toolchain={SOURCE}/tests/builds/foreign.cmake",
         f"-DFOREIGN_ROOT={root}", f"-DFOREIGN_COMPILER={compiler}", f"-DFOREIGN_TRIPLET={triplet}",
         f"-DFOREIGN_PROCESSOR={name}", f"-DFOREIGN_RUNNER={';'.join(runner(name, root))}",
         "-DCMAKE_BUILD_TYPE=Debug", "-DCMAKE_CXX_FLAGS_DEBUG=-O1", "-DISCSI_IKE_TOOL=OFF", "-DISCSI_IKE_INTEROP=OFF"],
        check=True, env=environment)
    targets = [pathlib.PurePath(ALL[test]).name for test in tests]
    subprocess.run(["cmake", "--build", folder, "--parallel", str(jobs), "--target", *targets],
                   check=True, env=environment)


def counted(output):
    """What GoogleTest says of its tests: (ran, passed, skipped)."""
    found = [re.search(pattern, output) for pattern in
             (r"\] (\d+) tests? from .* ran", r"\[  PASSED  \] (\d+) test", r"\[  SKIPPED \] (\d+) test")]
    return tuple(int(match[1]) if match else 0 for match in found)


def reasons(output):
    """Why tests were skipped: "46: this processor has no AVX-512 IFMA"."""
    why = collections.Counter(re.findall(r": Skipped\n(.+)", output))
    return "".join(f"; {count}: {reason}" for reason, count in sorted(why.items()))


def run_test(name, root, folder, test):
    """Returns whether it passed, and a line that says so. Each program is one process: to start the emulation takes
    longer than a test."""
    # A death test starts the program again by itself, which here has no loader and no libraries.
    arguments = ["--gtest_brief=1", "--gtest_filter=-*DeathTest.*"] if test in TESTS else []
    ran = subprocess.run([*runner(name, root), str(folder / ALL[test]), *arguments], check=False, cwd=folder,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    print(f"{name} {test}: exit status {ran.returncode}\n{ran.stdout}", flush=True)
    line = f"{name} {test}: exit status {ran.returncode}"
    if test in PROGRAMS:
        return ran.returncode == 0, line
    total, passed, skipped = counted(ran.stdout)
    line += f", {total} ran, {passed} passed, {skipped} skipped{reasons(ran.stdout)}"
    return ran.returncode == 0 and passed > 0 and passed + skipped == total, line


def run_tests(name, root, folder, tests):
    """Returns whether all passed."""
    results = [run_test(name, root, folder, test) for test in tests]
    print("\n".join(line for _, line in results), flush=True)
    return all(good for good, _ in results)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("architecture", choices=TARGETS)
    parser.add_argument("--work", type=pathlib.Path)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("tests", nargs="*", metavar="TEST", help=", ".join(ALL))
    arguments = parser.parse_intermixed_args()
    name = arguments.architecture
    tests = arguments.tests or list(ALL)
    if not set(tests) <= set(ALL):
        parser.error(f"tests are {', '.join(ALL)}")
    work = (arguments.work or SOURCE / "build/foreign" / name).resolve()
    try:
        root = prepare(name, work)
    except Missing as reason:
        print(f"foreign.py: skipped: {reason}", file=sys.stderr)
        return SKIPPED
    build(name, root, work / "build", tests, arguments.jobs)
    return 0 if run_tests(name, root, work / "build", tests) else 1


if __name__ == "__main__":
    sys.exit(main())
