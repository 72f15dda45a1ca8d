# Makefile of dmc: one file, no recursion. GNU make.
#
# Targets
#   all          build/dmc and build/dminspect (default)
#   check        unit tests, command-line tests, fuzz corpus replay
#   check-unit check-cli check-fuzz
#   check-peers  metadata tools against thin-provisioning-tools, on PEER_POOLS random pools
#   check-kernel jobs on real kernels, in virtual machines: tests/kernel/run --help
#   kernel-programs  what those run besides
#   check-big-endian  unit tests and fuzz corpus on s390x, in qemu's user emulation
#   fuzz         libFuzzer binaries, each run for FUZZ_TIME seconds (clang); fuzz-layout … one of them
#   bench        measurements (tests/bench), never a test
#   lint         formatting, layers, sizes, findings, generated files, shell, analyser, man pages
#   generate     rewrite schemas/, completions/ and the generated man pages
#   golden       rewrite the golden files of the command-line tests
#   install uninstall clean
#
# Knobs
#   O=build          where everything goes (SAN=1: build-san, FUZZ=1: build-fuzz, …)
#   V=1              print commands
#   SAN=1            AddressSanitizer and UndefinedBehaviorSanitizer
#   STATIC=1         static programs
#   CROSS=s390x-linux-gnu SYSROOT=DIR   for another machine; tests run in qemu's user emulation
#   CC CFLAGS LDFLAGS PREFIX=/usr/local DESTDIR FUZZ_TIME=60

.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules

CC      = gcc
CFLAGS  = -O2 -g
PREFIX  = /usr/local
VERSION := $(shell cat VERSION)
FUZZ_TIME = 60
PEER_POOLS = 100

O := build$(if $(CROSS),-$(CROSS))$(if $(SAN),-san)$(if $(STATIC),-static)$(if $(FUZZ),-fuzz)
Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-5s %s\n' $(1) $(2))

ifdef CROSS
CC := $(CROSS)-gcc --sysroot=$(SYSROOT)
PKG_CONFIG_ENV := PKG_CONFIG_SYSROOT_DIR=$(SYSROOT) PKG_CONFIG_LIBDIR=$(SYSROOT)/usr/lib/$(CROSS)/pkgconfig
RUN := qemu-$(firstword $(subst -, ,$(CROSS)))-static -L $(SYSROOT)
endif

PACKAGES := yaml-0.1 jansson blkid libcrypto
PKG_CONFIG = $(PKG_CONFIG_ENV) pkg-config $(if $(STATIC),--static)
GOALS_WITHOUT_LIBRARIES := clean check-big-endian
ifneq ($(filter-out $(GOALS_WITHOUT_LIBRARIES),$(or $(MAKECMDGOALS),all)),)
ifneq ($(shell $(PKG_CONFIG) --exists $(PACKAGES) && echo yes),yes)
$(error libraries are missing; on Debian: apt-get install pkg-config libyaml-dev libjansson-dev libblkid-dev libssl-dev (or run scripts/bootstrap))
endif
LIBS := $(shell $(PKG_CONFIG) --libs $(PACKAGES))
LIB_CFLAGS := $(shell $(PKG_CONFIG) --cflags $(PACKAGES))
endif

WARN := -Werror=implicit-function-declaration -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wundef
CPPFLAGS_ALL := -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -Ilib -Icmd -I. $(LIB_CFLAGS) $(CPPFLAGS)
CFLAGS_ALL := -std=gnu11 $(WARN) -pthread $(CFLAGS)
LDFLAGS_ALL := -pthread $(LDFLAGS)
ifdef SAN
CFLAGS_ALL += -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
LDFLAGS_ALL += -fsanitize=address,undefined
endif
ifdef FUZZ
CC := clang
CFLAGS_ALL += -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
LDFLAGS_ALL += -fsanitize=address,undefined
endif
ifdef STATIC
LDFLAGS_ALL += -static
endif

LIB_SRC  := $(sort $(wildcard lib/*/*.c lib/format/*/*.c targets/*.c))
CMD_SRC  := $(sort $(wildcard cmd/*/*.c))
UNIT_SRC := $(sort $(wildcard tests/unit/*.c tests/unit/*/*.c))
FUZZ_SRC := $(sort $(wildcard tests/fuzz/fuzz_*.c))
obj = $(1:%.c=$(O)/obj/%.o)

PROGRAMS := $(O)/dmc $(O)/dminspect
FUZZERS  := $(FUZZ_SRC:tests/fuzz/%.c=%)

all: $(PROGRAMS)

$(O)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(CPPFLAGS_ALL) $(EXTRA_$*) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<

EXTRA_cmd/common/version := -DDMC_VERSION='"$(VERSION)"'
$(O)/obj/cmd/common/version.o: VERSION

$(O)/libdmc.a: $(call obj,$(LIB_SRC))
	$(call say,AR,$@)
	$(Q)rm -f $@ && ar rcs $@ $^

COMMON_OBJ := $(call obj,$(filter cmd/common/%,$(CMD_SRC)))
$(O)/dmc: $(call obj,$(filter cmd/dmc/%,$(CMD_SRC))) $(COMMON_OBJ) $(O)/libdmc.a
$(O)/dminspect: $(call obj,$(filter cmd/dminspect/%,$(CMD_SRC))) $(COMMON_OBJ) $(O)/libdmc.a
$(PROGRAMS):
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(LIBS)

# ---- tests ----

TEST_CPPFLAGS := -DTESTS_DIR='"$(CURDIR)/tests"'
$(call obj,$(UNIT_SRC)): CPPFLAGS_ALL += $(TEST_CPPFLAGS) $(shell $(PKG_CONFIG) --cflags check 2>/dev/null)

# The list of suites is read off the files' names: tests/unit/<dir>/test_<module>.c
$(O)/suites.h: $(UNIT_SRC) Makefile
	@mkdir -p $(@D)
	$(Q)for f in $(filter-out tests/unit/main.c,$(UNIT_SRC)); do case $$f in tests/unit/*/test_*) \
		d=$${f#tests/unit/}; m=$${d#*/test_}; echo "SUITE(suite_$${d%%/*}_$${m%.c})";; esac; done >$@

$(O)/obj/tests/unit/main.o: CPPFLAGS_ALL += -I$(O)
$(O)/obj/tests/unit/main.o: $(O)/suites.h

$(O)/unit: $(call obj,$(UNIT_SRC)) $(O)/libdmc.a
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(LIBS) $$($(PKG_CONFIG) --libs check)

# Programs that jobs of tests/kernel run on a real kernel.
KERNEL_PROGRAMS := $(O)/kernel-dm-ioctl $(O)/kernel-dm-nodes $(O)/kernel-live-io
KERNEL_SRC := $(wildcard tests/kernel/*.c)
$(O)/kernel-dm-ioctl: $(call obj,tests/kernel/dm_ioctl.c tests/unit/dm/play.c tests/unit/dm/play_list.c tests/unit/dm/steps.c) $(O)/libdmc.a
$(O)/kernel-dm-nodes: $(call obj,tests/kernel/dm_nodes.c) $(O)/libdmc.a
$(O)/kernel-live-io: $(call obj,tests/kernel/live_io.c)
$(KERNEL_PROGRAMS):
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(LIBS)

kernel-programs: $(KERNEL_PROGRAMS)

# JOBS='tables examples' plays only those.
check-kernel: $(PROGRAMS) $(KERNEL_PROGRAMS)
	$(Q)O=$(abspath $(O)) tests/kernel/run $(if $(CI),-r) $(JOBS)

check: check-unit check-cli check-fuzz

check-unit: $(O)/unit
	$(Q)$(RUN) $(O)/unit

SYSROOT_BIG := build-s390x-linux-gnu/sysroot
check-big-endian:
	$(Q)scripts/sysroot s390x $(SYSROOT_BIG)
	$(Q)CHECK_EMULATED=1 CK_TIMEOUT_MULTIPLIER=20 $(MAKE) CROSS=s390x-linux-gnu SYSROOT=$(CURDIR)/$(SYSROOT_BIG) check-unit check-fuzz

check-cli: $(PROGRAMS)
	$(Q)DMC_BUILD=$(abspath $(O)) bats $(if $(CI),,--pretty) tests/cli

check-peers: $(PROGRAMS)
	$(Q)tests/format/differential $(O) $(PEER_POOLS)

golden: $(PROGRAMS)
	$(Q)DMC_GOLDEN=1 DMC_BUILD=$(abspath $(O)) bats tests/cli

$(FUZZERS:%=$(O)/replay_%): $(O)/replay_%: $(O)/obj/tests/fuzz/%.o $(O)/obj/tests/fuzz/replay.o $(O)/libdmc.a
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(LIBS)

check-fuzz: $(FUZZERS:%=$(O)/replay_%)
	$(Q)for f in $(FUZZERS:fuzz_%=%); do $(RUN) $(O)/replay_fuzz_$$f tests/fuzz/corpus/$$f || exit 1; done

ifdef FUZZ
$(FUZZERS:%=$(O)/%): $(O)/%: $(O)/obj/tests/fuzz/%.o $(O)/libdmc.a
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS_ALL) -fsanitize=fuzzer -o $@ $^ $(LIBS)

# Words that random changes would hardly ever hit: those of the language.
$(O)/words.dict: schemas/layout.schema.json $(wildcard targets/*.c)
	$(Q)grep -ohE '"[A-Za-z0-9_.+-]{2,40}"' $^ | LC_ALL=C sort -u >$@

$(O)/yaml.dict: tests/fuzz/yaml.dict $(O)/words.dict
	$(Q)cat $^ >$@

FUZZ_DICT_layout := yaml
FUZZ_DICT_yaml := yaml
FUZZ_SEEDS_layout := examples

# Inputs that stop a target are left in $(O).
$(FUZZERS:fuzz_%=fuzz-%): fuzz-%: $(O)/fuzz_% $(O)/words.dict $(O)/yaml.dict
	$(Q)mkdir -p $(O)/corpus/$*
	$(Q)$< -max_total_time=$(FUZZ_TIME) -max_len=65536 -timeout=20 -print_final_stats=1 \
		-artifact_prefix=$(O)/ -dict=$(O)/$(or $(FUZZ_DICT_$*),words).dict \
		$(O)/corpus/$* tests/fuzz/corpus/$* $(FUZZ_SEEDS_$*)

fuzz: $(FUZZERS:fuzz_%=fuzz-%)
else
fuzz $(FUZZERS:fuzz_%=fuzz-%):
	$(Q)$(MAKE) FUZZ=1 $@
endif

BENCH_SRC := $(wildcard tests/bench/*.c)
$(O)/bench-plan: $(call obj,tests/bench/plan.c) $(O)/libdmc.a
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(LIBS)

bench: $(PROGRAMS) $(O)/bench-plan
	$(Q)DMC_BUILD=$(abspath $(O)) tests/bench/run
	$(Q)$(O)/bench-plan
	$(Q)DMC_BUILD=$(abspath $(O)) tests/bench/metadata

# ---- generated files, committed ----

GENERATED := schemas/layout.schema.json completions/dmc.bash completions/_dmc completions/dmc.fish \
	man/dm-targets.7 man/dmc-findings.7
gen = $(O)/dmc $(1) >$(2).tmp && mv $(2).tmp $(2)

generate: $(O)/dmc
	$(Q)$(call gen,schema,schemas/layout.schema.json)
	$(Q)$(call gen,completions bash,completions/dmc.bash)
	$(Q)$(call gen,completions zsh,completions/_dmc)
	$(Q)$(call gen,completions fish,completions/dmc.fish)
	$(Q)$(call gen,targets --format man,man/dm-targets.7)
	$(Q)$(call gen,explain --format man,man/dmc-findings.7)

# Of gcc's analyser all but its guesses at null pointers, which cppcheck follows better.
ANALYSER := gcc -O1 -fanalyzer -Wno-analyzer-null-dereference -Wno-analyzer-null-argument -Werror
$(O)/analysis/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CHECK,$<)
	$(Q)$(ANALYSER) $(CPPFLAGS_ALL) $(EXTRA_$*) $(CFLAGS_ALL:-O%=) -MMD -MP -c -o $@ $<

lint: $(PROGRAMS) $(patsubst %.c,$(O)/analysis/%.o,$(LIB_SRC) $(CMD_SRC))
	$(Q)DMC_BUILD=$(abspath $(O)) GENERATED='$(GENERATED)' CPPFLAGS_ALL='$(CPPFLAGS_ALL)' scripts/lint

# ---- installation ----

MAN := $(wildcard man/*.[1-8])
# Names that dmc goes by, too; `dmc --help` lists them under Tools.
TOOLS := thin_check thin_dump thin_ls thin_metadata_size
install: all
	install -Dm755 -t $(DESTDIR)$(PREFIX)/bin $(PROGRAMS)
	for t in $(TOOLS); do ln -sf dmc $(DESTDIR)$(PREFIX)/bin/$$t; done
	for m in $(MAN); do install -Dm644 -t $(DESTDIR)$(PREFIX)/share/man/man$${m##*.} $$m; done
	install -Dm644 -t $(DESTDIR)$(PREFIX)/share/dmc schemas/layout.schema.json
	install -Dm644 completions/dmc.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/dmc
	install -Dm644 -t $(DESTDIR)$(PREFIX)/share/zsh/site-functions completions/_dmc
	install -Dm644 -t $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d completions/dmc.fish

uninstall:
	rm -f $(PROGRAMS:$(O)/%=$(DESTDIR)$(PREFIX)/bin/%) $(TOOLS:%=$(DESTDIR)$(PREFIX)/bin/%)
	for m in $(MAN); do rm -f $(DESTDIR)$(PREFIX)/share/man/man$${m##*.}/$${m##*/}; done
	rm -rf $(DESTDIR)$(PREFIX)/share/dmc
	rm -f $(DESTDIR)$(PREFIX)/share/bash-completion/completions/dmc
	rm -f $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_dmc
	rm -f $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/dmc.fish

clean:
	rm -rf build build-*

.PHONY: all kernel-programs check check-peers check-unit check-cli check-fuzz check-kernel check-big-endian fuzz $(FUZZERS:fuzz_%=fuzz-%) bench generate golden lint install uninstall clean
.SECONDARY:

-include $(patsubst %.o,%.d,$(call obj,$(LIB_SRC) $(CMD_SRC) $(UNIT_SRC) $(FUZZ_SRC) tests/fuzz/replay.c $(KERNEL_SRC) $(BENCH_SRC)))
-include $(patsubst %.c,$(O)/analysis/%.d,$(LIB_SRC) $(CMD_SRC))
