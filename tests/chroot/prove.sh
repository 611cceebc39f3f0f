#!/usr/bin/env bash
# Proves the README's two commands on bare Debians that hold only git, make and python3.
#
#   sudo tests/chroot/prove.sh [bookworm|trixie ...]
#
# Needs root and debootstrap. Debian comes from the mirror this machine's apt uses; pip inside the
# chroot is configured as pip is outside (its environment variables and its configuration file).
# Folders such a configuration points at are named in PROVE_BIND and bound into the chroot.
# What is proved is this checkout's last commit, cloned. PROVE_DIR keeps the chroots (default: /tmp).
set -euo pipefail

here=$(git -C "$(dirname "$0")" rev-parse --show-toplevel)
work=${PROVE_DIR:-/tmp/puskesos-chroots}
export VILLAGE_PORT=${VILLAGE_PORT:-8110} DISTRICT_PORT=${DISTRICT_PORT:-8111}
running=
suites=("$@")
[ ${#suites[@]} -gt 0 ] || suites=(bookworm trixie)

mirror() {
  apt-get indextargets --format '$(SITE)' | grep -m 1 debian
}

say() { printf '\n== %s: %s\n' "$suite" "$*"; }
fail() { say "FAILED: $*"; exit 1; }

base() {  # a bare system, made once
  [ -e "$work/base-$suite/.made" ] && return
  say "debootstrap"
  rm -rf "$work/base-$suite"
  debootstrap --variant=minbase --include=git,make,python3 "$suite" "$work/base-$suite" "$(mirror)" \
    >"$work/debootstrap-$suite.log" 2>&1
  touch "$work/base-$suite/.made"
}

fresh() {  # a copy of it with a clone of the project
  root=$work/root-$suite
  rm -rf "$root"
  cp -a "$work/base-$suite" "$root"
  git clone --quiet --no-hardlinks "$here" "$root/srv/puskesos"
  apt-config dump | grep '^Acquire::' >"$root/etc/apt/apt.conf.d/99outside" || true
  # Apart from the system's own bundle, which the package ca-certificates writes anew when it comes.
  cp -L /etc/ssl/certs/ca-certificates.crt "$root/srv/outside-ca.crt"
  mkdir -p "$root/root/.config/pip"
  [ ! -f /etc/pip.conf ] || cp /etc/pip.conf "$root/etc/"
  for file in "$HOME/.pip/pip.conf" "$HOME/.config/pip/pip.conf"; do
    [ ! -f "$file" ] || cp "$file" "$root/root/.config/pip/"
  done
  cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
}

# Runs a command in the chroot, in namespaces of its own: mounts and processes end with it.
inside() {
  # shellcheck disable=SC2016
  unshare --mount --pid --fork --kill-child bash -euc '
    root=$1; shift
    mount -t proc proc "$root/proc"
    mount --rbind /dev "$root/dev"
    for folder in ${PROVE_BIND:-}; do
      mkdir -p "$root$folder"
      mount --bind "$folder" "$root$folder"
    done
    pip=$(env | grep "^PIP_" | grep -v "^PIP_CERT=" || true)
    exec chroot "$root" env -i $pip PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
      SSL_CERT_FILE=/srv/outside-ca.crt PIP_CERT=/srv/outside-ca.crt \
      VILLAGE_PORT="$VILLAGE_PORT" DISTRICT_PORT="$DISTRICT_PORT" \
      sh -c "cd /srv/puskesos && exec \"\$@\"" sh "$@"
  ' bash "$root" "$@"
}

page() { python3 - "$1" <<'PY'
import sys, urllib.request
with urllib.request.urlopen(sys.argv[1], timeout=5) as answer:
    sys.exit(answer.status != 200)
PY
}

start() {  # make run in the background until both offices answer; $1: seconds allowed
  began=$(date +%s)
  inside make run >>"$work/run-$suite.log" 2>&1 &
  running=$!
  until page "http://127.0.0.1:$VILLAGE_PORT/health/" 2>/dev/null \
    && page "http://127.0.0.1:$DISTRICT_PORT/health/" 2>/dev/null; do
    kill -0 "$running" 2>/dev/null || fail "make run ended; see $work/run-$suite.log"
    [ $(($(date +%s) - began)) -lt "$1" ] || fail "no page after $1 s; see $work/run-$suite.log"
    sleep 1
  done
  say "pages answer after $(($(date +%s) - began)) s"
}

launcher() {  # the process that a Ctrl-C at the terminal would reach
  local pid=$running
  while pid=$(pgrep -P "$pid" | head -n 1) && [ -n "$pid" ]; do
    if tr '\0' ' ' <"/proc/$pid/cmdline" | grep -q '^[^ ]*python -m puskesmas.launcher'; then
      echo "$pid"
      return
    fi
  done
}

stop() {
  kill -INT "$(launcher)"
  for _ in $(seq 60); do
    kill -0 "$running" 2>/dev/null || break
    sleep 1
  done
  wait "$running" || fail "make run did not end well; see $work/run-$suite.log"
  running=
  say "stopped"
}

abandon() {  # whatever happens, nothing goes on running
  [ -z "$running" ] || pkill -KILL -P "$running" || true
}
trap abandon EXIT

prove() {
  base
  fresh
  : >"$work/run-$suite.log"
  say "make run, first time"
  start 900
  page "http://127.0.0.1:$VILLAGE_PORT/" || fail "the village's first page"
  stop
  say "make run, again: the data are kept, nothing is loaded twice"
  start 120
  [ "$(grep -c '^Loading the demo' "$work/run-$suite.log")" = 1 ] || fail "the demo was loaded twice"
  stop
  say "make test"
  inside make test >"$work/test-$suite.log" 2>&1 || fail "see $work/test-$suite.log"
  tail -n 1 "$work/test-$suite.log"
}

mkdir -p "$work"
for suite in "${suites[@]}"; do prove; done
