/* SPDX-License-Identifier: MIT */
/* Values of options that several verbs take. They are parsed, or refused with
 * one line that says what to do, and exit code 2. */
#pragma once

#include "core/address.h"

#include <stdbool.h>
#include <stdint.h>

/* The index of text in words, a list that ends with NULL. */
unsigned option_word(
	const char *option, const char *text, const char *const words[]);

/* "on" or "off". */
bool option_switch(const char *option, const char *text);

/* native or generic: sets one of them. */
void option_xdp_mode(
	const char *option, const char *text, bool *native, bool *generic);

uint64_t option_count(const char *option, const char *text, uint64_t lowest,
	uint64_t highest);

/* Size of a socket's buffer in bytes, up to 1 GiB. */
uint64_t option_buffer(const char *option, const char *text);

/* A share below 1: "0.1%" or "0.001". */
double option_share(const char *option, const char *text);

/* Nanoseconds. right: "1ms to 1s; try 50ms". */
#define SECOND_NS 1000000000ull
uint64_t option_time_within(const char *option, const char *text,
	uint64_t least_ns, uint64_t most_ns, const char *right);

/* Nanoseconds, up to a year. zero: is 0 allowed? */
uint64_t option_time(const char *option, const char *text, bool zero);

/* Microseconds, for SO_BUSY_POLL. */
uint32_t option_busy_poll(const char *option, const char *text);

/* Nanoseconds, for --spin=USEC: without a unit, the text is in microseconds. */
uint64_t option_spin(const char *option, const char *text);

/* Complains of an argument that is probably the value of --spin, if that was
 * given without one (SPIN_ALWAYS), since its value needs an equals sign. */
void option_not_spin(uint64_t spin_ns, const char *text);

/* -4 or -6, of which only one may be given. wanted is AF_INET or AF_INET6;
 * family is AF_UNSPEC at first. */
void option_family(int *family, int wanted);

/* A single host to send to: no wildcard, no multicast group, no port 0. */
void option_peer(union address *out, const char *text, int family);

/* --bind: an address, with or without a port, of the peer's family. */
void option_bind(
	union address *out, const char *text, const union address *peer);
