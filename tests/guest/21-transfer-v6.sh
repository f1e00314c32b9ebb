#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Known bytes both ways over 20 IPv6 connections, with data left unread: see transfer.sh.
address=::1
. ./tests/transfer.sh
