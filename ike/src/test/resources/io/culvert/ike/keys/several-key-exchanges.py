#!/usr/bin/env python3
"""Makes several-key-exchanges.txt: what several key exchanges, IKE_INTERMEDIATE and PPKs make of keys, computed with
nothing but hmac. Run it and compare: python3 several-key-exchanges.py > several-key-exchanges.txt

Inputs are SHA-256 of their names, so that anybody can make them again."""
import hashlib
import hmac
import struct
import textwrap

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


def record(name, algorithm, **fields):
    print("name: " + name)
    print("algorithm: " + algorithm)
    for field, value in fields.items():
        text = value.hex()
        if len(text) <= 100:
            print(field + ": " + text)
        else:
            print(field + ":")
            print(textwrap.indent("\n".join(textwrap.wrap(text, 108)), "    "))
    print()


def split(keymat, octets):
    # SK_d, no SK_a*, SK_e* of AES-GCM with 128 bits and its salt, SK_p*
    sizes = [octets, 20, 20, octets, octets]
    parts = []
    for size in sizes:
        parts.append(keymat[:size])
        keymat = keymat[size:]
    return parts


def expanded(algorithm, skeyseed, given):
    octets = hashlib.new(PRFS[algorithm]).digest_size
    return prf_plus(algorithm, skeyseed, given, 3 * octets + 40), octets


def chain(algorithm):
    """RFC 9370 section 2.2.2: IKE_SA_INIT and two IKE_INTERMEDIATEs."""
    ni, nr = made_up("ni", 32), made_up("nr", 48)
    spii, spir = made_up("spii", 8), made_up("spir", 8)
    secrets = [made_up("x25519", 32), made_up("mlkem", 32), made_up("p384", 48)]
    fields = dict(ni=ni, nr=nr, spii=spii, spir=spir)
    skeyseed = prf(algorithm, ni + nr, secrets[0])
    for n, secret in enumerate(secrets):
        if n > 0:
            skeyseed = prf(algorithm, sk_d, secret + ni + nr)
        keymat, octets = expanded(algorithm, skeyseed, ni + nr + spii + spir)
        sk_d = keymat[:octets]
        fields["sk%d" % n] = secret
        fields["keymat%d" % n] = keymat
    record("intermediate " + algorithm, algorithm, **fields)


def rekeyed(algorithm):
    """RFC 9370 section 2.2.4: CREATE_CHILD_SA and three IKE_FOLLOWUP_KEs."""
    octets = hashlib.new(PRFS[algorithm]).digest_size
    sk_d = made_up("sk_d", octets)
    ni, nr = made_up("new ni", 32), made_up("new nr", 32)
    spii, spir = made_up("new spii", 8), made_up("new spir", 8)
    secrets = [made_up("first", 56), made_up("second", 32), made_up("third", 32), made_up("fourth", 66)]
    around = secrets[0] + ni + nr + b"".join(secrets[1:])
    keymat, _ = expanded(algorithm, prf(algorithm, sk_d, around), ni + nr + spii + spir)
    fields = {"sk%d" % n: secret for n, secret in enumerate(secrets)}
    child = prf_plus(algorithm, sk_d, around, 2 * (32 + 32))
    record("rekeyed " + algorithm, algorithm, skd=sk_d, ni=ni, nr=nr, spii=spii, spir=spir, **fields,
           keymat=keymat, child=child)


def ike(first, exchange, flags, message_id, length):
    return made_up("spii", 8) + made_up("spir", 8) + struct.pack(">BBBBII", first, 0x20, exchange, flags, message_id, length)


def intermediate(flags, message_id, inside, reserved, fragments):
    """One message as it is on the wire, whole or its first fragment of two, and what of it is authenticated."""
    prefix_size = 28 + 4
    body = made_up("ciphertext", 8 + len(inside) // fragments + 1 + 16)
    if fragments == 1:
        length = prefix_size + len(body)
        wire = ike(46, 43, flags, message_id, length) + struct.pack(">BBH", 34, reserved, 4 + len(body)) + body
    else:
        length = prefix_size + 4 + len(body)
        wire = ike(53, 43, flags, message_id, length) + struct.pack(">BBHHH", 34, reserved, 8 + len(body), 1, fragments) + body
    a = ike(46, 43, flags, message_id, prefix_size + len(inside)) + struct.pack(">BBH", 34, reserved, 4 + len(inside))
    return wire, a + inside


def int_auth(algorithm):
    """RFC 9242 section 3.3.2: two exchanges, one of them in fragments, with reserved bits that are not zero."""
    octets = hashlib.new(PRFS[algorithm]).digest_size
    fields = {}
    before = {"i": b"", "r": b""}
    for n in (1, 2):
        for side, flags in (("i", 0x08), ("r", 0x20)):
            sk_p = made_up("sk_p%s%d" % (side, n), octets)
            inside = struct.pack(">BBHHH", 0, 0, 8 + 40 * n, 36, 0) + made_up("ke" + side + str(n), 40 * n)
            wire, covered = intermediate(flags | 0x01, n, inside, 0x05, n)
            before[side] = prf(algorithm, sk_p, before[side] + covered)
            fields.update({"skp%s%d" % (side, n): sk_p, "wire%s%d" % (side, n): wire, "inside%s%d" % (side, n): inside})
    record("intauth " + algorithm, algorithm, **fields,
           intauth=before["i"] + before["r"] + struct.pack(">I", 3))


def ppk(algorithm):
    """RFC 8784 section 3."""
    octets = hashlib.new(PRFS[algorithm]).digest_size
    secret = made_up("ppk", 40)
    fields = dict(ppk=secret)
    for name in ("skd", "skpi", "skpr"):
        fields[name] = made_up(name, octets)
        fields["mixed" + name] = prf_plus(algorithm, secret, fields[name], octets)
    record("ppk " + algorithm, algorithm, **fields)


def early_ppk(algorithm):
    """RFC 9867 sections 3.1 and 3.1.1."""
    octets = hashlib.new(PRFS[algorithm]).digest_size
    ni, nr = made_up("ni", 32), made_up("nr", 48)
    spii, spir = made_up("spii", 8), made_up("spir", 8)
    secret, sk_d = made_up("ppk", 40), made_up("skd", octets)
    keymat, _ = expanded(algorithm, prf_plus(algorithm, secret, sk_d, octets), ni + nr + spii + spir)
    record("earlyppk " + algorithm, algorithm, ni=ni, nr=nr, spii=spii, spir=spir, ppk=secret, skd=sk_d, keymat=keymat)


print("# Made by several-key-exchanges.py, which says what it is.")
print()
for each in PRFS:
    chain(each)
    rekeyed(each)
    int_auth(each)
    ppk(each)
    early_ppk(each)
