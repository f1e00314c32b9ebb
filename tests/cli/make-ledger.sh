#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Capture fixtures/ledger-LINE anew: boots the kernel, makes the faults of tests/guest/160-ledger.sh and keeps what the reader reads
# before and after them. Then `make -C tests/cli update`, and read the difference.    Usage: make-ledger.sh LINE...
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
. "$top/scripts/common.sh"
. "$top/tests/harness.sh"
for line; do
	"$top/scripts/build.sh" "$line"
	mkdir -p "$BUILD/$line/stage/captured"
	guest_tests "$line" "$BUILD/$line/stage" 600 tests/160-ledger.sh
	rm -rf "$top/tests/cli/fixtures/ledger-$line"
	mv "$BUILD/$line/stage/captured" "$top/tests/cli/fixtures/ledger-$line"
	find "$top/tests/cli/fixtures/ledger-$line" -empty -delete
done
