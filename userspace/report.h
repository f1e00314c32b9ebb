/* SPDX-License-Identifier: GPL-2.0-only */
/* The verb `report`: a report every interval. */
#ifndef COREMON_REPORT_H
#define COREMON_REPORT_H

/** verb_report() - run `coremon report`; @argv[0] is the name to speak under. Return: exit code, 0 ok, 1 failure, 2 usage. */
int verb_report(int argc, char **argv);

#endif /* COREMON_REPORT_H */
