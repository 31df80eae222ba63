#!/bin/bash
# Runs the tests of this package's devices, and those of the window before them, in a virtual machine with real V4L2 drivers (run.sh).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$here/../../../.."
export CGO_ENABLED=0
go test -c -tags v4l2 -o "$work/camera.test" ./capture/camera
go test -c -tags v4l2,demo,ci -ldflags '-s -w' -o "$work/desktop.test" ./app/desktop
"$here/run.sh" -t 900 -m "vivid v4l2loopback" -f "$work/camera.test $work/desktop.test" "$here/guest.sh"
