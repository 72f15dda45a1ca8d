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
  # Run with a dmsetup that shows its arguments and the table.
  mkdir bin
  printf '#!/bin/sh\necho "args: $*"\ncat\n' >bin/dmsetup
  chmod +x bin/dmsetup
  run env PATH="$PWD/bin:$PATH" sh up.sh
  status_is 0
  [ "${lines[0]}" = "args: create c" ]
  [ "${lines[1]}" = "0 2048 crypt aes-xts-plain64 $(od -An -v -tx1 k | tr -d ' \n') 0 /dev/x 0" ]
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
  run "$dmc" compile --format concise c.yaml
  [ "$output" = 'a\,b,U-1,5,ro,0 8 linear /dev/sda 0,8 8 zero;c,,,rw,0 8 error' ]
}

@test "import refuses what is no table, at its place" {
  run bash -c "printf 'x: 0 8 lineer /dev/sda 0\n' | '$dmc' import table -"
  status_is 1
  [ "${lines[0]}" = "<stdin>:1:8: error: no kernel has a target 'lineer' [target.unknown]" ]
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
