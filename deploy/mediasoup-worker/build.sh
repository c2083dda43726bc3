#!/usr/bin/env bash
# Gets mediasoup's worker and prints its path: a cached one, the prebuilt one of its release, or one built from the
# sources inside the npm package with the system's libraries. Progress goes to stderr. See README.md.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
package=$root/node_modules/mediasoup
libsrtp_version=2.5.0
jobs=${ROSTRUM_BUILD_JOBS:-$(nproc)}

say() { printf '%s\n' "$*" >&2; }
fail() { say "mediasoup worker: $*"; exit 1; }

if [[ -n ${MEDIASOUP_WORKER_BIN:-} && -x ${MEDIASOUP_WORKER_BIN} ]]; then
  printf '%s\n' "$MEDIASOUP_WORKER_BIN"
  exit 0
fi
[[ -d $package/worker/src ]] || fail "node_modules/mediasoup is missing: run npm ci first"

version=$(sed -n 's/^[[:space:]]*"version": "\([^"]*\)".*/\1/p' "$package/package.json" | head -n 1)
# What the result depends on: the sources' version, our build files, the machine and its OpenSSL.
inputs=$(cat "$here/CMakeLists.txt" "$here/build.sh" "$here"/shim/*.* "$here"/shim/ankerl/* | sha256sum | cut -c1-12)
machine=$(uname -s -m | tr ' ' '-')
cache=${XDG_CACHE_HOME:-$HOME/.cache}/rostrum/mediasoup-worker/$version-$inputs-$machine
worker=$cache/mediasoup-worker

usable() { [[ -x $1 ]] && ! ldd "$1" 2>&1 | grep -q 'not found'; }
if usable "$worker"; then
  printf '%s\n' "$worker"
  exit 0
fi

mkdir -p "$cache"
exec 9>"$cache/lock"
flock -w 1200 9 || fail "another build holds $cache/lock"
if usable "$worker"; then
  printf '%s\n' "$worker"
  exit 0
fi

# Prebuilt: mediasoup's own postinstall downloads it, when its release server can be reached.
prebuilt() {
  [[ ${ROSTRUM_WORKER_PREBUILT:-1} == 1 ]] || return 1
  timeout 5 node -e 'require("node:dns").lookup("github.com", (e) => process.exit(e ? 1 : 0))' 2>/dev/null || return 1
  say "mediasoup worker $version: trying the prebuilt binary"
  (cd "$package" && MEDIASOUP_FORCE_WORKER_PREBUILT_DOWNLOAD=true MEDIASOUP_SKIP_WORKER_BUILD=true \
    timeout 120 node npm-scripts.mjs postinstall >&2) || return 1
  local built=$package/worker/out/Release/mediasoup-worker
  usable "$built" || return 1
  cp "$built" "$worker.new" && mv "$worker.new" "$worker"
}
if prebuilt; then
  printf '%s\n' "$worker"
  exit 0
fi

missing=()
for tool in cmake g++ make pkg-config flatc; do command -v "$tool" >/dev/null || missing+=("$tool"); done
((${#missing[@]} == 0)) || fail "needs ${missing[*]}: apt-get install -y $(cat "$here/packages.txt" | tr '\n' ' ')"

work=$(mktemp -d "$cache/build.XXXXXX")
trap 'rm -rf "$work"' EXIT

# libsrtp's source comes as Debian's source package: only fetched and unpacked, in lists of our own.
fetch_libsrtp() {
  local apt=$work/apt
  mkdir -p "$apt/parts" "$apt/lists/partial" "$apt/cache/archives/partial"
  : >"$apt/sources.list"
  cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null | sed -n 's/^deb \(.*debian.*\)/deb-src \1/p' >"$apt/sources.list" || true
  local file
  for file in /etc/apt/sources.list.d/*.sources; do
    if [[ -f $file ]] && grep -q debian "$file"; then
      sed 's/^Types:.*/Types: deb-src/' "$file" >"$apt/parts/$(basename "$file")"
    fi
  done
  local options=(-o "Dir::Etc::sourcelist=$apt/sources.list" -o "Dir::Etc::sourceparts=$apt/parts"
    -o "Dir::State::lists=$apt/lists" -o "Dir::Cache=$apt/cache" -o APT::Sandbox::User=root)
  (cd "$work" && timeout 180 apt-get "${options[@]}" update -qq >&2 &&
    timeout 180 apt-get "${options[@]}" source -qq --download-only "libsrtp2" >/dev/null 2>&1)
  local archive
  archive=$(ls "$work"/libsrtp2_*.orig.tar.* | head -n 1)
  mkdir -p "$work/libsrtp" && tar -xf "$archive" -C "$work/libsrtp" --strip-components=1
}

say "mediasoup worker $version: building from source, about 4 minutes on 2 cores (once per machine)"
fetch_libsrtp || fail "could not get libsrtp2's source package: check that apt reaches the distribution's sources"
grep -q "$libsrtp_version" "$work/libsrtp/CMakeLists.txt" || say "note: libsrtp is not $libsrtp_version; going on"

cp -r "$package/worker" "$work/worker"
# OpenSSL calls the BIO callback with the operation's bit beside BIO_CB_RETURN. Compared for equality, the answer 1 to
# BIO_CTRL_GET_KTLS_SEND makes an OpenSSL with kernel TLS skip its write buffer: the first handshake then crashes.
sed -i 's/(operationType == BIO_CB_RETURN) ?/((operationType \& BIO_CB_RETURN) != 0) ?/' "$work/worker/src/RTC/DtlsTransport.cpp"
grep -q 'operationType & BIO_CB_RETURN' "$work/worker/src/RTC/DtlsTransport.cpp" ||
  fail "src/RTC/DtlsTransport.cpp of mediasoup $version does not have the line to patch"

nice cmake -S "$here" -B "$work/out" -DCMAKE_BUILD_TYPE=Release \
  -DWORKER="$work/worker" -DLIBSRTP="$work/libsrtp" -DSHIM="$here/shim" >"$work/cmake.log" 2>&1 ||
  { tail -n 20 "$work/cmake.log" >&2; fail "cmake could not configure (log above)"; }
nice cmake --build "$work/out" -j "$jobs" 2>&1 | tee "$work/build.log" |
  grep --line-buffered -oE '^\[ *[0-9]+%\]' | awk '{ if ($0 != last && ++n % 40 == 1) { print "  building " $0 > "/dev/stderr" } last = $0 }' || true
[[ -x $work/out/mediasoup-worker ]] || { grep -m 5 -A 3 -E 'error|undefined' "$work/build.log" >&2; fail "the compiler refused (log above)"; }

micros=$("$work/out/srtp-vectors") || fail "SRTP test vectors failed"
say "SRTP vectors hold; AES-128-GCM costs $micros us per packet with 1,000 sessions"

strip "$work/out/mediasoup-worker"
cp "$work/out/mediasoup-worker" "$worker.new" && mv "$worker.new" "$worker"
printf '%s\n' "$worker"
