/* SPDX-License-Identifier: MIT */
#pragma once

/* Says on standard error what went wrong, and ends QEMU: a count that goes on
 * without an instruction would be believed. */
__attribute__((noreturn, format(printf, 1, 2))) void fatal(
	const char *format, ...);
