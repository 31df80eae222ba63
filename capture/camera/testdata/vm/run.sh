#!/bin/bash
# Runs device_test.go in a virtual machine: Debian's own kernel with the vivid driver under QEMU, no hardware and no root needed to run.
# Needs (Debian, Ubuntu): qemu-system-x86 busybox-static cpio kmod. Downloads the kernel package (about 70 MB) into the cache once.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/qoltanba-camera-vm
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if [ ! -d "$cache/root/boot" ]; then
	mkdir -p "$cache"
	package=$(apt-cache depends linux-image-amd64 | awk '/Depends: linux-image/ {print $2; exit}')
	(cd "$cache" && apt-get download "$package" && dpkg-deb -x "$package"_*.deb root && rm "$package"_*.deb)
fi
kernel=$(ls "$cache/root/lib/modules")
[ -f "$cache/root/lib/modules/$kernel/modules.dep" ] || depmod -b "$cache/root" "$kernel"

root=$work/root
mkdir -p "$root"/{bin,dev,proc,sys,tmp,etc}
chmod 755 "$root"
cp "$(command -v busybox)" "$root/bin/"
for applet in sh mount modprobe cat chmod poweroff; do ln -s busybox "$root/bin/$applet"; done
modprobe -d "$cache/root" -S "$kernel" --show-depends vivid | awk '$1 == "insmod" {print $2}' | while read -r module; do
	into=$root/${module#"$cache/root/"}
	mkdir -p "$(dirname "$into")"
	cp "$module" "$into"
done
cp "$cache/root/lib/modules/$kernel"/modules.{builtin,builtin.modinfo,order} "$root/lib/modules/$kernel/"
depmod -b "$root" "$kernel"
(cd "$here/../.." && CGO_ENABLED=0 go test -c -tags v4l2 -o "$root/bin/camera.test" .)
cat >"$root/init" <<'INIT'
#!/bin/sh
mount -t proc p /proc; mount -t sysfs s /sys; mount -t devtmpfs d /dev
modprobe vivid n_devs=1 node_types=0x1 num_inputs=1 input_types=0x0
chmod 600 /dev/video*
camera.test -test.v -test.run Device -test.timeout 120s; echo "camera test ended with $?"
poweroff -f
INIT
chmod 755 "$root/init"
(cd "$root" && find . | cpio -o -H newc --quiet | gzip -1) >"$work/initrd"

timeout "${VM_TIMEOUT:-300}" qemu-system-x86_64 -accel tcg,thread=multi -cpu max -smp 2 -m 512 -display none -nodefaults -no-reboot \
	-serial stdio -kernel "$cache"/root/boot/vmlinuz-* -initrd "$work/initrd" \
	-append "console=ttyS0 quiet panic=-1 mitigations=off tsc=unstable" | tee "$work/log"
grep -q "camera test ended with 0" "$work/log"
