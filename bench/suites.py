"""What is negotiated in the benchmarks: the group that a figure is named by, and the suite. As suites.hpp."""

SUITES = {
    "modp1024": "aes128-sha1-modp1024",
    "modp2048": "aes128-sha256-modp2048",
    "modp3072": "aes128-sha256-modp3072",
    "ecp256": "aes128-sha256-ecp256",
    "curve25519": "aes128-sha256-curve25519",
}
