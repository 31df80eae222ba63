for module in virtio_pci virtio_console xhci_pci usb-storage sd_mod vfat nls_cp437 nls_ascii nls_utf8; do modprobe $module || exit 1; done
# Plain instructions: QEMU is slowest where the processor would be fastest.
GODEBUG=cpu.all=off keystore.test -test.v -test.run '^TestStick' -test.timeout 800s -monitor /dev/vport*
