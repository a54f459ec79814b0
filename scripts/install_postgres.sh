#!/bin/sh
# Debian's PostgreSQL for the tests of a team's store, when none is found. Run by `make test-postgres`.
#
# Out: initdb and postgres below /usr/lib/postgresql or on the path, or what to do about it on standard error. No server is left running:
# the tests start one of their own. Nothing is taken from elsewhere than the packages of the distribution. It never stops the target: the
# tests say loudly that they were skipped, and fail where CI is set (tests/postgres/conftest.py).
set -u

for program in /usr/lib/postgresql/*/bin/initdb; do
  if [ -x "$program" ]; then exit 0; fi
done
if command -v initdb >/dev/null 2>&1 && command -v postgres >/dev/null 2>&1; then exit 0; fi
if ! command -v apt-get >/dev/null 2>&1; then
  echo "no PostgreSQL, and no apt-get to install it: install PostgreSQL 13 or later, with initdb and postgres on the path" >&2
  exit 0
fi
if [ "$(id -u)" = 0 ]; then
  as_root=""
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
  as_root="sudo"
else
  echo "no PostgreSQL, and no right to install it: run 'apt-get install postgresql' as root" >&2
  exit 0
fi
echo "installing Debian's PostgreSQL for the tests of a team's store" >&2
install="$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends"
# First what makes clusters, told to make none: the package of the server would start one.
if ! { $as_root apt-get update -qq && $install postgresql-common &&
  $as_root sed -i "s/^#\? *create_main_cluster.*/create_main_cluster = false/" /etc/postgresql-common/createcluster.conf &&
  $install postgresql; } >&2; then
  echo "PostgreSQL could not be installed: install it by hand, or run the other tests: make test" >&2
fi
