#!/bin/bash
# Runs the tests of this package that need a memory stick, in a virtual machine (capture/camera/testdata/vm/run.sh): a FAT file system on
# USB storage that is really pulled out and put in again: a port of the machine leads to QEMU's own monitor, which does the pulling.
# Needs (Debian, Ubuntu): dosfstools, and what run.sh needs.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
package=$here/../..
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd "$package" && CGO_ENABLED=0 go test -c -o "$work/keystore.test" .)
truncate -s 48M "$work/stick"
mkfs.vfat -n STICK "$work/stick" >/dev/null
"$package/../capture/camera/testdata/vm/run.sh" -t 900 -m "virtio_pci virtio_console xhci_pci usb-storage sd_mod vfat nls_cp437 nls_ascii nls_utf8" -f "$work/keystore.test" \
	-q "-device qemu-xhci
	-blockdev driver=raw,node-name=stick,file.driver=file,file.filename=$work/stick -device usb-storage,id=stick,drive=stick,removable=on
	-chardev socket,id=line,path=$work/line,server=on,wait=off -device virtio-serial -device virtserialport,chardev=line
	-chardev socket,id=monitor,path=$work/line -mon chardev=monitor,mode=readline" \
	"$here/guest.sh"
