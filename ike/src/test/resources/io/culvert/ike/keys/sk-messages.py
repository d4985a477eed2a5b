#!/usr/bin/env python3
"""Writes sk-messages.txt: encrypted IKE messages made by a second implementation.

Needs the package "cryptography". The answers are frozen in sk-messages.txt; run this only to add some:
    python3 sk-messages.py > sk-messages.txt
"""
import hashlib
import hmac
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305

SPI_I, SPI_R = 0x0102030405060708, 0x1112131415161718
MACS = {
    "HMAC_SHA1_96": (hashlib.sha1, 20, 12),
    "HMAC_SHA2_256_128": (hashlib.sha256, 32, 16),
    "HMAC_SHA2_384_192": (hashlib.sha384, 48, 24),
    "HMAC_SHA2_512_256": (hashlib.sha512, 64, 32),
}


def pattern(count, start):
    return bytes((start + 7 * i) & 0xFF for i in range(count))


def prefix(next_payload, body_octets, fragment=b""):
    """IKE header of IKE_AUTH request 1, then the generic header of SK or SKF."""
    octets = 4 + len(fragment) + body_octets
    header = struct.pack(">QQBBBBII", SPI_I, SPI_R, 53 if fragment else 46, 0x20, 35, 0x08, 1, 28 + octets)
    return header + struct.pack(">BBH", next_payload, 0, octets) + fragment


def seal(algorithm, integrity, key, mac_key, iv, next_payload, plaintext, fragment=b""):
    block = 16 if algorithm == "AES_CBC" else 1
    padding = -(len(plaintext) + 1) % block
    padded = plaintext + bytes(padding) + bytes([padding])
    if integrity == "NONE":
        start = prefix(next_payload, 8 + len(padded) + 16, fragment)
        aead = ChaCha20Poly1305(key[:-4]) if algorithm.startswith("CHACHA") else AESGCM(key[:-4])
        return start + iv + aead.encrypt(key[-4:] + iv, padded, start)
    digest, _, icv = MACS[integrity]
    start = prefix(next_payload, len(iv) + len(padded) + icv, fragment)
    if algorithm == "AES_CBC":
        cipher = Cipher(algorithms.AES(key), modes.CBC(iv))
    else:
        cipher = Cipher(algorithms.AES(key[:-4]), modes.CTR(key[-4:] + iv + struct.pack(">I", 1)))
    encryptor = cipher.encryptor()
    covered = start + iv + encryptor.update(padded) + encryptor.finalize()
    return covered + hmac.new(mac_key, covered, digest).digest()[:icv]


def main():
    print("# Encrypted IKE messages, made by sk-messages.py beside this file: IKE_AUTH request 1 with one payload inside,")
    print("# a Vendor ID, whole and in two fragments. The IV of CBC is 'iv', other IVs count from 0.")
    print("#")
    print("# Format: records separated by blank lines; \"name: value\"; hexadecimal unless the name is \"name\", \"algorithm\",")
    print("# \"bits\", \"integrity\" or \"fragment-octets\".")
    suites = [("AES_GCM_16", bits, "NONE") for bits in (128, 192, 256)]
    suites.append(("CHACHA20_POLY1305", 0, "NONE"))
    suites += [(alg, bits, mac) for alg in ("AES_CBC", "AES_CTR") for bits, mac in
               ((128, "HMAC_SHA1_96"), (128, "HMAC_SHA2_256_128"), (192, "HMAC_SHA2_384_192"), (256, "HMAC_SHA2_512_256"))]
    for algorithm, bits, integrity in suites:
        for size in (0, 11, 12, 43):
            salt = 0 if algorithm == "AES_CBC" else 4
            key = pattern((bits // 8 if bits else 32) + salt, 0x40)
            mac_key = b"" if integrity == "NONE" else pattern(MACS[integrity][1], 0x90)
            cbc_iv = pattern(16, 0xC1)

            def iv(count):
                return cbc_iv if algorithm == "AES_CBC" else struct.pack(">Q", count)

            vendor = pattern(size, 0x20)
            inner = struct.pack(">BBH", 0, 0, 4 + size) + vendor
            whole = seal(algorithm, integrity, key, mac_key, iv(0), 43, inner)
            print(f"\nname: {algorithm} {bits} {integrity}, {size} octets")
            print(f"algorithm: {algorithm}\nbits: {bits}\nintegrity: {integrity}")
            print(f"ske: {key.hex()}\nska: {mac_key.hex()}\niv: {cbc_iv.hex()}\nvendor: {vendor.hex()}")
            print(f"message: {whole.hex()}")
            if size == 43:
                # the first fragment takes 31 octets: with the pad length, two blocks of CBC
                first = seal(algorithm, integrity, key, mac_key, iv(0), 43, inner[:31], struct.pack(">HH", 1, 2))
                second = seal(algorithm, integrity, key, mac_key, iv(1), 0, inner[31:], struct.pack(">HH", 2, 2))
                print(f"fragment-octets: {len(first)}\nfragment1: {first.hex()}\nfragment2: {second.hex()}")


main()
