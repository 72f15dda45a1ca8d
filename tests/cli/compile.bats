#!/usr/bin/env bats
# dmc compile and dmc import

load helper

@test "tables of the thin pool example" {
  run "$dmc" compile "$root/examples/thin-pool.yaml"
  status_is 0
  [ "${lines[2]}" = "pool: 0 66977792 thin-pool /dev/mapper/pool-metadata /dev/mapper/pool-data 256 16384 1 error_if_no_space " ]
  [ "${lines[3]}" = "template: 0 41943040 thin /dev/mapper/pool 1" ]
}

@test "steps make thin volumes by messages, origins first" {
  run bash -c "'$dmc' compile --format steps '$root/examples/thin-pool.yaml' | grep message"
  [ "${lines[0]}" = "message pool 0 create_thin 1" ]
  [ "${lines[1]}" = "message pool 0 create_snap 2 1" ]
}

@test "one volume alone, without its name in front" {
  run "$dmc" compile "$root/examples/one.yaml" data
  [ "$output" = "0 16384 linear disk.img 2048" ]
  run "$dmc" compile "$root/examples/one.yaml" dta
  status_is 1
  has "did you mean 'data'?"
}

@test "the script is a shell script, and keys are in no argument" {
  head -c 64 /dev/urandom >k
  cat >c.yaml <<'END'
dmc: 1
devices: {d: {path: /dev/x, size: 1MiB}}
volumes:
  c: {target: crypt, cipher: aes-xts-plain64, key: {file: k}, device: d}
END
  "$dmc" compile --format script c.yaml >up.sh
  sh -n up.sh
  ! grep -q "$(od -An -v -tx1 k | tr -d ' \n')" up.sh
  fake_tools
  run env PATH="$PWD/bin:$PATH" sh up.sh
  status_is 0
  [ "$(cat log)" = "dmsetup create c
0 2048 crypt aes-xts-plain64 $(od -An -v -tx1 k | tr -d ' \n') 0 /dev/x 0" ]
  rm k log
  run env PATH="$PWD/bin:$PATH" sh up.sh
  status_is 1
  has "k: no key there that can be read"
  [ ! -e log ]
}

# A dmsetup and a losetup that write down what they are asked for, and remember devices.
fake_tools() {
  mkdir -p bin dm
  cat >bin/dmsetup <<'END'
#!/bin/sh
for last; do :; done
case $1 in
info)
  [ -e "dm/$last" ] || exit 1
  cat "dm/$last"
  exit
  ;;
esac
echo "dmsetup $*" >>log
case $1 in
create)
  cat >>log
  [ "$last" != "${FAIL-}" ] || exit 1
  echo "UUID: $3" >"dm/$last"
  ;;
remove) rm "dm/$last" ;;
message) [ -z "${FAIL_MESSAGE-}" ] || exit 1 ;;
esac
END
  cat >bin/losetup <<'END'
#!/bin/sh
echo "losetup $*" >>log
[ "$1" = --detach ] || echo "/dev/loop$(grep -c -- --find log)"
END
  chmod +x bin/*
}

@test "the script attaches image files, undoes what it did on failure, and removes" {
  cat >s.yaml <<'END'
dmc: 1
name: s
devices:
  a: {file: "a b.img", size: 1MiB, logical_block_size: 4096}
  ro: {file: ro.img, size: 2MiB}
  unused: {file: unused.img, size: 1MiB}
volumes:
  low: {target: linear, device: a, size: 8KiB}
  other: {target: linear, device: a, offset: 8KiB, size: 8KiB}
  sealed: {target: linear, device: ro, read_only: true}
  top: {target: linear, device: low}
END
  "$dmc" compile --format script s.yaml >up.sh
  fake_tools
  # No image yet: nothing is made, nothing is attached.
  run env PATH="$PWD/bin:$PATH" sh up.sh
  status_is 1
  has "a b.img: no such image file; expected one of 1048576 bytes"
  [ ! -e log ]
  truncate -s 1048575 "a b.img"
  run env PATH="$PWD/bin:$PATH" sh up.sh
  status_is 1
  has "a b.img has 1048575 bytes, expected 1048576"
  [ ! -e log ]

  truncate -s 1048576 "a b.img"
  truncate -s 3M ro.img
  run env PATH="$PWD/bin:$PATH" sh up.sh
  status_is 0
  diff log - <<'END'
losetup --find --show --sizelimit 1048576 --sector-size 4096 -- a b.img
losetup --find --show --sizelimit 2097152 --sector-size 512 --read-only -- ro.img
dmsetup create --uuid DMC-s-low low
0 16 linear /dev/loop1 0
dmsetup create --uuid DMC-s-other other
0 16 linear /dev/loop1 16
dmsetup create --readonly --uuid DMC-s-sealed sealed
0 4096 linear /dev/loop2 0
dmsetup create --uuid DMC-s-top top
0 16 linear /dev/mapper/low 0
losetup --detach /dev/loop1
losetup --detach /dev/loop2
END

  # `remove` takes down what is there and is ours.
  rm dm/other log
  echo "UUID: LVM-1" >dm/sealed
  run env PATH="$PWD/bin:$PATH" sh up.sh remove
  status_is 1
  has "left alone: sealed has the uuid 'LVM-1', expected 'DMC-s-sealed'"
  [ "$(cat log)" = "dmsetup remove --retry -- top
dmsetup remove --retry -- low" ]

  rm dm/* log
  run env PATH="$PWD/bin:$PATH" FAIL=sealed sh up.sh
  status_is 1
  has "failed; removing the 2 devices made so far"
  [ -z "$(ls dm)" ]
  [ "$(tail -n 4 log)" = "dmsetup remove --retry -- other
dmsetup remove --retry -- low
losetup --detach /dev/loop1
losetup --detach /dev/loop2" ]

  run sh up.sh destroy
  status_is 64
}

@test "the script goes on when a thin volume is in its pool already" {
  fake_tools
  sed 's/file: pool.img/path: \/dev\/x/' "$root/examples/thin-pool.yaml" >pool.yaml
  "$dmc" compile --format script pool.yaml >up.sh
  run env PATH="$PWD/bin:$PATH" FAIL_MESSAGE=1 sh up.sh
  status_is 0
  has "it may be there from an earlier run"
  grep -q "dmsetup message pool 0 create_snap 2 1" log
  [ -e dm/vm1 ]
}

@test "what the layout says cannot become a command of the script" {
  cat >evil.yaml <<'END'
dmc: 1
name: "x\ntouch one"
devices:
  a: {file: "`touch two`$(touch three)", size: 1MiB}
  b: {path: "/dev/${loop1}$(>four)`>ten`\v(>five)", size: 1MiB}
  c: {path: "/dev/\nEND\ntouch six", size: 1MiB}
volumes:
  "-v'; touch seven; '": {target: striped, chunk_size: 4KiB, stripes: [a, b]}
  "$(touch eight)": {target: linear, device: c, dm_uuid: "'`touch nine`"}
END
  "$dmc" compile --format script evil.yaml >up.sh
  truncate -s 1M '`touch two`$(touch three)'
  fake_tools
  ls -A >before
  run env PATH="$PWD/bin:$PATH" sh up.sh
  status_is 0
  grep -q -- "-- -v'; touch seven" log
  rm log
  [ "$(ls -A)" = "$(cat before)" ]
  [ "$(ls dm | wc -l)" = 2 ]
}

@test "scripts of all examples pass shellcheck and parse" {
  for layout in "$root"/examples/*.yaml; do
    "$dmc" compile --format script "$layout" >up.sh
    sh -n up.sh
    shellcheck up.sh
  done
}

@test "keys are shown only when asked for" {
  printf '\001\002\003\004\005\006\007\010\011\012\013\014\015\016\017\020' >k
  cat >c.yaml <<'END'
dmc: 1
devices: {d: {path: /dev/x, size: 1MiB}}
volumes:
  c: {target: crypt, cipher: aes-cbc-plain, key: {file: k}, device: d}
END
  run "$dmc" compile c.yaml
  [ "$output" = "c: 0 2048 crypt aes-cbc-plain 00000000000000000000000000000000 0 /dev/x 0" ]
  run "$dmc" compile --show-keys c.yaml
  [ "$output" = "c: 0 2048 crypt aes-cbc-plain 0102030405060708090a0b0c0d0e0f10 0 /dev/x 0" ]
}

@test "output files are whole or not there" {
  printf old >out
  chmod 600 out
  run "$dmc" compile -o out "$root/examples/one.yaml"
  status_is 0
  [ "$(stat -c %a out)" = 600 ]
  grep -q linear out
  run "$dmc" compile -o nowhere/out "$root/examples/one.yaml"
  status_is 1
  [ -z "$(ls ./*.?????? 2>/dev/null)" ]
}

@test "a layout with errors compiles to nothing" {
  printf 'dmc: 1\nvolumes:\n  v: {target: zero}\n' >v.yaml
  run bash -c "'$dmc' compile v.yaml 2>/dev/null"
  status_is 1
  [ -z "$output" ]
}

@test "tables by kernel: flakey reads back differently before 6.5" {
  printf 'f: 0 100 flakey /dev/x 0 60 5\n' | "$dmc" import table - >f.yaml
  run "$dmc" compile --kernel 6.12 f.yaml
  [ "$output" = "f: 0 100 flakey /dev/x 0 60 5 2 error_reads error_writes" ]
  run "$dmc" compile --kernel 6.1 f.yaml
  [ "$output" = "f: 0 100 flakey /dev/x 0 60 5 0 " ]
}

@test "import: several devices, references among them, and back" {
  cat >t <<'END'
pool-meta: 0 8192 linear 8:0 2048
pool-data: 0 1048576 linear 8:0 10240
pool: 0 1048576 thin-pool /dev/mapper/pool-meta /dev/mapper/pool-data 128 0 1 skip_block_zeroing 
home: 0 2097152 thin /dev/mapper/pool 7
spread: 0 8 error
spread: 8 256 striped 2 8 /dev/sda 0 /dev/sdb 64
END
  "$dmc" import table t >t.yaml
  run "$dmc" compile t.yaml
  status_is 0
  diff <(printf '%s\n' "$output") t
}

@test "import: keys go to files of mode 0600, or are asked for" {
  key=000102030405060708090a0b0c0d0e0f
  printf 'c: 0 8 crypt aes-cbc-plain %s 0 /dev/x 0\n' $key >t
  mkdir keys
  "$dmc" import table --keys keys t >t.yaml
  ! grep -q $key t.yaml
  [ "$(stat -c %a keys/c-key.key)" = 600 ]
  [ "$(od -An -v -tx1 keys/c-key.key | tr -d ' \n')" = $key ]
  run "$dmc" compile --show-keys t.yaml
  [ "$output" = "c: 0 8 crypt aes-cbc-plain $key 0 /dev/x 0" ]
  run "$dmc" import table --keys keys t
  status_is 1
  has "File exists"
  run "$dmc" import table t
  has "prompt: true, size: 16B"
}

@test "concise goes in and out" {
  run bash -c "printf 'a\\\\,b,U-1,5,ro,0 8 linear /dev/sda 0,8 8 zero;c,,,,0 8 error' | '$dmc' import table - | tee c.yaml"
  status_is 0
  has "read_only: true"
  run bash -c "'$dmc' compile --format concise c.yaml 2>/dev/null"
  [ "$output" = 'a\,b,U-1,5,ro,0 8 linear /dev/sda 0,8 8 zero;c,,,rw,0 8 error' ]
}

@test "concise says what it cannot carry, and is printed all the same" {
  printf 'dmc: 1\ndevices: {d: {path: /dev/disk/by-id/x, size: 1MiB}}\nvolumes:\n  v: {target: linear, device: d}\n' >c.yaml
  run "$dmc" compile --format concise c.yaml
  status_is 0
  has "v,,,rw,0 2048 linear /dev/disk/by-id/x 0"
  has "c.yaml:4:31: note: v: dm-mod.create= finds no device '/dev/disk/by-id/x' [cmdline.device]"
}

@test "import refuses what is no table, at its place" {
  run bash -c "printf 'x: 0 8 lineer /dev/sda 0\n' | '$dmc' import table -"
  status_is 1
  [ "${lines[0]}" = "<stdin>:1:8: error: no kernel has a target 'lineer' [target.unknown]" ]
  run bash -c "printf '0 8 zero\n9 8 error\n' | '$dmc' import table -"
  status_is 1
  [ "${lines[0]}" = "<stdin>:2:10: error: line 2 starts at sector 9, and the one before ends at 8 [table.gap]" ]
  run bash -c "printf 'nonsense\n' | '$dmc' import table -"
  status_is 1
  run "$dmc" import lvm x
  status_is 64
}

@test "graphs" {
  run "$dmc" graph "$root/examples/thin-pool.yaml"
  status_is 0
  has "vm1  thin  20GiB"
  run "$dmc" graph --format dot "$root/examples/thin-pool.yaml"
  has "digraph"
  run "$dmc" graph --format svg "$root/examples/thin-pool.yaml"
  has "<svg"
}
