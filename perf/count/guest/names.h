/* SPDX-License-Identifier: MIT */
/* The names of the kernel's functions, for the host, which reads the addresses
 * that were counted. */
#pragma once

#include <stddef.h>

/* Sends them, and where modules are. */
void names_tell(void);

/* Keeps those lines of /proc/kallsyms that are functions (tTwW). Returns the
 * bytes that are left. */
size_t names_filter(char *text, size_t bytes);
