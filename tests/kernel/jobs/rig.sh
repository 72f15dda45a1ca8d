# The rig itself: what jobs rely on.
is "device-mapper answers" "$(dmsetup version | sed -n 's/^Driver version: *4\..*/4/p')" 4
d=$(loopdev 16M)
ok "a loop device of that size" [ "$(blockdev --getsz "$d")" -eq 32768 ]
b=$(loopdev 16M -b 4096)
is "another with blocks of 4096" "$(blockdev --getss "$b")" 4096
klog_mark
fails "a table that is too long is refused" dmsetup create kt --table "0 40000 linear $d 0"
ok "and the kernel says why" sh -c 'printf "%s\n" "$1" | grep -q "too small for target"' sh "$(klog)"
ok "one that fits is taken" dmsetup create kt --table "0 32768 linear $d 0"
ok "its node is there" [ -b /dev/mapper/kt ]
fails "the host's tree cannot be written through the guest's root" sh -c 'mount | grep -E " / .*(hostfs|9p)"'
