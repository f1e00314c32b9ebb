#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Known bytes both ways over 20 v4-mapped connections, with data left unread: see transfer.sh.
address=::ffff:127.0.0.1
. ./tests/transfer.sh
