#!/usr/bin/env bash
# Gets mediasoup's worker and prints its path: a cached one, the prebuilt one of its release, or one built from the
# sources inside the npm package with the system's libraries. Progress goes to stderr. See README.md.
# With --no-build it exits 3 instead of compiling.
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
# What the result depends on: the sources' version, our build files, the machine, and the steps below (raise `recipe` when
# a change to this script changes the binary).
recipe=1
inputs=$( (echo "$recipe" && cat "$here/CMakeLists.txt" "$here"/shim/*.* "$here"/shim/ankerl/*) | sha256sum | cut -c1-12)
machine=$(uname -s -m | tr ' ' '-')
cache=${XDG_CACHE_HOME:-$HOME/.cache}/rostrum/mediasoup-worker/$version-$inputs-$machine
worker=$cache/mediasoup-worker

# A worker that starts here says so: without its parent's environment it refuses politely. Its SRTP must not be NSS.
usable() {
  [[ -x $1 ]] && { timeout 10 "$1" 2>&1 </dev/null || true; } | grep -q 'real father' && ! ldd "$1" 2>/dev/null | grep -q libnss3
}
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

# Prebuilt: the file that mediasoup's own postinstall would download, when its release server answers at once.
prebuilt() {
  [[ ${ROSTRUM_WORKER_PREBUILT:-1} == 1 ]] || return 1
  local base=${MEDIASOUP_WORKER_PREBUILT_DOWNLOAD_BASE_URL:-https://github.com/versatica/mediasoup/releases/download}
  local arch name out=$cache/prebuilt.$$
  arch=$(node -p 'process.arch')
  name=mediasoup-worker-$version-linux-$arch-kernel$(uname -r | cut -d. -f1).tgz
  mkdir -p "$out"
  # shellcheck disable=SC2016
  timeout 90 node -e '
    const [url, file] = process.argv.slice(1);
    const quick = AbortSignal.timeout(4000);
    fetch(new URL(url).origin, { method: "HEAD", signal: quick })
      .then(() => fetch(url))
      .then(async (answer) => {
        if (!answer.ok) throw new Error(String(answer.status));
        require("node:fs").writeFileSync(file, Buffer.from(await answer.arrayBuffer()));
      })
      .catch(() => process.exit(1));' "$base/$version/$name" "$out/worker.tgz" 2>/dev/null &&
    tar -xzf "$out/worker.tgz" -C "$out" 2>/dev/null && usable "$out/mediasoup-worker" &&
    mv "$out/mediasoup-worker" "$worker" && say "mediasoup worker $version: using the prebuilt binary"
  local result=$?
  rm -rf "$out"
  return $result
}
if prebuilt; then
  printf '%s\n' "$worker"
  exit 0
fi

[[ ${1:-} != --no-build ]] || exit 3
missing=()
for tool in cmake g++ make pkg-config flatc; do command -v "$tool" >/dev/null || missing+=("$tool"); done
((${#missing[@]} == 0)) || fail "needs ${missing[*]}: apt-get install -y $(cat "$here/packages.txt" | tr '\n' ' ')"

rm -rf "$cache"/build.* # Left by a build that was killed; the lock says that none is running.
work=$(mktemp -d "$cache/build.XXXXXX")
trap 'rm -rf "$work"' EXIT

# libsrtp's source comes as the distribution's source package: fetched and unpacked only, with lists and caches of our
# own, so that the system's apt is left as it was. Lists of other vendors, which seldom carry sources, are tried last.
source_lists() { # $1: pattern that a list must have
  local file
  rm -rf "$work/apt" && mkdir -p "$work/apt/parts" "$work/apt/lists/partial" "$work/apt/cache/archives/partial"
  cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null | grep -E "$1" |
    sed -nE 's/^[[:space:]]*deb[[:space:]]/deb-src /p' >"$work/apt/sources.list" || true
  for file in /etc/apt/sources.list.d/*.sources; do
    if [[ -f $file ]] && grep -qE "$1" "$file"; then
      sed 's/^Types:.*/Types: deb-src/' "$file" >"$work/apt/parts/${file##*/}"
    fi
  done
}
fetch_libsrtp() {
  local pattern archive
  local options=(-o "Dir::Etc::sourcelist=$work/apt/sources.list" -o "Dir::Etc::sourceparts=$work/apt/parts"
    -o "Dir::State::lists=$work/apt/lists" -o "Dir::Cache=$work/apt/cache" -o APT::Sandbox::User=root)
  for pattern in 'debian|ubuntu' .; do
    source_lists "$pattern"
    (cd "$work" && timeout 180 apt-get "${options[@]}" update -qq &&
      timeout 180 apt-get "${options[@]}" source -qq --download-only libsrtp2) >"$work/apt.log" 2>&1 || true
    archive=$(compgen -G "$work/libsrtp2_*.orig.tar.*" | grep -v '\.asc$' | head -n 1) || true
    [[ -z $archive ]] || break
  done
  [[ -n $archive ]] || { tail -n 5 "$work/apt.log" >&2; return 1; }
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
told=-1
nice cmake --build "$work/out" -j "$jobs" 2>&1 | tee "$work/build.log" | while IFS= read -r line; do
  if [[ $line =~ ^\[\ *([0-9]+)% ]] && ((BASH_REMATCH[1] / 5 > told)); then
    told=$((BASH_REMATCH[1] / 5))
    say "  compiled ${BASH_REMATCH[1]} %"
  fi
done || true
[[ -x $work/out/mediasoup-worker ]] || { grep -m 5 -A 3 -E 'error|undefined' "$work/build.log" >&2; fail "the compiler refused (log above)"; }

micros=$("$work/out/srtp-vectors") || fail "SRTP test vectors failed"
say "SRTP vectors hold; AES-128-GCM costs $micros us per packet with 1,000 sessions"

strip "$work/out/mediasoup-worker"
cp "$work/out/mediasoup-worker" "$worker.new" && mv "$worker.new" "$worker"
printf '%s\n' "$worker"
