#!/usr/bin/env bats
# The frame of the command line: help, options, exit statuses.

load helper

@test "no command is a usage error" {
  run "$dmc"
  status_is 64
  has "no command given"
}

@test "an unknown command has the nearest one" {
  run "$dmc" chekc
  status_is 64
  has "did you mean 'check'?"
}

@test "an unknown option has the nearest one" {
  run "$dmc" check --formatt json x
  status_is 64
  has "did you mean '--format'?"
}

@test "an unknown choice has the nearest one" {
  run "$dmc" check --format jsn x
  status_is 64
  has "did you mean 'json'?"
}

@test "missing and superfluous operands" {
  run "$dmc" check
  status_is 64
  run "$dmc" graph a b
  status_is 64
  has "unexpected 'b'"
}

@test "options before and behind the command, and in one word" {
  run "$dmc" --color=never check "$root/examples/one.yaml" -qv
  status_is 0
  run "$dmc" compile -o- "$root/examples/one.yaml"
  status_is 0
  has "linear"
}

@test "help of every command names every option of the manual, and the other way round" {
  for verb in check compile status import graph explain targets schema completions; do
    run "$dmc" "$verb" --help
    status_is 0
    has "Usage: dmc $verb"
    run "$dmc" help "$verb"
    status_is 0
    grep -q "dmc $verb\|B $verb" "$root/man/dmc.8"
    while read -r option; do
      sed 's/\\-/-/g' "$root/man/dmc.8" | grep -qF -- "$option" || { echo "dmc.8 lacks $option"; return 1; }
    done < <("$dmc" "$verb" --help | sed -nE 's/^ +(-., )?(--[a-z-]+).*/\2/p' | sort -u)
  done
}

@test "version names the libraries" {
  run "$dmc" --version
  status_is 0
  has "libyaml"
  has "OpenSSL"
  run "$DMC_BUILD/dminspect" --version
  status_is 0
}

@test "completions are of the shell's syntax" {
  "$dmc" completions bash | bash -n
  run "$dmc" completions csh
  status_is 64
  # What bash would offer behind "dmc comp".
  run bash -c "source <('$dmc' completions bash); COMP_WORDS=(dmc comp); COMP_CWORD=1; _dmc; echo \"\${COMPREPLY[*]}\""
  [ "$output" = "compile completions" ]
  run bash -c "source <('$dmc' completions bash); COMP_WORDS=(dmc check --format ''); COMP_CWORD=3; _dmc; echo \"\${COMPREPLY[*]}\""
  [ "$output" = "text json sarif junit" ]
}

@test "a full disk is not success" {
  run bash -c "'$dmc' schema >/dev/full"
  [ "$status" -ne 0 ]
}

@test "colours when asked for, and NO_COLOR" {
  printf 'dmc: 1\nvolumes: []\n' >bad.yaml
  run "$dmc" check --color=always bad.yaml
  has $'\033['
  run "$dmc" check bad.yaml
  [[ $output != *$'\033['* ]]
}
