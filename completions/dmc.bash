# bash completion for dmc, made by 'dmc completions bash'
_dmc()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} verb= i
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in -*) ;; *) verb=${COMP_WORDS[i]}; break ;; esac
	done
	if [ -z "$verb" ]; then
		COMPREPLY=($(compgen -W "check compile plan apply remove status import graph explain schema targets thin_check thin_dump thin_ls thin_metadata_size completions help --help --version --quiet --verbose --color" -- "$cur"))
		return
	fi
	case $verb:$prev in
	*:--color) COMPREPLY=($(compgen -W "auto always never" -- "$cur")); return ;;
	check:--format) COMPREPLY=($(compgen -W "text json sarif junit" -- "$cur")); return ;;
	check:--kernel) COMPREPLY=($(compgen -f -- "$cur")); return ;;
	check:--only) COMPREPLY=($(compgen -W "all kernel" -- "$cur")); return ;;
	check:--param) return ;;
	compile:--format) COMPREPLY=($(compgen -W "table concise script json steps" -- "$cur")); return ;;
	compile:--kernel) COMPREPLY=($(compgen -f -- "$cur")); return ;;
	compile:--output) COMPREPLY=($(compgen -f -- "$cur")); return ;;
	compile:--param) return ;;
	plan:--allow) return ;;
	plan:--format) COMPREPLY=($(compgen -W "text json" -- "$cur")); return ;;
	plan:--out) COMPREPLY=($(compgen -f -- "$cur")); return ;;
	plan:--param) return ;;
	plan:--state) COMPREPLY=($(compgen -f -- "$cur")); return ;;
	apply:--allow) return ;;
	apply:--lock) COMPREPLY=($(compgen -f -- "$cur")); return ;;
	apply:--param) return ;;
	apply:--udev) COMPREPLY=($(compgen -W "auto sync none" -- "$cur")); return ;;
	remove:--lock) COMPREPLY=($(compgen -f -- "$cur")); return ;;
	remove:--param) return ;;
	remove:--udev) COMPREPLY=($(compgen -W "auto sync none" -- "$cur")); return ;;
	status:--format) COMPREPLY=($(compgen -W "text json" -- "$cur")); return ;;
	status:--param) return ;;
	status:--state) COMPREPLY=($(compgen -f -- "$cur")); return ;;
	import:--keys) COMPREPLY=($(compgen -f -- "$cur")); return ;;
	import:--kernel) COMPREPLY=($(compgen -f -- "$cur")); return ;;
	import:--name) return ;;
	import:--output) COMPREPLY=($(compgen -f -- "$cur")); return ;;
	import:--state) COMPREPLY=($(compgen -f -- "$cur")); return ;;
	graph:--format) COMPREPLY=($(compgen -W "tree dot svg" -- "$cur")); return ;;
	graph:--output) COMPREPLY=($(compgen -f -- "$cur")); return ;;
	graph:--param) return ;;
	explain:--format) COMPREPLY=($(compgen -W "text man" -- "$cur")); return ;;
	targets:--format) COMPREPLY=($(compgen -W "text man" -- "$cur")); return ;;
	targets:--profile) COMPREPLY=($(compgen -f -- "$cur")); return ;;
	thin_check:--override-details-root) return ;;
	thin_check:--override-mapping-root) return ;;
	thin_dump:--dev-id) return ;;
	thin_dump:--format) COMPREPLY=($(compgen -W "xml human_readable" -- "$cur")); return ;;
	thin_dump:--output) COMPREPLY=($(compgen -f -- "$cur")); return ;;
	thin_ls:--format) return ;;
	thin_metadata_size:--block-size) return ;;
	thin_metadata_size:--max-thins) return ;;
	thin_metadata_size:--pool-size) return ;;
	thin_metadata_size:--unit) return ;;
	esac
	case $verb:$cur in
	check:-*) COMPREPLY=($(compgen -W " --format --kernel --only --param --strict --help --version --quiet --verbose --color" -- "$cur")) ;;
	check:*) COMPREPLY=($(compgen -f -- "$cur")) ;;
	compile:-*) COMPREPLY=($(compgen -W " --format --kernel --output --param --show-keys --help --version --quiet --verbose --color" -- "$cur")) ;;
	compile:*) COMPREPLY=($(compgen -f -- "$cur")) ;;
	plan:-*) COMPREPLY=($(compgen -W " --allow --detailed-exitcode --format --out --param --state --help --version --quiet --verbose --color" -- "$cur")) ;;
	plan:*) COMPREPLY=($(compgen -f -- "$cur")) ;;
	apply:-*) COMPREPLY=($(compgen -W " --allow --dry-run --lock --param --udev --help --version --quiet --verbose --color" -- "$cur")) ;;
	apply:*) COMPREPLY=($(compgen -f -- "$cur")) ;;
	remove:-*) COMPREPLY=($(compgen -W " --deferred --force --dry-run --lock --param --udev --help --version --quiet --verbose --color" -- "$cur")) ;;
	remove:*) COMPREPLY=($(compgen -f -- "$cur")) ;;
	status:-*) COMPREPLY=($(compgen -W " --format --param --state --help --version --quiet --verbose --color" -- "$cur")) ;;
	status:*) COMPREPLY=($(compgen -f -- "$cur")) ;;
	import:-*) COMPREPLY=($(compgen -W " --keys --kernel --minors --name --output --state --help --version --quiet --verbose --color" -- "$cur")) ;;
	import:*) COMPREPLY=($(compgen -W "kernel table" -- "$cur") $(compgen -f -- "$cur")) ;;
	graph:-*) COMPREPLY=($(compgen -W " --format --output --param --help --version --quiet --verbose --color" -- "$cur")) ;;
	graph:*) COMPREPLY=($(compgen -f -- "$cur")) ;;
	explain:-*) COMPREPLY=($(compgen -W " --format --help --version --quiet --verbose --color" -- "$cur")) ;;
	schema:-*) COMPREPLY=($(compgen -W " --help --version --quiet --verbose --color" -- "$cur")) ;;
	targets:-*) COMPREPLY=($(compgen -W " --format --kernels --profile --help --version --quiet --verbose --color" -- "$cur")) ;;
	thin_check:-*) COMPREPLY=($(compgen -W " --clear-needs-check-flag --ignore-non-fatal-errors --metadata-snap --override-details-root --override-mapping-root --skip-mappings --super-block-only --help --version --quiet --verbose --color" -- "$cur")) ;;
	thin_check:*) COMPREPLY=($(compgen -f -- "$cur")) ;;
	thin_dump:-*) COMPREPLY=($(compgen -W " --dev-id --format --metadata-snap --output --skip-mappings --help --version --quiet --verbose --color" -- "$cur")) ;;
	thin_dump:*) COMPREPLY=($(compgen -f -- "$cur")) ;;
	thin_ls:-*) COMPREPLY=($(compgen -W " --format --metadata-snap --no-headers --help --version --quiet --verbose --color" -- "$cur")) ;;
	thin_ls:*) COMPREPLY=($(compgen -f -- "$cur")) ;;
	thin_metadata_size:-*) COMPREPLY=($(compgen -W " --block-size --max-thins --numeric-only --pool-size --unit --help --version --quiet --verbose --color" -- "$cur")) ;;
	completions:-*) COMPREPLY=($(compgen -W " --help --version --quiet --verbose --color" -- "$cur")) ;;
	completions:*) COMPREPLY=($(compgen -W "bash zsh fish" -- "$cur")) ;;
	help:-*) COMPREPLY=($(compgen -W " --help --version --quiet --verbose --color" -- "$cur")) ;;
	esac
}
complete -o filenames -F _dmc dmc
