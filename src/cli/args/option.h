/* SPDX-License-Identifier: MIT */
/* Values of options that several verbs take: parsed, or refused by one line
 * that says what would be right, and exit code 2. */
#pragma once

#include "core/address.h"

#include <stdbool.h>
#include <stdint.h>

/* One of the words, which NULL ends: its index. */
unsigned option_word(
	const char *option, const char *text, const char *const words[]);

/* "on" or "off". */
bool option_switch(const char *option, const char *text);

uint64_t option_count(const char *option, const char *text, uint64_t lowest,
	uint64_t highest);

/* Bytes of a socket's buffer, up to 1 GiB. */
uint64_t option_buffer(const char *option, const char *text);

/* A part of the whole, below 1: "0.1%" or "0.001". */
double option_share(const char *option, const char *text);

/* Nanoseconds. right: "1ms to 1s; 50ms would be". */
#define SECOND_NS 1000000000ull
uint64_t option_time_within(const char *option, const char *text,
	uint64_t least_ns, uint64_t most_ns, const char *right);

/* Up to a year. zero: may it be none? */
uint64_t option_time(const char *option, const char *text, bool zero);

/* Microseconds for SO_BUSY_POLL. */
uint32_t option_busy_poll(const char *option, const char *text);

/* -4 or -6, AF_INET or AF_INET6: one of them. family is AF_UNSPEC at first. */
void option_family(int *family, int wanted);

/* One host to send to: not every address, no group, no port 0. */
void option_peer(union address *out, const char *text, int family);

/* --bind: an address, with or without a port, of the peer's family. */
void option_bind(
	union address *out, const char *text, const union address *peer);

/* What would be right where an address could not be bound: goes behind the
 * reason, and may be "". */
const char *option_bind_hint(int error);
