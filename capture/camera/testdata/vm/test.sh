#!/bin/bash
# Runs the tests of this package's devices, and the window's before them, in a virtual machine with real V4L2 drivers (run.sh).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd "$here/../.." && CGO_ENABLED=0 go test -c -tags v4l2 -o "$work/camera.test" .)
"$here/run.sh" -m "vivid v4l2loopback" -f "$work/camera.test" "$here/guest.sh"
