"""Workbooks encrypted as Excel and WPS do it, by each method that there is."""

from __future__ import annotations

import struct
from hashlib import md5, sha1
from io import BytesIO

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from msoffcrypto.format.ooxml import OOXMLFile
from msoffcrypto.method.container.ecma376_encrypted import ECMA376Encrypted
from msoffcrypto.method.ecma376_agile import ECMA376Agile
from msoffcrypto.method.ecma376_standard import ECMA376Standard
from msoffcrypto.method.rc4 import DocumentRC4
from msoffcrypto.method.rc4_cryptoapi import DocumentRC4CryptoAPI
from msoffcrypto.method.xor_obfuscation import DocumentXOR

from support.biff import record

DEFAULT = "VelvetSweatshop"
SALT = bytes(range(16))
_VERIFIER = b"sixteen letters!"
_PLAIN = {0x809, 0x2F, 0x194, 0x195, 0xE1, 0x196, 0x138}


def agile(package: bytes, password: str = DEFAULT) -> bytes:
    """A zip encrypted by the agile method, as msoffcrypto-tool does it."""
    out = BytesIO()
    OOXMLFile(BytesIO(package)).encrypt(password, out)
    return out.getvalue()


def agile_with(package: bytes, spins: int) -> bytes:
    """The same with another number of rounds."""
    return ECMA376Agile.encrypt(DEFAULT, BytesIO(package), spin_count=spins)


def container(package: bytes, info: bytes) -> bytes:
    """A compound file with an encrypted package and the description of its encryption."""
    out = BytesIO()
    ECMA376Encrypted(package, info).write_to(out)
    return out.getvalue()


def standard(package: bytes, password: str = DEFAULT) -> bytes:
    """A zip encrypted by the standard method of Excel 2007 (AES of 128 bits)."""
    key = ECMA376Standard.makekey_from_password(password, 0x660E, 0x8004, 0x18, 128, 16, SALT)

    def encrypted(data: bytes) -> bytes:
        cipher = Cipher(algorithms.AES(bytes(key)), modes.ECB()).encryptor()
        return cipher.update(data.ljust(-(-len(data) // 16) * 16, b"\0")) + cipher.finalize()

    header = struct.pack("<8I", 0x24, 0, 0x660E, 0x8004, 128, 0x18, 0, 0) + "AES\0".encode("utf-16-le")
    info = struct.pack("<HHII", 4, 2, 0x24, len(header)) + header + struct.pack("<I", 16) + SALT
    info += encrypted(_VERIFIER) + struct.pack("<I", 20) + encrypted(sha1(_VERIFIER).digest())
    return container(struct.pack("<Q", len(package)) + encrypted(package), info)


def _rc4(password: str, data: bytes, bits: int = 0) -> bytes:
    """These bytes under the key stream of RC4, from the first byte of a stream on; bits: of CryptoAPI."""
    if bits:
        return DocumentRC4CryptoAPI.decrypt(password, SALT, bits, BytesIO(data), 1024).getvalue()
    return DocumentRC4.decrypt(password, SALT, BytesIO(data), 1024).getvalue()


def rc4(stream: bytes, password: str = DEFAULT) -> bytes:
    """A workbook stream encrypted by RC4."""
    secret = _rc4(password, _VERIFIER + md5(_VERIFIER).digest())
    return _encrypted(stream, struct.pack("<HHH", 1, 1, 1) + SALT + secret, lambda data: _rc4(password, data))


def rc4_crypto_api(stream: bytes, password: str = DEFAULT) -> bytes:
    """A workbook stream encrypted by RC4 CryptoAPI with 128 bits."""
    secret = _rc4(password, _VERIFIER + sha1(_VERIFIER).digest(), 128)
    header = struct.pack("<8I", 4, 0, 0x6801, 0x8004, 128, 1, 0, 0) + "Enhanced\0".encode("utf-16-le")
    info = struct.pack("<HHHII", 1, 2, 2, 4, len(header)) + header + struct.pack("<I", 16) + SALT
    info += secret[:16] + struct.pack("<I", 20) + secret[16:]
    return _encrypted(stream, info, lambda data: _rc4(password, data, 128))


def xor(stream: bytes, password: str = DEFAULT, before_1997: bool = False) -> bytes:
    """A workbook stream obfuscated by XOR."""
    keys = DocumentXOR.create_xor_array_method1(password)
    verifier = next(number for number in range(65_536) if DocumentXOR.verifypw(password, number))
    info = struct.pack("<HH", DocumentXOR.create_xor_key_method1(password), verifier)
    whole = _with_description(stream, info if before_1997 else b"\0\0" + info)
    written = bytearray(whole)
    for kind, at, size in _records(whole):
        for number in range(size):
            turned = DocumentXOR.rol(whole[at + number], 5, 8) ^ keys[(at + size + number) % 16]
            if kind not in _PLAIN and not (kind == 0x85 and number < 4):
                written[at + number] = turned
    return bytes(written)


def _encrypted(stream: bytes, info: bytes, secret) -> bytes:
    """A stream with this description, its records encrypted by a function of the whole stream."""
    whole = _with_description(stream, info)
    turned, written = secret(whole), bytearray(whole)
    for kind, at, size in _records(whole):
        start = at + (4 if kind == 0x85 else 0)
        if kind not in _PLAIN:
            written[start : at + size] = turned[start : at + size]
    return bytes(written)


def _with_description(stream: bytes, info: bytes) -> bytes:
    """The stream with a record FilePass behind its first record; sheets begin that much later."""
    first = 4 + struct.unpack_from("<H", stream, 2)[0]
    description = record(0x2F, info)
    whole = bytearray(stream[:first] + description + stream[first:])
    for kind, at, _ in _records(bytes(whole)):
        if kind == 0x85:
            struct.pack_into("<I", whole, at, struct.unpack_from("<I", whole, at)[0] + len(description))
    return bytes(whole)


def _records(stream: bytes):
    at = 0
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        yield kind, at + 4, size
        at += 4 + size
