#!/bin/sh
# Makes role and database of the desk when compose.yml sets up the server: a role with a password, and without the right to
# make roles and databases or to read the server's files. The image of PostgreSQL runs it once, as its superuser.
set -eu
psql --set ON_ERROR_STOP=1 --set password="$(cat /run/secrets/kakekomi_password)" --username "${POSTGRES_USER:-postgres}" --dbname postgres <<'SQL'
CREATE ROLE kakekomi LOGIN PASSWORD :'password';
CREATE DATABASE kakekomi OWNER kakekomi;
SQL
