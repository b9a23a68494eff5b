#!/bin/sh
# Makes the certificates of the tests anew, good for a hundred years. The keys guard nothing.
set -e
cd "$(dirname "$0")"
days=36500
key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"; }
authority() {
  key "$1"
  openssl req -x509 -new -key "$1.key" -days $days -subj "/CN=$2" -out "$1.crt"
}
leaf() {
  key "$1"
  openssl req -new -key "$1.key" -subj "/CN=$2" -out "$1.csr"
  printf '%s\n' "$3" >"$1.ext"
  openssl x509 -req -in "$1.csr" -CA authority.crt -CAkey authority.key -CAcreateserial -days $days \
    -extfile "$1.ext" -out "$1.crt"
  rm "$1.csr" "$1.ext"
}
authority authority 'Authority of the tests'
authority stranger 'Another authority'
leaf server localhost 'subjectAltName = DNS:localhost'
leaf client certified 'extendedKeyUsage = clientAuth'
openssl pkcs8 -topk8 -in client.key -passout pass:test -out client-encrypted.key
rm -f authority.key authority.srl stranger.key
