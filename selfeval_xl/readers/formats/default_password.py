"""Workbooks encrypted with Excel's own default password, which Excel opens without asking.

Excel and WPS encrypt a workbook like this where its structure is protected. Decryption is done by
msoffcrypto-tool (extra `encrypted`); what surrounds it is read and bounded here. The methods are those of
MS-OFFCRYPTO and of the record FilePass in MS-XLS.
"""

from __future__ import annotations

import base64
import binascii
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from io import BytesIO
from xml.etree import ElementTree

from selfeval_xl.errors import UnreadableFile
from selfeval_xl.model.numbers import whole
from selfeval_xl.readers.formats.compound_file import Compound
from selfeval_xl.readers.formats.guard import DAMAGED, plain_xml
from selfeval_xl.readers.formats.kinds import ENCRYPTED
from selfeval_xl.readers.formats.xls_records import BOF, BOUNDSHEET, FILEPASS, UNREAD, records

PASSWORD = "VelvetSweatshop"
MAX_SPINS = 1_000_000  # rounds of hashing; Excel makes 100,000
MAX_INFO = 64 << 10  # bytes of the description of an encryption
MAX_STREAM = 64 << 20  # bytes of an encrypted workbook stream
TOO_SLOW = f"的加密要算{MAX_SPINS}遍以上，不是Excel或WPS存的，没有读取；请取消密码后另存为xlsx再报送。"
NO_PART = (
    "是加密的，读不出来：这台机器没有装解密部件，不知道是真的设了密码，还是Excel保护工作簿时自动加的默认密码。"
    '请先运行：pip install "selfeval-xl[encrypted]"（离线包见安装手册）；'
    "或打开后取消密码（文件－信息－保护工作簿），另存为xlsx再报送。"
)
_KEY_ENCRYPTOR = "{http://schemas.microsoft.com/office/2006/keyEncryptor/password}encryptedKey"
_ENCRYPTION = "{http://schemas.microsoft.com/office/2006/encryption}keyData"
_HASHES = frozenset(("SHA1", "SHA256", "SHA384", "SHA512"))
_XOR = 0  # method in FilePass; any other is RC4
_RC4_BLOCK = 1_024
# Records whose content is never encrypted: BOF, FilePass, UsrExcl, FileLock, InterfaceHdr, RRDInfo, RRDHead.
_PLAIN = frozenset((BOF, FILEPASS, 0x0194, 0x0195, 0x00E1, 0x0196, 0x0138))


def package_inside(compound: Compound) -> bytes:
    """The zip in an encrypted package with the default password.

    Raises UnreadableFile where it has another password, is damaged, or nothing here can decrypt it.
    """
    _need_part()
    info = (compound.stream("EncryptionInfo") or b"")[: MAX_INFO + 1]
    content = compound.stream("EncryptedPackage") or b""
    if len(info) > MAX_INFO:
        raise UnreadableFile(DAMAGED)
    with _described():
        major, minor = struct.unpack_from("<HH", info)
        if (major, minor) == (4, 4):
            package = _agile(info, content)
        elif minor == 2 and major in (2, 3, 4):
            package = _standard(info, content)
        else:
            raise UnreadableFile(ENCRYPTED.refusal, ENCRYPTED.rule)
    if not package.startswith(b"PK"):
        raise UnreadableFile(DAMAGED)
    return package


def stream_inside(stream: bytes) -> bytes:
    """An encrypted workbook stream with the default password in plain; raises as `package_inside` does."""
    _need_part()
    if len(stream) > MAX_STREAM:
        raise UnreadableFile(ENCRYPTED.refusal, ENCRYPTED.rule)
    with _described():
        found = next((stream[at : at + size] for kind, at, size in records(stream) if kind == FILEPASS), b"")
        # before 1997 there was XOR alone, and no number of the method
        method = _XOR if len(found) == 4 else struct.unpack_from("<H", found)[0]
        return _without_xor(stream, found) if method == _XOR else _without_rc4(stream, found)


def _need_part() -> None:
    """Raises UnreadableFile where nothing is installed that decrypts."""
    if find_spec("msoffcrypto") is None:
        raise UnreadableFile(NO_PART, ENCRYPTED.rule)


@contextmanager
def _described() -> Iterator[None]:
    """Raises UnreadableFile where the description of an encryption is not as the specification says.

    To the person it is a file that is encrypted in another way.
    """
    try:
        yield
    except (
        ValueError,
        TypeError,
        LookupError,
        struct.error,
        binascii.Error,
        ElementTree.ParseError,
    ) as error:
        raise UnreadableFile(ENCRYPTED.refusal, ENCRYPTED.rule) from error


def _refuse_unless(right: bool) -> None:
    """Raises UnreadableFile where the password is another one."""
    if not right:
        raise UnreadableFile(ENCRYPTED.refusal, ENCRYPTED.rule)


def _agile(info: bytes, content: bytes) -> bytes:
    """The package of the agile method, which Excel has used since 2010."""
    from msoffcrypto.method.ecma376_agile import ECMA376Agile

    root = ElementTree.fromstring(plain_xml(info[8:]))
    data, key = root.find(_ENCRYPTION), root.find(f".//{_KEY_ENCRYPTOR}")
    if data is None or key is None or {data.get("hashAlgorithm"), key.get("hashAlgorithm")} - _HASHES:
        raise UnreadableFile(ENCRYPTED.refusal, ENCRYPTED.rule)
    spins, bits = whole(key.get("spinCount"), -1), whole(key.get("keyBits"), -1)
    if not 0 <= spins <= MAX_SPINS:
        raise UnreadableFile(TOO_SLOW)
    salt, method = _bytes(key, "saltValue"), key.get("hashAlgorithm")
    _refuse_unless(
        ECMA376Agile.verify_password(
            PASSWORD,
            salt,
            method,
            _bytes(key, "encryptedVerifierHashInput"),
            _bytes(key, "encryptedVerifierHashValue"),
            spins,
            bits,
        )
    )
    secret = ECMA376Agile.makekey_from_password(
        PASSWORD, salt, method, _bytes(key, "encryptedKeyValue"), spins, bits
    )
    return ECMA376Agile.decrypt(
        secret, _bytes(data, "saltValue"), data.get("hashAlgorithm"), BytesIO(_in_blocks(content))
    )


def _standard(info: bytes, content: bytes) -> bytes:
    """The package of the standard method (Excel 2007)."""
    from msoffcrypto.method.ecma376_standard import ECMA376Standard

    (size,) = struct.unpack_from("<I", info, 8)
    _, _, cipher, hashing, bits, provider = struct.unpack_from("<6I", info, 12)
    (salt_size,) = struct.unpack_from("<I", info, 12 + size)
    salt, verifier = struct.unpack_from("<16s16s", info, 16 + size)
    (hashed,) = struct.unpack_from("<32s", info, 52 + size)
    secret = ECMA376Standard.makekey_from_password(PASSWORD, cipher, hashing, provider, bits, salt_size, salt)
    _refuse_unless(ECMA376Standard.verifykey(secret, verifier, hashed))
    return ECMA376Standard.decrypt(secret, BytesIO(_in_blocks(content)))


def _in_blocks(content: bytes) -> bytes:
    """An encrypted package without what follows its last whole block: its length, then blocks of 16 bytes."""
    return content[: 8 + (len(content) - 8) // 16 * 16]


def _bytes(element: ElementTree.Element, name: str) -> bytes:
    """An attribute in base64."""
    return base64.b64decode(element.get(name, ""), validate=True)


def _without_rc4(stream: bytes, found: bytes) -> bytes:
    """The stream decrypted by RC4, with a key for each 1,024 bytes. found: the content of FilePass."""
    from msoffcrypto.method.rc4 import DocumentRC4
    from msoffcrypto.method.rc4_cryptoapi import DocumentRC4CryptoAPI

    major, minor = struct.unpack_from("<HH", found, 2)
    if (major, minor) == (1, 1):
        salt, verifier, hashed = struct.unpack_from("<16s16s16s", found, 6)
        _refuse_unless(DocumentRC4.verifypw(PASSWORD, salt, verifier, hashed))
        plain = DocumentRC4.decrypt(PASSWORD, salt, BytesIO(stream), _RC4_BLOCK)
    elif minor == 2 and major in (2, 3, 4):
        (size,) = struct.unpack_from("<I", found, 10)
        bits = struct.unpack_from("<I", found, 30)[0] or 40
        salt, verifier = struct.unpack_from("<16s16s", found, 18 + size)
        (hashed,) = struct.unpack_from("<20s", found, 54 + size)
        _refuse_unless(bits <= 128 and DocumentRC4CryptoAPI.verifypw(PASSWORD, salt, bits, verifier, hashed))
        plain = DocumentRC4CryptoAPI.decrypt(PASSWORD, salt, bits, BytesIO(stream), _RC4_BLOCK)
    else:
        raise UnreadableFile(ENCRYPTED.refusal, ENCRYPTED.rule)
    decrypted = plain.getvalue()
    return _in_records(stream, lambda at, end: decrypted[at:end])


def _without_xor(stream: bytes, found: bytes) -> bytes:
    """The stream without the obfuscation by XOR. found: the content of FilePass."""
    from msoffcrypto.method.xor_obfuscation import DocumentXOR

    _, verifier = struct.unpack("<HH", found[-4:])
    _refuse_unless(DocumentXOR.verifypw(PASSWORD, verifier))
    tables = [
        bytes(DocumentXOR.ror(byte ^ key, 5, 8) for byte in range(256))
        for key in DocumentXOR.create_xor_array_method1(PASSWORD)
    ]

    def plain(at: int, end: int) -> bytes:
        piece = bytearray(end - at)
        for number in range(min(16, end - at)):  # the key turns with the place of the record's end
            piece[number::16] = stream[at + number : end : 16].translate(tables[(end + number) % 16])
        return bytes(piece)

    return _in_records(stream, plain)


def _in_records(stream: bytes, plain: Callable[[int, int], bytes]) -> bytes:
    """The stream with the decrypted content of its records, and without the one about the encryption.

    plain: gives the decrypted bytes of the content between two offsets.
    """
    written = bytearray(stream)
    for kind, at, size in records(stream):
        if kind == FILEPASS:
            struct.pack_into("<H", written, at - 4, UNREAD)
        elif kind not in _PLAIN:
            kept = 4 if kind == BOUNDSHEET else 0  # where the sheet begins stays plain
            written[at + kept : at + size] = plain(at, at + size)[kept:]
    return bytes(written)
