#!/bin/sh
# Debian's Chromium for the tests of the pages, when no Chromium is found. Run by `make test`.
#
# In: the path; VIGIE_BROWSER, a Chromium elsewhere. Out: a Chromium on the path, or what to do about it on standard error.
# Nothing is taken from elsewhere than the packages of the distribution. It never stops `make test`: the tests of the pages
# say loudly that they were skipped, and fail where CI is set (tests/browser/conftest.py).
set -u

if [ -n "${VIGIE_BROWSER:-}" ]; then
  [ -x "$VIGIE_BROWSER" ] || echo "VIGIE_BROWSER=$VIGIE_BROWSER cannot be run: give the path of a Chromium" >&2
  exit 0
fi
for name in chromium chromium-browser; do
  if command -v "$name" >/dev/null 2>&1; then exit 0; fi
done
if ! command -v apt-get >/dev/null 2>&1; then
  echo "no Chromium, and no apt-get to install it: install Chromium, or name one: VIGIE_BROWSER=/path/to/chromium make test" >&2
  exit 0
fi
if [ "$(id -u)" = 0 ]; then
  as_root=""
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
  as_root="sudo"
else
  echo "no Chromium, and no right to install it: run 'apt-get install chromium' as root, or name one: VIGIE_BROWSER=/path/to/chromium" >&2
  exit 0
fi
echo "installing Debian's Chromium for the tests of the pages" >&2
if ! { $as_root apt-get update -qq && $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium; } >&2; then
  echo "Chromium could not be installed: install it by hand, or name one: VIGIE_BROWSER=/path/to/chromium make test" >&2
fi
