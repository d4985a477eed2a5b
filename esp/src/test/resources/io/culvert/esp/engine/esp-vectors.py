#!/usr/bin/env python3
"""Writes esp-vectors.txt: whole ESP packets, computed without Culvert.

    python3 esp-vectors.py > esp-vectors.txt

Needs the `cryptography` package. Packets that a standard or draft prints are asserted to be what is
computed here. The packets of RFC 3602 have no ICV: one is added, since Culvert has no ESP without.
"""

import hashlib
import hmac
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305

HASHES = {
    "HMAC_SHA1_96": (hashlib.sha1, 20, 12),
    "HMAC_SHA2_256_128": (hashlib.sha256, 32, 16),
    "HMAC_SHA2_384_192": (hashlib.sha384, 48, 24),
    "HMAC_SHA2_512_256": (hashlib.sha512, 64, 32),
}


def hx(text):
    return bytes.fromhex("".join(text.split()))


def octets(start, count):
    return bytes((start + i) & 0xFF for i in range(count))


def vector(name, encryption, key, iv, spi, sequence, next_header, payload,
           integrity="NONE", integrity_key=b"", esn=False, printed=None):
    block = 16 if encryption == "AES_CBC" else 4
    pad = -(len(payload) + 2) % block
    plain = payload + octets(1, pad) + bytes([pad, next_header])
    header = struct.pack(">II", spi, sequence & 0xFFFFFFFF)
    high = struct.pack(">I", sequence >> 32)
    aad = header[:4] + high + header[4:] if esn else header
    bits = 0 if encryption == "CHACHA20_POLY1305" else 8 * (len(key) - (0 if encryption == "AES_CBC" else 4))
    if encryption == "AES_GCM_16":
        packet = header + iv + AESGCM(key[:-4]).encrypt(key[-4:] + iv, plain, aad)
    elif encryption == "CHACHA20_POLY1305":
        packet = header + iv + ChaCha20Poly1305(key[:-4]).encrypt(key[-4:] + iv, plain, aad)
    else:
        if encryption == "AES_CBC":
            cipher = Cipher(algorithms.AES(key), modes.CBC(iv))
        else:
            cipher = Cipher(algorithms.AES(key[:-4]), modes.CTR(key[-4:] + iv + b"\0\0\0\1"))
        encryptor = cipher.encryptor()
        packet = header + iv + encryptor.update(plain) + encryptor.finalize()
        if printed is not None:
            assert packet == printed, name
            printed = None
        digest, key_octets, icv_octets = HASHES[integrity]
        assert len(integrity_key) == key_octets
        covered = packet + (high if esn else b"")
        packet += hmac.new(integrity_key, covered, digest).digest()[:icv_octets]
    if printed is not None:
        assert packet == printed, name
    print(f"name = {name}")
    print(f"encryption = {encryption}")
    print(f"keyBits = {bits}")
    print(f"integrity = {integrity}")
    print(f"esn = {str(esn).lower()}")
    print(f"encryptionKey = {key.hex()}")
    print(f"integrityKey = {integrity_key.hex()}")
    print(f"spi = {spi:08x}")
    print(f"sequence = {sequence:016x}")
    print(f"iv = {iv.hex()}")
    print(f"nextHeader = {next_header}")
    print(f"payload = {payload.hex()}")
    print(f"packet = {packet.hex()}")
    print()


PING_PATTERN = octets(8, 48)
SHA256_KEY = octets(0x40, 32)

vector("RFC 3602 case 5, with HMAC-SHA-256", "AES_CBC",
       hx("90d382b4 10eeba7a d938c46c ec1a82bf"), hx("e96e8c08 ab465763 fd098d45 dd3ff893"),
       0x4321, 1, 1, hx("08000ebd a70a0000 8e9c083d b95b0700") + PING_PATTERN,
       "HMAC_SHA2_256_128", SHA256_KEY,
       printed=hx("""00004321 00000001 e96e8c08 ab465763 fd098d45 dd3ff893
           f663c25d 325c18c6 a9453e19 4e120849 a4870b66 cc6b9965 330013b4 898dc856
           a4699e52 3a55db08 0b59ec3a 8e4b7e52 775b07d1 db34ed9c 538ab50c 551b874a
           a269add0 47ad2d59 13ac19b7 cfbad4a6"""))
vector("RFC 3602 case 6, with HMAC-SHA-384", "AES_CBC",
       hx("90d382b4 10eeba7a d938c46c ec1a82bf"), hx("69d08df7 d203329d b093fc49 24e5bd80"),
       0x4321, 8, 1,
       hx("0800b5e8 a80a0500 a69c083d 0b660e00 77777777 77777777 77777777"),
       "HMAC_SHA2_384_192", octets(0x50, 48),
       printed=hx("""00004321 00000008 69d08df7 d203329d b093fc49 24e5bd80
           f5199588 1ec4e0c4 488987ce 742e8109 689bb379 d2d750c0 d915dca3 46a89f75"""))
vector("RFC 3602 case 7, with HMAC-SHA-512", "AES_CBC",
       hx("01234567 89abcdef 01234567 89abcdef"), hx("f4e76524 4f6407ad f13dc138 0f673f37"),
       0x8765, 2, 4,
       hx("""45000054 09040000 4001f988 c0a87b03 c0a87bc8
           08009f76 a90a0100 b49c083d 02a20400""") + PING_PATTERN,
       "HMAC_SHA2_512_256", octets(0x60, 64),
       printed=hx("""00008765 00000002 f4e76524 4f6407ad f13dc138 0f673f37
           773b5241 a4c44922 5e4f3ce5 ed611b0c 237ca96c f74a9301 3c1b0ea1 a0cf70f8
           e4ecaec7 8ac53aad 7a0f022b 859243c6 47752e94 a859352b 8a4d4d2d ecd136e5
           c177f132 ad3fbfb2 201ac990 4c74ee0a 109e0ca1 e4dfe9d5 a100b842 f1c22f0d"""))
vector("RFC 3602 case 8, with HMAC-SHA-1", "AES_CBC",
       hx("01234567 89abcdef 01234567 89abcdef"), hx("85d47224 b5f3dd5d 2101d4ea 8dffab22"),
       0x8765, 5, 4,
       hx("""45000044 090c0000 4001f990 c0a87b03 c0a87bc8
           0800d63c aa0a0200 c69c083d a3de0300""") + b"\xff" * 32,
       "HMAC_SHA1_96", octets(0x70, 20),
       printed=hx("""00008765 00000005 85d47224 b5f3dd5d 2101d4ea 8dffab22
           15b92683 819596a8 047232cc 00f7048f e45318e1 1f8a0f62 ede3c3fc 61203bb5
           0f980a08 c9843fd3 a1b06d5c 07ff9639 b7eb7dfb 3512e5de 435e7207 ed971ef3
           d2726d9b 5ef6affc 6d17a0de cbb13892"""))
vector("RFC 7634 appendix A", "CHACHA20_POLY1305", octets(0x80, 32) + hx("a0a1a2a3"),
       hx("1011121314151617"), 0x01020304, 5, 4,
       hx("""45000054 a6f20000 4001e778 c6336405 c0000205
           08005b7a 3a080000 553bec10 00073627""") + PING_PATTERN,
       printed=hx("""01020304 00000005 10111213 14151617
           24039428 b97f417e 3c13753a 4f05087b 67c352e6 a7fab1b9 82d466ef 407ae5c6
           14ee8099 d52844eb 61aa95df ab4c02f7 2aa71e7c 4c4f64c9 befe2fac c638e8f3
           cbec163f ac469b50 2773f6fb 94e664da 9165b828 29f641e0
           76aaa826 6b7fb0f7 b11b3699 07e1ad43"""))
vector("draft-mcgrew-gcm-test-01, 128-bit key", "AES_GCM_16",
       hx("feffe992 8665731c 6d6a8f94 67308308 cafebabe"), hx("facedbad decaf888"),
       0xA5F8, 10, 1,
       hx("""4500003e 698f0000 80114dcc c0a80102 c0a80101 0a980035 002a2343 b2d00100
           00010000 00000000 03736970 09637962 65726369 74790264 6b000001 0001"""),
       printed=hx("""0000a5f8 0000000a facedbad decaf888
           deb22cd9 b07c72c1 6e3a65be eb8df304 a5a5897d 33ae530f 1ba76d5d 114d2a5c
           3de81827 c10e9a4f 51330d0e ec416642 cfbb85a5 b47e48a4 ec3b9ba9 5d918bd1
           83b70d3a a8bc6ee4 c309e9d8 5a41ad4a"""))
vector("draft-mcgrew-gcm-test-01, 256-bit key", "AES_GCM_16",
       hx("abbccdde f0011223 34455667 78899aab abbccdde f0011223 34455667 78899aab 11223344"),
       hx("0102030405060708"), 0x4A2CBFE3, 2, 1,
       hx("""45000030 69a64000 80062690 c0a80102 9389155e 0a9e008b 2dc57ee0 00000000
           70024000 20bf0000 020405b4 01010402"""),
       printed=hx("""4a2cbfe3 00000002 01020304 05060708
           ff425c9b 724599df 7a3bcd51 0194e00d 6a78107f 1b0b1cbf 06efae9d 65a5d763
           748a6379 85771d34 7f054565 9f14e99d ef842d8e b335f4ee cfdbf831 824b4c49
           15956c96"""))

# no standard prints these: extended sequence numbers, and AES-CTR beside an HMAC
for esn, sequence in ((False, 0xFFFFFFFF), (True, 0x00000001_00000005)):
    suffix = ", 64-bit sequence number" if esn else ", last 32-bit sequence number"
    iv8 = struct.pack(">Q", sequence)
    vector("AES-GCM-192" + suffix, "AES_GCM_16", octets(1, 28), iv8, 0xDEADBEEF, sequence, 41,
           octets(0x60, 77), esn=esn)
    vector("ChaCha20-Poly1305" + suffix, "CHACHA20_POLY1305", octets(2, 36), iv8, 0xDEADBEEF,
           sequence, 4, octets(0x45, 41), esn=esn)
    vector("AES-CBC-256 and HMAC-SHA-256" + suffix, "AES_CBC", octets(3, 32), octets(0xC0, 16),
           0xFFFFFFFF, sequence, 4, octets(0x45, 46), "HMAC_SHA2_256_128", SHA256_KEY, esn)
    vector("AES-CTR-128 and HMAC-SHA-512" + suffix, "AES_CTR", octets(4, 20), iv8, 0x100,
           sequence, 4, octets(0x45, 99), "HMAC_SHA2_512_256", octets(0x60, 64), esn)
vector("AES-CTR-256 and HMAC-SHA-1, empty payload", "AES_CTR", octets(5, 36), octets(0xD0, 8),
       0x101, 1, 59, b"", "HMAC_SHA1_96", octets(0x70, 20))
