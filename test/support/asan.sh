#!/bin/sh
# Runs the test suite on an addon built with AddressSanitizer and UndefinedBehaviorSanitizer:
#
#     test/support/asan.sh [argument of vitest ...]
#
# Node itself is not instrumented, so that the sanitizer's library comes first by LD_PRELOAD. Leaks
# are not looked for: Node frees nothing when it ends.
set -eu

cd "$(dirname "$0")/../.."
root=$PWD

export CXX="${CXX:-g++}"
npx --no-install cmake-js compile --debug --out out/asan/build --CDSANITIZE=ON
addon=$root/out/asan/build/Debug/sockfd.node

symbols=$(nm -D --undefined-only "$addon" | grep -c -E ' (__asan_report|__ubsan_handle)' || true)
if [ "$symbols" -eq 0 ]; then
  echo "asan.sh: $addon refers to no sanitizer" >&2
  exit 1
fi

preload=$("$CXX" -print-file-name=libasan.so)
ubsan=$("$CXX" -print-file-name=libubsan.so)
case $preload in
  /*) ;;
  *)
    echo "asan.sh: $CXX has no libasan.so" >&2
    exit 1
    ;;
esac
case $ubsan in /*) preload=$preload:$ubsan ;; esac

export SOCKFD_PREBUILD="$root/out/asan"
export ASAN_OPTIONS=detect_leaks=0:halt_on_error=1:abort_on_error=0:exitcode=99
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1

# Which addon the suite loads, and that the sanitizer is in the process with it.
LD_PRELOAD=$preload node -e '
  const path = require("node-gyp-build").path(process.cwd());
  if (path !== process.argv[1]) throw new Error(`the loader finds ${path}`);
  require(path);
  const maps = require("node:fs").readFileSync("/proc/self/maps", "utf8");
  for (const object of ["libasan", "libubsan", process.argv[1]]) {
    if (!maps.includes(object)) throw new Error(`${object} is not loaded`);
  }
' "$addon"
echo "asan.sh: $symbols sanitizer symbols in $addon, libasan and libubsan loaded with it"

# Some of these hang before their first line when libasan is loaded into them, and all are slow.
# Tests that run them find commands that leave it out; node needs it, and what runs node.
bin=$root/out/asan/bin
rm -rf "$bin"
mkdir -p "$bin"
for name in curl gdb ip nft nstat ping ps python3 ss tc tcpdump; do
  command=$(command -v "$name") || continue
  printf '#!/bin/sh\nunset LD_PRELOAD\nexec %s "$@"\n' "$command" >"$bin/$name"
  chmod +x "$bin/$name"
done
PATH=$bin:$PATH

# Without arguments, the tests of the calls. The others run the compiler, read text, install, or run
# programs that make the same calls: the sanitizer would only slow them down.
if [ $# -eq 0 ]; then
  set -- test/syscalls test/structs/cmsg test/inspect test/testing test/conformance.test.ts \
    test/fuzz.test.ts test/memory.test.ts test/misuse.test.ts test/raw.test.ts test/workers.test.ts
fi
status=0
LD_PRELOAD=$preload npx --no-install vitest run "$@" || status=$?
exit "$status"
