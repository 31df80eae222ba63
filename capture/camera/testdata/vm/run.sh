#!/bin/bash
# Runs a script in a virtual machine: Debian's own kernel under QEMU's emulation; no hardware, no KVM and no root needed.
#   run.sh [-m "MODULE..."] [-f "FILE..."] [-q "ARGUMENT..."] [-t SECONDS] SCRIPT
# -m  kernel modules that the machine can modprobe, beyond what is built in; with what they depend on
# -f  programs (static ones: there is no library) and other files, put into /bin
# -q  arguments for QEMU, such as drives
# -t  ends the machine after so long (default 300)
# SCRIPT is run by busybox's shell as root, with /proc, /sys and /dev there and nothing loaded. run.sh ends as the script does.
# Needs (Debian, Ubuntu): qemu-system-x86 busybox-static cpio kmod, and what fetch.sh needs.
set -euo pipefail
PATH=$PATH:/usr/sbin:/sbin
here=$(cd "$(dirname "$0")" && pwd)
modules='' files='' qemu='' seconds=300
while getopts m:f:q:t: option; do
	case $option in
	m) modules=$OPTARG ;;
	f) files=$OPTARG ;;
	q) qemu=$OPTARG ;;
	t) seconds=$OPTARG ;;
	*) exit 2 ;;
	esac
done
script=${!OPTIND}
for tool in qemu-system-x86_64 busybox cpio depmod; do
	command -v "$tool" >/dev/null || { echo "install qemu-system-x86 busybox-static cpio kmod: $tool is missing" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

extra=''
case " $modules " in *" v4l2loopback "*) extra=v4l2loopback ;; esac
system=$("$here/fetch.sh" $extra)
kernel=$(ls "$system/lib/modules")

root=$work/root
mkdir -p "$root"/{bin,dev,proc,sys,tmp,etc,mnt,"lib/modules/$kernel"}
chmod 755 "$root"
chmod 1777 "$root/tmp"
cp "$(command -v busybox)" "$root/bin/"
ln -s busybox "$root/bin/sh"
printf 'root:x:0:0::/:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n' >"$root/etc/passwd"
for module in $modules; do
	modprobe -d "$system" -S "$kernel" --show-depends "$module" | awk '$1 == "insmod" {print $2}'
done | sort -u | while read -r module; do
	into=$root/${module#"$system/"}
	mkdir -p "$(dirname "$into")"
	cp "$module" "$into"
done
cp "$system/lib/modules/$kernel"/modules.{builtin,builtin.modinfo,order} "$root/lib/modules/$kernel/"
depmod -b "$root" "$kernel"
[ -z "$files" ] || cp $files "$root/bin/"
cp "$script" "$root/script"
cat >"$root/init" <<'INIT'
#!/bin/sh
/bin/busybox --install -s /bin
mount -t proc p /proc; mount -t sysfs s /sys; mount -t devtmpfs d /dev; mount -t tmpfs t /tmp
ip link set lo up
cd /tmp && sh /script; echo "the machine's script ended with $?"
poweroff -f
INIT
chmod 755 "$root/init"
(cd "$root" && find . | cpio -o -H newc --quiet | gzip -1) >"$work/initrd"

# shellcheck disable=SC2086 # arguments for QEMU are several words
timeout "$seconds" qemu-system-x86_64 -accel tcg,thread=multi -cpu max -smp 2 -m "${VM_MEMORY:-512}" -display none -nodefaults -no-reboot \
	-serial stdio -kernel "$system"/boot/vmlinuz-* -initrd "$work/initrd" $qemu \
	-append "console=ttyS0 quiet panic=-1 mitigations=off tsc=unstable" | tee "$work/log" || true
tr -d '\r' <"$work/log" | grep -qx "the machine's script ended with 0"
