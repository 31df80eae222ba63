# Run by run.sh inside the virtual machine.
modprobe vivid n_devs=1 node_types=0x1 num_inputs=1 input_types=0x0 &&
modprobe v4l2loopback devices=1 video_nr=8 exclusive_caps=1 card_label=Loopback || exit 1
chmod 600 /dev/video*
status=0
for package in ${PACKAGES:-camera desktop}; do
	$package.test -test.v -test.run '^TestDevice' -test.timeout 400s || status=1
done
exit $status
