#!/bin/bash
# Fetches Debian's kernel with its modules (about 70 MB, unpacked, not installed) and prints the folder where it lies; once for each machine.
#   fetch.sh [v4l2loopback]   with the word, builds that module for the kernel too (14 MB more of headers)
# Needs (Debian, Ubuntu): kmod; for the module also make and gcc-12.
set -euo pipefail
PATH=$PATH:/usr/sbin:/sbin
cache=${XDG_CACHE_HOME:-$HOME/.cache}/qoltanba-camera-vm
root=$cache/root
mkdir -p "$cache"
exec 9>"$cache/lock"
flock 9

unpack() { # unpack INTO PACKAGE...
	local work
	work=$(mktemp -d "$cache/unpack.XXXX")
	(cd "$work" && apt-get download "${@:2}" >/dev/null && for deb in *.deb; do dpkg-deb -x "$deb" root; done)
	mv "$work/root" "$1" # whole or not at all
	rm -r "$work"
}

if [ ! -d "$root/boot" ]; then
	image=$(apt-cache depends linux-image-amd64 | awk '/Depends: linux-image/ {print $2; exit}')
	unpack "$root" "$image" >&2
fi
kernel=$(ls "$root/lib/modules")
modules=$root/lib/modules/$kernel
[ -f "$modules/modules.dep" ] || depmod -b "$root" "$kernel"

if [ "${1:-}" = v4l2loopback ] && [ ! -f "$modules/extra/v4l2loopback.ko" ]; then
	headers=linux-headers-${kernel%-amd64}
	[ -d "$cache/src" ] || unpack "$cache/src" "$headers-amd64" "$headers-common" "linux-kbuild-${kernel%%.0-*}" v4l2loopback-dkms >&2
	src=$cache/src/usr/src
	echo "include $src/$headers-common/Makefile" >"$src/$headers-amd64/Makefile" # in place of the absolute path of an installed one
	make -s -C "$src/$headers-amd64" M="$(echo "$src"/v4l2loopback-*)" modules >&2
	mkdir -p "$modules/extra"
	cp "$src"/v4l2loopback-*/v4l2loopback.ko "$modules/extra/"
	depmod -b "$root" "$kernel"
fi
echo "$root"
