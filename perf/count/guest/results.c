/* SPDX-License-Identifier: MIT */
#include "results.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/io.h>
#include <sys/reboot.h>
#include <unistd.h>

#define PORT      0xe9
#define TEXT_MOST 4096

int results_open(void)
{
	return ioperm(PORT, 1, 1) ? -errno : 0;
}

static void put(const void *data, size_t bytes)
{
	__asm__ volatile("rep outsb"
			 : "+S"(data), "+c"(bytes)
			 : "d"(PORT)
			 : "memory");
}

void results_send(const char *tag, const void *data, size_t bytes)
{
	char head[64];
	int n = snprintf(head, sizeof(head), "@%s %zu\n", tag, bytes);

	put(head, (size_t)n);
	put(data, bytes);
	put("\n", 1);
}

/* console: what to write before the text on the console, or NULL. */
static void say(const char *tag, const char *console, const char *format,
	va_list arguments)
{
	char text[TEXT_MOST];

	vsnprintf(text, sizeof(text), format, arguments);
	if (console)
		dprintf(STDERR_FILENO, "%s: %s\n", console, text);
	results_send(tag, text, strlen(text));
}

void results_say(const char *tag, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say(tag, NULL, format, arguments);
	va_end(arguments);
}

void results_fail(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say("error", "udpmill-guest-init", format, arguments);
	va_end(arguments);
	results_end();
}

void results_end(void)
{
	(void)reboot(RB_POWER_OFF);
	/* The host ends a machine that stays on. */
	for (;;)
		pause();
}
