// SPDX-License-Identifier: GPL-2.0-only
/* Globals of a module as they must not be. */
int planted;
const char __ksymtab_coremon_planted[1] __attribute__((section("___ksymtab+coremon_planted"))) = "";
int coremon_good;
