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
	{"echo", "A server that sends back what it receives (RFC 862).\n\n  "
		 "udpmill load HOST:7 --rate 10k\n  udpmill load HOST:7 "
		 "--window 32 --train off\n\nEach reply is checked like those "
		 "of a udpmill server: number, run and length,\nand with "
		 "--verify full the payload, too. What the server drops, and "
		 "where,\ncannot be seen from here: the ledger ends with what "
		 "is missing. Without\n--window, no more datagrams are in "
		 "flight than a receive buffer of the kernel's\ndefault size "
		 "holds.\n"},
	{"discard", "A server that does not reply (RFC 863), such as iperf3 -s "
		    "or nc -lu.\n\n  udpmill load HOST:9 --expect none --rate "
		    "100k\n  udpmill load HOST:9 --expect none --flood\n\nAll "
		    "that is known is what was sent, and what this host "
		    "refused to send.\n"},
	{"dns", "A name server, which is asked the same question again and "
		"again.\n\n  printf "
		"'\\x12\\x34\\x01\\0\\0\\1\\0\\0\\0\\0\\0\\0\\7example\\3com\\0"
		"\\0\\1\\0\\1' >query\n  udpmill load HOST:53 --payload query "
		"--rate 10k -P 100\n\nReplies are counted, whatever they say, "
		"and assumed to arrive in order: loss is\nexact, but latency "
		"is reported only if nothing is lost. -P spreads the "
		"questions\nover source ports, as resolvers do.\n"},
	{"text", "A server that answers \"Your data was N bytes\", the "
		 "twenty-line example that\nudpmill grew from.\n\n  udpmill "
		 "load HOST:1060 --expect text -l 64\n\nThe number in each "
		 "text is checked. Replies to short requests are longer "
		 "than\nthe requests.\n"},
	{"other",
		"Any server that answers each datagram with one datagram.\n\n  "
		"udpmill load HOST:PORT --payload FILE --rate 1k\n  udpmill "
		"load HOST:PORT --expect any -l 100 --rate 1k\n\nThe first "
		"sends the contents of FILE and counts replies of any length; "
		"the\nsecond expects replies as long as the requests.\n"},
};

#define COUNT (sizeof(kinds) / sizeof(kinds[0]))

void load_against(const char *kind)
{
	for (size_t i = 0; i < COUNT; i++) {
		if (strcmp(kinds[i].kind, kind) != 0)
			continue;
		printf("%s\nLoad only servers of your own, or with the consent "
		       "of their owner, which you\nconfirm by --peer-consents "
		       "if the server is on another host.\n",
			kinds[i].text);
		exit(EXIT_OK);
	}
	usage_error("against",
		"there is no \"%s\"; choose echo, discard, dns, text or other",
		kind);
}
