#!/usr/bin/env bats
# dmc check

load helper

@test "every example passes, strictly, for the kernels it names" {
  for layout in "$root"/examples/*.yaml; do
    run "$dmc" check --strict "$layout"
    status_is 0
    [ -z "$output" ]
  done
}

@test "a finding has place, excerpt, fix and name" {
  printf 'dmc: 1\nvolumes:\n  v: {target: zero, size: 2048}\n' >v.yaml
  run "$dmc" check v.yaml
  status_is 1
  [ "${lines[0]}" = "v.yaml:3:27: error: size: 2048 has no unit [layout.no-unit]" ]
  [ "${lines[1]}" = "      v: {target: zero, size: 2048}" ]
  [ "${lines[2]}" = "                              ^~~~" ]
  [ "${lines[3]}" = "  fix: 2048B for bytes (4s), or 2048s for 512-byte sectors" ]
}

@test "what the kernel would log is said" {
  printf 'dmc: 1\ndevices: {a: {file: a, size: 1MiB}}\nvolumes:\n  v: {target: linear, device: a, size: 2MiB}\n' >v.yaml
  run "$dmc" check v.yaml
  status_is 1
  has "kernel: too small for target"
  has "for: Linux 6.12"
}

@test "kernels: the word, the version, the first kernel" {
  cat >c.yaml <<'END'
dmc: 1
devices: {d: {file: d, size: 1MiB}}
volumes:
  c: {target: crypt, cipher: aes-xts-plain64, key: {prompt: true, size: 64B}, device: d, high_priority: true}
END
  run "$dmc" check --kernel 6.12 c.yaml
  status_is 0
  run "$dmc" check --kernel 6.1 --kernel 5.4 c.yaml
  status_is 1
  has "'high_priority' needs crypt 1.26.0, first in Linux 6.12; Linux 6.1 has 1.24.0"
  run "$dmc" check --kernel 3.10 c.yaml
  status_is 1
  has "no kernel profile is called '3.10'"
}

@test "a recorded kernel: dmsetup targets" {
  printf 'crypt            v1.24.0\nlinear           v1.4.0\n' >here
  printf 'dmc: 1\nvolumes:\n  v: {target: zero, size: 1MiB}\n' >v.yaml
  run "$dmc" check --kernel here v.yaml
  status_is 1
  has "has no target 'zero'"
  printf 'dmc: 1\ndevices: {d: {file: d, size: 1MiB}}\nvolumes:\n  v: {target: linear, device: d}\n' >l.yaml
  run "$dmc" check --kernel here l.yaml
  status_is 0
}

@test "absent devices: exit 4; with their size: fine" {
  printf 'dmc: 1\ndevices: {d: {path: /dev/nowhere}}\nvolumes:\n  v: {target: linear, device: d, size: 1MiB}\n' >v.yaml
  run "$dmc" check v.yaml
  status_is 4
  has "device.absent"
  sed -i 's,/dev/nowhere,/dev/nowhere\, size: 1GiB,' v.yaml
  run "$dmc" check v.yaml
  status_is 0
}

@test "only kernel leaves what the kernel refuses" {
  printf 'dmc: 1\ndevices: {a: {file: a, size: 1MiB}}\nvolumes:\n  x: {target: linear, device: a}\n  y: {target: linear, device: a}\n' >v.yaml
  run "$dmc" check v.yaml
  status_is 1
  has "[overlap]"
  run "$dmc" check --only kernel v.yaml
  status_is 0
}

@test "tables that crash a kernel are named" {
  truncate -s 1M o.img
  truncate -s 16M c.img
  printf 'dmc: 1\ndevices: {o: {file: o.img}, c: {file: c.img}}\nvolumes:\n  w: {target: writecache, mode: p, origin: o, cache: c, block_size: 4096B}\n' >w.yaml
  run "$dmc" check --kernel 6.1 w.yaml
  status_is 1
  has "writecache.no-dax-crash"
  run "$dmc" check --kernel 6.12 w.yaml
  status_is 1
  has "writecache.no-dax]"
}

@test "superblocks are read: a cache with other block size, garbage" {
  truncate -s 16M m.img d.img
  printf 'dmc: 1\ndevices: {m: {file: m.img}, d: {file: d.img}}\nvolumes:\n  p: {target: thin-pool, metadata: m, data: d, block_size: 64KiB}\n' >p.yaml
  run "$dmc" check p.yaml
  status_is 0
  printf garbage | dd of=m.img conv=notrunc status=none
  run "$dmc" check p.yaml
  status_is 1
  has "metadata.not-usable"
}

@test "several files at once, as JSON, SARIF and JUnit" {
  printf 'dmc: 1\nvolumes: []\n' >bad.yaml
  run bash -c "'$dmc' check --format json bad.yaml '$root/examples/one.yaml' 2>/dev/null"
  status_is 1
  has '"id": "layout.type"'
  run bash -c "'$dmc' check --format sarif bad.yaml 2>/dev/null"
  has '"ruleId": "layout.type"'
  run bash -c "'$dmc' check --format junit bad.yaml '$root/examples/one.yaml' 2>/dev/null"
  has '<testsuite name="bad.yaml" tests="1" failures="1">'
  has 'name="no findings"'
}

@test "files that cannot be read: one line each, exit 1" {
  run "$dmc" check gone.yaml
  status_is 1
  [ "${#lines[@]}" -eq 1 ]
  has "cannot read gone.yaml"
  run "$dmc" check .
  status_is 1
  has "Is a directory"
}

@test "parameters" {
  printf 'dmc: 1\nparams: {s: 1MiB}\nvolumes:\n  v: {target: zero, size: $s}\n' >v.yaml
  run "$dmc" compile --param s=2MiB v.yaml
  [ "$output" = "v: 0 4096 zero" ]
  run "$dmc" check --param t=1 v.yaml
  status_is 1
  run "$dmc" check --param nothing v.yaml
  status_is 64
}

@test "includes" {
  mkdir sub
  printf 'dmc: 1\ndevices: {d: {file: d, size: 1MiB}}\nvolumes:\n  low: {target: linear, device: d}\n' >sub/low.yaml
  printf 'dmc: 1\ninclude: sub/low.yaml\nvolumes:\n  top: {target: linear, device: low}\n' >top.yaml
  run "$dmc" compile top.yaml
  status_is 0
  [ "${lines[0]}" = "low: 0 2048 linear d 0" ]
  [ "${lines[1]}" = "top: 0 2048 linear /dev/mapper/low 0" ]
}

@test "a parameter in an alias is put in once" {
  printf 'dmc: 1\nvolumes:\n  a: &v {target: zero, size: 1MiB, description: $$x}\n  b: *v\n' >v.yaml
  run "$dmc" check v.yaml
  status_is 0
}
