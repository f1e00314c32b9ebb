# SPDX-License-Identifier: GPL-2.0-only
# CoreMon: what people call. How the module is put together is in kmod/Kbuild, the reader in userspace/Makefile.

MAKEFLAGS += --no-print-directory

# The kernel to build for: this machine's own if its headers are here, else the newest whose headers are.
KDIR ?= $(firstword $(wildcard /lib/modules/$(shell uname -r)/build) $(lastword $(shell ls -d /lib/modules/*/build 2>/dev/null | sort -V)))
# What `uname -r` says there; on Debian `make kernelrelease` and kernel.release do not always.
RELEASE = $(shell sed -n 's/^\#define UTS_RELEASE "\(.*\)"/\1/p' $(KDIR)/include/generated/utsrelease.h 2>/dev/null)
PREFIX ?= /usr/local
DESTDIR ?=
MANDIR ?= $(PREFIX)/share/man
MODDIR = $(DESTDIR)/lib/modules/$(RELEASE)/updates
JOBS ?= $(shell nproc)

# The program is linked to under the name of each.
VERBS = report events flows drops sockets doctor

# Arguments of coremon-report for `make run`, and the kernels `make check` takes (all of scripts/suites.list).
ARGS ?=
KERNELS ?=

.PHONY: all modules userspace run check check-unit check-cli check-fuzz check-static check-build check-guest check-secure check-selftest check-dkms check-long check-cost check-debug check-debug-core lint static fuzz \
	bench bench-hooks bench-million bench-record install uninstall clean help FORCE

all: modules userspace

modules: coremon.ko

coremon.ko: FORCE
	@[ -n "$(KDIR)" ] && [ -e "$(KDIR)/Makefile" ] || { \
		echo "coremon: no kernel headers found$(if $(KDIR), in $(KDIR)): apt-get install linux-headers-amd64, or give KDIR=" >&2; exit 1; }
	@$(MAKE) -s -j$(JOBS) -C $(KDIR) M=$(CURDIR) $(if $(filter command line,$(origin CC)),CC=$(CC)) modules
	@cmp -s kmod/coremon.ko coremon.ko || cp kmod/coremon.ko coremon.ko

userspace:
	@$(MAKE) -s -C userspace

run:
	@scripts/run.sh $(ARGS)

check:
	@KERNELS='$(KERNELS)' tests/run.sh

check-unit check-cli check-fuzz check-static check-build check-guest check-secure check-selftest check-dkms check-long check-cost check-debug check-debug-core:
	@KERNELS='$(KERNELS)' tests/run.sh $(@:check-%=%)

# In instructions, in a guest; tests/bench has it.
bench:
	@tests/bench/run.sh

bench-hooks bench-million bench-record:
	@tests/bench/run.sh $(@:bench-%=%)

lint:
	@scripts/lint.sh

# With clang's analyzer, which takes minutes; check-static is without.
static:
	@scripts/install-deps.sh
	@scripts/static.sh -a

# Hours: RUNS of each target, TARGETS= these alone.
fuzz:
	@scripts/install-deps.sh
	@$(MAKE) -s -C tests/fuzz fuzz

# Only what exists is laid down, and uninstall takes away exactly what install laid down.
install:
	@[ -e coremon.ko ] || [ -e kmod/coremon.ko ] || $(MAKE) modules
	@$(MAKE) -s -C userspace
	@[ -n "$(RELEASE)" ] || { echo "coremon: no kernel headers found: give KDIR=" >&2; exit 1; }
	install -D -m 644 $(firstword $(wildcard coremon.ko kmod/coremon.ko) coremon.ko) $(MODDIR)/coremon.ko
	install -D -m 755 userspace/coremon $(DESTDIR)$(PREFIX)/sbin/coremon
	@for v in $(VERBS); do ln -sf coremon $(DESTDIR)$(PREFIX)/sbin/coremon-$$v || exit 1; done
	@for m in $(wildcard userspace/man/*.[1-8]); do \
		install -D -m 644 $$m $(DESTDIR)$(MANDIR)/man$${m##*.}/$${m##*/} || exit 1; done
	@# An example: copied to /etc/modules-load.d, it loads the module at every boot.
	install -d $(DESTDIR)$(PREFIX)/share/coremon
	echo coremon >$(DESTDIR)$(PREFIX)/share/coremon/modules-load.conf
	$(if $(DESTDIR),,depmod -a $(RELEASE))

uninstall:
	rm -f $(MODDIR)/coremon.ko $(DESTDIR)$(PREFIX)/sbin/coremon $(VERBS:%=$(DESTDIR)$(PREFIX)/sbin/coremon-%)
	@for m in $(wildcard userspace/man/*.[1-8]); do rm -f $(DESTDIR)$(MANDIR)/man$${m##*.}/$${m##*/}; done
	rm -f $(DESTDIR)$(PREFIX)/share/coremon/modules-load.conf
	@rmdir $(DESTDIR)$(PREFIX)/share/coremon $(MODDIR) \
		$(patsubst %,$(DESTDIR)$(MANDIR)/man%,1 4 8) 2>/dev/null || true
	$(if $(DESTDIR),,depmod -a $(RELEASE))

clean:
	@[ -z "$(KDIR)" ] || $(MAKE) -s -C $(KDIR) M=$(CURDIR) clean
	@[ ! -e userspace/Makefile ] || $(MAKE) -s -C userspace clean
	@for d in unit cli fuzz; do [ ! -e tests/$$d/Makefile ] || $(MAKE) -s -C tests/$$d clean; done
	@rm -rf build coremon.ko

help:
	@echo 'make               coremon.ko for this kernel (or the newest with headers here), and coremon-report'
	@echo 'make modules       the module alone; KDIR=folder of the kernel headers, CC=compiler'
	@echo 'make userspace     the reader alone (userspace/coremon, userspace/coremon-report)'
	@echo 'make run           loads the module and prints reports, in a QEMU guest where this kernel cannot load'
	@echo '                   modules; ARGS="1 10" are arguments of coremon-report (default 5)'
	@echo 'make check         all tests; KERNELS="6.1 6.12" takes these kernels only'
	@echo 'make check-unit    libcheck tests of the reader     make check-cli       command-line tests'
	@echo 'make check-fuzz    the parsers of the reader on hostile input, a few seconds each; make fuzz RUNS=10000000: for hours'
	@echo 'make check-build   module and reader on all kernels make check-guest     tests on real kernels in QEMU'
	@echo 'make check-dkms    dkms add, build, install         make check-selftest  that the harness can fail'
	@echo 'make check-secure  booted by a firmware with Secure Boot on, the module signed with a key that it has enrolled'
	@echo 'make check-long    what takes too long for make check: a thousand loads under traffic, floods, a million connections;'
	@echo '                   at full size on 6.1, a twentieth on the others (docs/long-runs.md has the last results)'
	@echo 'make check-debug   all guest tests, and faults at every allocation, on kernels (6.1, 6.12) with KASAN, lockdep and kmemleak,'
	@echo '                   and on one with KCSAN and lockdep, which the first call builds in half an hour each; check-debug-core:'
	@echo '                   the core of them, where they are built'
	@echo 'make check-cost    the cost a round trip and a row, in instructions, held to tests/bench/expected + 5 %'
	@echo 'make bench         what it costs, against nothing loaded and against other tools, in one boot; build/bench/'
	@echo 'make bench-hooks   what each hook costs           make bench-record   writes tests/bench/expected'
	@echo 'make bench-million a million connections at once'
	@echo 'make lint          the conventions of the sources'
	@echo 'make check-static  checkpatch, coccicheck, cppcheck, clang-tidy; make static: with the analyzer of clang as well'
	@echo 'make install       module, reader, man pages; PREFIX=$(PREFIX) DESTDIR=    make uninstall'
	@echo 'make clean         removes what was built'
