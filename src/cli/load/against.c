/* SPDX-License-Identifier: MIT */
#include "cli/load/against.h"

#include "cli/args/usage.h"
#include "cli/args/verb.h"
#include "cli/process/exit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct against {
	const char *kind, *text;
} kinds[] = {
	{"echo",
		"A server that sends back what it gets (RFC 862).\n\n"
		"  udpmill load HOST:7 --rate 10k\n"
		"  udpmill load HOST:7 --window 32 --train off\n\n"
		"Each reply is checked as ours are: number, run, length, and "
		"by "
		"--verify full\nthe payload. What the server drops, and where, "
		"cannot be seen from here: the\nledger ends with what is "
		"missing. Without --window no more is in flight than a\n"
		"receive buffer of the kernel's default size holds.\n"},
	{"discard",
		"A server that does not answer (RFC 863), such as iperf3 -s, "
		"or "
		"nc -lu.\n\n"
		"  udpmill load HOST:9 --expect none --rate 100k\n"
		"  udpmill load HOST:9 --expect none --flood\n\n"
		"Only what was sent is known, and what this host refused to "
		"send.\n"},
	{"dns", "A name server, asked the same question over and over.\n\n"
		"  printf '\\x12\\x34\\x01\\0\\0\\1\\0\\0\\0\\0\\0\\0"
		"\\7example\\3com\\0\\0\\1\\0\\1' >query\n"
		"  udpmill load HOST:53 --payload query --rate 10k -P 100\n\n"
		"Replies are counted, whatever they say, and taken to answer "
		"in "
		"order: loss is\nexact, and latency is told where there is "
		"none. "
		"-P spreads the questions over\nsource ports, as resolvers "
		"do.\n"},
	{"text", "A server that answers \"Your data was N bytes\", the "
		 "twenty-line "
		 "example that\nudpmill grew from.\n\n"
		 "  udpmill load HOST:1060 --expect text -l 64\n\n"
		 "Each text is checked for its number. It answers a short "
		 "question with a longer\ntext.\n"},
	{"other", "Any server that answers each datagram with one.\n\n"
		  "  udpmill load HOST:PORT --payload FILE --rate 1k\n"
		  "  udpmill load HOST:PORT --expect any -l 100 --rate 1k\n\n"
		  "The first sends FILE as it is and counts replies of any "
		  "length, "
		  "the second\nexpects replies as long as what it sent.\n"},
};

#define COUNT (sizeof(kinds) / sizeof(kinds[0]))

void load_against(const char *kind)
{
	for (size_t i = 0; i < COUNT; i++) {
		if (strcmp(kinds[i].kind, kind) != 0)
			continue;
		printf("%s\nLoad only what is yours, or whose owner wants it: "
		       "on another host that is said\nby --peer-consents.\n",
			kinds[i].text);
		exit(EXIT_OK);
	}
	usage_error("against",
		"nothing is known of \"%s\"; echo, discard, dns, "
		"text and other are described",
		kind);
}
