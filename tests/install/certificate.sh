#!/usr/bin/env bash
# A certificate authority for one test, and a certificate of it: certificate.sh FOLDER HOST → authority.pem, fullchain.pem, privkey.pem
set -euo pipefail
cd "$1"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=Authority of a test" \
  -addext keyUsage=critical,keyCertSign -keyout authority.key -out authority.pem 2>/dev/null
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$2" -keyout privkey.pem -out request.pem 2>/dev/null
printf 'subjectAltName=DNS:%s\nbasicConstraints=CA:FALSE\nauthorityKeyIdentifier=keyid\n' "$2" >extensions
openssl x509 -req -days 2 -in request.pem -CA authority.pem -CAkey authority.key -CAcreateserial -extfile extensions -out fullchain.pem 2>/dev/null
