/* SPDX-License-Identifier: MIT */
/* Sentences on what a server's silence or no means. */
#include "load/peer/asking.h"

#include <stdio.h>

/* Leaves the port out if it is 0 (any). */
static const char *format(const union address *a, char text[ADDRESS_TEXT])
{
	return address_port(a) ? address_format(a, text)
			       : address_format_host(a, text);
}

/* Each side can only vouch for its own addresses. */
static void advise(const struct asking *a, char *text, size_t bytes)
{
	char there[ADDRESS_TEXT + 64] = "", here[ADDRESS_TEXT + 64] = "";
	char address[ADDRESS_TEXT];

	if (!query_address_fits(&a->to, &a->seen_to))
		snprintf(there, sizeof(there), "serve --key-address %s there",
			address_format(&a->to, address));
	if (!query_address_fits(&a->from, &a->seen_from))
		snprintf(here, sizeof(here), "load --key-address %s here",
			address_format_host(&a->seen_from, address));
	snprintf(text, bytes, "%s%s%s", there, *there && *here ? " and " : "",
		here);
}

void asking_explain_no(const struct asking *a, char *why, size_t why_bytes)
{
	char to[ADDRESS_TEXT], seen_to[ADDRESS_TEXT];
	char from[ADDRESS_TEXT], seen_from[ADDRESS_TEXT];
	char advice[2 * ADDRESS_TEXT + 128];

	advise(a, advice, sizeof(advice));
	snprintf(why, why_bytes,
		"%s did not consent: the query was sent from %s to %s, but "
		"the server that answered got it from %s at %s. If a NAT that "
		"you know of does that, use %s; otherwise somebody is relaying "
		"another server's consent",
		format(&a->to, to), format(&a->from, from), to,
		format(&a->seen_from, seen_from), format(&a->seen_to, seen_to),
		advice);
}

void asking_explain_silence(const struct asking *a, char *why, size_t why_bytes)
{
	unsigned long long sent = a->sent, came = a->came;
	char to[ADDRESS_TEXT];

	address_format(&a->to, to);
	if (came)
		snprintf(why, why_bytes,
			"%s did not consent: %llu queries were sent, and %llu "
			"datagrams came back, but no answer with this key. "
			"The server runs without serve --key or with another "
			"key, or is not udpmill; --peer-consents instead of "
			"--key loads it without asking",
			to, sent, came);
	else
		snprintf(why, why_bytes,
			"%s did not consent: %llu queries were sent, and "
			"nothing came back. The server needs serve --key with "
			"the same key, since it does not answer another; a "
			"firewall, or a path that loses nearly everything, "
			"looks the same. --peer-consents instead of --key "
			"loads it without asking",
			to, sent);
}

void asking_explain_loss(const struct asking *a, char *why, size_t why_bytes)
{
	unsigned long long sent = a->sent - a->yes_sent;
	unsigned long long came = a->came - a->yes_came;
	char to[ADDRESS_TEXT], seen_to[ADDRESS_TEXT], seen_from[ADDRESS_TEXT];

	address_format(&a->to, to);
	if (a->denied)
		snprintf(why, why_bytes,
			"%s now refuses, because it gets the queries from %s "
			"at %s: a NAT on the way has changed, or somebody is "
			"relaying them",
			to, address_format(&a->seen_from, seen_from),
			address_format(&a->seen_to, seen_to));
	else if (sent == 0)
		snprintf(why, why_bytes,
			"%s was not asked for %u s, since this host is too "
			"busy; stop other programs, or use fewer --threads",
			to, ASKING_LAPSE_NS / 1000000000u);
	else
		snprintf(why, why_bytes,
			"%s has not consented for %u s, asked by %llu queries; "
			"%llu datagrams came back. It has ended, hangs or is "
			"overloaded, or the path loses nearly everything",
			to, ASKING_LAPSE_NS / 1000000000u, sent, came);
}
