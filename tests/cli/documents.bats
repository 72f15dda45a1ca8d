#!/usr/bin/env bats
# Manual, schema and examples say what the programs do.

load helper

@test "the examples of dmc(8) run" {
  cd "$root"
  sed -n '/^.SH EXAMPLES/,/^.SH SEE/p' man/dmc.8 | sed 's/\\-/-/g' | grep '^dmc ' >"$BATS_TEST_TMPDIR/commands"
  [ "$(wc -l <"$BATS_TEST_TMPDIR/commands")" -gt 5 ]
  while read -r _ arguments; do
    # shellcheck disable=SC2086 # words of a manual's example
    run "$dmc" $arguments
    status_is 0
  done <"$BATS_TEST_TMPDIR/commands"
}

@test "the layouts of dmc.yaml(5) and of the README pass" {
  sed -n '/^dmc: 1/,/^.RE/p' "$root/man/dmc.yaml.5" | sed 's/\\-/-/g; /^\./d' >manual.yaml
  run "$dmc" check manual.yaml
  status_is 0
  sed -n '/^```yaml/,/^```$/p' "$root/README.md" | sed '/^```/d' >readme.yaml
  run "$dmc" check readme.yaml
  status_is 0
}

@test "every target is in dm-targets(7), every finding in dmc-findings(7)" {
  for target in $("$dmc" targets | awk '{ print $1 }'); do
    sed 's/\\-/-/g' "$root/man/dm-targets.7" | grep -qx ".SH $target"
  done
  for finding in $("$dmc" explain | awk '{ print $1 }'); do
    sed 's/\\-/-/g' "$root/man/dmc-findings.7" | grep -qx ".SS $finding"
  done
}

@test "explain: cause, example, way out" {
  run "$dmc" explain overlap
  status_is 0
  has "Example:"
  has "What to do:"
  run "$dmc" explain overlp
  status_is 64
  has "did you mean 'overlap'?"
}

@test "targets: the reference of one, and what a kernel lacks" {
  run "$dmc" targets verity
  status_is 0
  has "root_hash"
  run "$dmc" targets verty
  status_is 64
  printf 'crypt v1.24.0\n' >here
  run "$dmc" targets --profile here
  status_is 0
  has "lacks crypt"
  run "$dmc" targets --kernels
  has "6.12 (as of 6.12.117)"
}
