#!/bin/sh
# Makes certificates.txt beside this script, with OpenSSL 3: each certificate or revocation list in PEM, its name in the
# line before. The private keys are thrown away, but those of two ends that talk to each other in tests. They open
# nothing. Run once: the result is committed, and the tests choose what time it is.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT HUP INT TERM
cd "$work"

START=20260101000000Z
END=20760101000000Z

cat >ca.cnf <<'CONFIG'
[ca]
default_ca = one
[one]
database = index.txt
new_certs_dir = issued
unique_subject = no
policy = anything
rand_serial = yes
default_md = sha256
default_days = 1
copy_extensions = none
email_in_dn = yes
[anything]
countryName = optional
organizationName = optional
commonName = optional
emailAddress = optional
[part]
issuingDistributionPoint = critical, @onlyUsers
[onlyUsers]
onlyuser = TRUE
CONFIG
mkdir issued
: >index.txt

# The extensions that many have.
AUTHORITY='basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash'
NAMES='subjectAltName = DNS:gw.example.com, email:gw@example.com, IP:192.0.2.1, IP:2001:db8::1'
LEAF="basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
subjectKeyIdentifier = hash
$NAMES"

# key NAME ALGORITHM [OPTION...]
key() {
    name=$1 algorithm=$2
    shift 2
    openssl genpkey -quiet -algorithm "$algorithm" "$@" -out "$name.key"
}

p256() {
    key "$1" EC -pkeyopt ec_paramgen_curve:P-256
}

# certificate NAME ISSUER SUBJECT EXTENSIONS [OPTION...]: signs with ISSUER (itself for a root); needs NAME.key
certificate() {
    name=$1 issuer=$2 subject=$3 extensions=$4
    shift 4
    [ -f "$name.key" ] || p256 "$name"
    openssl req -new -key "$name.key" -subj "$subject" -utf8 -out "$name.csr"
    { cat ca.cnf; printf '[x]\n%s\n' "$extensions"; } >with.cnf
    if [ "$issuer" = "$name" ]; then
        set -- -selfsign "$@"
    else
        set -- -cert "$issuer.pem" "$@"
    fi
    openssl ca -batch -config with.cnf -extensions x -keyfile "$issuer.key" -in "$name.csr" -notext \
        -startdate "$START" -enddate "$END" -out "$name.pem" "$@" 2>log || { cat log >&2; exit 1; }
}

# list NAME ISSUER [OPTION...]: a revocation list of what index.txt says is revoked
list() {
    name=$1 issuer=$2
    shift 2
    openssl ca -gencrl -config ca.cnf -cert "$issuer.pem" -keyfile "$issuer.key" -crl_lastupdate "$START" \
        -crl_nextupdate "$END" -out "$name.pem" "$@" 2>log || { cat log >&2; exit 1; }
}

O=/O=Culvert
certificate root root "$O/CN=Root" "$AUTHORITY"
certificate intermediate root "$O/CN=Intermediate" "$AUTHORITY"

# What is good, with every kind of key.
certificate leaf intermediate "$O/CN=cn.example.com" "$LEAF"
key leaf-p384 EC -pkeyopt ec_paramgen_curve:P-384
key leaf-p521 EC -pkeyopt ec_paramgen_curve:P-521
key leaf-rsa RSA -pkeyopt rsa_keygen_bits:2048
key leaf-ed25519 ED25519
key leaf-ed448 ED448
for kind in p384 p521 rsa ed25519 ed448; do
    certificate "leaf-$kind" intermediate "$O/CN=$kind" "$LEAF"
done
key rsa-root RSA -pkeyopt rsa_keygen_bits:2048
certificate rsa-root rsa-root "$O/CN=RSA Root" "$AUTHORITY"
certificate leaf-by-rsa rsa-root "$O/CN=by RSA" "$LEAF"
certificate leaf-by-pss rsa-root "$O/CN=by PSS" "$LEAF" -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32
key ed-root ED25519
certificate ed-root ed-root "$O/CN=Edwards Root" "$AUTHORITY" -md null
certificate leaf-by-ed ed-root "$O/CN=by Ed25519" "$LEAF" -md null
certificate second intermediate "$O/CN=Second" "$AUTHORITY"
certificate leaf-deep second "$O/CN=deep" "$LEAF"
certificate self-signed self-signed "$O/CN=alone" "$LEAF"
certificate bare intermediate "$O/CN=bare" "basicConstraints = CA:FALSE"

# Two ends that talk to each other, with their keys.
key alice-rsa RSA -pkeyopt rsa_keygen_bits:2048
key vpn-rsa RSA -pkeyopt rsa_keygen_bits:2048
for kind in P-256 P-384 P-521; do
    key "alice-$kind" EC -pkeyopt "ec_paramgen_curve:$kind"
    key "vpn-$kind" EC -pkeyopt "ec_paramgen_curve:$kind"
done
for kind in ed25519 ed448; do
    key "alice-$kind" "$kind"
    key "vpn-$kind" "$kind"
done
for kind in rsa P-256 P-384 P-521 ed25519 ed448; do
    certificate "alice-$kind" intermediate "$O/CN=alice $kind" "keyUsage = digitalSignature
subjectAltName = email:alice@example.org"
    certificate "vpn-$kind" intermediate "$O/CN=vpn $kind" "keyUsage = digitalSignature
subjectAltName = DNS:vpn.example.org"
    KEPT="${KEPT:-} alice-$kind vpn-$kind"
done
cp vpn-P-256.key vpn-expired.key
certificate vpn-expired intermediate "$O/CN=vpn expired" "subjectAltName = DNS:vpn.example.org" \
    -enddate 20260201000000Z

# Dates.
certificate leaf-expired intermediate "$O/CN=expired" "$LEAF" -enddate 20260201000000Z
certificate leaf-future intermediate "$O/CN=future" "$LEAF" -startdate 20700101000000Z
certificate expired-ca root "$O/CN=Expired Authority" "$AUTHORITY" -enddate 20260201000000Z
certificate leaf-of-expired-ca expired-ca "$O/CN=of expired" "$LEAF"
certificate expired-root expired-root "$O/CN=Expired Root" "$AUTHORITY" -enddate 20260201000000Z
certificate leaf-of-expired-root expired-root "$O/CN=of expired root" "$LEAF"

# Purpose.
certificate leaf-key-encipherment intermediate "$O/CN=encipherment" "keyUsage = keyEncipherment
$NAMES"
certificate leaf-non-repudiation intermediate "$O/CN=repudiation" "keyUsage = nonRepudiation
$NAMES"
for usage in codeSigning serverAuth clientAuth anyExtendedKeyUsage 1.3.6.1.5.5.7.3.17; do
    certificate "leaf-eku-$usage" intermediate "$O/CN=$usage" "$LEAF
extendedKeyUsage = critical, $usage"
done
certificate leaf-critical intermediate "$O/CN=critical" "$LEAF
1.2.3.4 = critical, DER:0500"

# Authorities that are none, or not so far.
certificate no-ca root "$O/CN=No Authority" "$LEAF"
certificate leaf-of-no-ca no-ca "$O/CN=of no authority" "$LEAF"
certificate no-sign root "$O/CN=No Signer" "basicConstraints = critical, CA:TRUE
keyUsage = critical, digitalSignature"
certificate leaf-of-no-sign no-sign "$O/CN=of no signer" "$LEAF"
certificate short root "$O/CN=Short" "basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign"
certificate leaf-of-short short "$O/CN=of short" "$LEAF"
certificate below-short short "$O/CN=Below Short" "$AUTHORITY"
certificate leaf-too-long below-short "$O/CN=too long" "$LEAF"
certificate short-root short-root "$O/CN=Short Root" "basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign"
certificate below-short-root short-root "$O/CN=Below Short Root" "$AUTHORITY"
certificate leaf-below-short-root below-short-root "$O/CN=below short root" "$LEAF"

# Two authorities that issued each other.
certificate loop-b loop-b "$O/CN=Loop B" "$AUTHORITY"
certificate loop-a loop-b "$O/CN=Loop A" "$AUTHORITY"
certificate loop-b loop-a "$O/CN=Loop B" "$AUTHORITY"
certificate leaf-of-loop loop-a "$O/CN=of loop" "$LEAF"

# Nine certificates with one name and one key: each issued all others.
p256 maze
certificate maze maze "$O/CN=Maze" "$AUTHORITY"
: >maze-all
for n in 1 2 3 4 5 6 7 8 9; do
    cp maze.key "maze$n.key"
    certificate "maze$n" maze "$O/CN=Maze" "$AUTHORITY"
    cat "maze$n.pem" >>maze-all
done
certificate leaf-of-maze maze "$O/CN=of maze" "$LEAF"

# An authority with the name of another.
certificate impostor impostor "$O/CN=Intermediate" "$AUTHORITY"
certificate leaf-of-impostor impostor "$O/CN=of impostor" "$LEAF"
# An old intermediate that is expired, with the key of the good one.
cp intermediate.key old-intermediate.key
certificate old-intermediate root "$O/CN=Intermediate" "$AUTHORITY" -enddate 20260201000000Z

# Name constraints, below and in a root.
CONSTRAINED="$AUTHORITY
nameConstraints = critical, permitted;DNS:example.net"
certificate constrained root "$O/CN=Constrained" "$CONSTRAINED"
certificate leaf-outside constrained "$O/CN=outside" "$LEAF"
certificate leaf-inside constrained "$O/CN=inside" "subjectAltName = DNS:gw.example.net"
certificate constrained-root constrained-root "$O/CN=Constrained Root" "$CONSTRAINED"
certificate leaf-outside-root constrained-root "$O/CN=outside root" "$LEAF"

# Weak keys and algorithms.
key leaf-rsa-1024 RSA -pkeyopt rsa_keygen_bits:1024
certificate leaf-rsa-1024 intermediate "$O/CN=small" "$LEAF"
key small-ca RSA -pkeyopt rsa_keygen_bits:1024
certificate small-ca root "$O/CN=Small Authority" "$AUTHORITY"
certificate leaf-of-small-ca small-ca "$O/CN=of small" "$LEAF"
key leaf-p224 EC -pkeyopt ec_paramgen_curve:P-224
certificate leaf-p224 intermediate "$O/CN=odd curve" "$LEAF"
certificate leaf-sha1 rsa-root "$O/CN=by SHA-1" "$LEAF" -md sha1
certificate leaf-md5 rsa-root "$O/CN=by MD5" "$LEAF" -md md5
certificate leaf-pss-sha1 rsa-root "$O/CN=by PSS SHA-1" "$LEAF" -md sha1 -sigopt rsa_padding_mode:pss
certificate sha1-ca rsa-root "$O/CN=SHA-1 Authority" "$AUTHORITY" -md sha1
certificate leaf-of-sha1-ca sha1-ca "$O/CN=of SHA-1" "$LEAF"

# Names.
certificate leaf-wildcard intermediate "$O/CN=wildcard" "subjectAltName = DNS:*.example.com"
certificate leaf-only-cn intermediate "$O/CN=gw.example.com" "basicConstraints = CA:FALSE"
certificate leaf-line-feed intermediate "$O/CN=one
two" "basicConstraints = CA:FALSE"

# Revocation lists.
: >index.txt
list crl-good intermediate
list crl-expired intermediate -crl_nextupdate 20260201000000Z
list crl-future intermediate -crl_lastupdate 20700101000000Z
list crl-partial intermediate -crlexts part
list crl-impostor impostor
list crl-no-sign no-sign
list crl-rsa-sha1 rsa-root -md sha1
list crl-rsa rsa-root
openssl ca -config ca.cnf -cert intermediate.pem -keyfile intermediate.key -revoke leaf.pem 2>log
list crl-revoked intermediate -crl_lastupdate 20260301000000Z
: >index.txt
openssl ca -config ca.cnf -cert root.pem -keyfile root.key -revoke intermediate.pem 2>log
list crl-root-revoked root

cp maze-all maze.pem
rm maze[0-9].pem
for file in *.pem; do
    echo "${file%.pem}"
    cat "$file"
done >certificates.txt
for name in $KEPT; do
    echo "key-$name"
    cat "$name.key"
done >>certificates.txt
cp certificates.txt "$here/"
