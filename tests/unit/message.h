/* SPDX-License-Identifier: GPL-2.0-only */
/* Messages of netlink as a kernel sends them, made by hand for the tests of what reads them. */
#ifndef UNIT_MESSAGE_H
#define UNIT_MESSAGE_H

#include <linux/netlink.h>
#include <stddef.h>
#include <stdint.h>

/* They stand here one after the other, @len bytes; @start is where the last begins. */
extern char buf[16384];
extern size_t len, start;

/** no_messages() - begin anew. */
void no_messages(void);

/** last() - Return: the header of the last message. */
struct nlmsghdr *last(void);

/** put_message() - a message of a dump, number 1, with what comes before its attributes. */
void put_message(uint16_t type, const void *payload, size_t size);

/** put_attr() - an attribute more of the last message. */
void put_attr(uint16_t type, const void *payload, size_t size);

/** put_text() - the same, of text with its end. */
void put_text(uint16_t type, const char *text);

/** begin_nest() - attributes inside of one begin. Return: where, for end_nest(). */
size_t begin_nest(uint16_t type);

/** end_nest() - they end. */
void end_nest(size_t at);

#endif
