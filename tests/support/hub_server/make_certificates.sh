#!/bin/sh
# Makes a CA and the certificates of the TLS tests in the folder $1: ca.pem, and NAME.pem with NAME.key for
# good, wrong_name, expired, self_signed, sha1, cut (its intermediate is not sent), other (of a CA unknown here).
set -eu
cd "$1"
names='subjectAltName=IP:127.0.0.1,DNS:localhost,DNS:hub.example'
key() { openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.key" 2>/dev/null ||
  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.key" 2>/dev/null; }
authority() { key "$1"; openssl req -x509 -new -key "$1.key" -subj "/CN=$1" -days 30 -sha256 -out "$1.pem" \
  -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign; }
request() { key "$1"; openssl req -new -key "$1.key" -subj "/CN=$1" -out "$1.csr"; }
signed() { # name, ca, extension, further arguments
  name=$1 ca=$2; printf '%s\n' "$3" >"$name.ext"; shift 3
  request "$name"
  openssl x509 -req -in "$name.csr" -CA "$ca.pem" -CAkey "$ca.key" -CAcreateserial -extfile "$name.ext" \
    -out "$name.pem" "$@" 2>/dev/null
}
authority ca
authority stranger
signed good ca "$names" -days 20 -sha256
signed wrong_name ca 'subjectAltName=DNS:elsewhere.example' -days 20 -sha256
signed sha1 ca "$names" -days 20 -sha1
signed other stranger "$names" -days 20 -sha256
signed middle ca 'basicConstraints=critical,CA:TRUE' -days 20 -sha256
signed cut middle "$names" -days 20 -sha256
key self_signed
openssl req -x509 -new -key self_signed.key -subj /CN=self -days 20 -sha256 -addext "$names" -out self_signed.pem
request expired
cat >ca.conf <<TEXT
[ca]
default_ca = d
[d]
new_certs_dir = .
database = index.txt
serial = serial.txt
default_md = sha256
policy = p
copy_extensions = none
x509_extensions = e
[p]
commonName = supplied
[e]
$names
TEXT
: >index.txt
echo 01 >serial.txt
openssl ca -batch -config ca.conf -cert ca.pem -keyfile ca.key -in expired.csr -out expired.pem -notext \
  -startdate 20200101000000Z -enddate 20210101000000Z 2>/dev/null
