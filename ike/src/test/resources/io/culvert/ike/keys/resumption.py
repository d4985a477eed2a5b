#!/usr/bin/env python3
"""Makes resumption.txt: the keys of an IKE SA that resumes another one, and both AUTH payloads (RFC 5723 sections 4.3.3
and 5.1), computed with nothing but hmac. Run it and compare: python3 resumption.py > resumption.txt

Inputs are SHA-256 of their names, so that anybody can make them again."""
import hashlib
import hmac

PRFS = {"HMAC_SHA2_256": "sha256", "HMAC_SHA2_384": "sha384", "HMAC_SHA2_512": "sha512"}


def made_up(name, size):
    out = b""
    while len(out) < size:
        out += hashlib.sha256((name + str(len(out))).encode()).digest()
    return out[:size]


def prf(algorithm, key, data):
    return hmac.new(key, data, PRFS[algorithm]).digest()


def prf_plus(algorithm, key, seed, size):
    out = previous = b""
    n = 1
    while len(out) < size:
        previous = prf(algorithm, key, previous + seed + bytes([n]))
        out += previous
        n += 1
    return out[:size]


print("# Made by resumption.py, which says what it is.")
print()
for each in PRFS:
    octets = hashlib.new(PRFS[each]).digest_size
    fields = {"skd": made_up("old sk_d", octets), "ni": made_up("ni", 32), "nr": made_up("nr", 48),
              "spii": made_up("spii", 8), "spir": made_up("spir", 8)}
    nonces = fields["ni"] + fields["nr"]
    skeyseed = prf(each, fields["skd"], b"Resumption" + nonces)
    # SK_d, no SK_a*, SK_e* of AES-GCM with 128 bits and its salt, SK_p*
    fields["keymat"] = prf_plus(each, skeyseed, nonces + fields["spii"] + fields["spir"], 3 * octets + 40)
    for side, own, other, sk_p in (("i", "request", "nr", fields["keymat"][-2 * octets:-octets]),
                                   ("r", "response", "ni", fields["keymat"][-octets:])):
        fields[own] = made_up(own, 70)
        fields["id" + side] = bytes([2, 0, 0, 0]) + b"vpn.example.org"
        signed = fields[own] + fields[other] + prf(each, sk_p, fields["id" + side])
        fields["auth" + side] = prf(each, sk_p, signed)
    print("name: resumption " + each)
    print("algorithm: " + each)
    for field, value in fields.items():
        text = value.hex()
        if len(text) <= 100:
            print(field + ": " + text)
        else:
            print(field + ":")
            for at in range(0, len(text), 108):
                print("    " + text[at:at + 108])
    print()
