modprobe vivid n_devs=1 node_types=0x1 num_inputs=1 input_types=0x0 || exit 1
chmod 600 /dev/video*
camera.test -test.v -test.run Device -test.timeout 120s
