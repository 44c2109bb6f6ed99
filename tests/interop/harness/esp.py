"""A small ESP (RFC 4303): seals and opens packets with the keys that a negotiation gave. No anti-replay
window, no extended sequence numbers, no padding but what the cipher and the alignment ask for."""

import hmac
import os
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

try:  # newer releases keep it apart
    from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
except ImportError:
    TripleDES = algorithms.TripleDES

IPV4_IN_IP = 4  # next header of tunnel mode

_INTEGRITY = {  # name in a suite: hash, octets of the ICV (RFC 2404, RFC 4868)
    "sha1": ("sha1", 12), "sha256": ("sha256", 16), "sha384": ("sha384", 24), "sha512": ("sha512", 32),
}


class EspError(Exception):
    """A packet that is not what this SA protects."""


class Null:
    """RFC 2410."""

    block, iv_size = 4, 0

    def __init__(self, key):
        if key:
            raise EspError("NULL has no key")

    def encrypt(self, _iv, clear):
        return clear

    decrypt = encrypt


class Cbc:
    """RFC 3602 and RFC 2451."""

    def __init__(self, algorithm):
        self._algorithm = algorithm
        self.block = self.iv_size = algorithm.block_size // 8

    def encrypt(self, iv, clear):
        return _all(Cipher(self._algorithm, modes.CBC(iv)).encryptor(), clear)

    def decrypt(self, iv, secret):
        return _all(Cipher(self._algorithm, modes.CBC(iv)).decryptor(), secret)


def _all(context, octets):
    return context.update(octets) + context.finalize()


class Gcm:
    """RFC 4106 with an ICV of 16 octets: the key ends with the salt of 4."""

    block, iv_size, icv_size = 4, 8, 16

    def __init__(self, key):
        self._aead, self._salt = AESGCM(key[:-4]), key[-4:]

    def seal(self, header, iv, clear):
        return self._aead.encrypt(self._salt + iv, clear, header)

    def open(self, header, iv, secret):
        return self._aead.decrypt(self._salt + iv, secret, header)


class Separate:
    """A cipher, and an HMAC over all from the header on (encrypt-then-MAC)."""

    def __init__(self, cipher, integrity, key):
        self._cipher = cipher
        self.block, self.iv_size = cipher.block, cipher.iv_size
        self._hash, self.icv_size = _INTEGRITY[integrity]
        self._key = key

    def _icv(self, *parts):
        return hmac.new(self._key, b"".join(parts), self._hash).digest()[:self.icv_size]

    def seal(self, header, iv, clear):
        secret = self._cipher.encrypt(iv, clear)
        return secret + self._icv(header, iv, secret)

    def open(self, header, iv, sealed):
        secret, icv = sealed[:-self.icv_size], sealed[-self.icv_size:]
        if not hmac.compare_digest(icv, self._icv(header, iv, secret)):
            raise EspError("the ICV is wrong")
        return self._cipher.decrypt(iv, secret)


def transform(suite, encryption_key, integrity_key):
    """What a suite ("aes128-sha1", "3des-sha1", "null-sha256", "aes128gcm16") does with these keys."""
    cipher, _, integrity = suite.partition("-")
    if cipher in ("aes128gcm16", "aes192gcm16", "aes256gcm16"):
        return Gcm(encryption_key)
    if cipher == "null":
        made = Null(encryption_key)
    else:
        made = Cbc(TripleDES(encryption_key) if cipher == "3des" else algorithms.AES(encryption_key))
    return Separate(made, integrity, integrity_key)


class OneWay:
    """One SA: a SPI, its keys, and the next sequence number."""

    def __init__(self, spi, how):
        self.spi = spi
        self._how = how
        self._sequence = 0

    def seal(self, payload, next_header=IPV4_IN_IP, iv=None):
        """Returns the next ESP packet."""
        self._sequence += 1
        header = struct.pack("!II", self.spi, self._sequence)
        iv = os.urandom(self._how.iv_size) if iv is None else iv
        padding = -(len(payload) + 2) % self._how.block
        clear = payload + bytes(range(1, padding + 1)) + bytes((padding, next_header))
        return header + iv + self._how.seal(header, iv, clear)

    def open(self, packet):
        """Returns (sequence number, next header, payload). Raises EspError."""
        if len(packet) < 8 + self._how.iv_size + self._how.icv_size:
            raise EspError("the packet is too short")
        spi, sequence = struct.unpack("!II", packet[:8])
        if spi != self.spi:
            raise EspError(f"SPI {spi:08x} is not {self.spi:08x}")
        iv, sealed = packet[8:8 + self._how.iv_size], packet[8 + self._how.iv_size:]
        try:
            clear = self._how.open(packet[:8], iv, sealed)
        except EspError:
            raise
        except Exception as error:  # whatever the library raises for a wrong tag or length
            raise EspError(f"{type(error).__name__}") from error
        if len(clear) < 2 or len(clear) < 2 + clear[-2]:
            raise EspError("the padding is longer than the packet")
        padding, next_header = clear[-2], clear[-1]
        end = len(clear) - 2 - padding
        if clear[end:-2] != bytes(range(1, padding + 1)):
            raise EspError("the padding is not 1, 2, 3, ..")
        return sequence, next_header, clear[:end]
